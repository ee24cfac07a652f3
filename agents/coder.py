"""The agent that writes and mends code. It sees structured state, never a growing history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from gatewright.agents.edits import apply_edits, parse_edits
from gatewright.agents.extract import Extraction
from gatewright.agents.task import Task
from gatewright.core import Candidate, Judgement, Provenance, Usage, Verdict
from gatewright.models import Completion, Message, Model, Role, Sampling, messages_sha256

_DRAWS_A_SAMPLE = 1000  # so that no two samples of a problem share a draw
_LONGEST_BEGINNING = 200

OnText = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Draft:
    """A candidate as it left its author, and the hash of the prompt that led to it ('' = none).

    `said` is how the answer begins where it holds no code.
    """

    candidate: Candidate
    prompt_sha256: str = ""
    truncated: bool = False
    said: str = ""


@dataclass(slots=True)
class Coder:
    """Writes candidates for one task; `sampling.sample` is the answer's number.

    `draws` numbers its calls: no two are the same draw.
    """

    task: Task
    model: Model
    sampling: Sampling = field(default_factory=Sampling)
    on_text: OnText | None = None
    draws: int = 0

    def first(self, temperature: float | None = None) -> Draft:
        """A fresh attempt, sampled at another temperature if asked.

        Raises ModelError, as all of these do.
        """
        messages = (self._system(), self._user(self.task.render("first")))
        answer = self._ask(messages, temperature)
        found = self._extract(answer)
        return self._draft(messages, found.code, answer, None, found.truncated)

    def repair(self, draft: Draft, verdict: Verdict) -> Draft:
        """Another try at code that does not get as far as being simulated."""
        candidate = draft.candidate
        text = self.task.render(
            "repair",
            code=candidate.sources,
            truncated=draft.truncated,
            **self.task.evidence(candidate, verdict),
        )
        return self._whole((self._user(text),), candidate)

    def edit(
        self, parent: Candidate, verdict: Verdict, judgement: Judgement, lessons: Sequence[str]
    ) -> Draft:
        """The smallest change that settles a judgement; whole code is accepted too."""
        text = self.task.render(
            "improve" if verdict.passed else "edit",
            code=parent.sources,
            judgement=judgement,
            lessons=tuple(lessons),
            **self.task.evidence(parent, verdict),
        )
        messages = (self._system(), self._user(text))
        answer = self._ask(messages)
        edits = parse_edits(answer.text)
        applied = apply_edits(parent.text, edits)
        if edits and not applied.problem:
            return self._draft(messages, applied.text, answer, parent)
        whole = self.task.kit.extract(answer.text, self.task.problem.top, "")
        if whole.code:
            return self._draft(messages, whole.code, answer, parent, whole.truncated)
        problem = applied.problem if edits else "the answer holds neither edit blocks nor code"
        return self._edit_again(messages, answer, problem, parent)

    def _edit_again(
        self, messages: tuple[Message, ...], answer: Completion, problem: str, parent: Candidate
    ) -> Draft:
        again = self._user(self.task.render("edit_again", problem=problem))
        said = Message(Role.ASSISTANT, answer.text or "(nothing)")
        return self._whole((messages[1], said, again), parent, spent=answer.usage)

    def _whole(
        self, turns: tuple[Message, ...], parent: Candidate, spent: Usage | None = None
    ) -> Draft:
        messages = (self._system(), *turns)
        answer = self._ask(messages)
        found = self._extract(answer)
        return self._draft(messages, found.code, answer, parent, found.truncated, spent)

    def _draft(
        self,
        messages: Sequence[Message],
        code: str,
        answer: Completion,
        parent: Candidate | None,
        truncated: bool = False,
        spent: Usage | None = None,
    ) -> Draft:
        sources = (self.task.kit.source(self.task.problem, code),) if code.strip() else ()
        candidate = Candidate(
            sources,
            Provenance.MODEL,
            self.sampling.sample,
            parent.sha256 if parent is not None else None,
            answer.usage + spent if spent is not None else answer.usage,
        )
        said = "" if sources else _beginning(answer.text)
        return Draft(candidate, messages_sha256(messages), truncated, said)

    def _extract(self, answer: Completion) -> Extraction:
        problem = self.task.problem
        found = self.task.kit.extract(answer.text, problem.top, problem.header)
        return Extraction(found.code, found.truncated or (answer.truncated and not found.code))

    def _ask(self, messages: Sequence[Message], temperature: float | None = None) -> Completion:
        draw = self.sampling.sample * _DRAWS_A_SAMPLE + self.draws
        self.draws += 1
        chosen = self.sampling.temperature if temperature is None else temperature
        sampling = replace(self.sampling, temperature=chosen, sample=draw)
        return self.model.complete(messages, sampling, self.on_text)

    def _system(self) -> Message:
        return Message(Role.SYSTEM, self.task.render("system"))

    @staticmethod
    def _user(text: str) -> Message:
        return Message(Role.USER, text)


def _beginning(text: str) -> str:
    """The first words of an answer, on one line."""
    words = " ".join(text[: 10 * _LONGEST_BEGINNING].split())
    return words if len(words) <= _LONGEST_BEGINNING else f"{words[:_LONGEST_BEGINNING]}…"
