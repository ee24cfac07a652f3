from __future__ import annotations

import pytest

from gatewright.sandbox.kernel_model.timing import TimedCall, judge_timing


def calls(events_ms: float, overhead_ms: float, count: int = 20) -> list[TimedCall]:
    """Calls with a little noise in both clocks."""
    return [
        TimedCall(events_ms * (1 + 0.01 * (i % 3)), events_ms + overhead_ms + 0.01 * (i % 4))
        for i in range(count)
    ]


def test_an_honest_speedup() -> None:
    found = judge_timing(calls(4.0, 0.2), calls(1.0, 0.2), least_ms=0.8)
    assert found.doubt == ""
    assert found.speedup == pytest.approx(4, rel=0.05)
    assert found.roof_share == pytest.approx(0.8, rel=0.05)
    assert found.calls == 20


def test_a_small_kernel_is_not_charged_with_what_asking_costs() -> None:
    found = judge_timing(calls(0.02, 0.2), calls(0.01, 0.2))
    assert found.doubt == ""
    assert found.candidate_ms < 0.05


def test_events_that_lie_are_seen_by_the_parents_clock() -> None:
    lying = [TimedCall(0.01, 5.2) for _ in range(20)]
    found = judge_timing(calls(5.0, 0.2), lying)
    assert "where 5.2 ms went by" in found.doubt
    assert found.speedup == 0
    assert found.candidate_ms == pytest.approx(5.0, rel=0.05)


def test_lying_by_less_than_is_provable_gains_nothing() -> None:
    shaded = [TimedCall(2.0, 4.2) for _ in range(20)]
    found = judge_timing(calls(4.0, 0.2), shaded)
    assert found.speedup == pytest.approx(1.0, rel=0.05) or found.doubt


def test_faster_than_memory_allows() -> None:
    found = judge_timing(calls(4.0, 0.2), calls(0.4, 0.2), least_ms=1.0)
    assert "full bandwidth" in found.doubt
    assert found.speedup == 0


def test_the_bound_says_nothing_where_the_reference_beats_it() -> None:
    found = judge_timing(calls(0.5, 0.2), calls(0.4, 0.2), least_ms=1.0)
    assert found.doubt == ""
    assert found.roof_share == 0


def test_negative_times_are_false() -> None:
    found = judge_timing(calls(1.0, 0.2), [TimedCall(-1.0, 1.2)] * 3)
    assert found.doubt


def test_a_few_disturbed_calls_are_no_doubt() -> None:
    disturbed = [*calls(1.0, 0.2, 18), TimedCall(1.0, 30.0), TimedCall(1.0, 25.0)]
    found = judge_timing(calls(2.0, 0.2), disturbed)
    assert found.doubt == ""
    assert found.speedup == pytest.approx(2, rel=0.05)
