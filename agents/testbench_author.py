"""The agent that writes testbenches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from gatewright.agents import view
from gatewright.agents.extract import extract_verilog
from gatewright.agents.extract_modules import modules_in
from gatewright.agents.prompts import render
from gatewright.core import (
    CocotbSpec,
    HarnessSpec,
    Language,
    Problem,
    Source,
    TestbenchSpec,
    Usage,
)
from gatewright.models import (
    Message,
    Model,
    Role,
    Sampling,
    messages_sha256,
    without_reasoning,
)

TOP = "tb"
_DRAWS_A_SAMPLE = 1000
_FENCE = re.compile(r"^[ \t]*```[^\n`]*\n(.*?)^[ \t]*```[ \t]*$", re.S | re.M)


class Style(StrEnum):
    """What kind of testbench."""

    VERILOG = "verilog"
    COCOTB = "cocotb"


@dataclass(frozen=True, slots=True)
class BenchDraft:
    """A testbench as its author gave it; `source` None: the answer held none."""

    source: Source | None
    usage: Usage = field(default_factory=Usage)
    prompt_sha256: str = ""


@dataclass(slots=True)
class BenchAuthor:
    """Asks a model for testbenches of one problem. `draws` numbers its calls.

    `repository` is what a first one is shown of the repository that the design lives in.
    """

    problem: Problem
    model: Model
    style: Style
    sampling: Sampling = field(default_factory=Sampling)
    draws: int = 0
    repository: str = ""

    def first(self, temperature: float | None = None) -> BenchDraft:
        """A fresh testbench. Raises ModelError, as the other does."""
        return self._asked(self._render("first", repository=self.repository), temperature)

    def correct(self, source: Source, findings: dict[str, object]) -> BenchDraft:
        """A better one, after what was found out about this one."""
        return self._asked(self._render("correct", code=view.numbered([source]), **findings))

    def _render(self, template: str, **values: object) -> str:
        return render(
            f"testbench/{template}.md",
            style=self.style,
            spec=self.problem.spec.strip(),
            top=self.problem.top,
            contract=view.contract(self.problem),
            context=self.problem.context,
            **values,
        )

    def _asked(self, text: str, temperature: float | None = None) -> BenchDraft:
        messages = (
            Message(Role.SYSTEM, self._render("system")),
            Message(Role.USER, text),
        )
        draw = self.sampling.sample * _DRAWS_A_SAMPLE + self.draws
        self.draws += 1
        chosen = self.sampling.temperature if temperature is None else temperature
        sampling = replace(self.sampling, temperature=chosen, sample=draw)
        answer = self.model.complete(messages, sampling)
        found = bench_in(answer.text, self.style, self.problem.top)
        return BenchDraft(found, answer.usage, messages_sha256(messages))


def bench_in(answer: str, style: Style, top: str) -> Source | None:
    """The testbench in an answer, without the design that may come with it; None where it has none.

    Never raises.
    """
    if style is Style.COCOTB:
        text = _python_in(answer)
        return Source(f"test_{top or 'design'}.py", text, Language.PYTHON) if text else None
    code = extract_verilog(answer).code
    for module in reversed(modules_in(code)):
        if top and module.name == top:
            code = code[: module.start] + code[module.end :]
    if not modules_in(code):
        return None
    return Source(f"{TOP}.sv", code.strip("\n") + "\n", Language.SYSTEMVERILOG)


def _python_in(answer: str) -> str:
    text, _ = without_reasoning(answer)
    blocks = [block for block in _FENCE.findall(text) if "cocotb" in block]
    if blocks:
        return str(blocks[-1])
    return text if text.lstrip().startswith(("import", "from", '"""', "#")) else ""


def spec_of(source: Source) -> HarnessSpec:
    """How a testbench is run."""
    if source.language is Language.PYTHON:
        return CocotbSpec((source,))
    return TestbenchSpec((source,))


def as_problem(problem: Problem, source: Source, reference: Sequence[Source]) -> Problem:
    """The problem, to be checked with that testbench."""
    return replace(problem, harness=spec_of(source), reference=tuple(reference))
