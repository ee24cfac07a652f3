"""The loop's decisions, with models and checks that follow a script."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gatewright.agents import Budget, Listener, LoopInterrupted, LoopPolicy, solve
from gatewright.core import (
    ModelError,
    Oracle,
    Outcome,
    Provenance,
    Round,
    StopReason,
    Trajectory,
)

from .conftest import Answer, ScriptedModel
from .scriptedrun import (
    BLAMES_SPEC,
    JUDGEMENT,
    PROBLEM,
    ScoringHarness,
    answer,
    code,
    edit,
    run,
)


def test_a_first_answer_that_passes_ends_it() -> None:
    done = run([answer("100")])
    assert done.trajectory.stop is StopReason.PASSED
    assert done.trajectory.oracle is Oracle.GOLDEN
    assert done.trajectory.best is not None
    assert done.trajectory.best.provenance is Provenance.MODEL
    assert len(done.model.asked) == 1
    assert done.trajectory.usage.calls == 1


def test_the_best_so_far_is_kept_to_the_end() -> None:
    policy = LoopPolicy(rounds=2, symbolic=False)
    done = run([answer("60"), JUDGEMENT, answer("70"), JUDGEMENT, answer("30")], policy)
    assert done.trajectory.stop is StopReason.ROUNDS
    assert done.trajectory.verdict is not None
    assert done.trajectory.verdict.score == 0.7


@pytest.mark.parametrize(
    ("budget", "stop"),
    [
        (Budget(tokens=1), StopReason.TOKENS),
        (Budget(money=0.0005), StopReason.MONEY),
        (Budget(wall_s=0.0), StopReason.WALL),
    ],
)
def test_budgets(budget: Budget, stop: StopReason) -> None:
    done = run([answer("60"), JUDGEMENT, edit("60", "100")], LoopPolicy(budget=budget))
    assert done.trajectory.stop is stop
    assert len(done.model.asked) == (0 if stop is StopReason.WALL else 1)
    if stop is not StopReason.WALL:
        assert done.trajectory.best is not None


def test_ctrl_c_hands_out_what_there_is() -> None:
    class Impatient(Listener):
        def round(self, turn: Round) -> None:
            if turn.number == 2:
                raise KeyboardInterrupt

    with pytest.raises(LoopInterrupted) as caught:
        run([answer("60"), JUDGEMENT, edit("60", "70")], listener=Impatient())
    assert caught.value.trajectory.stop is StopReason.INTERRUPTED
    assert caught.value.trajectory.best is not None
    assert isinstance(caught.value, KeyboardInterrupt)


def test_without_an_oracle_nothing_is_ever_a_pass() -> None:
    done = run([answer("bad"), answer("7")], LoopPolicy(oracle=Oracle.NONE, symbolic=False))
    assert done.trajectory.oracle is Oracle.NONE
    assert done.trajectory.stop is StopReason.UNVERIFIED
    assert done.trajectory.verdict is not None
    assert done.trajectory.verdict.outcome is Outcome.INCONCLUSIVE
    assert done.trajectory.best is not None
    assert done.trajectory.best.text == code("7")


def test_without_an_oracle_the_majority_is_chosen() -> None:
    policy = LoopPolicy(samples=4, oracle=Oracle.NONE, symbolic=False)
    done = run([answer("1"), answer("2"), answer("3"), answer("2")], policy)
    assert done.trajectory.best is not None
    assert done.trajectory.best.text == code("2")
    assert any("2 of 4 attempts behave alike" in note for note in done.trajectory.notes)


def test_a_fresh_sample_draws_afresh() -> None:
    model, harness = ScriptedModel([answer("100")]), ScoringHarness()
    solve(
        PROBLEM,
        model=model,
        harnesses=lambda spec: harness,
        policy=LoopPolicy(symbolic=False, temperature=0.8),
        sample=3,
    )
    assert model.samplings[0].sample == 3000
    assert model.samplings[0].temperature == 0.8


def test_the_listener_hears_of_everything() -> None:
    heard: list[str] = []

    class Reporter(Listener):
        def started(self, oracle: Oracle) -> None:
            heard.append(f"oracle {oracle}")

        def stage(self, text: str) -> None:
            heard.append(text)

        def text(self, piece: str) -> None:
            heard.append("text")

        def stopped(self, trajectory: Trajectory) -> None:
            heard.append(f"stopped {trajectory.stop}")

    run([answer("60"), JUDGEMENT, edit("60", "100")], listener=Reporter())
    assert heard == [
        "oracle golden",
        "writing (attempt 1 of 1)",
        "text",
        "checking",
        "judging (round 1 of 6)",
        "editing (round 1 of 6)",
        "text",
        "checking",
        "stopped passed",
    ]


Check = Callable[[Trajectory], bool]


@pytest.mark.parametrize("seed", range(40))
def test_whatever_the_model_does_the_books_balance(seed: int) -> None:
    import random

    dice = random.Random(seed)

    def any_answer(_: object) -> str:
        kind = dice.randrange(6)
        value = dice.randrange(0, 99)
        texts = (
            answer(str(value)), answer("bad"), edit(str(value), "7"), JUDGEMENT, "hm", BLAMES_SPEC
        )  # fmt: skip
        return texts[kind]

    answers: list[Answer] = [
        ModelError("down") if dice.random() < 0.1 else any_answer for _ in range(200)
    ]
    policy = LoopPolicy(
        samples=dice.randrange(1, 4),
        keep=dice.randrange(1, 3),
        rounds=dice.randrange(0, 8),
        repairs=dice.randrange(0, 3),
        oracle=dice.choice((None, Oracle.NONE)),
        symbolic=False,
    )
    done = run(answers, policy)
    rounds = done.trajectory.rounds
    assert [round.number for round in rounds] == list(range(1, len(rounds) + 1))
    coded = [round for round in rounds if round.candidate.sources]
    if done.trajectory.oracle is Oracle.GOLDEN and coded:
        assert done.trajectory.verdict is not None
        assert done.trajectory.verdict.score == max(round.verdict.score for round in coded)
    assert (done.trajectory.best is None) == (not coded)
    assert done.trajectory.usage.calls <= len(done.model.asked)
    assert not (done.trajectory.verdict and done.trajectory.verdict.passed)
