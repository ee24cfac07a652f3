"""The agent that reads a verdict and names the one thing to change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gatewright.agents import view
from gatewright.agents.judge_fallback import judgement_from
from gatewright.agents.judge_parse import parse_judgement
from gatewright.agents.task import Task
from gatewright.core import Candidate, Judgement, ModelError, Oracle, Usage, Verdict
from gatewright.models import Completion, Message, Model, Role, Sampling

_EXPECTATION = {
    Oracle.GOLDEN: "the testbench that came with the task",
    Oracle.REFERENCE: "a trusted design simulated beside this one",
    Oracle.DERIVED: "the specification's own tables and diagrams",
    Oracle.GENERATED: "a testbench that a model wrote from the specification",
    Oracle.NONE: "nowhere: only the tools' own checks were made",
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """A judgement and what it cost; `by_model` is False where the verdict had to speak for itself.

    `failure` is the model's error where it gave no answer at all.
    """

    judgement: Judgement
    usage: Usage
    by_model: bool
    failure: ModelError | None = None


@dataclass(slots=True)
class Judge:
    """Judges the candidates of one task. Always comes to a judgement."""

    task: Task
    model: Model
    oracle: Oracle
    max_tokens: int | None = None
    sample: int = 0

    def judge(self, candidate: Candidate, verdict: Verdict, lessons: Sequence[str]) -> Ruling:
        """One issue; of what passes, one bottleneck.

        A garbled answer is asked for once more, then read off the verdict.
        """
        signals = verdict.first_mismatch.signals if verdict.first_mismatch else ()
        cone = self.task.kit.cone(candidate.sources, self.task.problem.top, signals)
        passed = verdict.passed
        prompt = self.task.render(
            "optimise" if passed else "judge",
            code=candidate.sources,
            cone=view.cone(cone, view.numbered(candidate.sources)),
            lessons=tuple(lessons),
            oracle=_EXPECTATION[self.oracle],
            **self.task.evidence(candidate, verdict),
        )
        fallback = judgement_from(verdict, cone)
        usage = Usage()
        messages = [
            Message(Role.SYSTEM, self.task.render("optimise_system" if passed else "judge_system")),
            Message(Role.USER, prompt),
        ]
        for _ in range(2):
            try:
                answer = self._ask(messages)
            except ModelError as error:
                return Ruling(fallback, usage, False, error)
            usage += answer.usage
            judgement = parse_judgement(answer.text)
            if judgement is not None:
                return Ruling(judgement, usage, True)
            messages += [
                Message(Role.ASSISTANT, answer.text[:2000] or "(nothing)"),
                Message(Role.USER, self.task.render("optimise_again" if passed else "judge_again")),
            ]
        return Ruling(fallback, usage, False)

    def _ask(self, messages: Sequence[Message]) -> Completion:
        sampling = Sampling(0.0, max_tokens=self.max_tokens, sample=self.sample)
        return self.model.complete(messages, sampling)
