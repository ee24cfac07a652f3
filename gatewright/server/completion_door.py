"""`/v1/completions`, `/v1/fim/completions` and `/infill`: what editors ask for completions."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from gatewright.core import Usage, UsageError
from gatewright.server.completing import Answer, Completing, limit_of
from gatewright.server.fairness import FairQueue
from gatewright.server.fim import Extra, hole_of, infill_hole
from gatewright.server.presence import client_of, while_there
from gatewright.server.shapes import CompletionRequest, InfillRequest, stops_of
from gatewright.server.sse import DONE, event, streamed

MODEL_ID = "gatewright/complete"


def completion_door(completing: Completing, queue: FairQueue) -> APIRouter:
    """The routes."""
    router = APIRouter()

    async def asked(request: Request, wanted: CompletionRequest) -> Answer:
        hole = hole_of(_one(wanted.prompt), wanted.suffix or "")
        limit = limit_of(wanted.max_tokens, stops_of(wanted.stop))

        async def work() -> Answer:
            async with queue.turn(client_of(request)):
                return await completing.answer(hole, limit, hurried=queue.waiting > 0)

        return await while_there(request, work())

    @router.post("/v1/completions")
    @router.post("/completions")
    async def complete(request: Request, wanted: CompletionRequest) -> Response:
        answer = await asked(request, wanted)
        frame = _Frame(wanted.model or MODEL_ID, "cmpl", "text_completion")
        if wanted.stream:
            return streamed(_completion_events(frame, answer))
        return JSONResponse(frame.document([_choice(answer.text, answer)], _usage(answer.usage)))

    @router.post("/v1/fim/completions")
    async def fill(request: Request, wanted: CompletionRequest) -> Response:
        answer = await asked(request, wanted)
        frame = _Frame(wanted.model or MODEL_ID, "fim", "chat.completion")
        if wanted.stream:
            return streamed(_fim_events(frame, answer))
        message = {"role": "assistant", "content": answer.text}
        choice = {"index": 0, "message": message, "finish_reason": _reason(answer)}
        return JSONResponse(frame.document([choice], _usage(answer.usage)))

    @router.post("/infill")
    async def infill(request: Request, wanted: InfillRequest) -> Response:
        extras = tuple(Extra(extra.filename, extra.text) for extra in wanted.input_extra)
        hole = infill_hole(wanted.input_prefix, wanted.input_suffix, wanted.prompt or "", extras)
        limit = limit_of(wanted.n_predict, stops_of(wanted.stop), wanted.t_max_predict_ms)

        async def work() -> Answer:
            async with queue.turn(client_of(request)):
                return await completing.answer(hole, limit, hurried=queue.waiting > 0)

        answer = await while_there(request, work())
        if wanted.stream:
            return streamed(_infill_events(answer))
        return JSONResponse(_infilled(answer))

    return router


class _Frame:
    """What is the same in all events of one answer."""

    def __init__(self, model: str, prefix: str, kind: str) -> None:
        self._id = f"{prefix}-{secrets.token_hex(12)}"
        self._created = int(time.time())
        self._model, self._kind = model, kind

    def document(
        self, choices: list[dict[str, object]], usage: dict[str, int] | None = None
    ) -> dict[str, object]:
        told: dict[str, object] = {
            "id": self._id,
            "object": self._kind,
            "created": self._created,
            "model": self._model,
            "choices": choices,
        }
        return told | {"usage": usage} if usage is not None else told


def _one(prompt: str | list[str]) -> str:
    if isinstance(prompt, str):
        return prompt
    if len(prompt) != 1:
        raise UsageError("one prompt at a time", where="prompt", hint="send several requests")
    return prompt[0]


def _choice(text: str, answer: Answer, last: bool = True) -> dict[str, object]:
    reason = _reason(answer) if last else None
    return {"index": 0, "text": text, "logprobs": None, "finish_reason": reason}


def _reason(answer: Answer) -> str:
    return "length" if answer.cut else "stop"


def _pieces(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _usage(usage: Usage | None) -> dict[str, int] | None:
    """What a model used; None without one, as nothing was counted then."""
    if usage is None:
        return None
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }


async def _completion_events(frame: _Frame, answer: Answer) -> AsyncIterator[str]:
    for piece in _pieces(answer.text):
        yield event(frame.document([_choice(piece, answer, last=False)]))
    yield event(frame.document([_choice("", answer)]))
    yield DONE


async def _fim_events(frame: _Frame, answer: Answer) -> AsyncIterator[str]:
    for piece in _pieces(answer.text):
        delta = {"role": "assistant", "content": piece}
        yield event(frame.document([{"index": 0, "delta": delta, "finish_reason": None}]))
    last: dict[str, object] = {"index": 0, "delta": {}, "finish_reason": _reason(answer)}
    yield event(frame.document([last]))
    yield DONE


def _infilled(answer: Answer) -> dict[str, object]:
    return {
        "content": answer.text,
        "stop": True,
        "model": MODEL_ID,
        "truncated": False,
        "stop_type": "limit" if answer.cut else "eos",
    }


async def _infill_events(answer: Answer) -> AsyncIterator[str]:
    for piece in _pieces(answer.text):
        yield event({"content": piece, "stop": False})
    yield event(_infilled(answer) | {"content": ""})
