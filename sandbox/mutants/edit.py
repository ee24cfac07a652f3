"""One change to a text, and the kinds of change there are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Operator(StrEnum):
    """What kind of mistake a mutant imitates."""

    ARITHMETIC = "arithmetic"
    RELATIONAL = "relational"
    LOGICAL = "logical"
    BITWISE = "bitwise"
    SHIFT = "shift"
    REDUCTION = "reduction"
    NEGATION = "negation"
    GATE = "gate"
    CONSTANT = "constant"
    INITIAL_VALUE = "initial-value"
    CONDITION = "condition"
    BRANCH = "branch"
    TERNARY = "ternary"
    CASE_REMOVED = "case-removed"
    CASE_MERGED = "case-merged"
    ASSIGNMENT_REMOVED = "assignment-removed"
    ASSIGNMENT_KIND = "assignment-kind"
    CLOCK_EDGE = "clock-edge"
    RESET_POLARITY = "reset-polarity"
    RESET_KIND = "reset-kind"
    RESET_VALUE = "reset-value"
    SENSITIVITY = "sensitivity"
    SELECT = "select"
    CONCATENATION = "concatenation"
    SIGNEDNESS = "signedness"
    TRANSITION = "transition"


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes `start` to `end` of the UTF-8 text become `after`."""

    operator: Operator
    start: int
    end: int
    after: str
