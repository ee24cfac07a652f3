"""Lines out of what models answer."""

from __future__ import annotations

import pytest

from gatewright.agents.complete_answer import block_in, line_in
from gatewright.retrieval.complete.setting import Setting

BEFORE = "module m;\n    wire clk;\n    leaf u (\n        .clk(clk),\n"
DRAFTS = ("        .rst(rst),", "        .rst_n(rst_n),", "    );")
HERE = Setting("m.v", BEFORE)


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        ("2", DRAFTS[1]),
        ("`2`", DRAFTS[1]),
        ("Candidate 3.", DRAFTS[2]),
        ("```\n1\n```", DRAFTS[0]),
        ("<think>maybe 2</think>\n1", DRAFTS[0]),
        ("```verilog\n        .en(en),\n```", "        .en(en),"),
        ("```\n.en(en),\n```", "        .en(en),"),
        ("`.en(en),`", "        .en(en),"),
        (".en( en ),", "        .en( en ),"),
        ("```\n        . rst ( rst ) ,\n```", DRAFTS[0]),
        ("```\n// a comment\n\n        .en(en),\n        .x(x)\n```", "        .en(en),"),
        ("```\n);\n```", "    );"),
        ("```\n\t.en(en),\n```", "        .en(en),"),
        ("9", "        9"),
        ("", ""),
        ("```\n```", ""),
        ("// only words", ""),
        ("<think>never ends", ""),
    ],
)
def test_a_line_is_picked_or_taken_and_stands_where_it_belongs(answer: str, line: str) -> None:
    assert line_in(answer, HERE, DRAFTS) == line


@pytest.mark.parametrize("answer", ["```\n.rst(rst),\n```", "st(rst),", "        .rst(rst),"])
def test_what_is_typed_is_not_repeated(answer: str) -> None:
    assert line_in(answer, Setting("m.v", BEFORE, "        .r"), ()) == "        .rst(rst),"


def test_without_drafts_a_line_is_indented_as_the_one_before() -> None:
    assert line_in("```\n.en(en),\n```", HERE, ()) == "        .en(en),"
    assert line_in("```\nendmodule\n```", HERE, ()) == "endmodule"


def test_a_block_keeps_its_own_steps() -> None:
    answer = "Here:\n```verilog\n\nalways @* begin\n    y = a;\nend\n\n```\n"
    before = "module m;\n    wire a;\n"
    assert block_in(answer, Setting("m.v", before), ["    wire b;"]) == (
        "    always @* begin",
        "        y = a;",
        "    end",
    )
    assert block_in("```\n```", HERE, ()) == ()
