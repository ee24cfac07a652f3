"""What a failed call means: whether to try again, and what to tell the user.

Providers raise exceptions of their own libraries; they agree on `status_code`, `response` and the
names of their classes, so that no provider's library has to be imported here.
"""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping
from dataclasses import dataclass

from gatewright.core import ModelError
from gatewright.models.base import Completion
from gatewright.models.endpoint import Endpoint

_CONNECTION = ("APIConnectionError", "ModelConnectionError", "TransportError", "ConnectionError")
_TIMEOUT = ("APITimeoutError", "ModelTimeoutError", "TimeoutException", "TimeoutError")
_OVERFLOW = ("context_length", "context length", "context window", "prompt is too long")
_RETRYABLE = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
_EXCERPT = 300


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed try. `wait_s` is how long the server asks to wait (None = it does not say).

    `parameter` is the sampling parameter the server will not take, where that was all.
    """

    error: ModelError
    retryable: bool = False
    wait_s: float | None = None
    parameter: str = ""


def explain(error: BaseException, endpoint: Endpoint, timeout_s: float) -> Failure:
    """What `error`, raised by a call to `endpoint`, means."""
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return _refused(status, error, endpoint)
    names = {kind.__name__ for kind in type(error).__mro__}
    if names.intersection(_TIMEOUT):
        return Failure(timed_out(endpoint, timeout_s))
    if names.intersection(_CONNECTION):
        return Failure(_unreachable(error, endpoint), retryable=True)
    if isinstance(error, ImportError):
        return Failure(_error(endpoint, f"a package is missing: {error}", "install it with pip"))
    if isinstance(reported := _reported(error), Mapping):
        code = reported.get("code")
        return _refused(code if isinstance(code, int) else 500, error, endpoint)
    return Failure(_garbage(error, endpoint), retryable=False)


def timed_out(endpoint: Endpoint, timeout_s: float) -> ModelError:
    """The server kept the connection but did not finish its answer in time."""
    return _error(
        endpoint,
        f"no complete answer within {timeout_s:g} s",
        "is the server overloaded or hung? raise GATEWRIGHT_TIMEOUT_S if the model is just slow",
    )


def empty(endpoint: Endpoint, answer: Completion) -> ModelError:
    """An answer without text."""
    if answer.truncated:
        return _error(
            endpoint,
            "the token limit was used up before any text of an answer",
            "raise max_tokens: reasoning models spend it on thinking first",
        )
    return _error(
        endpoint, "the answer is empty", "try again, another model, or another temperature"
    )


def _refused(status: int, error: BaseException, endpoint: Endpoint) -> Failure:
    said = _said(error, endpoint)
    if status == 401:
        hint = f"check {endpoint.key_hint}"
        what = "refused the API key" if endpoint.api_key else "wants an API key, and none is set"
        return Failure(_error(endpoint, f"{what} (401)", hint))
    if status == 403:
        return Failure(_error(endpoint, f"the key may not use this model (403){said}"))
    if status == 404:
        return Failure(_not_found(endpoint, said))
    if status == 429:
        return _limited(error, endpoint, said)
    if status in _RETRYABLE or status >= 500:
        what = f"the server failed with status {status}{said}"
        failure = _error(endpoint, what, "try again later, or look into the server's log")
        return Failure(failure, retryable=True, wait_s=_retry_after(error))
    lowered = said.lower()
    if any(words in lowered for words in _OVERFLOW):
        hint = "shorten the specification or context, or use a model with a longer context"
        return Failure(_error(endpoint, f"the prompt is too long ({status}){said}", hint))
    refusal = _error(endpoint, f"the request was refused with status {status}{said}")
    return Failure(refusal, parameter=_unwanted_parameter(error))


def _not_found(endpoint: Endpoint, said: str) -> ModelError:
    if endpoint.provider == "ollama":
        hint = f"run: ollama pull {endpoint.model}"
    elif endpoint.base_url and not endpoint.base_url.endswith("/v1"):
        hint = "does the base URL lack a /v1 at its end? or is the model's name misspelt?"
    elif endpoint.base_url:
        hint = f"{endpoint.shown_url}/models lists what the server has"
    else:
        hint = "check the model's name with the provider"
    return _error(endpoint, f"no such model or address (404){said}", hint)


def _limited(error: BaseException, endpoint: Endpoint, said: str) -> Failure:
    code = str(getattr(error, "code", "") or "")
    if code == "insufficient_quota" or "insufficient_quota" in said:
        return Failure(_error(endpoint, "the account has no quota left (429)", "check its billing"))
    failure = _error(
        endpoint, f"rate limit (429){said}", "wait, lower --jobs, or raise GATEWRIGHT_RETRIES"
    )
    return Failure(failure, retryable=True, wait_s=_retry_after(error))


def _unreachable(error: BaseException, endpoint: Endpoint) -> ModelError:
    cause = error.__cause__ or error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    reason = endpoint.redact(str(cause) or type(cause).__name__)[:_EXCERPT]
    hint = "start the server, or check --base-url" if endpoint.base_url else "check the network"
    return _error(endpoint, f"cannot reach the server, or it hung up ({reason})", hint)


def _garbage(error: BaseException, endpoint: Endpoint) -> ModelError:
    # The client library's own words for an answer without choices are about Python's types.
    empty = isinstance(error, TypeError) and "choices" in str(error)
    words = "it has no choices" if empty else f"{type(error).__name__}: {error}"
    reason = endpoint.redact(words)[:_EXCERPT]
    return _error(
        endpoint,
        f"the server's answer is not a chat completion ({reason})",
        "is this the address of an OpenAI-compatible server? it usually ends in /v1"
        if endpoint.speaks_openai
        else "",
    )


def _error(endpoint: Endpoint, what: str, hint: str = "") -> ModelError:
    return ModelError(what, where=endpoint.where, hint=hint)


def _said(error: BaseException, endpoint: Endpoint) -> str:
    """The server's own words, one line, as a tail for a message."""
    body = _reported(error) or getattr(error, "body", None)
    text = body.get("message") if isinstance(body, Mapping) else body
    if not isinstance(text, str) or not text.strip() or "<html" in text.lower():
        return ""
    return f": {endpoint.redact(' '.join(text.split()))[:_EXCERPT]}"


def _reported(error: BaseException) -> object:
    """The error object of an answer that has status 200 and yet is an error."""
    first = error.args[0] if error.args else None
    if isinstance(first, Mapping) and "message" in first:
        return first
    body = getattr(error, "body", None)
    return body if isinstance(body, Mapping) and "message" in body else None


def _unwanted_parameter(error: BaseException) -> str:
    body = getattr(error, "body", None)
    if not isinstance(body, Mapping):
        return ""
    if not str(body.get("code") or "").startswith("unsupported"):
        return ""
    return str(body.get("param") or "")


def _retry_after(error: BaseException) -> float | None:
    """Seconds that Retry-After asks for: a number or a date (RFC 9110 §10.2.3)."""
    headers = getattr(getattr(error, "response", None), "headers", None)
    value = str(headers.get("retry-after", "")) if headers is not None else ""
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError):
        return None
