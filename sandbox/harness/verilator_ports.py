"""Which designs whose inputs are no plain vectors Verilator can keep apart from the testbench."""

from __future__ import annotations

import re

from gatewright.sandbox.harness.testbench_bench import Bench
from gatewright.sandbox.harness.testbench_design import Design

_DEFINED = re.compile(r"\binterface (?:automatic |static )?(\w+)")
_WORD = re.compile(r"\w+")
_BOTH_WAYS = frozenset({"interface", "inout", "ref"})


def keeps_apart(design: Design, bench: Bench) -> bool:
    """Whether no port joins the design to the testbench in both directions.

    Verilator refuses to assign to an input, whatever its type; through an interface, an inout or
    a reference a design could reach the testbench's signals.
    """
    names = {*_DEFINED.findall(design.layout.text), *_DEFINED.findall(bench.layout.text)}
    return not any(
        (names | _BOTH_WAYS).intersection(_WORD.findall(_header(design, module.offset)))
        for module in (design.module, *design.parts)
    )


def _header(design: Design, offset: int) -> str:
    """From a module's name to the first semicolon after it outside of brackets."""
    text, depth = design.layout.text, 0
    for at in range(offset, len(text)):
        depth += (text[at] in "([{") - (text[at] in ")]}")
        if text[at] == ";" and depth == 0:
            return text[offset:at]
    return text[offset:]
