from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.core import Problem, Provenance
from gatewright.datasets.verilogeval import Task
from gatewright.eval.suites.verilogeval_extract import extract, extracted_text

HEADER = "module TopModule (\n  input a,\n  output b\n);\n"
PROBLEM = Problem("Prob001_a", "Invert a.", header=HEADER)
UNMARKED = "// VERILOG-EVAL: response did not use <CODE></CODE> correctly\n"
BODY = "assign b = ~a;\nendmodule\n"
MODULE = f"module TopModule(input a, output b);\n{BODY}"


def spec_to_rtl(response: str) -> str:
    return extracted_text(PROBLEM, response, Task.SPEC_TO_RTL)


def completed(response: str) -> str:
    return extracted_text(PROBLEM, response, Task.CODE_COMPLETE)


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (f"Sure.\n[BEGIN]\n{MODULE}[DONE]\nBye.", MODULE),
        (f" [BEGIN] \n{MODULE} [DONE] ", MODULE),
        ("[BEGIN]module m;\nendmodule[DONE]\n", "module m;\nendmodule\n"),
        ("[BEGIN]\na\n[DONE]\nb\n[DONE]\n", "a\n"),
        (f"[BEGIN]\n{MODULE}", ""),
        ("[BEGIN] module m; endmodule [DONE]", ""),
    ],
)
def test_marks_enclose_the_code_and_an_open_one_yields_nothing(response: str, code: str) -> None:
    assert spec_to_rtl(response) == f"\n{code}\n"


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (f"Here:\n```verilog\n{MODULE}```\nand\n```\nx\n```\n", MODULE),
        (f"Here:\n{MODULE}that is it", MODULE),
        (f"text\n```\n{MODULE}", MODULE),
        (f"endmodule\n{MODULE}", "endmodule\n"),
        ("I cannot do that.", "I cannot do that.\n"),
    ],
)
def test_without_marks_fences_or_the_module_itself_tell(response: str, code: str) -> None:
    assert spec_to_rtl(response) == f"\n{code}\n{UNMARKED}\n"


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (BODY, f"{HEADER}\n\n{BODY}\n"),
        (f"```\n{BODY}```\n", f"{HEADER}\n\n{BODY}\n"),
        (
            f"text\n{MODULE}more",
            f"{MODULE}\n// VERILOG-EVAL: errant inclusion of module definition\n\n",
        ),
        (f"```\n{BODY}", f"{HEADER}\n\n{BODY}\n// VERILOG-EVAL: abnormal backticks count\n\n"),
        (
            "assign b = a;",
            f"{HEADER}\n\nassign b = a;\n\n// VERILOG-EVAL: endmodule not found\n\n",
        ),
    ],
)
def test_a_completion_gets_the_header_it_lacks(response: str, code: str) -> None:
    assert completed(response) == f"\n{code}\n"


@pytest.mark.parametrize("task", list(Task))
@pytest.mark.parametrize("response", ["", "\n \n", "// nothing", "/* not\nhing */"])
def test_nothing_but_comments_is_no_code(task: Task, response: str) -> None:
    candidate = extract(PROBLEM, response, task)
    assert candidate.sources == ()
    assert candidate.provenance is Provenance.MODEL


def test_an_answer_is_one_source_named_after_its_problem() -> None:
    candidate = extract(PROBLEM, f"[BEGIN]\n{MODULE}[DONE]", Task.SPEC_TO_RTL)
    assert [source.name for source in candidate.sources] == ["Prob001_a_answer.sv"]
    assert candidate.text == f"\n{MODULE}\n"


CODE_LINES = st.lists(
    st.text(st.characters(codec="ascii", categories=("L", "N", "P", "Zs")), max_size=20).filter(
        lambda line: not line.startswith(("```", "[BEGIN]")) and "[DONE]" not in line
    ),
    max_size=8,
)


@given(CODE_LINES, CODE_LINES)
def test_marked_code_comes_back_line_by_line(code: list[str], chatter: list[str]) -> None:
    chatter = [line for line in chatter if not line.lstrip().startswith("[BEGIN]")]
    response = "\n".join([*chatter, "[BEGIN]", *code, "[DONE]", *chatter])
    assert spec_to_rtl(response) == "\n" + "".join(f"{line}\n" for line in code) + "\n"
