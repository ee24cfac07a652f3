"""How a run of the loop ended, in words."""

from __future__ import annotations

from gatewright.core import Oracle, StopReason, Trajectory
from gatewright.sandbox.harness.told import told

ORACLES = {
    Oracle.GOLDEN: "the testbench given",
    Oracle.REFERENCE: "comparison with the reference given",
    Oracle.DERIVED: "the specification's own tables",
    Oracle.GENERATED: "what the model itself wrote to check against",
    Oracle.NONE: "nothing to check behaviour against; --testbench or --reference would be",
}
STOPS = {
    StopReason.PASSED: "it passed",
    StopReason.ROUNDS: "all edit rounds are used up; --rounds allows more",
    StopReason.TOKENS: "the token budget is used up",
    StopReason.MONEY: "the money budget is used up",
    StopReason.WALL: "the time budget is used up",
    StopReason.STAGNATION: "nothing more made it better",
    StopReason.DUPLICATE: "the model repeats itself",
    StopReason.AMBIGUOUS: "the specification or the testbench seems to be at fault",
    StopReason.NO_CANDIDATE: "no answer of the model holds code",
    StopReason.MODEL_FAILED: "the model failed",
    StopReason.UNVERIFIED: "there was nothing to check its behaviour against",
    StopReason.INTERRUPTED: "interrupted",
}


def outcome_lines(trajectory: Trajectory) -> str:
    """The verdict, and whether that makes the design verified; '' where none was written."""
    verdict, best = trajectory.verdict, trajectory.best
    if verdict is None or best is None or not best.sources:
        return ""
    how = f"oracle {trajectory.oracle}, {best.provenance}"
    if best.note:
        how += f", {best.note}"
    state = "verified" if verdict.passed else f"NOT verified: {STOPS[trajectory.stop]}"
    return f"{told(verdict)}\n{state} ({how})"
