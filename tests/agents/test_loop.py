"""The loop's decisions, with models and checks that follow a script."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from gatewright.agents import Budget, Listener, LoopInterrupted, LoopPolicy, solve
from gatewright.core import (
    Candidate,
    Diagnostic,
    FailureClass,
    HarnessSpec,
    ModelError,
    Oracle,
    Outcome,
    Problem,
    Provenance,
    ReferenceSpec,
    Round,
    Severity,
    Source,
    StopReason,
    TestbenchSpec,
    Trajectory,
    Verdict,
)
from gatewright.sandbox.harness import Harness

from .conftest import Answer, ScriptedModel

PROBLEM = Problem(
    "p1",
    "Write something.",
    top="top",
    harness=TestbenchSpec((Source("tb.sv", "module tb; endmodule"),)),
)
JUDGEMENT = json.dumps(
    {"fault": "design", "location": "line 2", "issue": "off", "why": "seen", "fix": "more"}
)
BLAMES_SPEC = JUDGEMENT.replace("design", "spec")


def code(body: str) -> str:
    return f"module top (input a, output b);\n    assign b = {body};\nendmodule\n"


def answer(body: str) -> str:
    return f"```verilog\n{code(body)}```"


def edit(old: str, new: str) -> str:
    return (
        f"<<<<<<< SEARCH\n    assign b = {old};\n=======\n    assign b = {new};\n>>>>>>> REPLACE\n"
    )


@dataclass
class ScoringHarness:
    """Scores the constant that the code assigns: 100 passes, `bad` does not parse."""

    checked: list[str] = field(default_factory=list)
    rules: str = "scripted"

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        self.checked.append(candidate.text)
        body = candidate.text.split("=", 1)[1].split(";")[0].strip()
        if isinstance(problem.harness, ReferenceSpec):
            same = problem.harness.reference[0].text.split("//")[0] == candidate.text.split("//")[0]
            return Verdict(Outcome.PASS if same else Outcome.FAIL, None if same else _DIFFERS)
        if body.startswith("bad"):
            said = (Diagnostic(Severity.ERROR, "syntax error near bad", "top.sv", 2),)
            return Verdict(Outcome.FAIL, FailureClass.SYNTAX, diagnostics=said)
        if problem.harness is None:
            return Verdict(Outcome.INCONCLUSIVE)
        value = int(body)
        if value == 100:
            return Verdict(Outcome.PASS, score=1.0, checks=100, mismatches=0)
        return Verdict(
            Outcome.FAIL, FailureClass.MISMATCH, value / 100, 100, mismatches=100 - value
        )


_DIFFERS = FailureClass.MISMATCH


@dataclass
class Run:
    """One run of `solve`, and what was seen on the way."""

    trajectory: Trajectory
    model: ScriptedModel
    harness: ScoringHarness

    @property
    def scores(self) -> list[float]:
        return [round.verdict.score for round in self.trajectory.rounds]

    @property
    def kept(self) -> list[bool]:
        return [round.kept for round in self.trajectory.rounds]


def run(
    answers: Sequence[Answer],
    policy: LoopPolicy | None = None,
    problem: Problem = PROBLEM,
    listener: Listener | None = None,
) -> Run:
    model, harness = ScriptedModel(list(answers)), ScoringHarness()

    def harnesses(spec: HarnessSpec | None) -> Harness:
        return harness

    chosen = policy or LoopPolicy(symbolic=False)
    trajectory = solve(problem, model=model, harnesses=harnesses, policy=chosen, listener=listener)
    return Run(trajectory, model, harness)


def test_a_first_answer_that_passes_ends_it() -> None:
    done = run([answer("100")])
    assert done.trajectory.stop is StopReason.PASSED
    assert done.trajectory.oracle is Oracle.GOLDEN
    assert done.trajectory.best is not None
    assert done.trajectory.best.provenance is Provenance.MODEL
    assert len(done.model.asked) == 1
    assert done.trajectory.usage.calls == 1


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


def test_the_best_so_far_is_kept_to_the_end() -> None:
    policy = LoopPolicy(rounds=2, symbolic=False)
    done = run([answer("60"), JUDGEMENT, answer("70"), JUDGEMENT, answer("30")], policy)
    assert done.trajectory.stop is StopReason.ROUNDS
    assert done.trajectory.verdict is not None
    assert done.trajectory.verdict.score == 0.7


def test_the_same_design_again_is_not_checked_twice() -> None:
    same = "    assign /* as before */ b=60;"
    again = edit("60", "100").replace("    assign b = 100;", same)
    done = run([answer("60"), JUDGEMENT, again, JUDGEMENT, again])
    assert done.trajectory.stop is StopReason.DUPLICATE
    assert len(done.harness.checked) == 1
    assert "tried before" in done.model.asked[3][-1].text


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


def test_attempts_that_are_the_same_design_count_once() -> None:
    policy = LoopPolicy(samples=3, keep=3, rounds=0, symbolic=False)
    done = run([answer("60"), answer("60 "), answer("70")], policy)
    assert done.kept == [True, False, True]
    assert len(done.harness.checked) == 2
    assert done.trajectory.stop is StopReason.ROUNDS
    assert [sampling.sample for sampling in done.model.samplings] == [0, 1, 2]
    assert [sampling.temperature for sampling in done.model.samplings] == [0.0, 0.8, 0.8]


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
