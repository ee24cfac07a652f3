from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.agents import Harnesses, LoopPolicy, solve
from gatewright.agents.crosscheck import Cell, Matrix, decide
from gatewright.core import Oracle, Problem, Source, StopReason
from gatewright.sandbox.isolation import Isolation

from .conftest import ScriptedModel

Y, N, U = True, False, None


@pytest.mark.parametrize(
    ("rows", "designs", "benches"),
    [
        (((Y, Y, N), (Y, Y, N), (N, N, Y)), (0, 1), (0, 1)),
        # The testbench that passes everything is believed last: it sees least.
        (((Y, Y), (Y, Y), (Y, N)), (0, 1), (1, 0)),
        (((Y,),), (0,), (0,)),
        # More designs count before more testbenches.
        (((Y, Y, N, N), (N, N, Y, N), (N, N, Y, N)), (1, 2), (2,)),
        (((U, Y), (U, Y)), (0, 1), (1,)),
    ],
)
def test_the_largest_agreement_is_believed(
    rows: tuple[tuple[Cell, ...], ...], designs: tuple[int, ...], benches: tuple[int, ...]
) -> None:
    decision = decide(Matrix(rows))
    assert decision is not None
    assert (decision.designs, decision.benches) == (designs, benches)
    assert decision.support == len(designs) * len(benches)


@pytest.mark.parametrize(
    "rows",
    [
        (),
        ((),),
        ((N, N), (U, N)),
        # Every design has a testbench of its own: nobody agrees with anybody.
        ((Y, N), (N, Y)),
        ((Y, N), (N, N)),
    ],
)
def test_without_agreement_nothing_is_believed(rows: tuple[tuple[Cell, ...], ...]) -> None:
    assert decide(Matrix(rows)) is None


def test_rows_of_different_length_are_no_matrix() -> None:
    with pytest.raises(ValueError, match="cell"):
        Matrix(((Y,), (Y, N)))


_MATRICES = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.tuples(*[st.sampled_from([True, False, None])] * width), min_size=1, max_size=5
    )
)


@given(_MATRICES)
def test_what_is_believed_agrees(rows: list[tuple[Cell, ...]]) -> None:
    matrix = Matrix(tuple(rows))
    decision = decide(matrix)
    if decision is None:
        return
    assert all(matrix.rows[d][b] for d in decision.designs for b in decision.benches)
    others = set(range(matrix.benches)) - set(decision.benches)
    assert not any(matrix.rows[d][b] for d in decision.designs for b in others)
    best = max(
        sum(bool(cell) for cell in row) * sum(_same(row, other) for other in rows) for row in rows
    )
    assert decision.support == best


def _same(first: tuple[Cell, ...], second: tuple[Cell, ...]) -> bool:
    return [bool(cell) for cell in first] == [bool(cell) for cell in second]


@given(_MATRICES)
def test_more_designs_that_agree_change_no_belief(rows: list[tuple[Cell, ...]]) -> None:
    matrix = Matrix(tuple(rows))
    decision = decide(matrix)
    if decision is not None:
        again = decide(Matrix((*matrix.rows, matrix.rows[decision.designs[0]])))
        assert again is not None
        assert set(again.benches) == set(decision.benches)


# The loop with a testbench that the model wrote; sandbox and simulator are real.

DESIGN = "module inv(input [1:0] a, output [1:0] y);\n  assign y = ~a;{}\nendmodule\n"
OTHER = "module inv(input [1:0] a, output [1:0] y);\n  assign y = a;{}\nendmodule\n"
SPEC = "A clever module inv with input a and output y, two bits each, that turns all round."
PROBLEM = Problem("inv", SPEC, top="inv")


def bench(expected: str, mark: str = "") -> str:
    return f"""```verilog
module tb;{mark}
  reg [1:0] a; wire [1:0] y; integer i, mismatches = 0, samples = 0;
  inv dut(.a(a), .y(y));
  initial begin
    for (i = 0; i < 4; i = i + 1) begin
      a = i; #1 samples = samples + 1;
      if (y !== ({expected})) mismatches = mismatches + 1;
    end
    $display("Mismatches: %0d in %0d samples", mismatches, samples); $finish;
  end
endmodule
```"""


def fenced(code: str) -> str:
    return f"```verilog\n{code}```"


def written(designs: list[str], benches: list[str], *more: str) -> ScriptedModel:
    return ScriptedModel([*map(fenced, designs), *benches, *more])


POLICY = LoopPolicy(oracle=Oracle.GENERATED, symbolic=False, rounds=4)


def test_the_agreed_testbench_decides(isolation: Isolation) -> None:
    model = written(
        [OTHER.format(""), DESIGN.format(""), DESIGN.format(" // b")],
        [bench("a", " // x"), bench("~a"), bench("~a", " // z")],
    )
    done = solve(PROBLEM, model=model, harnesses=Harnesses(isolation), policy=POLICY)
    assert done.oracle is Oracle.GENERATED
    assert done.stop is StopReason.PASSED
    assert done.best is not None
    assert "~a" in done.best.text
    assert done.usage.calls == 6  # each draft is paid for once
    assert any("2 designs pass 2 of them" in note for note in done.notes)


def test_without_agreement_nothing_passes(isolation: Isolation) -> None:
    # The testbenches do not agree with any design: there is no oracle at all.
    model = written([OTHER.format(""), OTHER.format(" // b")], [bench("~a"), bench("a + 1")])
    policy = LoopPolicy(oracle=Oracle.GENERATED, symbolic=False, cross_check=2)
    done = solve(PROBLEM, model=model, harnesses=Harnesses(isolation), policy=policy)
    assert done.oracle is Oracle.NONE
    assert done.stop is StopReason.UNVERIFIED
    assert done.verdict is not None
    assert not done.verdict.passed
    assert any("no testbench was generated" in note for note in done.notes)


def test_no_model_no_generated_testbench(isolation: Isolation) -> None:
    done = solve(PROBLEM, model=None, harnesses=Harnesses(isolation), policy=POLICY)
    assert done.oracle is Oracle.NONE
    assert done.stop is StopReason.NO_CANDIDATE


def test_the_golden_design_is_not_looked_at(isolation: Isolation) -> None:
    # A golden design that the generated testbench would refuse.
    golden = replace(PROBLEM, reference=(Source("golden.sv", OTHER.format("")),))
    model = written([DESIGN.format("")] * 3, [bench("~a")] * 3)
    done = solve(golden, model=model, harnesses=Harnesses(isolation), policy=POLICY)
    assert done.stop is StopReason.PASSED
