"""Converts a SystemVerilog design that Icarus cannot read to Verilog that it can.

Yosys elaborates it (through slang) and writes the netlist, in a warm confined process. What Icarus
simulates is then the netlist: registers keep their initial values, but x spreads through gates and
multiplexers, not as `if` and `case` have it in the source.
"""

from __future__ import annotations

import atexit
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gatewright.core import Diagnostic, Direction, Severity, Source, ToolMissing
from gatewright.sandbox.harness.conversion_inside import NETLIST
from gatewright.sandbox.harness.equivalence_text import FormalText, formal_text
from gatewright.sandbox.harness.testbench_bench import Bench
from gatewright.sandbox.harness.testbench_design import Design, silenced
from gatewright.sandbox.integrity import Layout
from gatewright.sandbox.isolation import Isolation, Level
from gatewright.sandbox.tools import slang
from gatewright.sandbox.tools.slang_modules import Module
from gatewright.sandbox.tools.yosys import Budget, Done, Yosys

TOOL = "conversion"
ENTRY = "gatewright.sandbox.harness.conversion_inside:run"
BUDGET = Budget(cpu_s=20, wall_s=90)
_NOTE = (
    "Icarus Verilog cannot read this SystemVerilog, so its netlist was simulated (slang, Yosys): "
    "initial values are kept, but x spreads as through gates, not as through if and case"
)
_UNCHECKED = "; its assertions were left out, and nothing is said of them"
_ASSERTIONS = frozenset({"assert", "assume", "cover", "restrict"})

_ERROR = re.compile(r"^design\.sv:(\d+)(?::(\d+))?: (?:ERROR|error): (.*)$", re.MULTILINE)
_UNSUPPORTED = re.compile(
    r"unsupported|not supported|unsynthesizable|synthesi|latch", re.IGNORECASE
)
_FILES = ("converted.v", "reason", "stage", "log")
_SETS_PARAMETERS = re.compile(r"\s*#")


@dataclass(frozen=True, slots=True)
class Converted:
    """The design as Verilog, under its own name, its ports in their order."""

    source: Source
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Unconverted:
    """Why there is no Verilog. `illegal`: slang says that the design itself is wrong."""

    diagnostics: tuple[Diagnostic, ...]
    illegal: bool = False
    cpu_s: float = 0.0


def converted_note(design: Design) -> Diagnostic:
    """What a verdict says where the netlist was simulated."""
    words = {token.text for row in design.layout.lines for token in row}
    unchecked = "" if words.isdisjoint(_ASSERTIONS) else _UNCHECKED
    return Diagnostic(Severity.NOTE, _NOTE + unchecked, code="converted", tool=TOOL)


def convert(
    design: Design, bench: Bench, isolation: Isolation, data: Sequence[Source] = ()
) -> Converted | Unconverted:
    """Convert a vetted design, with the parameters that the testbench gives it.

    `data` are files that it may load. Raises ToolCrashed if Yosys died.
    """
    text = _readable(design)
    if text.doubts:
        # The netlist would wake for what the design sleeps through.
        return Unconverted(tuple(replace(d, severity=Severity.WARNING) for d in text.doubts))
    layout = text.layout
    top = design.module.name
    sets = any(_sets_parameters(bench, at.module_at) for at in bench.duts)
    files = {"design.sv": layout.text, **{source.name: source.text for source in data}}
    if sets:
        files["bench.sv"] = _with_design(bench, top)
    request = {"top": top, "bench_top": bench.top if sets else ""}
    try:
        done = _warm(isolation).run(files, request, _FILES, BUDGET)
    except ToolMissing as error:
        return Unconverted((_remark(f"it was not converted for Icarus: {error}"),))
    if "converted.v" not in done.files or done.files.get("stage") != "done":
        return _why(done, layout)
    verilog = done.files["converted.v"]
    netlist = slang.parse_sources((Source("converted.v", verilog),)).module(NETLIST)
    if netlist is None:
        return Unconverted((_remark("the netlist cannot be read"),), cpu_s=done.cpu_s)
    wrapped = f"{verilog}\n{_wrapper(design.module, netlist)}"
    return Converted(Source("converted.v", wrapped), done.cpu_s)


_running: dict[Level, Yosys] = {}
_lock = threading.Lock()


def _warm(isolation: Isolation) -> Yosys:
    """One process serves all harnesses: a loop makes one for every check."""
    with _lock:
        if isolation.level not in _running:
            _running[isolation.level] = Yosys(isolation, ENTRY)
            atexit.register(_running[isolation.level].close)
        return _running[isolation.level]


def contested(design: Design, isolation: Isolation, data: Sequence[Source] = ()) -> tuple[str, ...]:
    """Nets of a vetted design with several drivers, of which a two-valued simulator keeps one.

    Empty where Yosys is missing or cannot read the design.
    """
    files = {"design.sv": _readable(design).layout.text, **{s.name: s.text for s in data}}
    request = {"top": design.module.name, "bench_top": "", "drivers": True}
    try:
        done = _warm(isolation).run(files, request, ("contested",), BUDGET)
    except ToolMissing:
        return ()
    return tuple(done.files.get("contested", "").split())


def _readable(design: Design) -> FormalText:
    """Without prints, which show nothing that counts; a latch is where simulators see one."""
    layout = silenced(design).layout
    tokens = [token for row in layout.lines for token in row]
    return formal_text(tokens, layout.files, design.module.name)


def _sets_parameters(bench: Bench, module_at: int) -> bool:
    text = bench.layout.text
    name = re.compile(r"[\w$]+").match(text, module_at)
    return name is not None and bool(_SETS_PARAMETERS.match(text, name.end()))


def _with_design(bench: Bench, top: str) -> str:
    """The testbench's text, instantiating the design under the name it has."""
    text = bench.layout.text
    for dut in sorted(bench.duts, key=lambda dut: -dut.module_at):
        if dut.module == bench.design:
            text = text[: dut.module_at] + top + text[dut.module_at + len(dut.module) :]
    return text


def _wrapper(module: Module, netlist: Module) -> str:
    """A module with the design's own header around the netlist, whose ports are in any order."""
    parameters = ", ".join(f"parameter {name} = {v or 0}" for name, v in module.parameters.items())
    header = f" #({parameters})" if parameters else ""
    names = [p.name for p in module.interface.ports if netlist.interface.port(p.name)]
    ports = ", ".join(_ports(module, netlist))
    wires = ", ".join(f".{name}({name})" for name in names)
    return f"module {module.name}{header} ({ports});\n  {NETLIST} gw_n ({wires});\nendmodule\n"


def _ports(module: Module, netlist: Module) -> Iterator[str]:
    for port in module.interface.ports:
        flat = netlist.interface.port(port.name)
        if flat is not None:
            signed = "signed " if port.signed or flat.signed else ""
            bounds = f"[{flat.width - 1}:0] " if flat.width > 1 else ""
            kind = "" if flat.direction is Direction.INOUT else "wire "
            yield f"{flat.direction} {kind}{signed}{bounds}{port.name}"


def _why(done: Done, layout: Layout) -> Unconverted:
    log, stage = done.files.get("log", ""), done.files.get("stage", "")
    reason = done.files.get("reason", "")
    if reason:
        return Unconverted((_remark(reason),), cpu_s=done.cpu_s)
    found = tuple(_errors(log, layout))
    if found:
        illegal = not any(_UNSUPPORTED.search(d.message) for d in found)
        return Unconverted(found, illegal, done.cpu_s)
    said = next((line for line in log.splitlines() if "ERROR" in line), "")
    message = f"it was not converted for Icarus: Yosys gave up at '{stage}' {said.strip()[:300]}"
    return Unconverted((_remark(message.strip()),), cpu_s=done.cpu_s)


def _errors(log: str, layout: Layout) -> Iterator[Diagnostic]:
    for line, column, message in _ERROR.findall(log):
        place = layout.place(int(line), int(column or 0))
        file, at, where = (place.file, place.line, place.column) if place else ("", 0, 0)
        yield Diagnostic(Severity.ERROR, message, file, at, where, "conversion", "slang")


def _remark(message: str) -> Diagnostic:
    return Diagnostic(Severity.WARNING, message, code="conversion", tool=TOOL)
