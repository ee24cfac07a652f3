from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from gatewright.agents.extract_chisel import extract_chisel

TOP = "import chisel3._\nclass TopModule extends RawModule {\n  val a = IO(Input(Bool()))\n}\n"


def fenced(code: str, tag: str = "scala") -> str:
    return f"```{tag}\n{code}```\n"


def test_a_fenced_block_is_taken_whole() -> None:
    answer = f"Here it is:\n\n{fenced(TOP)}\nIt has one port."
    assert extract_chisel(answer, "TopModule").code == TOP


def test_the_last_whole_definition_counts() -> None:
    broken = TOP.rstrip("}\n")
    answer = fenced(TOP.replace("val a", "val first")) + fenced(TOP) + fenced(broken)
    found = extract_chisel(answer, "TopModule")
    assert found.code == TOP
    assert not found.truncated


def test_helpers_of_other_blocks_come_along() -> None:
    helper = "import chisel3._\nclass Adder extends Module { }\n"
    top = TOP.replace("}\n", "  val s = Module(new Adder)\n}\n")
    code = extract_chisel(fenced(helper) + fenced(top), "TopModule").code
    assert "class Adder" in code
    assert code.count("import chisel3._") == 1


def test_a_test_beside_the_design_is_left_out() -> None:
    test = "class TopTest extends AnyFlatSpec { simulate(new TopModule) { } }\n"
    assert "TopTest" not in extract_chisel(fenced(TOP) + fenced(test), "TopModule").code


def test_bare_text_loses_its_prose() -> None:
    assert extract_chisel(f"Sure.\n\n{TOP}\nDone.", "TopModule").code == TOP


def test_parameters_of_the_top_may_stand_on_lines_of_their_own() -> None:
    listed = TOP.replace("class TopModule", "class TopModule(\n  A: Int = 0,\n  B: Int = 1\n)")
    assert extract_chisel(fenced(listed), "TopModule").code == listed


def test_a_long_name_costs_no_more_than_its_length() -> None:
    began = time.process_time()
    assert extract_chisel("class " + "a" * 100_000, "TopModule").code == ""
    assert time.process_time() - began < 10  # quadratic: minutes


def test_a_module_of_another_name_is_taken_only_where_none_has_the_name() -> None:
    other = TOP.replace("TopModule", "Other")
    assert extract_chisel(fenced(other), "TopModule").code == other
    assert extract_chisel(fenced(TOP) + fenced(other), "TopModule").code == TOP


def test_a_class_before_a_module_is_no_module() -> None:
    plain = "class TopModule(n: Int)\n"
    answer = fenced(plain + "class Other extends Module { }\n") + fenced(TOP)
    assert extract_chisel(answer, "TopModule").code == TOP


def test_imports_that_were_left_out_are_added() -> None:
    bare = TOP.replace("import chisel3._\n", "")
    code = extract_chisel(fenced(bare), "TopModule").code
    assert code == f"import chisel3._\nimport chisel3.util._\n\n{bare}"


def test_without_a_module_there_is_no_code() -> None:
    for answer in ("", "I cannot.", fenced("object Main extends App\n")):
        assert extract_chisel(answer, "TopModule").code == ""


def test_an_answer_that_breaks_off_says_so() -> None:
    assert extract_chisel("```scala\n" + TOP.rstrip("}\n"), "TopModule").truncated


@given(st.text(max_size=300))
def test_no_text_raises(answer: str) -> None:
    extract_chisel(answer, "TopModule")
