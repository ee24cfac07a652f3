"""The rule sets by which a kernel passes."""

from __future__ import annotations

from dataclasses import dataclass, field

from gatewright.core import UsageError
from gatewright.sandbox.kernel.compare import Tolerance


@dataclass(frozen=True, slots=True)
class Rules:
    """`strict`: odd sizes, outliers among the inputs and precision count, too.

    `most_ratio` bounds the error in units of torch's own float32 rounding (None: not at all).
    """

    name: str
    tolerance: Tolerance = field(default_factory=Tolerance)
    strict: bool = False
    most_ratio: float | None = None


_RULES = {
    rules.name: rules
    for rules in (
        Rules("official"),
        Rules("strict", strict=True, most_ratio=1e3),
        # KernelBench's tolerance before it told precisions apart, for runs recorded under it.
        Rules("legacy", Tolerance(single=1e-2)),
        # robust-kbench's, which compares by torch.allclose alone.
        Rules("robust", Tolerance(single=1e-5, any_rank_of_one=True)),
        Rules("robust-strict", Tolerance(single=1e-5), strict=True, most_ratio=1e3),
    )
}
NAMES = tuple(_RULES)


def rules_named(name: str) -> Rules:
    """The rule set of a name. Raises UsageError for another."""
    if name not in _RULES:
        raise UsageError(f"no rule set {name!r} for kernels", hint=f"one of: {', '.join(NAMES)}")
    return _RULES[name]
