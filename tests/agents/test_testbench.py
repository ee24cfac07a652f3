from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.agents import Harnesses
from gatewright.agents.testbench import BenchPolicy, BenchRun, write_testbench
from gatewright.agents.testbench_author import BenchAuthor, Style, bench_in
from gatewright.agents.testbench_findings import findings, is_strong
from gatewright.core import Language, ModelError, Problem, Source, StopReason
from gatewright.sandbox.harness.reference import ReferenceHarness
from gatewright.sandbox.isolation import Isolation
from gatewright.sandbox.mutants import Measure

from .conftest import Answer, ScriptedModel

SPEC = "A two-bit counter `counter` with synchronous reset; wrap is high while q is 3."
DESIGN = """\
module counter(input clk, input rst, output reg [1:0] q, output wrap);
  always @(posedge clk) if (rst) q <= 0; else q <= q + 1;
  assign wrap = q == 3;
endmodule
"""
REFERENCE = Source("reference.sv", DESIGN)
PROBLEM = Problem("counter", SPEC, top="counter", reference=(REFERENCE,))


def bench(check: str) -> str:
    return f"""\
module tb;
  reg clk = 0, rst = 1;
  wire [1:0] q; wire wrap;
  reg [1:0] want = 0;
  integer mismatches = 0, samples = 0;
  counter dut(.clk(clk), .rst(rst), .q(q), .wrap(wrap));
  always #5 clk = ~clk;
  always @(posedge clk) if (rst) want <= 0; else want <= want + 1;
  initial begin
    repeat (60) begin
      @(negedge clk); samples = samples + 1;
      if ({check}) mismatches = mismatches + 1;
      rst = samples % 17 == 0;
      #2 rst = samples % 17 == 0 || samples % 5 == 0;
      #1 rst = samples % 17 == 0;
    end
    $display("Mismatches: %0d in %0d samples", mismatches, samples); $finish;
  end
endmodule
"""


WEAK = f"The testbench:\n```verilog\n{bench('q !== want')}```\n"
ALL = "{q, wrap} !== {want, want == 2'd3}"
STRONG = f"```verilog\n{DESIGN}\n{bench(ALL)}```\n"
WRONG = f"```verilog\n{bench('q === want')}```\n"
BROKEN = "```verilog\nmodule tb; counter dut(.clk(clk); initial oops endmodule\n```\n"
COCOTB = """\
```python
import cocotb
from cocotb.triggers import Timer


@cocotb.test()
async def counts(dut):
    want = 0
    for step in range(20):
        dut.rst.value = int(step in (0, 11))
        dut.clk.value = 0
        await Timer(5)
        dut.clk.value = 1
        await Timer(5)
        want = 0 if step in (0, 11) else (want + 1) % 4
        assert dut.q.value == want, f"step {step}"
        assert dut.wrap.value == (want == 3)
```
"""


def written(
    isolation: Isolation,
    answers: Sequence[Answer],
    problem: Problem = PROBLEM,
    **policy: object,
) -> tuple[BenchRun, ScriptedModel]:
    model = ScriptedModel(list(answers))
    measure = Measure(most=12, comparison=ReferenceHarness(isolation, reproducible=True))
    run = write_testbench(
        problem,
        model=model,
        harnesses=Harnesses(isolation),
        measure=measure,
        policy=BenchPolicy(**policy),  # type: ignore[arg-type]
    )
    return run, model


def test_what_slips_through_is_shown_and_mended(isolation: Isolation) -> None:
    run, model = written(isolation, [WEAK, STRONG])
    assert run.verified
    assert [attempt.strength.sound for attempt in run.attempts] == [True, True]
    first, second = (attempt.strength for attempt in run.attempts)
    assert first.unwatched == ("wrap",)
    assert second.unwatched == ()
    assert run.best == run.attempts[1]
    assert "module counter" not in run.best.source.text
    told = model.asked[1][-1].text
    assert "`wrap`" in told
    assert "assign wrap = q == 3;" in told
    assert run.usage.calls == 2


def test_the_author_does_not_see_the_reference(isolation: Isolation) -> None:
    _, model = written(isolation, [WEAK], rounds=0)
    prompt = "".join(message.text for message in model.asked[0])
    assert "q <= q + 1" not in prompt
    assert "output reg [1:0] q" in prompt or "output [1:0] q" in prompt
    assert len(model.asked) == 1


def test_a_worse_correction_is_not_kept(isolation: Isolation) -> None:
    run, _ = written(isolation, [STRONG.replace("repeat (60)", "repeat (61)"), WEAK])
    if not is_strong(run.attempts[0].strength):
        assert not run.attempts[1].kept
    assert run.best == run.attempts[0]


def test_a_testbench_that_refuses_the_reference_is_repaired(isolation: Isolation) -> None:
    run, model = written(isolation, [BROKEN, WRONG, STRONG], rounds=0)
    assert [attempt.strength.sound for attempt in run.attempts] == [False, False, True]
    assert run.verified
    assert "does not accept the reference" in model.asked[1][-1].text
    assert "checks fail" in model.asked[2][-1].text


def test_repairs_end(isolation: Isolation) -> None:
    run, model = written(isolation, [WRONG, BROKEN, WRONG.replace("60", "61"), STRONG])
    assert not run.verified
    assert run.stop is StopReason.ROUNDS
    assert len(model.asked) == 3
    assert run.best is not None


def test_without_a_reference_the_models_own_designs_must_do(isolation: Isolation) -> None:
    answers = [f"```verilog\n{DESIGN}```", f"```verilog\n{DESIGN} ```", "no code", STRONG]
    run, _ = written(isolation, answers, Problem("counter", SPEC, top="counter"), rounds=0)
    assert run.best is not None
    assert run.best.strength.sound
    assert not run.verified
    assert run.right is not None
    assert not run.right.trusted
    assert any("2 of 2 attempts agree" in note for note in run.notes)


def test_cocotb(isolation: Isolation) -> None:
    run, model = written(isolation, [COCOTB], style=Style.COCOTB, rounds=0)
    assert run.verified
    assert run.best is not None
    assert run.best.source.language is Language.PYTHON
    assert run.best.strength.score is not None
    assert run.best.strength.score > 0.7
    assert "cocotb 2 tests" in model.asked[0][0].text


def test_a_structured_specification_needs_no_model(isolation: Isolation) -> None:
    table = "module and2\n- input a\n- input b\n- output y\n\n| a | b | y |\n|---|---|---|\n"
    table += "| 0 | 0 | 0 |\n| 0 | 1 | 0 |\n| 1 | 0 | 0 |\n| 1 | 1 | 1 |\n"
    run = write_testbench(
        Problem("and2", table, top="and2"),
        model=None,
        harnesses=Harnesses(isolation),
        measure=Measure(most=10),
    )
    assert run.verified
    assert run.stop is StopReason.PASSED
    assert run.best is not None
    assert run.best.strength.score == 1.0
    assert not run.best.by_model


def test_a_model_that_fails_ends_the_run(isolation: Isolation) -> None:
    run, _ = written(isolation, [WEAK, ModelError("gone")])
    assert run.best is not None
    assert run.stop is StopReason.MODEL_FAILED
    nothing, _ = written(isolation, [])
    assert nothing.best is None
    assert not nothing.verified


@given(st.text(max_size=400), st.sampled_from(Style))
def test_any_answer_is_read(answer: str, style: Style) -> None:
    found = bench_in(answer, style, "top")
    assert found is None or found.text.strip()


def test_only_the_testbench_is_taken() -> None:
    found = bench_in(STRONG, Style.VERILOG, "counter")
    assert found is not None
    assert found.text.startswith("module tb")
    assert bench_in("no code", Style.VERILOG, "counter") is None
    assert bench_in("no code", Style.COCOTB, "counter") is None
    design_only = bench_in(f"```\n{DESIGN}```", Style.VERILOG, "counter")
    assert design_only is None


@pytest.mark.parametrize("style", list(Style))
def test_prompts(style: Style, isolation: Isolation) -> None:
    """Word for word; GATEWRIGHT_UPDATE_PROMPTS=1 writes them anew."""
    run, _ = written(isolation, [WEAK], rounds=0)
    assert run.best is not None
    model = ScriptedModel(["", "", ""])
    author = BenchAuthor(PROBLEM, model, style)
    author.first()
    reference = PROBLEM.reference
    author.correct(REFERENCE, findings(run.best.strength, reference, "the reference", True))
    wrong, _ = written(isolation, [WRONG], rounds=0, repairs=0)
    assert wrong.best is not None
    author.correct(REFERENCE, findings(wrong.best.strength, reference, "a design", False))
    text = "\n\n".join(
        f"--- {message.role} ---\n{message.text}" for asked in model.asked for message in asked
    )
    path = Path(__file__).parent / "prompts" / f"testbench_{style}.txt"
    if os.environ.get("GATEWRIGHT_UPDATE_PROMPTS"):
        path.write_text(text)
    assert text == path.read_text()
