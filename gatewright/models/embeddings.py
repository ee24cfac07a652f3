"""Vectors of texts from a server that speaks OpenAI's embeddings protocol."""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Mapping, Sequence
from typing import Any

from gatewright.core import ModelError, UsageError
from gatewright.models.background import DeadlineExceeded, run_with_deadline
from gatewright.models.discovery import is_loopback
from gatewright.models.endpoint import Endpoint
from gatewright.models.failures import Failure, explain, timed_out

__all__ = ["ServedEmbedding"]

_OPENAI = "https://api.openai.com/v1"
_AT_ONCE = 64
_MOST_CHARACTERS = 8000  # of a text: about 2,000 tokens of code, which every such model takes
_LONGEST_WAIT_S = 60.0


class _Refused(Exception):
    """An answer with another status than 200, in the form that `explain` reads."""

    def __init__(self, status: int, body: object, headers: Mapping[str, str]) -> None:
        super().__init__(body)
        self.status_code = status
        self.body = body
        self.code = body.get("code") if isinstance(body, Mapping) else None
        self.response = self
        self.headers = headers


class ServedEmbedding:
    """A model behind `/embeddings`. A try takes `timeout_s` wall seconds at most; what may pass is
    tried again `retries` times."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        timeout_s: float = 300.0,
        retries: int = 4,
        backoff_s: float = 0.5,
    ) -> None:
        if not endpoint.speaks_openai:
            raise UsageError(
                "embeddings are asked for in OpenAI's protocol only",
                where=endpoint.name,
                hint="--embedding openai:NAME with --base-url, or ollama:NAME",
            )
        self._endpoint = endpoint
        self._timeout_s = timeout_s
        self._retries = retries
        self._backoff_s = backoff_s

    @property
    def name(self) -> str:
        """Model and address: the same name elsewhere may be another model."""
        return f"{self._endpoint.name} {self._endpoint.shown_url} 1"

    @property
    def batch(self) -> int:
        """How many texts a request holds."""
        return _AT_ONCE

    def vectors(self, texts: Sequence[str]) -> list[list[float]]:
        """The vector of every text, in order. Raises ModelError."""
        found: list[list[float]] = []
        for start in range(0, len(texts), _AT_ONCE):
            found += self._asked(texts[start : start + _AT_ONCE])
        return found

    def _asked(self, texts: Sequence[str]) -> list[list[float]]:
        tries = 0
        while True:
            tried = self._try(texts)
            if not isinstance(tried, Failure):
                return tried
            tries += 1
            asked = tried.wait_s or 0.0
            if not tried.retryable or tries > self._retries or asked > _LONGEST_WAIT_S:
                raise tried.error from None
            backoff = self._backoff_s * 2.0 ** (tries - 1) * random.uniform(0.8, 1.2)
            time.sleep(backoff if tried.wait_s is None else tried.wait_s)

    def _try(self, texts: Sequence[str]) -> list[list[float]] | Failure:
        # An empty text is an error with some servers.
        body = {
            "model": self._endpoint.model,
            "input": [text[:_MOST_CHARACTERS].strip() or "-" for text in texts],
            "encoding_format": "float",
        }
        try:
            answer = run_with_deadline(lambda _: self._post(body), self._timeout_s)
        except DeadlineExceeded:
            return Failure(timed_out(self._endpoint, self._timeout_s))
        except Exception as error:
            if isinstance(error, ValueError):
                return Failure(self._garbage("it is not JSON"))
            return explain(error, self._endpoint, self._timeout_s)
        try:
            return _rows(answer, len(texts))
        except (KeyError, TypeError, ValueError) as error:
            return Failure(self._garbage(str(error) or type(error).__name__))

    async def _post(self, body: Mapping[str, object]) -> object:
        import httpx

        url = self._endpoint.base_url or _OPENAI
        key = self._endpoint.api_key
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with httpx.AsyncClient(
            timeout=self._timeout_s, trust_env=not is_loopback(url)
        ) as client:
            reply = await client.post(f"{url}/embeddings", json=body, headers=headers)
        if reply.status_code != httpx.codes.OK:
            raise _Refused(reply.status_code, _said(reply.text), reply.headers)
        return json.loads(reply.content)

    def _garbage(self, why: str) -> ModelError:
        return ModelError(
            f"the server's answer holds no embeddings ({self._endpoint.redact(why)[:300]})",
            where=self._endpoint.where,
            hint="is this the address of an OpenAI-compatible server with an embedding model? "
            "it usually ends in /v1",
        )


def _said(text: str) -> object:
    """The error object of a refusal, or its text."""
    try:
        read = json.loads(text)
    except ValueError:
        return text
    inner = read.get("error") if isinstance(read, Mapping) else None
    return inner if inner is not None else read


def _rows(answer: Any, count: int) -> list[list[float]]:
    """The vectors by their index. Raises KeyError, TypeError, ValueError for another document."""
    rows: dict[int, list[float]] = {}
    for place, entry in enumerate(answer["data"]):
        vector = [float(x) for x in entry["embedding"]]
        if not vector or not all(map(math.isfinite, vector)):
            raise ValueError("a vector is empty or not finite")
        rows[entry.get("index", place)] = vector
    if sorted(rows) != list(range(count)):
        raise ValueError(f"{count} texts were sent, {len(rows)} vectors came back")
    return [rows[place] for place in range(count)]
