"""Boolean equations: one defining equation for each output, over the inputs only."""

from __future__ import annotations

import re

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.expression import parse, signals_of
from gatewright.agents.symbolic.ir import Assignment, Constant, Equations, Notation
from gatewright.agents.symbolic.page import Page
from gatewright.agents.symbolic.readers.find import Find, span_of
from gatewright.agents.symbolic.roles import clock_port
from gatewright.agents.symbolic.signals import Names, cover_ports

_CUE = re.compile(
    r"\bboolean\b|\blogic(?:al)?\s+(?:functions?|expressions?|equations?)\b|\bequations?\b"
    r"|\bexpressions?\b|\bfunctions?\b",
    re.IGNORECASE,
)
# Operators that mean something else, or nothing, on vectors: + * . ! && || ' and juxtaposition.
_SCALAR = re.compile(r"[+*.!']|&&|\|\||[\w\])]\s*\(|\)\s*\w|[\w\]]\s+\w")
_EQUATION = re.compile(
    r"(?<![\w\[\].=<>!~'])(?:assign\s+)?(?P<out>[A-Za-z_]\w*(?:\[\d+\])?)"
    r"(?P<args>\s*\(\s*[A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*\s*\))?\s*=(?![=>])\s*"
    r"(?P<right>[^;\n=]*?)\s*(?=;|,?\s*$|\.\s|\.$|,\s*(?:and\s+)?[A-Za-z_]\w*\s*=)"
)


def read(page: Page, names: Names) -> list[Find]:
    """The equations on the page as one find. Raises Abstain where some outputs have none."""
    if not _CUE.search(page.text) and not re.search(r"^\s*assign\b", page.text, re.MULTILINE):
        return []
    assignments: list[Assignment] = []
    remainders: dict[int, str] = {}
    for line in page.lines:
        for match in _EQUATION.finditer(line.text):
            output = names.resolve(match["out"])
            if output is None or names.is_input(output):
                continue
            if not re.search(r"[A-Za-z]", match["right"]):
                continue
            expression = parse(match["right"], names)
            if output.width > 1 and _SCALAR.search(match["right"]):
                raise Abstain(f"{match['right']!r} may be arithmetic: the output has several bits")
            assignments.append(Assignment(output, expression))
            left = remainders.get(line.number, line.text)
            remainders[line.number] = left.replace(match[0], " ", 1)
    if not assignments:
        return []
    return [_find(tuple(assignments), remainders, names)]


def _find(assignments: tuple[Assignment, ...], remainders: dict[int, str], names: Names) -> Find:
    outputs = tuple(a.output for a in assignments)
    if clock_port(names.interface):
        raise Abstain("the module has a clock, the equations do not say what it does")
    if len(set(outputs)) != len(outputs) or not cover_ports(outputs, names.outputs()):
        raise Abstain("the equations do not define every output exactly once")
    used = {signal for a in assignments for signal in signals_of(a.expression)}
    if any(not names.is_input(signal) for signal in used):
        raise Abstain("an equation reads an output")
    unused = {port.name for port in names.inputs()} - {signal.port for signal in used}
    if unused:
        raise Abstain(f"no equation uses {', '.join(sorted(unused))}")
    for assignment in assignments:
        widths = {s.width for s in signals_of(assignment.expression)}
        if widths != {assignment.output.width} or isinstance(assignment.expression, Constant):
            raise Abstain("an equation mixes widths")
    lines = frozenset(remainders)
    equations = Equations(Notation.EQUATIONS, assignments, span_of(lines))
    return Find(equations, lines, (), tuple(remainders.items()))
