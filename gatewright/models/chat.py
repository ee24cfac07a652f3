"""One request to a LangChain chat model: making the client, asking, reading what came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gatewright.models.background import Emit
from gatewright.models.base import Message, Sampling
from gatewright.models.discovery import is_loopback
from gatewright.models.endpoint import Endpoint

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage

# What a server that wants no key is sent: the client library insists on one.
NO_KEY = "none"
_TRUNCATED = frozenset({"length", "max_tokens", "MAX_TOKENS", "max_output_tokens"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Token counts are the server's, 0 where it gives none.

    `streamed` is whether it came in pieces.
    """

    text: str
    prompt_tokens: int
    completion_tokens: int
    truncated: bool
    streamed: bool


def build_chat(
    endpoint: Endpoint, sampling: Sampling, timeout_s: float, left_out: frozenset[str]
) -> BaseChatModel:
    """A client that samples so, without the parameters `left_out`; it neither retries nor caches.

    Imports LangChain and the provider's package: seconds of CPU, once.
    """
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "seed": sampling.seed,
    }
    options = {key: value for key, value in options.items() if key not in left_out}
    options |= _limit(sampling.max_tokens, endpoint) | _access(endpoint)
    chat: BaseChatModel = init_chat_model(
        endpoint.model,
        model_provider="openai" if endpoint.speaks_openai else endpoint.provider,
        timeout=timeout_s,
        max_retries=0,
        cache=False,
        **{key: value for key, value in options.items() if value is not None},
    )
    return chat


async def ask(chat: BaseChatModel, messages: Sequence[Message], emit: Emit | None) -> Answer:
    """One answer; where `emit` wants its pieces it is streamed, if the server can do that."""
    turns = [(str(message.role), message.text) for message in messages]
    whole = await _streamed(chat, turns, emit) if emit is not None else None
    if whole is not None:
        return _read(whole, streamed=True)
    return _read(await chat.ainvoke(turns), streamed=False)


async def _streamed(
    chat: BaseChatModel, turns: list[tuple[str, str]], emit: Emit
) -> AIMessage | None:
    """The pieces put together; None for a stream of nothing, as of a server that cannot stream."""
    whole: AIMessage | None = None
    try:
        async for chunk in chat.astream(turns):
            whole = chunk if whole is None else whole + chunk  # type: ignore[assignment]
            if text := str(chunk.text):
                emit(text)
    except ValueError:
        if whole is not None:
            raise
    return whole


def _limit(max_tokens: int | None, endpoint: Endpoint) -> dict[str, Any]:
    """OpenAI renamed `max_tokens`; servers that only resemble it know the old name alone."""
    if max_tokens is None:
        return {}
    if endpoint.speaks_openai and endpoint.base_url is not None:
        return {"extra_body": {"max_tokens": max_tokens}}
    return {"max_tokens": max_tokens}


def _access(endpoint: Endpoint) -> dict[str, Any]:
    access: dict[str, Any] = {"base_url": endpoint.base_url, "api_key": endpoint.api_key or None}
    if endpoint.base_url is not None:
        # Never None here: the client would then take whatever key the environment holds.
        access["api_key"] = endpoint.api_key or NO_KEY
    if endpoint.speaks_openai:
        access |= {"stream_usage": True, "http_async_client": direct_client(endpoint)}
    return access


def direct_client(endpoint: Endpoint) -> Any:
    """A client that ignores proxy variables, for servers on this machine; else the default."""
    if endpoint.base_url is None or not is_loopback(endpoint.base_url):
        return None
    from openai import DefaultAsyncHttpxClient

    return DefaultAsyncHttpxClient(trust_env=False)


def _read(message: AIMessage, streamed: bool) -> Answer:
    counted = message.usage_metadata
    reasons = _reasons(message.response_metadata)
    # A stream that breaks off ends like any other, only without a reason.
    cut = streamed and not reasons
    return Answer(
        text=str(message.text),
        prompt_tokens=counted["input_tokens"] if counted else 0,
        completion_tokens=counted["output_tokens"] if counted else 0,
        truncated=cut or not _TRUNCATED.isdisjoint(reasons),
        streamed=streamed,
    )


def _reasons(said: dict[str, Any]) -> list[str]:
    details = said.get("incomplete_details")
    found = [said.get(key) for key in ("finish_reason", "stop_reason", "done_reason", "status")]
    found.append(details.get("reason") if isinstance(details, dict) else None)
    return [str(reason) for reason in found if reason]
