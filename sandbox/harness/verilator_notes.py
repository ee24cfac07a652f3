"""What is to be said of everything that Verilator simulated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gatewright.core import Diagnostic, Severity

TOOL = "harness"
TWO_VALUES = Diagnostic(
    Severity.NOTE,
    "simulated by Verilator: two values, no x or z",
    code="two-values",
    tool=TOOL,
)
OPEN_RANGE = Diagnostic(
    Severity.WARNING,
    "Verilator 5.052 finds nothing in a range [a:$] of 'inside': name its end",
    code="open-range",
    tool=TOOL,
)


def notes_on(*texts: str) -> Iterator[Diagnostic]:
    """The notes on a simulation of vetted texts, whose tokens stand apart."""
    yield TWO_VALUES
    if any("inside" in text and ": $ ]" in text for text in texts):
        yield OPEN_RANGE


def several_drivers(nets: Sequence[str]) -> Diagnostic:
    """Where drivers disagree, four values show x and two values show one of them."""
    said = (
        f"several drivers: {', '.join(nets[:4])}; Verilator knows no x and keeps one of them, "
        "so its pass shows nothing"
    )
    return Diagnostic(Severity.ERROR, said, code="drivers", tool=TOOL)
