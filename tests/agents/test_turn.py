"""Judged edits: what is kept, what is rolled back, when a turn ends the run."""

from __future__ import annotations

from gatewright.agents import LoopPolicy
from gatewright.core import (
    StopReason,
)

from .conftest import Answer
from .scriptedrun import (
    BLAMES_SPEC,
    JUDGEMENT,
    answer,
    code,
    edit,
    run,
)


def test_a_mismatch_is_judged_and_edited() -> None:
    done = run([answer("60"), JUDGEMENT, edit("60", "100")])
    assert done.trajectory.stop is StopReason.PASSED
    judged = done.trajectory.rounds[1]
    assert judged.judgement is not None
    assert judged.judgement.issue == "off"
    assert "off" in done.model.asked[2][-1].text
    assert "40 of 100 checks fail" in done.model.asked[1][-1].text
    assert judged.candidate.text == code("100")


def test_a_worse_edit_is_rolled_back_and_remembered() -> None:
    done = run([answer("60"), JUDGEMENT, edit("60", "20"), JUDGEMENT, edit("60", "100")])
    assert done.trajectory.stop is StopReason.PASSED
    assert done.scores == [0.6, 0.2, 1.0]
    assert done.kept == [True, False, True]
    second_edit = done.model.asked[4][-1].text
    assert "assign b = 60;" in second_edit
    assert "Rolled back" in second_edit
    assert "80 of 100 checks fail" in second_edit


def test_prompts_do_not_grow() -> None:
    answers: list[Answer] = [answer("1")]
    for value in range(1, 40):
        answers += [JUDGEMENT, edit(str(value), str(value + 1))]
    done = run(answers, LoopPolicy(rounds=30, symbolic=False))
    assert done.trajectory.stop is StopReason.ROUNDS
    sizes = [len(asked[-1].text) for asked in done.model.asked[10:]]
    assert max(sizes) - min(sizes) < 1500
    assert all(len(asked) == 2 for asked in done.model.asked)
    assert done.model.asked[-1][-1].text.count("- Round") <= 3


def test_an_edit_that_does_not_fit_is_asked_for_as_whole_code() -> None:
    done = run([answer("60"), JUDGEMENT, edit("61", "100"), answer("100")])
    assert done.trajectory.stop is StopReason.PASSED
    assert "does not occur" in done.model.asked[3][-1].text
    assert done.trajectory.rounds[1].candidate.usage.calls == 2


def test_a_judge_that_talks_garbage_does_not_stop_the_loop() -> None:
    done = run([answer("60"), "I like it.", "Really.", edit("60", "100")])
    assert done.trajectory.stop is StopReason.PASSED
    judgement = done.trajectory.rounds[1].judgement
    assert judgement is not None
    assert "40 of 100" in judgement.issue
    assert done.trajectory.rounds[1].usage.calls == 3
    assert any("could not be read" in note for note in done.trajectory.notes)


def test_the_judge_must_insist_before_the_specification_is_blamed() -> None:
    done = run([answer("60"), BLAMES_SPEC, answer("50"), BLAMES_SPEC])
    assert done.trajectory.stop is StopReason.AMBIGUOUS
    assert any("blames the specification" in note for note in done.trajectory.notes)
    last = done.trajectory.rounds[-1]
    assert last.judgement is not None
    assert last.candidate == done.trajectory.best
    once = run([answer("60"), BLAMES_SPEC, edit("60", "100")])
    assert once.trajectory.stop is StopReason.PASSED


def test_stagnation_passes_the_turn_to_the_next_kept_attempt() -> None:
    policy = LoopPolicy(samples=2, keep=2, rounds=9, stagnation=2, symbolic=False)
    stale = [JUDGEMENT, answer("11"), JUDGEMENT, answer("12")]
    done = run([answer("60"), answer("50"), *stale, JUDGEMENT, edit("50", "100")], policy)
    assert done.trajectory.stop is StopReason.PASSED
    assert done.scores == [0.6, 0.5, 0.11, 0.12, 1.0]
    only = run(
        [answer("60"), JUDGEMENT, answer("11"), JUDGEMENT, answer("12")],
        LoopPolicy(rounds=9, stagnation=2, symbolic=False),
    )
    assert only.trajectory.stop is StopReason.STAGNATION
