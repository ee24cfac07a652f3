"""Sources as synthesis reads them: nothing that only reports, no conditionals within macros."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.retrieval.facts import extract
from gatewright.retrieval.pack_synthesis import as_synthesised, defines_of


def read(text: str, *defined: str) -> str:
    return as_synthesised(text, extract(text, "a.sv"), defined)


def test_blocks_that_only_report_are_gone() -> None:
    block = '  initial if (1) begin\n    $error("x");\n    $finish;\n  end\n'
    text = f"module m;\n{block}  wire a;\nendmodule\n"
    assert read(text).split() == ["module", "m;", "wire", "a;", "endmodule"]
    assert read(text).count("\n") == text.count("\n")


def test_blocks_that_give_values_stay_but_end_nothing() -> None:
    text = "module m;\n  reg q;\n  initial begin q = 0; if (q) $finish(1); end\nendmodule\n"
    assert read(text) == text.replace("$finish(1)", " " * 10)
    loads = 'module m;\n  reg [1:0] q [3:0];\n  initial $readmemh("x", q);\nendmodule\n'
    assert read(loads) == loads


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ("`ifdef UVM \\\n a \\\n`else \\\n b \\\n`endif", "b"),
        ("`ifndef UVM \\\n a \\\n`endif", "a"),
        ("`ifdef SYNTHESIS \\\n a \\\n`else \\\n b \\\n`endif", "a"),
        ("`ifdef A \\\n a \\\n`elsif SYNTHESIS \\\n b \\\n`else \\\n c \\\n`endif", "b"),
        ("`ifdef A \\\n`ifdef SYNTHESIS \\\n a \\\n`endif \\\n`endif \\\n z", "z"),
    ],
)
def test_conditionals_within_macros(body: str, left: str) -> None:
    text = f"`define M(x) \\\n{body}\nmodule m;\nendmodule\n"
    found = read(text)
    macro = found.partition("module")[0].replace("\\", " ").split()
    assert macro == ["`define", "M(x)", left]
    assert found.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "body", ["`ifdef KNOWN \\\n a \\\n`endif", "`ifdef \\\n a", "`endif", "`ifdef A \\\n a"]
)
def test_what_cannot_be_decided_stays(body: str) -> None:
    text = f"`define M \\\n{body}\n"
    assert read(text, "KNOWN") == text


def test_names_that_are_defined() -> None:
    assert defines_of(["`define A 1\n  `define B(x) \\\n  `define_not\n", "// `define C\n"]) == {
        "A",
        "B",
    }


@given(st.text(st.sampled_from("`ifdefndelsendif AB\\\n x")))
def test_lines_stay_where_they_are(text: str) -> None:
    assert read(f"`define M {text}\n").count("\n") == text.count("\n") + 1
