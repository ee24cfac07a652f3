"""Which of two verdicts is better."""

from __future__ import annotations

from gatewright.agents.optimise import even_gain, standing
from gatewright.core import FailureClass, Outcome, Verdict

_STAGES: dict[FailureClass | None, int] = {
    FailureClass.NO_CODE: 0,
    FailureClass.UNSAFE: 1,
    FailureClass.SYNTAX: 1,
    FailureClass.ELABORATION: 2,
    FailureClass.INTERFACE: 2,
    FailureClass.NO_CHECKS: 3,
    FailureClass.TIMEOUT: 3,
    FailureClass.MEMORY: 3,
    FailureClass.CRASH: 3,
    FailureClass.MISMATCH: 4,
    FailureClass.NONEQUIVALENT: 4,
    FailureClass.SLOW: 5,
    None: 6,
}


def rank(verdict: Verdict) -> tuple[float, ...]:
    """Larger is better: first how far the design got, then the share of checks it passes.

    Of kernels that pass, those for any sizes come before those for some, then the faster ones; of
    two that are as fast by the static model, the one that keeps more warps resident.
    """
    if verdict.outcome is Outcome.PASS:
        bound = verdict.metrics.get("shape_bound", 0.0)
        return 7, verdict.score, -bound, even_gain(verdict), *standing(verdict)
    return _STAGES[verdict.failure_class], verdict.score
