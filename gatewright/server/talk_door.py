"""The page's conversations: what is said, what comes of it, what is decided."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from gatewright.agents.chat.request import Request
from gatewright.server.shapes import Shape, Text
from gatewright.server.sse import event, streamed
from gatewright.server.talks import Message, Talk, Talks

_SEEN = re.compile(r"([0-9a-f]+)-(\d+)")


class SayRequest(Shape):
    """A text, or a ready-made action with its values."""

    text: Text = ""
    action: str = ""
    values: dict[str, Text] = Field(default_factory=dict)

    @property
    def message(self) -> Message:
        """It, as the conversation takes it."""
        return Request(self.action, self.values) if self.action else self.text


class DecideRequest(Shape):
    """What was decided about a proposal."""

    approval: str = Field(max_length=200)
    decision: str = Field(max_length=20)
    comment: str = Field("", max_length=4000)


class UseRequest(Shape):
    """A tool that the user runs."""

    tool: str = Field(max_length=100)
    arguments: dict[str, Any] = Field(default_factory=dict)


def talk_door(talks: Talks) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/talks")

    @router.get("")
    async def listed() -> JSONResponse:
        told = [
            {"id": one.id, "title": one.title, "changed": one.changed, "turns": one.turns}
            for one in await talks.listed()
        ]
        return JSONResponse(told)

    @router.post("")
    async def begin(said: SayRequest) -> JSONResponse:
        talk = await talks.new()
        await talks.send(talk, said.message)
        return JSONResponse({"id": talk.chat.id}, 201)

    @router.get("/{id}/events")
    async def events(
        id: str, last_event_id: Annotated[str, Header(max_length=60)] = ""
    ) -> Response:
        return streamed(_events(await talks.at(id), last_event_id))

    @router.post("/{id}/send")
    async def send(id: str, said: SayRequest) -> JSONResponse:
        await talks.send(await talks.at(id), said.message)
        return JSONResponse({"id": id}, 202)

    @router.post("/{id}/decide")
    async def decide(id: str, decided: DecideRequest) -> JSONResponse:
        talk = await talks.at(id)
        await talks.decide(talk, decided.approval, decided.decision, decided.comment)
        return JSONResponse({"id": id}, 202)

    @router.post("/{id}/use")
    async def use(id: str, wanted: UseRequest) -> JSONResponse:
        await talks.use(await talks.at(id), wanted.tool, wanted.arguments)
        return JSONResponse({"id": id}, 202)

    @router.post("/{id}/stop")
    async def stop(id: str) -> Response:
        (await talks.at(id)).chat.stop()
        return Response(status_code=204)

    return router


async def _events(talk: Talk, seen: str) -> AsyncIterator[str]:
    """All events, or those after the last that was seen; a page that saw others starts anew."""
    found = _SEEN.fullmatch(seen)
    known = found is not None and found[1] == talk.epoch
    after = int(found[2]) + 1 if found is not None and known else 0
    if not known:
        yield event({"kind": "beginning", "id": talk.chat.id, "count": talk.count})
    async for told in talk.follow(after):
        yield event(told.event, id=f"{talk.epoch}-{told.number}")
