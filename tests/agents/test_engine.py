"""The engine with nothing faked but the model's words: HTTP, sandbox and Icarus are real."""

from __future__ import annotations

import json

import pytest

from gatewright.agents import Harnesses, LoopPolicy, solve
from gatewright.core import (
    FailureClass,
    Language,
    Oracle,
    Outcome,
    Problem,
    StopReason,
    Trajectory,
    UsageError,
)
from gatewright.models.endpoint import Endpoint
from gatewright.models.langchain import LangChainModel
from gatewright.sandbox.isolation import Isolation

from .conftest import ChatServer, starter

COUNTER = starter("counter_mod10", "counter_mod10")
RIGHT = COUNTER.reference[0].text
WRONG = RIGHT.replace("q == 9 ? 0", "q == 10 ? 0")
WORSE = RIGHT.replace("else if (enable)", "else if (!enable)")
JUDGEMENT = json.dumps(
    {
        "fault": "design",
        "location": "line 9",
        "issue": "counts to 10",
        "why": "the specification says 0 to 9",
        "fix": "compare with 9",
    }
)


def fenced(code: str) -> str:
    return f"Here it is:\n```verilog\n{code}```\n"


def edit(old: str, new: str) -> str:
    return f"```\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n```"


def attempt(
    server: ChatServer,
    isolation: Isolation,
    answers: list[str | int],
    policy: LoopPolicy | None = None,
    problem: Problem = COUNTER,
) -> Trajectory:
    server.answers = answers
    model = LangChainModel(Endpoint("openai", "scripted", server.url, "k"), retries=0)
    return solve(
        problem,
        model=model,
        harnesses=Harnesses(isolation),
        policy=policy or LoopPolicy(symbolic=False, init_registers=False),
    )


def test_syntax_error_mismatch_judge_edit_pass(server: ChatServer, isolation: Isolation) -> None:
    line = "    else if (enable) q <= q == 10 ? 0 : q + 1;"
    done = attempt(
        server,
        isolation,
        [
            fenced(WRONG.replace("<= 0;", "<= 0")),
            fenced(WRONG),
            JUDGEMENT,
            edit(line, line.replace("10", "9")),
        ],
    )
    assert done.stop is StopReason.PASSED
    assert done.oracle is Oracle.GOLDEN
    classes = [turn.verdict.failure_class for turn in done.rounds]
    assert classes == [FailureClass.SYNTAX, FailureClass.MISMATCH, None]
    assert done.best is not None
    assert done.best.text.strip() == RIGHT.strip()
    assert done.usage.calls == 4
    assert done.usage.prompt_tokens == 40
    first, repair, judge, edited = server.prompts
    assert "A decimal counter" in first
    assert "counter_mod10.sv:8" in repair
    assert "expected" in judge
    assert "hA≠h0" in judge.replace("ha", "hA") or "1010≠0000" in judge
    assert "9|     else if (enable) q <= q == 10 ? 0 : q + 1;" in judge
    assert "counts to 10" in edited


def test_a_worse_edit_is_rolled_back(server: ChatServer, isolation: Isolation) -> None:
    done = attempt(
        server,
        isolation,
        [fenced(WRONG), JUDGEMENT, fenced(WORSE), JUDGEMENT, fenced(RIGHT)],
    )
    assert done.stop is StopReason.PASSED
    assert [turn.kept for turn in done.rounds] == [True, False, True]
    assert "Rolled back" in server.prompts[-1]
    assert "q == 10" in server.prompts[-1]


def test_a_server_that_dies_leaves_the_best(server: ChatServer, isolation: Isolation) -> None:
    done = attempt(server, isolation, [fenced(WRONG), JUDGEMENT, 500, 500, 500])
    assert done.stop is StopReason.MODEL_FAILED
    assert done.best is not None
    assert done.verdict is not None
    assert done.verdict.failure_class is FailureClass.MISMATCH
    assert 0 < done.verdict.score < 1


def test_wrong_ports_are_said_and_repaired(server: ChatServer, isolation: Isolation) -> None:
    done = attempt(server, isolation, [fenced(RIGHT.replace("reset", "rst")), fenced(RIGHT)])
    assert done.stop is StopReason.PASSED
    assert "reset" in server.prompts[1].split("The tools say")[1]


def test_a_reference_is_an_oracle_of_its_own(server: ChatServer, isolation: Isolation) -> None:
    policy = LoopPolicy(symbolic=False, oracle=Oracle.REFERENCE)
    done = attempt(server, isolation, [fenced(WRONG), JUDGEMENT, fenced(RIGHT)], policy)
    assert done.oracle is Oracle.REFERENCE
    assert done.stop is StopReason.PASSED


def test_without_an_oracle_the_majority_counts(server: ChatServer, isolation: Isolation) -> None:
    other = RIGHT.replace("q == 9 ? 0 : q + 1", "(q + 1) % 10")
    policy = LoopPolicy(samples=3, symbolic=False, oracle=Oracle.NONE)
    done = attempt(server, isolation, [fenced(WRONG), fenced(RIGHT), fenced(other)], policy)
    assert done.stop is StopReason.UNVERIFIED
    assert done.verdict is not None
    assert done.verdict.outcome is Outcome.INCONCLUSIVE
    assert done.best is not None
    assert "q == 9" in done.best.text
    assert any("2 of 3 attempts behave alike" in note for note in done.notes)


def test_without_an_oracle_code_is_mended_until_it_elaborates(
    server: ChatServer, isolation: Isolation
) -> None:
    unbound = RIGHT.replace("q + 1", "qq + 1")
    wrong_name = RIGHT.replace("module counter_mod10", "module counter")
    policy = LoopPolicy(symbolic=False, oracle=Oracle.NONE)
    done = attempt(server, isolation, [fenced(wrong_name), fenced(unbound), fenced(RIGHT)], policy)
    assert done.stop is StopReason.UNVERIFIED
    classes = [turn.verdict.failure_class for turn in done.rounds]
    assert classes == [FailureClass.INTERFACE, FailureClass.ELABORATION, None]
    assert "qq" in server.prompts[2].split("The tools say")[1]


def test_registers_get_initial_values_and_that_is_said(
    server: ChatServer, isolation: Isolation
) -> None:
    design = "module top (input clk, d, output reg q);\nalways @(posedge clk) q <= d;\nendmodule\n"
    problem = Problem("dff", "A flip-flop.", top="top")
    done = attempt(server, isolation, [fenced(design)], LoopPolicy(), problem)
    assert done.best is not None
    assert "output reg q = 0" in done.best.text
    assert "initial value 0 given to top.q" in done.best.note
    off = LoopPolicy(init_registers=False)
    assert attempt(server, isolation, [fenced(design)], off, problem).best.text == design  # type: ignore[union-attr]


def test_no_model_and_nothing_to_read(isolation: Isolation) -> None:
    done = solve(COUNTER, model=None, harnesses=Harnesses(isolation))
    assert done.stop is StopReason.NO_CANDIDATE
    assert done.best is None
    assert any("not read symbolically" in note for note in done.notes)


@pytest.mark.parametrize("name", ["fsm_table", "kmap_alarm"])
def test_no_model_but_a_structured_specification(name: str, isolation: Isolation) -> None:
    problem = starter(name, {"fsm_table": "walker", "kmap_alarm": "alarm"}[name])
    done = solve(problem, model=None, harnesses=Harnesses(isolation))
    assert done.stop is StopReason.PASSED
    assert done.usage.calls == 0


def test_the_specification_itself_is_the_oracle(server: ChatServer, isolation: Isolation) -> None:
    problem = starter("kmap_alarm", "alarm")
    right = problem.reference[0].text
    wrong = right.replace("~b & ~d", "~b & d")
    policy = LoopPolicy(symbolic=False, oracle=Oracle.DERIVED)
    done = attempt(server, isolation, [fenced(wrong), JUDGEMENT, fenced(right)], policy, problem)
    assert done.oracle is Oracle.DERIVED
    assert [turn.verdict.outcome for turn in done.rounds] == [Outcome.FAIL, Outcome.PASS]
    assert "the specification's own tables" in server.prompts[1]
    assert "in plain sentences" in server.prompts[0]


def test_what_cannot_be_asked_for(isolation: Isolation) -> None:
    harnesses = Harnesses(isolation)
    with pytest.raises(UsageError, match="no coder for cuda"):
        solve(Problem("k", "s", language=Language.CUDA), model=None, harnesses=harnesses)
    with pytest.raises(UsageError, match="not offered"):
        solve(COUNTER, model=None, harnesses=harnesses, policy=LoopPolicy(oracle=Oracle.GENERATED))
