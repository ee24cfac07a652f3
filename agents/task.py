"""A problem as prompts show it."""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.agents import view
from gatewright.agents.language import Kit
from gatewright.agents.prompts import render
from gatewright.core import Candidate, Problem, Verdict


@dataclass(frozen=True, slots=True)
class Task:
    """A problem as prompts show it; `structure` = what was read of it, in plain sentences."""

    problem: Problem
    kit: Kit
    structure: str = ""

    def render(self, template: str, **values: object) -> str:
        """One of the language's templates, with what every prompt of this task has in common."""
        problem = self.problem
        return render(
            f"{self.kit.folder}/{template}.md",
            language=self.kit.title,
            spec=problem.spec.strip(),
            top=problem.top,
            contract=view.contract(problem),
            context=problem.context,
            structure=self.structure.strip(),
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
        }
