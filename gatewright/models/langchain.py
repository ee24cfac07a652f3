"""Models behind LangChain: any provider it knows, any OpenAI-compatible server."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gatewright.core import ModelError, Usage
from gatewright.core.config import Price
from gatewright.core.stopping import pause
from gatewright.models.background import DeadlineExceeded, run_with_deadline
from gatewright.models.base import Completion, Message, Sampling
from gatewright.models.chat import Answer, ask, build_chat
from gatewright.models.endpoint import Endpoint
from gatewright.models.failures import Failure, empty, explain, timed_out

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

__all__ = ["LangChainModel", "estimate_tokens", "priced"]

_LONGEST_WAIT_S = 60.0
# Clients kept, one a way of sampling; each holds connections.
_MOST_CHATS = 16


class LangChainModel:
    """A chat model of a LangChain provider. Thread-safe; nothing is imported before first use.

    Each try may take `timeout_s` wall seconds from request to last byte. A refused connection, a
    rate limit, a server error and an empty answer are tried again up to `retries` times, waiting
    `backoff_s`, twice that, and so on, or what Retry-After asks for.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        timeout_s: float = 300.0,
        retries: int = 4,
        price: Price | None = None,
        backoff_s: float = 0.5,
    ) -> None:
        self._endpoint = endpoint
        self._timeout_s = timeout_s
        self._retries = retries
        self._price = price
        self._backoff_s = backoff_s
        self._lock = threading.Lock()
        self._chats: dict[Sampling, BaseChatModel] = {}
        self._left_out: frozenset[str] = frozenset()
        self._streams = True

    @property
    def name(self) -> str:
        """`provider:name`."""
        return self._endpoint.name

    def complete(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        on_text: Callable[[str], None] | None = None,
    ) -> Completion:
        """Answer, trying again where that may help; usage counts every try that was answered.

        Once text has been passed to `on_text` a try is not repeated. Raises ModelError.
        """
        listener = _Listener(on_text)
        spent = Usage()
        tries = 0
        refused: set[str] = set()
        while True:
            tried = self._try(messages, sampling, listener)
            if isinstance(tried, Completion):
                spent += tried.usage
                if tried.text.strip():
                    return replace(tried, usage=spent)
                tried = Failure(empty(self._endpoint, tried), retryable=not tried.truncated)
            elif tried.parameter not in refused and self._leave_out(tried.parameter):
                refused.add(tried.parameter)
                continue
            tries += 1
            if listener.told or not self._worth_another(tried, tries):
                raise _after(tried.error, tries) from None
            self._wait(tried, tries)

    def _try(
        self, messages: Sequence[Message], sampling: Sampling, listener: _Listener
    ) -> Completion | Failure:
        start = 0.0
        try:
            chat = self._chat(sampling)
            start = time.monotonic()
            streams = listener.wants_text and self._streams
            answer = run_with_deadline(
                lambda emit: ask(chat, messages, emit if streams else None),
                self._timeout_s,
                listener.tell,
            )
            if not answer.streamed and answer.text:
                self._streams = self._streams and not streams
                listener.tell(answer.text)
        except DeadlineExceeded:
            return Failure(timed_out(self._endpoint, self._timeout_s))
        except Exception as error:
            if error is listener.error:
                raise
            return explain(error, self._endpoint, self._timeout_s)
        return self._completion(answer, messages, time.monotonic() - start)

    def _worth_another(self, failure: Failure, tries: int) -> bool:
        asked = failure.wait_s or 0.0
        return failure.retryable and tries <= self._retries and asked <= _LONGEST_WAIT_S

    def _wait(self, failure: Failure, tries: int) -> None:
        # Spread out, so that parallel callers do not come back all at once.
        backoff = min(self._backoff_s * 2.0 ** (tries - 1), _LONGEST_WAIT_S)
        seconds = backoff * random.uniform(0.8, 1.2) if failure.wait_s is None else failure.wait_s
        pause(seconds)

    def _leave_out(self, parameter: str) -> bool:
        """Stop sending a sampling parameter that the model will not take (reasoning models)."""
        if parameter not in ("temperature", "top_p", "seed"):
            return False
        with self._lock:
            if parameter not in self._left_out:
                self._left_out |= {parameter}
                self._chats.clear()
                logging.getLogger("gatewright.models").warning(
                    "%s takes no %s: it samples in its own way", self.name, parameter
                )
        return True

    def _chat(self, sampling: Sampling) -> BaseChatModel:
        drawn = replace(sampling, sample=0)
        with self._lock:
            if drawn not in self._chats:
                if len(self._chats) >= _MOST_CHATS:
                    self._chats.clear()
                self._chats[drawn] = build_chat(
                    self._endpoint, drawn, self._timeout_s, self._left_out
                )
            return self._chats[drawn]

    def _completion(
        self, answer: Answer, messages: Sequence[Message], seconds: float
    ) -> Completion:
        usage = Usage(
            answer.prompt_tokens or estimate_tokens("".join(m.text for m in messages)),
            answer.completion_tokens or estimate_tokens(answer.text),
            seconds,
            calls=1,
        )
        return Completion(answer.text, priced(usage, self._price), answer.truncated)


class _Listener:
    """The caller's `on_text`: whether it has been told anything, and whether it failed."""

    def __init__(self, on_text: Callable[[str], None] | None) -> None:
        self._on_text = on_text
        self.told = False
        self.error: Exception | None = None

    @property
    def wants_text(self) -> bool:
        return self._on_text is not None

    def tell(self, piece: str) -> None:
        if self._on_text is None:
            return
        self.told = True
        try:
            self._on_text(piece)
        except Exception as error:
            self.error = error
            raise


def estimate_tokens(text: str) -> int:
    """A count for servers that give none: four characters a token, rounded up."""
    return -(-len(text) // 4)


def priced(usage: Usage, price: Price | None) -> Usage:
    """Usage with what it costs, where a price is known."""
    if price is None:
        return usage
    cost = usage.prompt_tokens * price.prompt + usage.completion_tokens * price.completion
    return replace(usage, cost=cost / 1e6)


def _after(error: ModelError, tries: int) -> ModelError:
    if tries < 2:
        return error
    return ModelError(f"{error.what}, {tries} tries", where=error.where, hint=error.hint)
