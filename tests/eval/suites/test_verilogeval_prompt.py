from __future__ import annotations

from gatewright.core import Problem
from gatewright.datasets.verilogeval import Task
from gatewright.eval.suites.verilogeval_prompt import messages
from gatewright.models import Role


def test_a_specification_is_asked_as_a_question() -> None:
    system, user = messages(Problem("p", "\n\n  Build it.\n - input a  \n\n"), Task.SPEC_TO_RTL)
    assert system.role is Role.SYSTEM
    assert system.text == (
        "\nYou are a Verilog RTL designer that only writes code using correct Verilog syntax.\n"
    )
    assert user.role is Role.USER
    assert user.text == (
        "\nQuestion:\nBuild it.\n - input a\n"
        "\nEnclose your code with [BEGIN] and [DONE]. Only output the code snippet\n"
        "and do NOT output anything else.\n"
        "\nAnswer:\n"
    )


def test_a_completion_comments_the_description_and_keeps_the_header() -> None:
    spec = "\nInvert it.\n\nmodule TopModule (\n  input a\n);\n"
    system, user = messages(Problem("p", spec), Task.CODE_COMPLETE)
    assert "Do not include module, input and output definitions.\n" in system.text
    lead, _, rest = user.text.partition("otherwise stated.\n")
    assert lead.startswith("\n// Implement the Verilog module based on")
    assert rest == "// \n// Invert it.\n// \n\nmodule TopModule (\n  input a\n);"
