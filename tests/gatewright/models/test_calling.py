from __future__ import annotations

import time
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import tool

from gatewright.core import ModelError, Usage
from gatewright.core.config import Price
from gatewright.models import Sampling
from gatewright.models.calling import (
    MALFORMED,
    AnswerBroken,
    Calling,
    CallingModel,
    ToolsRefused,
)
from gatewright.models.endpoint import Endpoint

from .conftest import FakeHandler, FakeServer, Step


@tool
def look(place: str) -> str:
    """Look there."""
    return place


def asked(server: FakeServer, **how: Any) -> tuple[CallingModel, list[str], list[Usage]]:
    heard: list[str] = []
    spent: list[Usage] = []
    given: dict[str, Any] = {"on_text": heard.append, "on_usage": spent.append, **how}
    endpoint = Endpoint("openai", "fake", server.url, "key")
    calling = Calling(endpoint, Sampling(), given.pop("timeout_s", 20.0), 2, **given)
    return CallingModel(calling=calling, tools=(look,)), heard, spent


def calls(*pieces: str, finish: str | None = "tool_calls", text: str = "") -> Step:
    """A call of `look` whose arguments come in pieces."""

    def step(handler: FakeHandler, body: dict[str, Any]) -> None:
        handler.start_stream()

        def chunk(delta: dict[str, Any], reason: str | None = None) -> None:
            choice = {"index": 0, "delta": delta, "finish_reason": reason}
            base = {"id": "x", "created": 1, "model": "fake", "object": "chat.completion.chunk"}
            handler.event(base | {"choices": [choice]})

        if text:
            chunk({"role": "assistant", "content": text})
        begun = {"name": "look", "arguments": ""}
        chunk({"tool_calls": [{"index": 0, "id": "1", "type": "function", "function": begun}]})
        for piece in pieces:
            chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})
        if finish:
            chunk({}, finish)
            handler.event("[DONE]")

    return step


def test_text_comes_in_pieces_and_is_paid_for(server: FakeServer) -> None:
    server.play(server.ok("one\ntwo\n"))
    model, heard, spent = asked(server, price=Price(prompt=1e6, completion=0.0))
    answer = model.invoke([HumanMessage("hello")])
    assert answer.text == "one\ntwo\n" and heard == ["one\n", "two\n"]
    assert (spent[0].prompt_tokens, spent[0].cost) == (11, 11.0)
    assert server.bodies[0]["tools"][0]["function"]["name"] == "look"


def test_thoughts_are_neither_said_nor_kept(server: FakeServer) -> None:
    server.play(server.ok("<think>\nIt is verified, I think.\n</think>\nOne.\n"))
    model, heard, _ = asked(server)
    assert model.invoke([HumanMessage("hello")]).text.strip() == "One."
    assert "".join(heard).strip() == "One."


def test_calls_are_read_whole(server: FakeServer) -> None:
    server.play(calls('{"pla', 'ce": "here"}'))
    answer = asked(server)[0].invoke([HumanMessage("look")])
    assert isinstance(answer, AIMessage)
    assert [(call["name"], call["args"]) for call in answer.tool_calls] == [
        ("look", {"place": "here"})
    ]


def test_ids_are_unlike_each_other(server: FakeServer) -> None:
    server.play(calls("{}"))
    model = asked(server)[0]
    ids = {model.invoke([HumanMessage("x")]).tool_calls[0]["id"] for _ in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize("pieces", [('{"place": "he',), ("[1]",), ("nonsense",)])
def test_arguments_that_are_cut_off_are_never_completed(
    server: FakeServer, pieces: tuple[str, ...]
) -> None:
    server.play(calls(*pieces))
    answer = asked(server)[0].invoke([HumanMessage("look")])
    assert answer.tool_calls[0]["args"] == {MALFORMED: "".join(pieces)}


@pytest.mark.parametrize("finish", [None, "length"])
def test_an_answer_that_breaks_off_calls_nothing(server: FakeServer, finish: str | None) -> None:
    server.play(calls('{"place": "here"}', finish=finish, text="I look"))
    with pytest.raises(AnswerBroken, match="broke off in the middle") as broken:
        asked(server)[0].invoke([HumanMessage("look")])
    assert broken.value.text == "I look"


def test_refusing_tools_is_told_apart(server: FakeServer) -> None:
    server.play(server.status(400, "registry/x does not support tools"))
    with pytest.raises(ToolsRefused, match="does not support tools"):
        asked(server)[0].invoke([HumanMessage("x")])
    server.play(server.status(400, "bad temperature"))
    with pytest.raises(ModelError, match="bad temperature") as error:
        asked(server)[0].invoke([HumanMessage("x")])
    assert not isinstance(error.value, ToolsRefused)


def test_what_may_help_is_tried_again(server: FakeServer) -> None:
    server.play(server.status(503, "busy", Retry_After="0"), server.ok("here"))
    assert asked(server)[0].invoke([HumanMessage("x")]).text == "here"
    server.play(
        server.status(400, "no", error_code="unsupported_value", param="temperature"),
        server.ok("mine"),
    )
    assert asked(server)[0].invoke([HumanMessage("x")]).text == "mine"
    assert "temperature" not in server.bodies[-1]
    server.play(server.status(500, "always", Retry_After="0"))
    with pytest.raises(ModelError, match="always"):
        asked(server)[0].invoke([HumanMessage("x")])


def test_whoever_listens_may_stop_it(server: FakeServer) -> None:
    class Stop(Exception):
        pass

    begun = time.monotonic()

    def pulse() -> None:
        if time.monotonic() - begun > 0.3:
            raise Stop

    server.play(server.hang())
    with pytest.raises(Stop):
        asked(server, pulse=pulse)[0].invoke([HumanMessage("x")])
    assert len(server.bodies) == 1


def test_a_deadline_holds(server: FakeServer) -> None:
    server.play(server.hang())
    with pytest.raises(ModelError, match="no complete answer within"):
        asked(server, timeout_s=0.5)[0].invoke([HumanMessage("x")])
