"""Whatever the text, what the gate does with it costs little."""

from __future__ import annotations

import time

import pytest

from gatewright.core import Source
from gatewright.sandbox.integrity import (
    GatePolicy,
    check,
    definitions,
    lay_out,
    leave_out,
    needed,
    preprocess,
    tops,
)
from gatewright.sandbox.integrity.lexer import MAX_TEXT
from gatewright.sandbox.integrity.structure import nesting

GENEROUS_S = 6.0  # some ten times what the worst of them takes
LENGTH = MAX_TEXT // 10
UNTIMED = GatePolicy(delays=False)
USE_ALL = "`define A(x, y = 1) x y\n"

REPEATED = [
    "(* ", "(* * ", "/*", "/* * ", "`define A /*\n", '`define A "\\"', "`A(", "`A(1) ", "`A ",
    "#(", "and #( ", "x #(", "a[", "a[0][0]", "if (", "if ($time) ", "if ($time) begin $display; ",
    "specify ", "final begin ", "$monitor(", "$display($time, ", "module m; ", "interface i; ",
    "module m; endmodule ", "`ifdef B ", "`ifndef B ", "`celldefine ", "`line ", '"\\', '" ',
    '\\" ', "1   ", "'b ", "@ e #5 t (", "`B ", '`include "t.v"\n', "if (a) ", "``", '`"',
]  # fmt: skip


def all_of_it(text: str) -> None:
    done = preprocess([Source("t.v", text)])
    left = leave_out(done.tokens, done.files, UNTIMED).tokens
    check(left, done.files, UNTIMED)
    found = definitions(left)
    tops(left, found)
    needed(left, found, ["m"])
    nesting(left)
    layout = lay_out(left, done.files)
    assert len(layout.lines) < 2 * MAX_TEXT
    for line in range(1, min(100, len(layout.lines))):
        layout.place(line)


@pytest.mark.parametrize("unit", REPEATED)
def test_repetition_costs_little(unit: str) -> None:
    began = time.process_time()
    all_of_it((USE_ALL + unit * (LENGTH // len(unit)))[:LENGTH])
    assert time.process_time() - began < GENEROUS_S


BOMBS = {
    "body times argument": "`define A(x) " + "x " * 30_000 + "\n`A(" + "y " * 30_000 + ")",
    "arguments in arguments": "`define A(x) x\n" + ("`A(" * 40 + "a" + ")" * 40 + "\n") * 1000,
    "arguments that vanish": "`define A(x) " + "x " * 10_000 + "\n" + "`A()" * 20_000,
    "defaults": "`define A(" + "a=1," * 10_000 + "b=1) x\n" + "`A()" * 20_000,
    "pasted": "`define A(x) " + "``".join(["x"] * 30_000) + "\n`A(abcdefgh)",
    "made a string": '`define A(x) `"' + "x " * 50_000 + '`"\n`A(' + "y" * 300_000 + ")",
    "long names": "`define A " + "y" * 500_000 + "\n" + "`A " * 100_000,
    "there and back": "`define A(x) " + "y x " * 20_000 + "\n`A(" + "\n" * 1900 + "1)",
    "many modules": "".join(f"module m{i}; m{i + 1} u(); endmodule\n" for i in range(5_000)),
    "undefined": "`Z " * 50_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_cost_little(bomb: str) -> None:
    began = time.process_time()
    all_of_it(BOMBS[bomb])
    assert time.process_time() - began < GENEROUS_S


def test_says_that_it_was_too_much() -> None:
    done = preprocess([Source("t.v", BOMBS["body times argument"])])
    assert [d.code for d in done.diagnostics] == ["macro-budget"]
    assert not done.ok


def test_text_by_the_book_is_within_all_bounds() -> None:
    lines = "  assign y[`N] = `SEL(a, b, c) + `SEL(1, 2, 3); // why not\n" * 1000
    text = f"`define N 8\n`define SEL(s, x, y) ((s) ? (x) : (y))\nmodule m;\n{lines}endmodule\n"
    assert preprocess([Source("t.v", text)]).ok
