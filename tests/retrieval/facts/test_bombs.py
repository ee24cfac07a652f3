"""Texts made to exhaust a parser are told, not parsed."""

from __future__ import annotations

import pytest

from gatewright.retrieval.facts import extract
from gatewright.retrieval.facts.macros import explodes
from gatewright.retrieval.facts.nesting import too_deep


def doubling(levels: int) -> str:
    lines = ["`define M0 x + x"]
    lines += [f"`define M{i} `M{i - 1} + `M{i - 1}" for i in range(1, levels)]
    return "\n".join([*lines, f"module m; assign a = `M{levels - 1}; endmodule"])


def test_exponential_macros_are_not_expanded() -> None:
    facts = extract(doubling(40), "bomb.sv")
    assert facts.modules == ()
    assert "macros expand" in facts.note


def test_exponential_arguments_are_not_expanded() -> None:
    calls = "`D(" * 40 + "x" + ")" * 40
    text = f"`define D(v) v + v\nmodule m; assign a = {calls}; endmodule"
    assert "macros expand" in extract(text, "bomb.sv").note


def test_bombs_through_several_macros_of_arguments() -> None:
    text = "\n".join(
        [f"`define D{i}(v) `D{i - 1}(v) `D{i - 1}(v)" for i in range(40, 0, -1)]
        + ["`define D0(v) v", "module m; initial `D40(x;) endmodule"]
    )
    assert explodes(text.encode())


def test_macros_that_open_levels_are_counted() -> None:
    text = "`define B begin begin begin begin\nmodule m; initial " + "`B " * 5000 + "endmodule"
    assert explodes(text.encode())


def test_a_macro_that_uses_itself_is_no_bomb() -> None:
    assert not explodes(b"`define A `A\nmodule m; assign a = `A; endmodule")


def test_ordinary_macros_are_expanded() -> None:
    text = doubling(6)
    assert not explodes(text.encode())
    assert extract(text, "m.sv").modules[0].blocks[0].loads == ("x",)


@pytest.mark.parametrize(
    "text",
    [
        "assign a = " + "(" * 5000 + "b",
        "initial " + "begin " * 5000,
        "if (1) begin " * 5000,
        "module n; " * 5000,
        "class c; " * 5000,
        "typedef " + "struct { " * 5000,
        "assert property (" + "not " * 5000 + "a);",
        "assign a = " + "{" * 5000 + "b" + "}" * 5000,
        "if (a) wire x; " + "else if (a) wire x; " * 30_000,
        "if (a) wire x; " + "else if (a) wire x; " * 15_000,
        "assign a = " + "b + " * 300_000 + "b;",
        "assign a = b" + "[1]" * 300_000 + ";",
    ],
)
def test_deep_texts_are_not_parsed(text: str) -> None:
    facts = extract(f"module m; {text} endmodule", "deep.sv")
    assert "nested too deeply" in facts.note


def test_what_the_parser_gives_up_on_is_told() -> None:
    text = "module m; initial " + "forever " * 3000 + "a = 1; endmodule"
    assert "nested too deeply" in extract(text, "deep.sv").note


def test_long_flat_texts_are_not_deep() -> None:
    text = (
        "module m;" + "always @(posedge c) if (a) begin b <= (c[1]); end\n" * 20_000 + "endmodule"
    )
    assert not too_deep(text.encode())
    assert not too_deep(("// 1) a\n" * 100_000).encode())


def test_long_chains_within_the_limits_are_read() -> None:
    text = "module m; assign a = " + "b + " * 60_000 + "c; endmodule"
    assert extract(text, "m.v").modules[0].blocks[0].loads == ("b", "c")


def test_many_conditionals_in_a_row_are_read() -> None:
    text = "module m;\n" + "`ifdef A\n wire a;\n`else\n wire b;\n`endif\n" * 3000 + "endmodule"
    (module,) = extract(text, "m.v").modules
    assert len(module.signals) == 6000
