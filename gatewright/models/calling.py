"""A LangChain chat model that calls tools, over the same requests, retries and errors as ours."""

from __future__ import annotations

import asyncio
import json
import random
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolCall
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from pydantic import ConfigDict

from gatewright.core import ModelError, Usage
from gatewright.core.config import Price
from gatewright.models.background import DeadlineExceeded, Emit, run_with_deadline
from gatewright.models.base import Sampling
from gatewright.models.chat import build_chat
from gatewright.models.endpoint import Endpoint
from gatewright.models.failures import Failure, explain, timed_out
from gatewright.models.langchain import estimate_tokens, priced
from gatewright.models.reasoning import Spoken, without_reasoning

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

__all__ = ["MALFORMED", "AnswerBroken", "Calling", "CallingModel", "ToolsRefused"]

# The one argument of a call whose arguments were no JSON: no tool takes it, so each refuses it.
MALFORMED = "arguments_that_are_no_json"
_TRUNCATED = ("length", "max_tokens", "MAX_TOKENS", "max_output_tokens")
_REFUSING = (400, 404, 405, 422, 500, 501)
_LONGEST_WAIT_S = 60.0
_HEARTBEAT_S = 0.2


class ToolsRefused(ModelError):
    """The server or its model takes no tools."""


class AnswerBroken(ModelError):
    """The answer broke off in the middle; `text` is what came until then."""

    def __init__(self, endpoint: Endpoint, text: str, why: str) -> None:
        super().__init__(
            f"the model's answer broke off in the middle ({why})",
            where=endpoint.where,
            hint="what came is kept; say `go on`, or send it again",
        )
        self.text = text


@dataclass(slots=True)
class Calling:
    """How to ask, and who listens. `pulse` is called at least every 0.2 s: it may raise to stop."""

    endpoint: Endpoint
    sampling: Sampling
    timeout_s: float
    retries: int
    price: Price | None = None
    on_text: Callable[[str], None] = lambda text: None
    pulse: Callable[[], None] = lambda: None
    on_usage: Callable[[Usage], None] = lambda usage: None
    left_out: frozenset[str] = frozenset()
    chats: dict[frozenset[str], BaseChatModel] = field(default_factory=dict)

    def chat(self) -> BaseChatModel:
        """The client, made once for each set of parameters that are left out."""
        if self.left_out not in self.chats:
            self.chats[self.left_out] = build_chat(
                self.endpoint, self.sampling, self.timeout_s, self.left_out
            )
        return self.chats[self.left_out]


class CallingModel(BaseChatModel):
    """Answers through `calling`; text reaches its listener as it comes."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    calling: Calling
    tools: tuple[Any, ...] = ()

    @property
    def _llm_type(self) -> str:
        return "gatewright"

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | None = None, **options: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The same model with tools at hand."""
        return self.model_copy(update={"tools": tuple(tools)})

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **options: Any,
    ) -> ChatResult:
        message = _Asking(self.calling, self.tools).answer(messages)
        return ChatResult(generations=[ChatGeneration(message=message)])


@dataclass(slots=True)
class _Asking:
    calling: Calling
    tools: Sequence[BaseTool]
    heard: list[str] = field(default_factory=list)
    refused: Exception | None = None
    spoken: Spoken = field(default_factory=lambda: Spoken(lambda text: None))

    def answer(self, messages: Sequence[BaseMessage]) -> AIMessage:
        """One answer, tried again where that may help. Raises ModelError."""
        self.spoken = Spoken(self.calling.on_text)
        tries = 0
        while True:
            try:
                return self._try(messages)
            except _Retryable as failed:
                failure = failed.failure
            if failure.parameter and failure.parameter not in self.calling.left_out:
                self.calling.left_out |= {failure.parameter}
                continue
            tries += 1
            asked = failure.wait_s or 0.0
            if not failure.retryable or tries > self.calling.retries or asked > _LONGEST_WAIT_S:
                raise failure.error
            self._wait(failure.wait_s if failure.wait_s is not None else 0.5 * 2.0 ** (tries - 1))

    def _try(self, messages: Sequence[BaseMessage]) -> AIMessage:
        calling, started = self.calling, time.monotonic()
        try:
            whole = run_with_deadline(
                lambda emit: self._ask(messages, emit), calling.timeout_s, self._hear
            )
        except DeadlineExceeded:
            raise self._broken(timed_out(calling.endpoint, calling.timeout_s)) from None
        except Exception as error:
            if error is self.refused:
                raise
            failure = explain(error, calling.endpoint, calling.timeout_s)
            if self.heard:
                raise self._broken(failure.error) from error
            if _refuses_tools(error, failure) and self.tools:
                raise ToolsRefused(
                    failure.error.what, where=failure.error.where, hint=failure.error.hint
                ) from error
            raise _Retryable(failure) from error
        return self._finished(whole, messages, time.monotonic() - started)

    async def _ask(self, messages: Sequence[BaseMessage], emit: Emit) -> AIMessageChunk | AIMessage:
        chat = self.calling.chat()
        bound: Any = chat.bind_tools(self.tools) if self.tools else chat
        beat = asyncio.ensure_future(_beating(emit))
        try:
            return await _streamed(bound, messages, emit) or await bound.ainvoke(list(messages))
        finally:
            beat.cancel()

    def _hear(self, piece: str) -> None:
        try:
            self.calling.pulse()
            if piece:
                self.heard.append(piece)
                self.spoken.tell(piece)
        except Exception as error:
            self.refused = error
            raise

    def _finished(
        self, whole: AIMessageChunk | AIMessage, messages: Sequence[BaseMessage], seconds: float
    ) -> AIMessage:
        calling = self.calling
        raw = str(whole.text)
        if raw and not self.heard:
            self._hear(raw)
        self.spoken.end()
        text = without_reasoning(raw)[0]
        counted = whole.usage_metadata
        usage = Usage(
            counted["input_tokens"] if counted else estimate_tokens("".join(map(_words, messages))),
            counted["output_tokens"] if counted else estimate_tokens(raw),
            seconds,
            calls=1,
        )
        calling.on_usage(priced(usage, calling.price))
        said = whole.response_metadata
        reason = str(said.get("finish_reason") or said.get("stop_reason") or "")
        if isinstance(whole, AIMessageChunk) and not reason:
            raise AnswerBroken(calling.endpoint, text, "the server ended it without a reason")
        if reason in _TRUNCATED:
            raise AnswerBroken(calling.endpoint, text, "the token limit was reached")
        calls = _calls(whole)
        if not text.strip() and not calls:
            what = Failure(
                ModelError(
                    "the answer is empty", where=calling.endpoint.where, hint="try another model"
                ),
                retryable=True,
            )
            raise _Retryable(what)
        return AIMessage(content=text, tool_calls=[_with_id(call) for call in calls])

    def _broken(self, error: ModelError) -> ModelError:
        if not self.heard:
            return error
        said = without_reasoning("".join(self.heard))[0]
        return AnswerBroken(self.calling.endpoint, said, error.what)

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds * random.uniform(0.8, 1.2)
        while (left := end - time.monotonic()) > 0:
            self.calling.pulse()
            time.sleep(min(left, _HEARTBEAT_S))


class _Retryable(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure.error))
        self.failure = failure


async def _beating(emit: Emit) -> None:
    while True:
        await asyncio.sleep(_HEARTBEAT_S)
        emit("")


async def _streamed(
    chat: Any, messages: Sequence[BaseMessage], emit: Emit
) -> AIMessageChunk | None:
    """The pieces put together; None for a stream of nothing, as of a server that cannot stream."""
    whole: AIMessageChunk | None = None
    try:
        async for chunk in chat.astream(list(messages)):
            whole = chunk if whole is None else whole + chunk
            if text := str(chunk.text):
                emit(text)
    except ValueError:
        if whole is not None:
            raise
    return whole


def _refuses_tools(error: Exception, failure: Failure) -> bool:
    status = getattr(error, "status_code", None)
    return status in _REFUSING and "tool" in str(failure.error).lower()


def _calls(whole: AIMessageChunk | AIMessage) -> list[ToolCall]:
    """The calls, their arguments read strictly: LangChain completes JSON that was cut off."""
    if isinstance(whole, AIMessageChunk):
        return [_call(piece["name"], piece["args"]) for piece in whole.tool_call_chunks]
    broken = [_call(call["name"], call["args"]) for call in whole.invalid_tool_calls]
    return [*whole.tool_calls, *broken]


def _call(name: str | None, text: str | None) -> ToolCall:
    try:
        arguments = json.loads(text or "{}", strict=False)
    except ValueError:
        arguments = None
    if not isinstance(arguments, dict):
        arguments = {MALFORMED: (text or "")[:500]}
    return ToolCall(name=name or "unnamed", args=arguments, id=None)


def _with_id(call: ToolCall) -> ToolCall:
    """Some local servers give no ids, or the same one each time; results need one of their own."""
    return ToolCall(name=call["name"], args=call["args"], id=f"call_{uuid.uuid4().hex[:16]}")


def _words(message: BaseMessage) -> str:
    return str(message.text)
