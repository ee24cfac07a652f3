from __future__ import annotations

import pytest

from gatewright.core import Candidate, DataError, Language, Problem, Source, TestbenchSpec
from gatewright.eval.suites.rtllm_errata import ERRATA, corrected, golden_answer, known_faults

# The smallest texts with the places that the corrections look for.
BENCHES = {
    "radix2_div": ".res_ready(res_ready),\nwait(res_valid);\n            #10;",
    "ring_counter": "reg [3:0] i;\nreg [7:0] data [0:9] = {8'd1, 8'd2};\n// $finish;\n"
    "always @(posedge clk) begin\n        if (i == 9)",
    "asyn_fifo": "initial begin\n  repeat (17) break;",
    "clkgenerator": "#5; // Time delay between clock cycles\nres = res + 1;",
    "sequence_detector": ".rst_n(rst_n) if (!sequence_detected) if (sequence_detected)",
    "freq_divbyeven": "freq_divbyeven uut",
}
_COMPARISON = "(A > B && !A_greater) || (A == B && !A_equal) || (A < B && !A_less)"
STRICTER = {
    "comparator_3bit": _COMPARISON,
    "comparator_4bit": _COMPARISON,
    "sequence_detector": BENCHES["sequence_detector"],
    "square_wave": "integer error = 0; if (ones_count > 8) if (error == 0) begin",
}


def problem(name: str, text: str | None = None) -> Problem:
    known = (BENCHES | STRICTER).get(name, "module tb;")
    bench = Source("testbench.v", known if text is None else text)
    return Problem(name, "", Language.VERILOG, name, harness=TestbenchSpec((bench,)))


def fixed(name: str, answer: str = "", *, strict: bool = False) -> str:
    candidate = Candidate((Source("a.v", answer),))
    harness = corrected(problem(name), candidate, strict=strict).harness
    assert isinstance(harness, TestbenchSpec)
    return harness.testbench[0].text


@pytest.mark.parametrize("name", BENCHES)
def test_every_correction_changes_the_text_it_is_for(name: str) -> None:
    assert fixed(name) != BENCHES[name]


@pytest.mark.parametrize("name", STRICTER)
def test_only_the_strict_rule_set_is_stricter(name: str) -> None:
    assert fixed(name, "rst_n") == STRICTER[name]
    assert fixed(name, "rst_n", strict=True) != STRICTER[name]


def test_every_correction_says_what_and_who() -> None:
    assert {each.problem for each in ERRATA if not each.strict} == set(BENCHES)
    assert {each.problem for each in ERRATA if each.strict} == set(STRICTER)
    assert len({(each.problem, each.key) for each in ERRATA}) == len(ERRATA)
    assert all(each.what and each.source for each in ERRATA)


def test_other_designs_stay_as_published() -> None:
    assert corrected(problem("alu"), Candidate(())) == problem("alu")


def test_an_answer_as_published_is_tested_as_published() -> None:
    assert fixed("sequence_detector", "input rst_n") == BENCHES["sequence_detector"]
    assert fixed("sequence_detector", "input reset_n").startswith(".reset_n(rst_n)")
    assert ".res_ready" in fixed("radix2_div", "input res_ready")
    assert ".res_ready" not in fixed("radix2_div", "")
    named = Candidate((Source("a.v", "module freq_diveven"),))
    assert corrected(problem("freq_divbyeven"), named).top == "freq_diveven"
    both = Candidate((Source("a.v", "module freq_divbyeven"),))
    assert corrected(problem("freq_divbyeven"), both).top == "freq_divbyeven"


def test_an_array_gets_its_values_word_by_word() -> None:
    assert "data[0] = 8'd1; data[1] = 8'd2;" in fixed("ring_counter")


@pytest.mark.parametrize("name", ["ring_counter", "clkgenerator"])
def test_another_text_is_no_silent_miss(name: str) -> None:
    with pytest.raises(DataError, match="not RTLLM"):
        corrected(problem(name, "module tb; endmodule"), Candidate(()))


def test_known_faults_by_version() -> None:
    assert set(known_faults(11)) == {"radix2_div", "ring_counter", "asyn_fifo", "clkgenerator"}
    assert known_faults(12) == known_faults(11)
    assert set(known_faults(13)) == set(known_faults(11)) - {"asyn_fifo"}
    assert known_faults(14) == known_faults(13)
    assert "array" in known_faults(11)["ring_counter"]


def test_the_golden_answer_has_the_name_an_answer_must_have() -> None:
    source = Source("verified_x.v", "module part; endmodule module verified_x(); endmodule")
    golden = golden_answer(Problem("x_y", "", top="x_y", reference=(source,)))
    assert "module x_y()" in golden.text
    named = Source("verified_x.v", "module x_y(); endmodule module verified_other; endmodule")
    assert golden_answer(Problem("x_y", "", top="x_y", reference=(named,))).text == named.text
    with pytest.raises(DataError, match="defines neither"):
        golden_answer(Problem("x_y", "", top="x_y", reference=(Source("v.v", "module z;"),)))
