from __future__ import annotations

from importlib import resources

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatewright.core import DataError, Source
from gatewright.sandbox.integrity import preprocess, tokenize
from gatewright.sandbox.mutants import Mutant, Operator, mutants
from gatewright.sandbox.mutants.constants import variants
from gatewright.sandbox.tools.slang import syntax_diagnostics

STARTER = resources.files("gatewright.datasets") / "starter"
REFERENCES = tuple(
    Source(f"{folder.name}.sv", (folder / "reference.sv").read_text())
    for folder in sorted(STARTER.iterdir(), key=lambda f: f.name)
    if (folder / "reference.sv").is_file()
)

MACHINE = Source(
    "machine.sv",
    """\
// Prüft alles: a machine with most of what can be mistaken
`define STEP 2'd1
module helper(input [3:0] a, output [3:0] b);
  and g(b[0], a[0], a[1]);
  assign b[3:1] = {a[3], a[2], a[1]} >>> 1;
endmodule
module unused(input a, output b);
  assign b = ~a;
endmodule
module machine #(parameter W = 4) (
    input clk, input rst_n, input go, input signed [3:0] d, output reg [W-1:0] q, output y
);
  typedef enum logic [1:0] {IDLE, RUN, DONE} state_t;
  state_t state = IDLE, next;
  reg [3:0] t = 4'd3;
  wire [3:0] h;
  reg w;
  helper u(.a(d), .b(h));
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin state <= IDLE; w <= 1'b0; end
    else begin state <= next; w <= go; end
  always @(*) begin
    next = state;
    case (state)
      IDLE: if (go) next = RUN;
      RUN: next = (t < 4'd9) ? RUN : DONE;
      default: next = IDLE;
    endcase
  end
  always @(state or t) $display("state %d", t + 1);
  always @(posedge clk) begin
    t = t + `STEP;
    q <= $signed(d) * t[2:1] + h[1];
    if (go) q <= 4'b0 ^ {t[0], t[3:1]};
  end
  assign y = ^q && !(go | rst_n);
endmodule
""",
)


def _span(source: Source, mutant: Mutant) -> tuple[int, int]:
    """Where the mutant's change stands, found from its line and column."""
    lines = source.text.split("\n")
    start = sum(len(line) + 1 for line in lines[: mutant.line - 1]) + mutant.column - 1
    return start, start + len(mutant.before)


def _words(text: str) -> list[str]:
    return [token.text for token in tokenize(text)]


@pytest.mark.parametrize("source", [*REFERENCES, MACHINE], ids=lambda s: s.name)
def test_every_mutant_parses_and_differs_in_one_range(source: Source) -> None:
    found = mutants(source)
    assert found
    texts = set()
    for mutant in found:
        start, end = _span(source, mutant)
        text = source.text
        assert text[start:end] == mutant.before
        assert mutant.source.text == text[:start] + mutant.after + text[end:]
        assert _words(mutant.source.text) != _words(text)
        errors = [d for d in syntax_diagnostics([mutant.source]) if d.severity == "error"]
        assert not errors, (str(mutant), errors)
        texts.add(mutant.source.text)
    assert len(texts) == len(found)


def test_all_kinds_of_mistake_are_made() -> None:
    kinds = {mutant.operator for mutant in mutants(MACHINE)}
    assert kinds == set(Operator)


@pytest.mark.parametrize(
    ("operator", "before", "after"),
    [
        (Operator.CLOCK_EDGE, "posedge", "negedge"),
        (Operator.CLOCK_EDGE, "posedge", ""),
        (Operator.RESET_KIND, "posedge clk or negedge rst_n", "posedge clk"),
        (Operator.RESET_POLARITY, "!rst_n", "!(!rst_n)"),
        (
            Operator.RESET_POLARITY,
            "negedge rst_n)\n    if (!rst_n",
            "posedge rst_n)\n    if (!(!rst_n)",
        ),
        (Operator.TRANSITION, "RUN", "DONE"),
        (Operator.TRANSITION, "IDLE", "RUN"),
        (Operator.TERNARY, "RUN : DONE", "DONE : (RUN)"),
        (Operator.CONSTANT, "4'd9", "4'd8"),
        (Operator.RELATIONAL, "<", "<="),
        (Operator.SELECT, "2:1", "3:2"),
        (Operator.SELECT, "2:1", "1:0"),
        (Operator.CONCATENATION, "t[0], t[3:1]", "t[3:1], t[0]"),
        (Operator.SIGNEDNESS, "$signed", "$unsigned"),
        (Operator.SIGNEDNESS, "signed", ""),
        (Operator.SENSITIVITY, "state or t", "t"),
        (Operator.ASSIGNMENT_KIND, "=", "<="),
        (Operator.GATE, "and", "or"),
        (Operator.INITIAL_VALUE, "4'd3", "4'd4"),
        (Operator.RESET_VALUE, "1'b0", "1'b1"),
    ],
)
def test_a_mistake_is_made(operator: Operator, before: str, after: str) -> None:
    made = [(m.operator, m.before, m.after.strip()) for m in mutants(MACHINE)]
    assert (operator, before, after) in made


def test_only_what_the_top_needs_is_changed() -> None:
    lines = {mutant.line for mutant in mutants(MACHINE, "machine")}
    unused = range(7, 10)
    assert lines.isdisjoint(unused)
    assert {4, 5} <= lines
    assert any(mutant.line in unused for mutant in mutants(MACHINE))


def test_widths_printing_and_loops_are_left_alone() -> None:
    source = Source(
        "loops.sv",
        """\
module loops #(parameter W = 8) (input [W-1:0] a, output reg [3:0] n, output [W-1:0] b);
  integer i;
  always @* begin
    n = 0;
    for (i = 0; i < 8; i = i + 1) n = n + a[i];
    $display("%d", n + 3);
  end
  genvar g;
  generate for (g = 0; g < W; g = g + 1) begin assign b[g] = ~a[g]; end endgenerate
endmodule
""",
    )
    made = mutants(source)
    changed = {(m.line, m.before) for m in made}
    assert (9, "~") in changed
    assert not any(m.line in (1, 2, 6, 8) for m in made)
    assert not {(5, "8"), (5, "<"), (9, "0"), (9, "<")} & changed
    # `<=` in a block that adds up on its own target would never come to rest.
    assert not any(m.operator is Operator.ASSIGNMENT_KIND for m in made)


def test_what_a_macro_wrote_is_left_alone() -> None:
    at_macro = [m for m in mutants(MACHINE) if m.line in (2, 32) and "1" in m.before.split("'")[-1]]
    assert not at_macro
    assert all(preprocess([m.source]).ok for m in mutants(MACHINE))


def test_the_same_seed_draws_the_same() -> None:
    drawn = mutants(MACHINE, "machine", seed=7, most=12)
    assert drawn == mutants(MACHINE, "machine", seed=7, most=12)
    assert len(drawn) == 12
    assert drawn != mutants(MACHINE, "machine", seed=8, most=12)
    assert set(drawn) <= set(mutants(MACHINE, "machine"))
    assert len({mutant.operator for mutant in drawn}) == 12


@pytest.mark.parametrize(
    "text", ['`include "nowhere.sv"\nmodule m; endmodule', "module m; `UNKNOWN endmodule"]
)
def test_a_text_that_cannot_be_read_is_an_error(text: str) -> None:
    with pytest.raises(DataError, match="no mutants"):
        mutants(Source("m.sv", text), "m")


def test_deep_nesting_is_an_error_not_a_crash() -> None:
    text = f"module m(input a, output b); assign b = {'(' * 9000}a{')' * 9000}; endmodule"
    with pytest.raises(DataError):
        mutants(Source("m.sv", text), "m")


@pytest.mark.parametrize(
    ("literal", "others"),
    [
        ("0", ("1",)),
        ("7", ("8", "6", "0")),
        ("1'b1", ("1'b0",)),
        ("2'd0", ("2'd1", "2'd3", "2'd2")),
        ("8'hff", ("8'h00", "8'hfe", "8'h7f")),
        ("4'b1?0?", ("4'b0?0?", "4'b1?1?")),
        ("'1", ("'0",)),
        ("8'hx", ()),
    ],
)
def test_constants(literal: str, others: tuple[str, ...]) -> None:
    assert variants(literal) == others


@given(st.integers(1, 64), st.sampled_from("bodh"), st.integers(0, 2**64 - 1))
def test_other_constants_are_other_values_of_the_same_width(
    width: int, base: str, number: int
) -> None:
    value = number % (1 << width)
    radix = {"b": 2, "o": 8, "d": 10, "h": 16}[base]
    digits = {"b": f"{value:b}", "o": f"{value:o}", "d": f"{value}", "h": f"{value:x}"}[base]
    for other in variants(f"{width}'{base}{digits}"):
        head, written = other.split(base, 1)
        assert head == f"{width}'"
        assert int(written, radix) != value
        assert int(written, radix) < 1 << width


_NAMES = st.sampled_from(["a", "b", "c", "a[1]", "b[2:1]", "4'd5", "1'b0", "{a, b}"])
_EXPRESSIONS = st.recursive(
    _NAMES,
    lambda inner: st.one_of(
        st.tuples(
            inner, st.sampled_from(["+", "-", "&", "|", "^", "<", "==", "&&", "<<"]), inner
        ).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["~", "!", "-", "&", "^"]), inner).map(
            lambda t: f"{t[0]}({t[1]})"
        ),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} ? {t[1]} : {t[2]})"),
    ),
    max_leaves=8,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(_EXPRESSIONS, _EXPRESSIONS)
def test_mutants_of_random_expressions_parse(first: str, second: str) -> None:
    text = (
        "module m(input [3:0] a, b, c, output [3:0] y, output reg [3:0] z); // é\n"
        f"assign y = {first};\nalways @(a or b) if ({second}) z = {first}; else z = {second};\n"
        "endmodule\n"
    )
    source = Source("m.sv", text)
    for mutant in mutants(source, "m", most=30):
        start, end = _span(source, mutant)
        assert mutant.source.text == text[:start] + mutant.after + text[end:]
        assert not syntax_diagnostics([mutant.source])
