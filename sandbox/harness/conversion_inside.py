"""SystemVerilog to Verilog-2005: the job that the warm Yosys process does.

Reads `design.sv` (and `bench.sv`, where the testbench sets parameters) in the current folder;
leaves `converted.v`, or `reason`, and `stage` (the last stage begun). Asked for `drivers` it leaves
the nets that have several in `contested` instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gatewright.sandbox.formal.netlist import read_netlist
from gatewright.sandbox.harness.conversion_lowering import Unconvertible, compiled, lowered

NETLIST = "gw_netlist"
_READING = (
    "--ignore-assertions --allow-merging-ansi-ports --allow-use-before-declare "
    "--relax-enum-conversions --allow-dup-initial-drivers --allow-self-determined-stream-concat"
)
_VALUE = re.compile(r"[\w'.+-]+")


def run(request: dict[str, object]) -> None:
    """Do one job. What slang minds is in the log, and the process ends there."""
    from pyosys import libyosys

    top, bench_top = str(request["top"]), str(request["bench_top"])
    design = libyosys.Design()
    try:
        Path("stage").write_text("parameters")
        values = overridden(bench_top, top) if bench_top else {}
        Path("stage").write_text("lower")
        source = Path("design.sv")
        source.write_text(lowered(source.read_text(), top))
    except Unconvertible as reason:
        Path("reason").write_text(str(reason))
        return
    Path("stage").write_text("read")
    given = "".join(f" -G {name}={value}" for name, value in values.items())
    libyosys.run_pass(f"read_slang {_READING} --top {top}{given} design.sv", design)
    if request.get("drivers"):
        _tell_contested(design, top)
        return
    Path("stage").write_text("write")
    for command in (
        f"hierarchy -check -top {top}",
        "delete */t:$print */t:$scopeinfo",
        "bwmuxmap",
        "opt_clean",
        f"rename -top {NETLIST}",
        "write_verilog -noattr converted.v",
    ):
        libyosys.run_pass(command, design)
    Path("stage").write_text("done")


def _tell_contested(design: Any, top: str) -> None:
    """Leave the names of nets with several drivers in `contested`."""
    from pyosys import libyosys

    for command in (
        f"hierarchy -check -top {top}",
        "proc -noopt",
        "flatten",
        f"rename -top {NETLIST}",
        "delete */t:$print */t:$scopeinfo",
        "write_json netlist.json",
    ):
        libyosys.run_pass(command, design)
    found = read_netlist(Path("netlist.json"), NETLIST).contested()
    Path("contested").write_text("\n".join(found))


def overridden(bench_top: str, top: str) -> Mapping[str, str]:
    """The parameters that the testbench gives the design, as it was elaborated with it."""
    from pyslang import ast

    texts = (Path("bench.sv").read_text(), Path("design.sv").read_text())
    compilation = compiled("\n".join(texts), bench_top)
    found: list[dict[str, str]] = []

    def visit(node: Any) -> bool:
        if isinstance(node, ast.InstanceSymbol) and node.definition.name == top:
            found.append(dict(_parameters(node)))
        return True

    compilation.getRoot().visit(visit)
    if not found:
        raise Unconvertible(f"slang finds no instance of {top} in the testbench")
    if any(each != found[0] for each in found):
        raise Unconvertible(f"the testbench instantiates {top} with different parameters")
    return found[0]


def _parameters(instance: Any) -> Iterator[tuple[str, str]]:
    from pyslang import ast

    for parameter in instance.body.parameters:
        if parameter.isLocalParam:
            continue
        if not isinstance(parameter, ast.ParameterSymbol):
            if parameter.isOverridden:
                raise Unconvertible(f"the testbench sets the type parameter {parameter.name}")
            continue
        if not parameter.isOverridden:
            continue
        value = str(parameter.value)
        if not _VALUE.fullmatch(value):
            raise Unconvertible(f"the testbench sets parameter {parameter.name} to no plain number")
        yield parameter.name, value
