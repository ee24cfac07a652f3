from __future__ import annotations

from collections.abc import Mapping

import pytest

from gatewright.core import Candidate, FailureClass, Oracle, Outcome, Provenance, Verdict
from gatewright.eval.rows import ResultRow, result_row, sample_row
from gatewright.eval.speed import Speed, SpeedTally, short_speed, speed_json, speed_lines

STATIC = {"static_roof_share_serial": 0.2, "static_roof_share": 0.4, "static_coalescing": 1.0}


def row(
    metrics: Mapping[str, float] | None = None,
    tools: Mapping[str, str] | None = None,
    *,
    right: bool = True,
) -> ResultRow:
    outcome = Outcome.PASS if right else Outcome.FAIL
    failure = None if right else FailureClass.MISMATCH
    told = {"device": "cpu-emulated"} if tools is None else tools
    verdict = Verdict(outcome, failure, metrics=metrics or {}, tools=told)
    answer = sample_row("p", Candidate((), Provenance.MODEL), Oracle.NONE, None)
    return result_row(answer, {"official": verdict}, 1.0)


def speed_of(*rows: ResultRow) -> Speed | None:
    tally = SpeedTally("official")
    for one in rows:
        tally.add(one)
    return tally.speed()


def test_a_row_keeps_what_tells_how_good_a_kernel_is_and_no_other_metric() -> None:
    kept = row({**STATIC, "speedup": 1.2345678}).rules["official"].figures
    assert kept == {
        "speedup": 1.234568,
        "static_roof_share_serial": 0.2,
        "static_roof_share": 0.4,
    }


def test_hardware_has_no_speed() -> None:
    assert speed_of(row(tools={"iverilog": "11.0"})) is None
    assert speed_of() is None


def test_without_a_gpu_estimates_are_labelled_and_no_speed_is_claimed() -> None:
    modelled = {"device": "cpu-emulated", "static": "NVIDIA H100"}
    low = row(STATIC, modelled)
    high = row({"static_roof_share_serial": 0.6, "static_roof_share": 0.8}, modelled)
    wrong = row({"static_roof_share_serial": 0.99}, modelled, right=False)
    speed = speed_of(low, high, wrong, row())
    assert speed is not None
    assert (speed.right, speed.timed, speed.speedup, speed.counted) == (3, 0, None, 2)
    decided, untimed, estimate = speed_lines(speed)
    assert decided == "decided on: cpu-emulated 4"
    assert "no speed is claimed" in untimed
    assert "static estimate for NVIDIA H100, no time: median 40.0% of the roofline" in estimate
    assert "60.0% if everything does, of 2 right answers" in estimate
    told = speed_json(speed)
    assert told["speedup_geometric_mean"] is None
    assert told["static"]["roof_share_serial_median"] == pytest.approx(0.4)


def test_with_a_gpu_the_mean_is_geometric_over_what_was_timed() -> None:
    gpu = {"device": "NVIDIA H200"}
    rows = (row({"speedup": 4.0}, gpu), row({"speedup": 0.25}, gpu), row({}, gpu))
    speed = speed_of(*rows, row({"speedup": 9.0}, gpu, right=False))
    assert speed is not None
    assert (speed.timed, speed.speedup) == (2, pytest.approx(1.0))
    lines = " ".join(speed_lines(speed))
    assert "decided on: NVIDIA H200 4" in lines
    assert "geometric mean 1.00, timed 2 of 3 right answers" in lines
    assert "static" not in lines
    assert speed_json(speed)["static"] is None


def test_a_cell_holds_the_best_right_answer_and_says_what_it_is() -> None:
    timed, estimated = row({"speedup": 1.5, **STATIC}), row(STATIC)
    assert short_speed([estimated.rules["official"], timed.rules["official"]]) == "1.50x"
    assert short_speed([estimated.rules["official"]]) == "static 20.0 to 40.0 %"
    assert short_speed([row({"speedup": 2.0}, right=False).rules["official"]]) == ""
