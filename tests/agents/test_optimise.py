"""What passes is made faster by the same loop, and never given up for what is slower."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from gatewright.agents import LoopPolicy, solve
from gatewright.agents.judge_fallback import judgement_from
from gatewright.agents.optimise import at_roof, gain, measurable, speed_told
from gatewright.agents.rank import rank
from gatewright.agents.view import result_line
from gatewright.core import (
    Candidate,
    Diagnostic,
    FailureClass,
    HarnessSpec,
    KernelSpec,
    Language,
    ModelError,
    Outcome,
    Problem,
    Severity,
    Source,
    StopReason,
    TestResult,
    ToolCrashed,
    Trajectory,
    Verdict,
)
from gatewright.sandbox.harness import Harness

from .conftest import Answer, ScriptedModel

PROBLEM = Problem(
    "k", "class Model: ...", Language.CUDA, harness=KernelSpec(Source("p.py", "class Model: ..."))
)
BOTTLENECK = json.dumps(
    {"location": "line 3", "bottleneck": "strided", "evidence": "8 sectors", "method": "transpose"}
)
NOTE = Diagnostic(
    Severity.NOTE, "uncoalesced load: 9", "k.py", 3, code="uncoalesced", tool="static"
)


def kernel(share: float, more: str = "") -> str:
    return f"```python\nclass ModelNew:\n    share = {share}\n    {more or 'pass'}\n```"


def passed(share: float, **more: float) -> Verdict:
    metrics = {"static_roof_share_serial": share, "static_roof_share": share, **more}
    return Verdict(Outcome.PASS, score=1.0, checks=9, diagnostics=(NOTE,), metrics=metrics)


@dataclass
class SharingHarness:
    """Passes with the share that the text names; one below zero fails, nan crashes the tool."""

    rules: str = "scripted"
    checked: list[float] = field(default_factory=list)

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        share = float(re.findall(r"share = (\S+)", candidate.text)[0])
        self.checked.append(share)
        if share != share:
            raise ToolCrashed("the emulator fell over")
        if share < 0:
            return Verdict(Outcome.FAIL, FailureClass.MISMATCH, 0.5, 10, 5)
        return passed(share)


def run(
    answers: Sequence[Answer], rounds: int = 4, *, optimise: bool = True
) -> tuple[Trajectory, ScriptedModel]:
    model, harness = ScriptedModel(list(answers)), SharingHarness()

    def harnesses(spec: HarnessSpec | None) -> Harness:
        return harness

    policy = LoopPolicy(rounds=rounds, symbolic=False, optimise=optimise)
    return solve(PROBLEM, model=model, harnesses=harnesses, policy=policy), model


def best(trajectory: Trajectory) -> float:
    assert trajectory.verdict is not None
    return gain(trajectory.verdict)


def test_what_is_slower_is_rolled_back_and_the_best_is_kept() -> None:
    answers = [kernel(0.3), BOTTLENECK, kernel(0.5), BOTTLENECK, kernel(0.4), BOTTLENECK]
    found, model = run([*answers, kernel(-1.0)], rounds=3)
    assert found.stop is StopReason.PASSED
    assert best(found) == 0.5
    assert [turn.kept for turn in found.rounds] == [True, True, False, False]
    # The edit after the one that was rolled back starts from the best.
    assert "share = 0.5" in model.asked[-1][-1].text
    assert "40.0% of the roofline" in model.asked[-1][-1].text  # what was tried in vain


@pytest.mark.parametrize(
    ("share", "held", "better"),
    [
        (0.5, 0.5, False),  # the same traffic with half of the warps
        (0.5004, 0.5, False),  # as good as the same
        (0.5, 1.0, None),
        (0.5004, 1.0, True),
        (0.52, 0.5, True),
        (0.48, 1.0, False),
    ],
)
def test_a_tie_that_loses_occupancy_ranks_lower(
    share: float, held: float, better: bool | None
) -> None:
    before = rank(passed(0.5, static_occupancy=1.0))
    after = rank(passed(share, static_occupancy=held))
    assert (after > before, after < before) == (better is True, better is False)


def test_a_measured_speedup_needs_no_occupancy() -> None:
    measured = {"speedup": 2.0}
    before = rank(passed(0.5, static_occupancy=1.0, **measured))
    assert rank(passed(0.4, static_occupancy=0.5, **measured)) == before


def test_it_stops_near_the_roofline() -> None:
    found, model = run([kernel(0.3), BOTTLENECK, kernel(0.96)])
    assert best(found) == 0.96
    assert len(model.asked) == 3
    assert any("on the roofline" in note for note in found.notes)


def test_it_is_made_faster_only_where_that_is_asked_for() -> None:
    found, model = run([kernel(0.3)], optimise=False)
    assert (best(found), len(model.asked)) == (0.3, 1)


def test_rounds_that_repairs_took_are_gone() -> None:
    judged = json.dumps({"issue": "off by one", "fix": "add one"})
    found, model = run([kernel(-1.0), judged, kernel(0.3), BOTTLENECK, kernel(0.4)], rounds=2)
    assert found.stop is StopReason.PASSED
    assert best(found) == 0.4
    assert len(model.asked) == 5


@pytest.mark.parametrize("failure", [ModelError("gone"), kernel(float("nan"))])
def test_nothing_that_fails_then_costs_the_pass(failure: Answer) -> None:
    found, _ = run([kernel(0.3), BOTTLENECK, failure])
    assert found.stop is StopReason.PASSED
    assert best(found) == 0.3


def test_the_judge_is_asked_for_a_bottleneck_and_shown_the_gpu() -> None:
    _, model = run([kernel(0.3), BOTTLENECK, kernel(0.4)], rounds=1)
    system, asked = model.asked[1]
    assert "one bottleneck" in system.text
    assert "NVIDIA H100 SXM5 (sm_90): 132 multiprocessors" in asked.text
    assert "k.py:3: note: uncoalesced load: 9" in asked.text
    edit = model.asked[2][-1].text
    assert "- method: transpose" in edit


def test_a_judge_that_babbles_is_replaced_by_the_costliest_finding() -> None:
    found, model = run([kernel(0.3), "well", "hm", kernel(0.4)], rounds=1)
    assert best(found) == 0.4
    assert "bottleneck" in model.asked[2][-1].text  # asked again for the same object
    assert "uncoalesced load: 9" in model.asked[3][-1].text
    assert judgement_from(passed(0.3), "").location == "line 3"
    assert judgement_from(Verdict(Outcome.PASS), "").fix


def test_what_is_right_for_any_size_comes_before_what_is_faster() -> None:
    narrow = passed(0.9, shape_bound=1.0)
    assert rank(passed(0.2)) > rank(narrow) > rank(passed(0.1, shape_bound=1.0))
    assert rank(narrow) > rank(Verdict(Outcome.FAIL, FailureClass.SLOW, 0.99))


def test_times_count_where_there_are_any() -> None:
    timed = passed(0.9, speedup=1.5, roof_share=0.4)
    assert (gain(timed), at_roof(timed)) == (1.5, False)
    assert at_roof(passed(0.1, speedup=1.5, roof_share=0.97))
    assert "1.50 times as fast" in speed_told(timed)


def test_few_warps_hide_nothing() -> None:
    assert at_roof(passed(0.96))
    assert not at_roof(passed(0.96, static_occupancy=0.25))


def test_a_small_run_that_is_bound_otherwise_than_the_problem_ends_nothing() -> None:
    assert not at_roof(passed(0.96, static_roof_differs=1.0))
    assert not at_roof(passed(0.96, static_spill_bytes=8.0))
    assert not measurable(Verdict(Outcome.PASS))
    assert speed_told(Verdict(Outcome.PASS)) == ""


def test_a_stage_that_was_skipped_is_no_failure() -> None:
    tests = (
        TestResult("nvcc", Outcome.INCONCLUSIVE, "skipped: nvcc is not installed"),
        TestResult("counters", Outcome.PASS, "exact"),
        TestResult("emulate: even", Outcome.FAIL, "output 0 is wrong"),
    )
    line = result_line(Verdict(Outcome.FAIL, FailureClass.MISMATCH, tests=tests))
    assert "emulate: even fails" in line
    assert "skipped" not in line
    assert "exact" not in line
