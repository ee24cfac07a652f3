"""VerilogEval v2's prompts: what `scripts/sv-generate` sends to a model, to the letter.

The wording belongs to the benchmark (github.com/NVlabs/verilog-eval, MIT): a number is only
comparable with published ones if the model was asked the same question. Zero examples and no
coding rules, which are the published defaults.
"""

from __future__ import annotations

from gatewright.core import Problem
from gatewright.datasets.verilogeval import TOP, Task
from gatewright.models import Message, Role

_SYSTEM = {
    Task.SPEC_TO_RTL: (
        "\nYou are a Verilog RTL designer that only writes code using correct Verilog syntax.\n"
    ),
    Task.CODE_COMPLETE: (
        "\nYou only complete chats with syntax correct Verilog code."
        " End the Verilog module code completion with 'endmodule'."
        " Do not include module, input and output definitions.\n"
    ),
}

_ANSWER_FORMAT = (
    "\nEnclose your code with [BEGIN] and [DONE]. Only output the code snippet\n"
    "and do NOT output anything else.\n"
)

_COMPLETION_LEAD = (
    "\n// Implement the Verilog module based on the following description."
    " Assume that signals are positive clock/clk triggered unless otherwise stated.\n"
)


def messages(problem: Problem, task: Task) -> tuple[Message, Message]:
    """The system message and the one user message for a problem."""
    ask = _completion if task is Task.CODE_COMPLETE else _question
    return Message(Role.SYSTEM, _SYSTEM[task]), Message(Role.USER, ask(problem.spec))


def _question(spec: str) -> str:
    question = f"\nQuestion:\n{spec.strip()}\n"
    return f"{question.rstrip()}\n{_ANSWER_FORMAT}\nAnswer:\n"


def _completion(spec: str) -> str:
    """Comment the description out, up to the module header; an empty line sets that off."""
    lines: list[str] = []
    in_description = True
    for line in spec.splitlines():
        if f"module {TOP}" in line:
            lines.append("")
            in_description = False
        lines.append(f"// {line}" if in_description else line)
    return _COMPLETION_LEAD + "\n".join(lines)
