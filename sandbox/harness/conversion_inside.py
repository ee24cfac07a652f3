"""SystemVerilog to Verilog-2005: the job that the warm Yosys process does.

Reads `design.sv` (and `bench.sv`, where the testbench sets parameters) in the current folder;
leaves `converted.v`, or `reason`, and `stage` (the last stage begun).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

NETLIST = "gw_netlist"
_READING = (
    "--ignore-assertions --allow-merging-ansi-ports --allow-use-before-declare "
    "--relax-enum-conversions --allow-dup-initial-drivers --allow-self-determined-stream-concat"
)
_STEPS = re.compile(r"\.\s*(?:next|prev)\b")
_VALUE = re.compile(r"[\w'.+-]+")


class Unconvertible(Exception):
    """Why a design cannot be converted."""


def run(request: dict[str, object]) -> None:
    """Do one job. What slang minds is in the log, and the process ends there."""
    from pyosys import libyosys

    top, bench_top = str(request["top"]), str(request["bench_top"])
    design = libyosys.Design()
    try:
        Path("stage").write_text("parameters")
        values = overridden(bench_top, top) if bench_top else {}
        Path("stage").write_text("methods")
        source = Path("design.sv")
        source.write_text(without_steps(source.read_text(), top))
    except Unconvertible as reason:
        Path("reason").write_text(str(reason))
        return
    Path("stage").write_text("read")
    given = "".join(f" -G {name}={value}" for name, value in values.items())
    libyosys.run_pass(f"read_slang {_READING} --top {top}{given} design.sv", design)
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


def overridden(bench_top: str, top: str) -> Mapping[str, str]:
    """The parameters that the testbench gives the design, as it was elaborated with it."""
    from pyslang import ast

    texts = (Path("bench.sv").read_text(), Path("design.sv").read_text())
    compilation = _compiled("\n".join(texts), bench_top)
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


def without_steps(text: str, top: str) -> str:
    """The text with `.next()` and `.prev()` of enumerations as calls of functions.

    The front end does not know them. Every line keeps its number.
    """
    if not _STEPS.search(text):
        return text
    bodies: dict[str, str] = {}
    edits: dict[tuple[int, int], str] = {}
    for call in _step_calls(_compiled(text, top)):
        receiver = call.arguments[0]
        body = _step_function(receiver.type.canonicalType, _step(call))
        name = bodies.setdefault(body, f"gw_step_{len(bodies)}")
        inner = text[receiver.sourceRange.start.offset : receiver.sourceRange.end.offset]
        where = (call.sourceRange.start.offset, call.sourceRange.end.offset)
        gap = "\n" * (text.count("\n", *where) - inner.count("\n"))
        edits[where] = f"{name} ( {inner} ) {gap}"
    for (start, end), new in sorted(edits.items(), reverse=True):
        text = text[:start] + new + text[end:]
    return " ".join([*(b.replace("@NAME@", n) for b, n in bodies.items()), text])


def _step_calls(compilation: Any) -> Iterator[Any]:
    from pyslang import ast

    found: list[Any] = []

    def visit(node: Any) -> bool:
        if isinstance(node, ast.CallExpression) and node.subroutineName in ("next", "prev"):
            found.append(node)
        return True

    compilation.getRoot().visit(visit)
    return (call for call in found if call.arguments and call.arguments[0].type.isEnum)


def _step(call: Any) -> int:
    """How far a call goes, backwards below 0."""
    more = call.arguments[1:]
    number = str(more[0].constant).rpartition("d")[2] if more and more[0].constant else "1"
    if more and not (more[0].constant and number.isdigit()):
        raise Unconvertible(f".{call.subroutineName}() by a number that is not constant")
    return int(number) if call.subroutineName == "next" else -int(number)


def _step_function(enumeration: Any, step: int) -> str:
    from pyslang import ast

    values = [str(e.value) for e in enumeration if isinstance(e, ast.EnumValueSymbol)]
    bits = f"logic [ {enumeration.bitWidth - 1} : 0 ]"
    cases = " ".join(
        f"{value} : return {values[(at + step) % len(values)]} ;" for at, value in enumerate(values)
    )
    # Of a value that is no member both methods give the first one that its type holds: 0.
    return (
        f"function automatic {bits} @NAME@ ( input {bits} v ) ; "
        f"case ( v ) {cases} default : return 0 ; endcase endfunction"
    )


def _compiled(text: str, top: str) -> Any:
    from pyslang import Bag, ast, syntax

    options = ast.CompilationOptions()
    options.topModules = {top}
    compilation = ast.Compilation(Bag([options]))
    compilation.addSyntaxTree(syntax.SyntaxTree.fromText(text))
    compilation.getAllDiagnostics()
    return compilation
