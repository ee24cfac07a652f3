"""Fakes and real tools that the agents' tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from gatewright.core import ModelError, Usage
from gatewright.models import Completion, Message, Sampling
from gatewright.sandbox.isolation import Isolation, open_isolation

Answer = str | Exception | Callable[[Sequence[Message]], str]


@dataclass
class ScriptedModel:
    """Gives its answers in order; an exception among them is raised. Keeps what it was asked."""

    answers: list[Answer]
    asked: list[tuple[Message, ...]] = field(default_factory=list)
    samplings: list[Sampling] = field(default_factory=list)

    @property
    def name(self) -> str:
        return "scripted"

    def complete(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        on_text: Callable[[str], None] | None = None,
    ) -> Completion:
        self.asked.append(tuple(messages))
        self.samplings.append(sampling)
        if not self.answers:
            raise ModelError("the script is over")
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        text = answer if isinstance(answer, str) else answer(messages)
        if on_text is not None:
            on_text(text)
        sent = sum(len(message.text) for message in messages) // 4
        return Completion(text, Usage(sent, len(text) // 4, 0.0, 0.001, 1))


@pytest.fixture(scope="session")
def isolation() -> Iterator[Isolation]:
    yield open_isolation()
