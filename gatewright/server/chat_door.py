"""`/v1/chat/completions`: conversations and verified modules for clients that know OpenAI's way."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from gatewright.core import Usage, UsageError
from gatewright.server.failing import error_body, refusal
from gatewright.server.fairness import Client, FairQueue
from gatewright.server.presence import client_of, while_there
from gatewright.server.shapes import ChatMessage, ChatRequest
from gatewright.server.sse import DONE, event, streamed
from gatewright.server.talk_text import Piece, text_of
from gatewright.server.talks import Talk, Talks
from gatewright.server.verified import VerifiedRun

if TYPE_CHECKING:
    from gatewright.agents.workbench import Workbench

VERIFIED, CHAT = "gatewright/verified", "gatewright/chat"
_MOST_KNOWN = 512


@dataclass(frozen=True, slots=True)
class Failure:
    """What ended an answer before its end."""

    message: str


Part = Piece | Failure | Usage


def chat_door(workbench: Workbench, talks: Talks, queue: FairQueue) -> APIRouter:
    """The routes."""
    router = APIRouter()
    known = _Known()

    @router.post("/v1/chat/completions")
    @router.post("/chat/completions")
    async def chat(request: Request, wanted: ChatRequest) -> Response:
        said = _last(wanted.messages)
        if wanted.model == VERIFIED:
            parts = _verified(workbench, queue, client_of(request), said)
        elif wanted.model == CHAT:
            talk, message = await known.talk(talks, wanted.messages)
            parts = _talked(talks, talk, message, known, wanted.messages)
        else:
            return refusal(404, f"no model {wanted.model!r}: there is {VERIFIED}, {CHAT}")
        frame = _Frame(wanted.model)
        if wanted.stream:
            return streamed(_events(frame, parts, wanted.wants_usage))
        return await while_there(request, _whole(frame, parts))

    return router


def _last(messages: Sequence[ChatMessage]) -> str:
    """What the user said last. Raises UsageError."""
    if messages[-1].role != "user" or not messages[-1].text.strip():
        raise UsageError("the last message must be the user's, with a text", where="messages")
    return messages[-1].text


class _Known:
    """Which conversation goes on: these clients send all of it each time, and no name for it."""

    def __init__(self) -> None:
        self._talks: OrderedDict[str, str] = OrderedDict()

    async def talk(self, talks: Talks, messages: Sequence[ChatMessage]) -> tuple[Talk, str]:
        """The conversation that ends as these messages do, or a new one; and what is said now."""
        said = _last(messages)
        id = self._talks.get(_digest(messages[:-1]))
        if id is not None:
            return await talks.at(id), said
        earlier = [m for m in messages[:-1] if m.role in ("user", "assistant") and m.text.strip()]
        told = "\n\n".join(f"{m.role}: {m.text}" for m in earlier)
        if told:
            said = f"Earlier in this conversation:\n\n{told}\n\nNow:\n\n{said}"
        return await talks.new(), said

    def remember(self, talk: Talk, messages: Sequence[ChatMessage], answer: str) -> None:
        """The conversation is known by all that was said in it."""
        whole = [*messages, ChatMessage(role="assistant", content=answer)]
        self._talks[_digest(whole)] = talk.chat.id
        while len(self._talks) > _MOST_KNOWN:
            self._talks.popitem(last=False)


def _digest(messages: Sequence[ChatMessage]) -> str:
    """Of what the user and we said, by its words."""
    made = hashlib.sha256()
    for message in messages:
        if message.role in ("user", "assistant"):
            made.update(f"{message.role}\0{' '.join(message.text.split())}\0".encode())
    return made.hexdigest()


async def _talked(
    talks: Talks, talk: Talk, message: str, known: _Known, messages: Sequence[ChatMessage]
) -> AsyncIterator[Part]:
    start, said = talk.count, ""
    await talks.send(talk, message)
    try:
        async for told in talk.follow(start):
            for piece in text_of(told.event):
                said += piece.content
                yield piece
            kind = told.event["kind"]
            if kind == "turn_failed":
                yield Failure(str(told.event["message"]))
                return
            if kind == "turn_ended":
                known.remember(talk, messages, said)
                yield _usage_in(told.event["usage"])
                return
    finally:
        talk.chat.stop()  # a client that left does not come back for the rest


async def _verified(
    workbench: Workbench, queue: FairQueue, client: Client, spec: str
) -> AsyncIterator[Part]:
    async with queue.turn(client):
        run = VerifiedRun(workbench, spec)
        async with aclosing(run.parts()) as parts:
            async for part in parts:
                yield part


def _usage_in(told: dict[str, int]) -> Usage:
    return Usage(
        prompt_tokens=int(told.get("prompt_tokens", 0)),
        completion_tokens=int(told.get("completion_tokens", 0)),
    )


class _Frame:
    def __init__(self, model: str) -> None:
        self._id = f"chatcmpl-{secrets.token_hex(12)}"
        self._created, self._model = int(time.time()), model

    def document(self, kind: str, choices: list[dict[str, object]]) -> dict[str, object]:
        return {
            "id": self._id,
            "object": kind,
            "created": self._created,
            "model": self._model,
            "choices": choices,
        }

    def chunk(self, delta: dict[str, str], reason: str | None = None) -> str:
        choice: dict[str, object] = {"index": 0, "delta": delta, "finish_reason": reason}
        return event(self.document("chat.completion.chunk", [choice]))


async def _events(
    frame: _Frame, parts: AsyncIterator[Part], wants_usage: bool
) -> AsyncIterator[str]:
    usage = Usage()
    yield frame.chunk({"role": "assistant", "content": ""})
    try:
        async for part in parts:
            if isinstance(part, Usage):
                usage = part
            elif isinstance(part, Failure):
                yield event(error_body(part.message, "server_error"))
                yield DONE
                return
            else:
                yield frame.chunk(part.delta)
    except Exception as error:
        yield event(error_body(str(error) or type(error).__name__, "server_error"))
        yield DONE
        return
    yield frame.chunk({}, "stop")
    if wants_usage:
        yield event(frame.document("chat.completion.chunk", []) | {"usage": _counted(usage)})
    yield DONE


async def _whole(frame: _Frame, parts: AsyncIterator[Part]) -> Response:
    said, thought, usage = "", "", Usage()
    async for part in parts:
        if isinstance(part, Usage):
            usage = part
        elif isinstance(part, Failure):
            return refusal(502, part.message, "server_error")
        else:
            said += part.content
            thought += part.progress
    message = {"role": "assistant", "content": said, "reasoning_content": thought}
    choice: dict[str, object] = {"index": 0, "message": message, "finish_reason": "stop"}
    return JSONResponse(frame.document("chat.completion", [choice]) | {"usage": _counted(usage)})


def _counted(usage: Usage) -> dict[str, int]:
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }
