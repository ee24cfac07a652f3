"""Models that fill the hole between two texts, through `/v1/completions`."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from gatewright.core import ModelError, Usage
from gatewright.core.config import Price
from gatewright.core.stopping import pause
from gatewright.models.background import DeadlineExceeded, run_with_deadline
from gatewright.models.base import Completion, Message, Sampling
from gatewright.models.chat import NO_KEY, direct_client
from gatewright.models.endpoint import Endpoint
from gatewright.models.failures import Failure, explain, timed_out
from gatewright.models.infill_tokens import InfillTokens
from gatewright.models.langchain import estimate_tokens, priced

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_LONGEST_WAIT_S = 60.0
_MOST_STOPS = 4  # OpenAI's own limit; the rest is cut off here
_MISTRAL = ".mistral.ai"  # its own servers fill holes at an address of their own


class InfillWay(StrEnum):
    """How the hole is shown: by a field of the request, or by words of the model in the prompt."""

    SUFFIX = "suffix"
    TOKENS = "tokens"


@dataclass(frozen=True, slots=True)
class Infilling:
    """How a model is asked. `tokens` None: its words are not known, which TOKENS cannot do with.

    Nothing at or after one of the `stop` texts is wanted.
    """

    way: InfillWay
    tokens: InfillTokens | None = None
    stop: tuple[str, ...] = ()

    @property
    def ends(self) -> tuple[str, ...]:
        """All texts that end an answer."""
        return self.stop + (self.tokens.ends if self.tokens else ())


class InfillModel:
    """Fills holes. Its three messages: what stands before all words of the model (other files),
    the text before the hole, the text after. Thread-safe.

    Being a `Model`, its answers are cached and recorded as others' are. An empty answer is one:
    nothing has to stand there.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        infilling: Infilling,
        *,
        timeout_s: float = 300.0,
        retries: int = 4,
        price: Price | None = None,
        backoff_s: float = 0.5,
    ) -> None:
        self._endpoint = endpoint
        self._infilling = infilling
        self._timeout_s = timeout_s
        self._retries = retries
        self._price = price
        self._backoff_s = backoff_s
        self._lock = threading.Lock()
        self._client: AsyncOpenAI | None = None

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
        """The text between two others, trying again where that may help. Raises ModelError."""
        head, before, after = (message.text for message in messages)
        body = self._body(head, before, after, sampling)
        tries = 0
        while True:
            tried = self._try(body)
            if isinstance(tried, Completion):
                if on_text is not None and tried.text:
                    on_text(tried.text)
                return tried
            tries += 1
            wait = tried.wait_s or 0.0
            if not tried.retryable or tries > self._retries or wait > _LONGEST_WAIT_S:
                raise tried.error from None
            backoff = min(self._backoff_s * 2.0 ** (tries - 1), _LONGEST_WAIT_S)
            pause(wait or backoff * random.uniform(0.8, 1.2))

    def _body(self, head: str, before: str, after: str, sampling: Sampling) -> dict[str, Any]:
        tokens = self._infilling.tokens
        body: dict[str, Any] = {"model": self._endpoint.model}
        if self._infilling.way is InfillWay.TOKENS and tokens is not None:
            body["prompt"] = head + tokens.prompt(before, after)
        else:
            body |= {"prompt": head + before, "suffix": after}
        options = {
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": sampling.max_tokens,
            "seed": sampling.seed,
            "stop": list(self._infilling.ends)[:_MOST_STOPS] or None,
        }
        return body | {key: value for key, value in options.items() if value is not None}

    def _try(self, body: Mapping[str, Any]) -> Completion | Failure:
        start = time.monotonic()
        try:
            reply = run_with_deadline(lambda _: self._post(body), self._timeout_s)
            text, truncated = _chosen(reply)
        except DeadlineExceeded:
            return Failure(timed_out(self._endpoint, self._timeout_s))
        except _NoCompletion as error:
            return Failure(self._no_completion(str(error)))
        except Exception as error:
            return explain(error, self._endpoint, self._timeout_s)
        text = _cut(text, self._infilling.ends)
        asked = body["prompt"] + str(body.get("suffix", ""))
        seconds = time.monotonic() - start
        usage = priced(_usage(reply, asked, text, seconds), self._price)
        return Completion(text, usage, truncated)

    async def _post(self, body: Mapping[str, Any]) -> object:
        import httpx

        answer = await self._opened().post(self._path, cast_to=httpx.Response, body=dict(body))
        try:
            return answer.json()
        except ValueError:
            raise _NoCompletion("it is no JSON") from None

    @property
    def _path(self) -> str:
        url = self._endpoint.base_url or ""
        mistral = self._infilling.way is InfillWay.SUFFIX and _MISTRAL in url
        return "/fim/completions" if mistral else "/completions"

    def _opened(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI

        with self._lock:
            if self._client is None:
                self._client = AsyncOpenAI(
                    api_key=self._endpoint.api_key or NO_KEY,
                    base_url=self._endpoint.base_url,
                    timeout=self._timeout_s,
                    max_retries=0,
                    http_client=direct_client(self._endpoint),
                )
            return self._client

    def _no_completion(self, reason: str) -> ModelError:
        return ModelError(
            f"the server's answer is not a completion ({reason})",
            where=self._endpoint.where,
            hint="does the server have /v1/completions? --fim off asks it in a conversation",
        )


class _NoCompletion(Exception):
    """The server answered with something else."""


def _chosen(reply: object) -> tuple[str, bool]:
    """The text of a reply, and whether it was cut off at the token limit."""
    choices = reply.get("choices") if isinstance(reply, Mapping) else None
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
        raise _NoCompletion("it has no choices")
    first = choices[0]
    message = first.get("message")
    text = message.get("content") if isinstance(message, Mapping) else first.get("text")
    if not isinstance(text, str):
        raise _NoCompletion("its choice has no text")
    return text, first.get("finish_reason") == "length"


def _cut(text: str, ends: Sequence[str]) -> str:
    """The text up to the first of the ends: a server may not know all of them."""
    return text[: min((text.find(end) for end in ends if end in text), default=len(text))]


def _usage(reply: object, asked: str, text: str, seconds: float) -> Usage:
    counts = reply.get("usage") if isinstance(reply, Mapping) else None
    counts = counts if isinstance(counts, Mapping) else {}
    usage = Usage(estimate_tokens(asked), estimate_tokens(text), seconds, calls=1)
    if isinstance(counts.get("prompt_tokens"), int):
        usage = replace(usage, prompt_tokens=counts["prompt_tokens"])
    if isinstance(counts.get("completion_tokens"), int):
        usage = replace(usage, completion_tokens=counts["completion_tokens"])
    return usage
