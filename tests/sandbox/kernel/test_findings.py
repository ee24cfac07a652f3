from __future__ import annotations

import pytest

from gatewright.sandbox.kernel.findings import Finding, wrap_fault
from gatewright.sandbox.kernel.plan import Variant
from gatewright.sandbox.kernel.prepared import Ready

NEEDED = (("native_batch_norm", 1), ("add_", 1), ("empty", 2))


def wrapped(operations: dict[str, int], large: dict[str, int]) -> str:
    """What is said of an answer's operations of torch; '' where they are no wrapper."""
    found = Finding("even", None, operations=operations, large=large)
    fault = wrap_fault(found, Ready(Variant("even", 1000), operations=NEEDED))
    return fault.code if fault else ""


@pytest.mark.parametrize(
    ("operations", "large", "code"),
    [
        ({"native_batch_norm": 1, "add_": 1}, {"native_batch_norm": 1}, "no_kernel"),
        ({"mean": 1, "var": 1, "sub": 1, "div": 1}, {"mean": 1, "var": 1, "sub": 1}, "no_kernel"),
        # Statistics of each channel, that a kernel has summed up.
        ({"div": 2, "pow": 1, "sub": 1, "rsqrt": 1, "add": 3}, {}, ""),
        ({"empty_like": 1}, {}, ""),
    ],
)
def test_only_work_on_large_tensors_is_the_work(
    operations: dict[str, int], large: dict[str, int], code: str
) -> None:
    assert wrapped(operations, large) == code
