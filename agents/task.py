"""A problem as prompts show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gatewright.agents import view
from gatewright.agents.language import Kit
from gatewright.agents.library import Library
from gatewright.agents.prompts import render
from gatewright.core import Candidate, HarnessSpec, KernelSpec, Problem, Source, Verdict


@dataclass(frozen=True, slots=True)
class Task:
    """A problem as prompts show it; `structure` = what was read of it, in plain sentences.

    `library` is the repository that the design will live in.
    """

    problem: Problem
    kit: Kit
    structure: str = ""
    library: Library | None = None

    def render(self, template: str, code: Sequence[Source] = (), **values: object) -> str:
        """One of the language's templates, with what every prompt of this task has in common.

        `code` is the design that the prompt is about, as far as it is written.
        """
        problem, library = self.problem, self.library
        return render(
            f"{self.kit.folder}/{template}.md",
            language=self.kit.title,
            spec=problem.spec.strip(),
            top=problem.top,
            contract=view.contract(problem),
            context=problem.context,
            repository=library.brief(problem.spec, code, problem.top) if library else "",
            in_repository=library is not None,
            code=view.numbered(code),
            file=f", {code[0].name}" if len(code) == 1 else "",
            structure=self.structure.strip(),
            **_called(problem.harness),
            **values,
        )

    def evidence(self, candidate: Candidate, verdict: Verdict) -> dict[str, str]:
        """What the check found, as the templates' evidence section wants it."""
        remarks = verdict.diagnostics
        if verdict.failure_class in view.NOT_SIMULATED:
            remarks = (*self.kit.explain(candidate.sources), *remarks)
        return {
            "result": view.result_line(verdict),
            "window": view.window(verdict.first_mismatch),
            "diagnostics": view.diagnostics(remarks),
            "gpu": _gpu(verdict) if self.kit.optimises else "",
        }


def _called(check: HarnessSpec | None) -> dict[str, object]:
    """Of a kernel that is a function: its name, and whether it is a backward one."""
    if isinstance(check, KernelSpec) and check.is_function:
        return {"function": check.entry, "backward": check.backward}
    return {"function": "", "backward": False}


def _gpu(verdict: Verdict) -> str:
    """What the GPU is able to that the verdict's estimates are made for."""
    from gatewright.sandbox.kernel_model.gpus import DEFAULT, gpu_spec

    return gpu_spec(verdict.tools.get("static", DEFAULT)).describe()
