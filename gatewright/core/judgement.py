"""What the judge makes of a verdict: exactly one issue, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """Who is wrong."""

    DESIGN = "design"
    TESTBENCH = "testbench"
    SPEC = "spec"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One issue: where it is, what it is, why it is one, and the smallest fix."""

    fault: Fault
    location: str
    issue: str
    why: str
    fix: str
