"""CVDP's published prompts: what a model is told, word for word.

Source: `src/model_helpers.py` and `src/dataset_processor.py` of github.com/NVlabs/cvdp_benchmark
(Apache-2.0), commit d54edc9. For agentic problems the published system message is kept; an agent
there works in a container, so the files that it would find are shown after the prompt instead.
"""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.core import GraderSpec, Problem, Source
from gatewright.models import Message, Role

_FOLDERS = """You are a helpful assistance.
Consider that you have a folder structure like the following:

    - rtl/*   : Contains files which are RTL code.
    - verif/* : Contains files which are used to verify the correctness of the RTL code.
    - docs/*  : Contains files used to document the project, like Block Guides, RTL Plans and \
Verification Plans.

When generating files, return the file name in the correct place at the folder structure.
"""
_TITLES = {
    2: ("an 'RTL Code Completion'", "the RTL code generated according to the requirements"),
    3: ("a 'Specification to RTL Translation'", "the RTL code translated from the specification"),
    4: ("an 'RTL Code Modification'", "the modified RTL code according to the requirements"),
    5: (
        "a 'Specification to RTL Translation: Module Instantiation and Component Reuse'",
        "the RTL code translated from the specification and with proper module instantiation and "
        "component reuse",
    ),
    7: (
        "an 'RTL Lint Improvement or Power-Performance Optimization'",
        "improved RTL code to address lint issues or optimize for power/performance",
    ),
    16: (
        "an 'RTL Debugging and Bug Fixing'",
        "the RTL code that is debugged and fixed to address the bug",
    ),
}
_SCHEMAS = ('{ "code": [{ "<name>" : "<code>"}] }', '{ "response": "<response>" }')
_JSON = (
    "\nThe response should be in JSON format, including double-quotes around keys and values, and "
    "proper escaping of quotes within values, and escaping of newlines."
)


def messages(problem: Problem, answers: Sequence[str], system: str) -> tuple[Message, ...]:
    """System and user message; `system` is an agentic problem's own, '' for the others."""
    if system:
        user = f"{problem.spec}\n{_shown(problem.context)}"
        return (Message(Role.SYSTEM, system), Message(Role.USER, user))
    user = f"{_shown(problem.context)}\nProvide me one answer for this request: {problem.spec}\n"
    if len(answers) == 1:
        user += (
            "Please provide your response as plain text without any JSON formatting. "
            f"Your response will be saved directly to: {answers[0]}.\n"
        )
    elif answers:
        user += f"Name the files as: {list(answers)}.\n"
    else:
        user += "Provide your response below.\n"
    told = _system(category_of(problem), direct=len(answers) == 1)
    return (Message(Role.SYSTEM, told), Message(Role.USER, user))


def category_of(problem: Problem) -> int:
    """The number of the category."""
    return int(problem.category.split()[0].removeprefix("cid"))


def answers_of(problem: Problem) -> tuple[str, ...]:
    """The files that an answer consists of."""
    return problem.harness.answers if isinstance(problem.harness, GraderSpec) else ()


def _shown(files: Sequence[Source]) -> str:
    return "".join(
        f"\nConsider the following content for the file {file.name}:\n```\n{file.text}\n```"
        for file in files
    )


def _system(category: int, *, direct: bool) -> str:
    title, what = _TITLES[category]
    told = (
        f"{_FOLDERS}\nYou are solving {title} problem. To solve this problem correctly, you should "
        f"only respond with {what}.\n"
    )
    if direct:
        return told
    schemas = "\nor\n".join(_SCHEMAS)
    return f"{told}\nProvide the response in one of the following JSON schemas: \n{schemas}{_JSON}"
