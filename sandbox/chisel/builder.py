"""From a candidate's Chisel to SystemVerilog: compile, elaborate, emit."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gatewright.core import Diagnostic, FailureClass, Language, Severity, Source
from gatewright.sandbox.chisel import firtool, messages
from gatewright.sandbox.chisel.compiler import Compilation, Compiler
from gatewright.sandbox.chisel.elaborator import Elaboration, Elaborator, Ended
from gatewright.sandbox.chisel.hints import hinted
from gatewright.sandbox.chisel.prepare import Prepared, classes, prepare, tops
from gatewright.sandbox.chisel.reach import beside_chisel
from gatewright.sandbox.chisel.toolchain import Toolchain
from gatewright.sandbox.isolation import Ending, Isolation

_KEPT = 256
_FILE = re.compile(r'^// -{5} 8< -{5} FILE "([^"]+)" -{5} 8< -{5}\s*$', re.MULTILINE)
_KILLED = {
    Ending.CPU: FailureClass.TIMEOUT,
    Ending.WALL: FailureClass.TIMEOUT,
    Ending.MEMORY: FailureClass.MEMORY,
}
# What another try may not find: a machine that was busy, a process that somebody killed.
_PASSING = {FailureClass.TIMEOUT, FailureClass.MEMORY, FailureClass.CRASH}
_OUT_OF_MEMORY = "java.lang.OutOfMemoryError"
_NOT_THERE = re.compile(r"not found: (?:type|value) (\w+)|type (\w+) is not a member")
# A line that is neither empty, a comment nor what firtool writes to a file of its own for a probe.
_CODE = re.compile(r"^(?!\s*(?://|`define ref_|$)).", re.MULTILINE)
_CIRCUIT = re.compile(r"^circuit (\w+) :", re.MULTILINE)
_UNGIVEN = re.compile(r"not enough arguments for constructor (\w+)")


@dataclass(frozen=True, slots=True)
class Request:
    """What to build: `arguments` are the top's constructor arguments, as Scala writes them.

    `power_up` gives every register the value 0 before the first clock edge.
    """

    sources: tuple[Source, ...]
    top: str = ""
    arguments: str = ""
    power_up: bool = False


@dataclass(frozen=True, slots=True)
class Build:
    """SystemVerilog, or the stage at which it failed and why.

    `inline` names the files of Verilog that the candidate wrote itself, as a black box's text;
    `beside` says what else than Chisel decided what was built.
    """

    verilog: tuple[Source, ...] = ()
    top: str = ""
    failure: FailureClass | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    log: str = ""
    inline: tuple[str, ...] = ()
    beside: tuple[Diagnostic, ...] = ()
    cpu_s: float = 0.0
    wall_s: float = 0.0


class Builder:
    """Builds candidates one after another or at once. Close it, or use it as a context manager."""

    def __init__(self, toolchain: Toolchain, isolation: Isolation, ahead: int = 2) -> None:
        self.toolchain = toolchain
        self._isolation = isolation
        self._compiler = Compiler(toolchain, isolation)
        self._elaborator = Elaborator(toolchain, isolation, ahead)
        self._kept: OrderedDict[Request, Build] = OrderedDict()
        self._lock = threading.Lock()

    def __enter__(self) -> Builder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes."""
        self._compiler.close()
        self._elaborator.close()

    def start(self) -> None:
        """Have the processes start before the first candidate; returns at once."""
        self._compiler.start()
        self._elaborator.start()

    def build(self, request: Request) -> Build:
        """Build, or say what is wrong. Raises ToolCrashed where a server cannot be started."""
        with self._lock:
            if request in self._kept:
                self._kept.move_to_end(request)
                return self._kept[request]
        started = time.monotonic()
        built = replace(self._built(request), wall_s=time.monotonic() - started)
        with self._lock:
            if built.failure not in _PASSING:
                self._kept[request] = built
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return built

    def _built(self, request: Request) -> Build:
        top = request.top
        named = classes(request.sources)
        if not any(top in (one.name, one.path) for one in named):
            found = tops(request.sources)  # whose own name for its module may be the one asked for
            if len(found) != 1 and not top:
                return _no_top(found)
            top = found[0] if len(found) == 1 else top
        self.start()  # the elaborator boots while the candidate is compiled
        prepared = prepare(request.sources, top, request.arguments)
        compiled = self._compiler.compile(prepared)
        if compiled.classes is None:
            return _not_compiled(compiled, prepared, top, tops(request.sources))
        try:
            beside = beside_chisel(compiled.classes, prepared.entry, request.sources)
            return replace(self._elaborated(request, top, prepared, compiled), beside=beside)
        finally:
            self._elaborator.refill()

    def _elaborated(
        self, request: Request, top: str, prepared: Prepared, compiled: Compilation
    ) -> Build:
        elaborated = self._elaborator.elaborate(prepared, compiled)
        warnings = tuple(d for d in compiled.diagnostics if d.file != prepared.entry_file)
        spent = compiled.cpu_s + elaborated.cpu_s
        if elaborated.ended is not Ended.OK:
            return replace(_not_elaborated(elaborated, prepared, warnings), cpu_s=spent)
        circuit = _CIRCUIT.search(elaborated.text)
        made = circuit[1] if circuit else top
        if request.top and made != request.top != top:
            unmade = _error(_missing(request.top, [made]), "chisel")
            return Build((), "", FailureClass.INTERFACE, (*warnings, unmade), cpu_s=spent)
        return self._emitted(request, made, elaborated, warnings, spent)

    def _emitted(
        self,
        request: Request,
        top: str,
        elaborated: Elaboration,
        warnings: tuple[Diagnostic, ...],
        spent: float,
    ) -> Build:
        emitted = firtool.emit(
            elaborated.text, self.toolchain, self._isolation, power_up=request.power_up
        )
        spent += emitted.finished.cpu_s
        lowered = (messages.at_its_signal(d, request.sources) for d in emitted.diagnostics)
        said = (*warnings, *messages.logged(elaborated.output), *lowered)
        if not emitted.text:
            failure = _KILLED.get(emitted.finished.ending, FailureClass.ELABORATION)
            if not any(d.severity is Severity.ERROR for d in said):
                words = emitted.finished.output.strip()[-400:] or f"{emitted.finished.ending}"
                said = (*said, _error(f"firtool could not lower it: {words}", "firtool"))
            log = elaborated.output + emitted.finished.output
            return Build((), top, failure, said, log, cpu_s=spent)
        main, *others = _FILE.split(emitted.text)
        inline = tuple(zip(others[::2], others[1::2], strict=False))
        sources = [Source(f"{top}.sv", main), *(_inlined(*one) for one in inline)]
        names = tuple(name.rsplit("/", 1)[-1] for name, text in inline if _CODE.search(text))
        return Build(tuple(sources), top, None, said, elaborated.output, names, cpu_s=spent)


def _inlined(name: str, text: str) -> Source:
    return Source(name.rsplit("/", 1)[-1], text, Language.SYSTEMVERILOG)


def _error(message: str, tool: str) -> Diagnostic:
    return Diagnostic(Severity.ERROR, message, tool=tool)


def _no_top(found: Sequence[str]) -> Build:
    if not found:
        return Build(
            failure=FailureClass.INTERFACE,
            diagnostics=(_error("there is no class that extends RawModule or Module", "chisel"),),
        )
    names = ", ".join(found)
    said = _error(f"which of these is the top is not told: {names}", "chisel")
    return Build(failure=FailureClass.INTERFACE, diagnostics=(said,))


def _not_compiled(
    compiled: Compilation, prepared: Prepared, top: str, there: Sequence[str]
) -> Build:
    if compiled.ended is not None:
        failure = _KILLED.get(compiled.ended, FailureClass.CRASH)
        said = _error(f"the compiler was ended by {compiled.ended} on this candidate", "scalac")
        return Build((), top, failure, (said,), cpu_s=compiled.cpu_s)
    own = [d for d in compiled.diagnostics if d.file != prepared.entry_file]
    if any(d.severity is Severity.ERROR for d in own):
        told = tuple(replace(d, message=hinted(d.message)) for d in own)
        return Build((), top, FailureClass.SYNTAX, told, cpu_s=compiled.cpu_s)
    ours = next(d for d in compiled.diagnostics if d.severity is Severity.ERROR)
    unmade = (*own, _error(_of_the_entry(ours.message, top, there), "chisel"))
    return Build((), top, FailureClass.INTERFACE, unmade, cpu_s=compiled.cpu_s)


def _of_the_entry(message: str, top: str, there: Sequence[str]) -> str:
    """What the compiler says of `new top(...)`, told as a fault of the candidate."""
    if _NOT_THERE.search(message):
        return _missing(top, there)
    if _UNGIVEN.search(message):
        return (
            f"class {top} needs constructor arguments: give each parameter a default value "
            "(or, from the command line, --parameters NAME=VALUE)"
        )
    return f"class {top} cannot be elaborated: {message}"


def _missing(top: str, there: Sequence[str]) -> str:
    found = f" (the module here is named {', '.join(there)})" if there else ""
    return f"there is no class {top}: name the top so{found}"


def _not_elaborated(
    elaborated: Elaboration, prepared: Prepared, warnings: tuple[Diagnostic, ...]
) -> Build:
    texts = {name: text for name, text in prepared.files if name != prepared.entry_file}
    log = elaborated.output
    if elaborated.ended is Ended.LARGE:
        said = _error("the circuit is too large: over 8 MB of CHIRRTL", "chisel")
        return Build((), "", FailureClass.MEMORY, (*warnings, said), log)
    if elaborated.ended is Ended.KILLED:
        by = elaborated.killed_by
        failure = _KILLED.get(by, FailureClass.CRASH) if by else FailureClass.CRASH
        ends = f"elaboration was ended by {by}" if failure is not FailureClass.CRASH else ""
        ended = _error(ends or "the candidate ended the process that elaborated it", "chisel")
        return Build((), "", failure, (*warnings, ended), log)
    failure = FailureClass.ELABORATION
    if elaborated.exception == _OUT_OF_MEMORY:
        failure = FailureClass.MEMORY
    return Build((), "", failure, (*warnings, *messages.thrown(elaborated, texts)), log)
