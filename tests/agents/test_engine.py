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
    Provenance,
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


def test_the_judge_sees_the_registers_behind_a_wrong_output(
    server: ChatServer, isolation: Isolation
) -> None:
    """The value that the wrong output is made of stands in the table, cycle by cycle."""
    hidden = RIGHT.replace("output reg [3:0] q", "output [3:0] q").replace(
        ");\n", ");\n  reg [3:0] count;\n  assign q = count + (count == 7);\n", 1
    )
    hidden = hidden.replace("q <= 0", "count <= 0").replace(
        "q <= q == 9 ? 0 : q + 1", "count <= count == 9 ? 0 : count + 1"
    )
    attempt(server, isolation, [fenced(hidden), "", JUDGEMENT], LoopPolicy(rounds=1))
    table = server.prompts[1].split("The cycles up to")[1].split("```")[1].strip().splitlines()
    assert table[0].split()[-1] == "count"
    assert table[-1].split()[-2:] == ["1000≠0111", "0111"]


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


MAJORITY = Problem(
    "majority",
    """Implement a module named majority with the following interface.

 - input  a
 - input  b
 - input  c
 - output f

The module should implement the following truth table.

  a | b | c | f
  0 | 0 | 0 | 0
  0 | 0 | 1 | 0
  0 | 1 | 0 | 0
  0 | 1 | 1 | 1
  1 | 0 | 0 | 0
  1 | 0 | 1 | 1
  1 | 1 | 0 | 1
  1 | 1 | 1 | 1
""",
    top="majority",
)


def test_no_model_but_a_structured_specification(isolation: Isolation) -> None:
    done = solve(MAJORITY, model=None, harnesses=Harnesses(isolation))
    assert done.stop is StopReason.PASSED
    assert done.oracle is Oracle.DERIVED
    assert done.best is not None
    assert done.best.provenance is Provenance.SYMBOLIC
    assert done.usage.calls == 0
    unchecked = LoopPolicy(oracle=Oracle.NONE)
    blind = solve(MAJORITY, model=None, harnesses=Harnesses(isolation), policy=unchecked)
    assert blind.stop is StopReason.UNVERIFIED
    assert blind.verdict is not None
    assert blind.verdict.outcome is Outcome.INCONCLUSIVE
    off = LoopPolicy(symbolic=False)
    nothing = solve(MAJORITY, model=None, harnesses=Harnesses(isolation), policy=off)
    assert nothing.stop is StopReason.NO_CANDIDATE
    assert nothing.notes == ("the symbolic reader is switched off",)


def test_the_specification_itself_is_the_oracle(server: ChatServer, isolation: Isolation) -> None:
    wrong = "module majority (input a, b, c, output f);\n    assign f = a & b;\nendmodule\n"
    right = wrong.replace("a & b", "(a & b) | (c & (a | b))")
    policy = LoopPolicy(symbolic=False, oracle=Oracle.DERIVED)
    done = attempt(server, isolation, [fenced(wrong), JUDGEMENT, fenced(right)], policy, MAJORITY)
    assert done.oracle is Oracle.DERIVED
    assert [turn.verdict.outcome for turn in done.rounds] == [Outcome.FAIL, Outcome.PASS]
    assert "the specification's own tables" in server.prompts[1]
    assert "If a=0, b=1, c=1 then f=1." in server.prompts[0]
    bare = LoopPolicy(symbolic=False, hints=False)
    attempt(server, isolation, [fenced(right)], bare, MAJORITY)
    assert "in plain sentences" not in server.prompts[-1]


def trace_of_a_flip_flop() -> str:
    """A waveform in which q takes over the value that a had before each rising edge of clk."""
    a = "01101001101100101101"  # a value for each half of a clock period
    lines = ["  time  clk  a  q"]
    for half, bit in enumerate(a):
        last_low = half - 1 if half % 2 else half - 2
        q = a[last_low] if half else "x"
        lines += [f"  {10 * half + t}ns   {half % 2}    {bit}   {q}" for t in (0, 5)]
    return "\n".join(lines)


def test_what_a_trace_does_not_prove_is_said(isolation: Isolation) -> None:
    spec = (
        "Implement a module named top.\n\n - input  clk\n - input  a\n - output q\n\n"
        "The module should implement a sequential circuit. Read the simulation\n"
        "waveforms to determine what the circuit does, then implement it.\n\n"
    )
    problem = Problem("trace", spec + trace_of_a_flip_flop() + "\n", top="top")
    done = solve(problem, model=None, harnesses=Harnesses(isolation))
    assert done.stop is StopReason.PASSED, done.notes
    assert any("consistent with the trace" in note for note in done.notes)


def test_what_cannot_be_asked_for(isolation: Isolation) -> None:
    harnesses = Harnesses(isolation)
    with pytest.raises(UsageError, match="no coder for python"):
        solve(Problem("k", "s", language=Language.PYTHON), model=None, harnesses=harnesses)
