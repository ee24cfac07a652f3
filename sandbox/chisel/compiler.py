"""The resident compile JVM: Scala files in, classes or the compiler's complaints out."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from gatewright.core import Diagnostic, Severity, ToolCrashed
from gatewright.sandbox.chisel.jvm import Jvm, JvmEnded, Line, Program
from gatewright.sandbox.chisel.prepare import Prepared
from gatewright.sandbox.chisel.toolchain import COMPILE_ARCHIVE, Toolchain
from gatewright.sandbox.isolation import Ending, Isolation, Limits

_FOR_EVER_S = 1e7
_START_S = 90.0
_PATIENCE_S = 40.0
_HEAP_MB = 768
_FULL_MB = 600  # of heap in use after an answer: then a new process is started
_MOST_REQUESTS = 1000
_SPARE_FROM = 8  # answers: whoever asks for as many is likely to go on
_LIMITS = Limits(
    cpu_s=_FOR_EVER_S,
    wall_s=_FOR_EVER_S,
    memory_mb=1536,
    address_space_mb=None,
    disk_mb=64,
    processes=128,
)
_SEVERITIES = {"ERROR": Severity.ERROR, "WARNING": Severity.WARNING}


@dataclass(frozen=True, slots=True)
class Compilation:
    """The classes (base64 by name; None = it did not compile), and what the compiler said.

    `ended` says what became of the process, where the candidate killed it or took too long.
    """

    classes: Mapping[str, str] | None
    diagnostics: tuple[Diagnostic, ...] = ()
    ended: Ending | None = None
    cpu_s: float = 0.0


class Compiler:
    """Compiles one candidate at a time, and forgets it. Safe to call from several threads.

    The process never runs what it compiles: macros cannot be used in the run that defines them.
    Another one waits, warm, from some answers on: it takes over when the first is killed or full.
    """

    def __init__(self, toolchain: Toolchain, isolation: Isolation, *, fresh: bool = False) -> None:
        self._toolchain = toolchain
        self._isolation = isolation
        self._fresh = fresh
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._served = 0
        self._jvm: Jvm | None = None
        self._spare: Jvm | None = None

    def start(self) -> None:
        """Start the process ahead of the first candidate; returns at once."""
        with self._lock:
            self._alive()

    def compile(self, prepared: Prepared) -> Compilation:
        """Compile. Raises ToolCrashed where the process cannot be started or kept alive at all."""
        with self._lock:
            try:
                return self._asked(prepared)
            except JvmEnded as first:
                self._drop()
                if first.late:
                    return Compilation(None, ended=Ending.WALL)
            try:  # it may not have been this candidate that broke it
                return self._asked(prepared)
            except JvmEnded as again:
                self._drop()
                over = again.finished
                ended = Ending.WALL if again.late else over.ending if over else Ending.EXITED
                return Compilation(None, ended=ended)

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            self._drop()
            spare, self._spare = self._spare, None
            if spare is not None:
                spare.close()

    def _asked(self, prepared: Prepared) -> Compilation:
        jvm = self._alive()
        number = next(self._numbers)
        jvm.send(
            {
                "id": number,
                "files": [{"name": name, "text": text} for name, text in prepared.files],
            }
        )
        self._until_ready(jvm)
        answer = jvm.receive(_PATIENCE_S)
        self._served += 1
        if answer["heap_mb"] > _FULL_MB or self._served >= _MOST_REQUESTS:
            self._drop()
        if number >= _SPARE_FROM:
            self._keep_spare()
        return _compilation(answer, prepared)

    def _until_ready(self, jvm: Jvm) -> None:
        """Requests lie in the pipe until it is: what ends it earlier is no candidate."""
        try:
            jvm.ready(_START_S)
        except JvmEnded as error:
            self._drop()
            said = error.finished.output.strip()[-400:] if error.finished else ""
            raise ToolCrashed(f"the Chisel compiler did not start: {error}", hint=said) from None

    def _alive(self) -> Jvm:
        """The process that answers next; one that waits takes over from one that is gone."""
        if self._jvm is None or not self._jvm.alive:
            self._drop()
            spare, self._spare = self._spare, None
            if spare is not None and not spare.alive:
                spare.close()
                spare = None
            self._jvm = spare or self._new()
        return self._jvm

    def _keep_spare(self) -> None:
        if self._spare is not None and not self._spare.alive:
            self._spare.close()
            self._spare = None
        self._spare = self._spare or self._new()

    def _new(self) -> Jvm:
        arguments = [str(self._toolchain.plugin), str(self._toolchain.base)]
        program = Program(
            "CompileServer", COMPILE_ARCHIVE, _HEAP_MB, _LIMITS, arguments, fresh=self._fresh
        )
        return Jvm(self._toolchain, self._isolation, program)

    def _drop(self) -> None:
        jvm, self._jvm, self._served = self._jvm, None, 0
        if jvm is not None:
            jvm.close()


def _compilation(answer: Line, prepared: Prepared) -> Compilation:
    cpu_s = float(answer["cpu_s"])
    if answer["kind"] == "broken":
        said = str(answer["message"])
        crash = Diagnostic(Severity.ERROR, f"the Scala compiler failed: {said}", tool="scalac")
        return Compilation(None, (crash,), cpu_s=cpu_s)
    found = tuple(_diagnostic(row, prepared) for row in answer["diagnostics"])
    classes = dict(answer["classes"]) if answer["kind"] == "ok" else None
    return Compilation(classes, found, cpu_s=cpu_s)


def _diagnostic(row: Line, prepared: Prepared) -> Diagnostic:
    file, line, column = (
        str(row.get("file", "")),
        int(row.get("line", 0)),
        int(row.get("column", 0)),
    )
    if line == 1:
        column = max(1, column - prepared.shifts.get(file, 0))
    severity = _SEVERITIES.get(str(row["severity"]), Severity.NOTE)
    return Diagnostic(severity, str(row["message"]), file, line, column, tool="scalac")
