"""How a draft becomes a checked entry: repairs, sameness, failing models."""

from __future__ import annotations

from gatewright.agents import LoopPolicy
from gatewright.core import (
    FailureClass,
    ModelError,
    StopReason,
)

from .scriptedrun import (
    JUDGEMENT,
    answer,
    edit,
    run,
)


def test_a_syntax_error_is_repaired_with_what_the_tools_said() -> None:
    done = run([answer("bad"), answer("100")])
    assert done.trajectory.stop is StopReason.PASSED
    assert "syntax error near bad" in done.model.asked[1][-1].text
    first, second = done.trajectory.rounds
    assert second.candidate.parent == first.candidate.sha256
    assert first.verdict.failure_class is FailureClass.SYNTAX


def test_repairs_are_bounded_and_then_the_judge_has_its_turn() -> None:
    policy = LoopPolicy(repairs=2, rounds=1, symbolic=False)
    done = run([answer(f"bad{i}") for i in range(3)] + [JUDGEMENT, answer("100")], policy)
    assert done.trajectory.stop is StopReason.PASSED
    assert len(done.trajectory.rounds) == 4


def test_a_repair_that_only_repeats_the_code_ends_the_repairs() -> None:
    done = run([answer("bad"), answer("bad"), JUDGEMENT, answer("100")])
    assert done.trajectory.stop is StopReason.PASSED
    assert done.kept == [True, False, True]


def test_the_same_design_again_is_not_checked_twice() -> None:
    same = "    assign /* as before */ b=60;"
    again = edit("60", "100").replace("    assign b = 100;", same)
    done = run([answer("60"), JUDGEMENT, again, JUDGEMENT, again])
    assert done.trajectory.stop is StopReason.DUPLICATE
    assert len(done.harness.checked) == 1
    assert "tried before" in done.model.asked[3][-1].text


def test_attempts_that_are_the_same_design_count_once() -> None:
    policy = LoopPolicy(samples=3, keep=3, rounds=0, symbolic=False)
    done = run([answer("60"), answer("60 "), answer("70")], policy)
    assert done.kept == [True, False, True]
    assert len(done.harness.checked) == 2
    assert done.trajectory.stop is StopReason.ROUNDS
    assert [sampling.sample for sampling in done.model.samplings] == [0, 1, 2]
    assert [sampling.temperature for sampling in done.model.samplings] == [0.0, 0.8, 0.8]


def test_a_call_that_fails_once_is_survived() -> None:
    policy = LoopPolicy(samples=2, symbolic=False)
    assert run([ModelError("hiccup"), answer("100")], policy).trajectory.stop is StopReason.PASSED
    done = run([answer("60"), ModelError("hiccup"), edit("60", "100")])
    assert done.trajectory.stop is StopReason.PASSED


def test_no_code_is_asked_for_again_and_then_given_up() -> None:
    done = run(["Sorry."] * 9, LoopPolicy(repairs=2))
    assert done.trajectory.best is None
    assert done.trajectory.stop is StopReason.NO_CANDIDATE
    assert done.trajectory.rounds[0].verdict.failure_class is FailureClass.NO_CODE
    assert "held no code" in done.model.asked[1][-1].text
    assert len(done.model.asked) == 3


def test_a_model_that_dies_leaves_the_best_so_far() -> None:
    down = [ModelError("connection refused") for _ in range(9)]
    done = run([answer("60"), JUDGEMENT, *down])
    assert done.trajectory.stop is StopReason.MODEL_FAILED
    assert done.trajectory.verdict is not None
    assert done.trajectory.verdict.score == 0.6
    assert any("connection refused" in note for note in done.trajectory.notes)
    nothing = run([ModelError("no key"), ModelError("no key")], LoopPolicy(samples=5))
    assert nothing.trajectory.stop is StopReason.MODEL_FAILED
    assert nothing.trajectory.best is None
    assert run([ModelError("no key")]).trajectory.stop is StopReason.MODEL_FAILED
