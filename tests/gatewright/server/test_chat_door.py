"""Conversations and verified modules, as the unmodified openai package asks for them."""

from __future__ import annotations

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from .running import Server

MAJORITY = "a module named maj with inputs a, b, c and output y, y = a b + a c + b c"


@pytest.fixture
def client(desk: Server) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{desk.address}/v1", api_key=desk.token, max_retries=0)


def user(text: str) -> ChatCompletionMessageParam:
    return {"role": "user", "content": text}


def test_a_verified_module_comes_with_its_verdict(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model="gatewright/verified", messages=[user(MAJORITY)])
    message = answer.choices[0].message
    assert message.content
    assert message.content.startswith("```systemverilog\nmodule maj")
    assert "PASS" in message.content
    assert "round 1: pass" in message.reasoning_content  # type: ignore[attr-defined]
    assert answer.usage is not None
    assert answer.usage.total_tokens == 0


def test_what_cannot_be_verified_says_so_first(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(
        model="gatewright/verified", messages=[user("something nice with blinking lights")]
    )
    content = answer.choices[0].message.content
    assert content
    assert content.startswith("**Not verified.**")
    assert "PASS" not in content


def test_progress_is_streamed_before_the_module(client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(
        model="gatewright/verified",
        messages=[user(MAJORITY)],
        stream=True,
        stream_options={"include_usage": True},
    )
    told, said, usage = [], [], None
    for chunk in stream:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            progress = getattr(choice.delta, "reasoning_content", None)
            if progress:
                assert not said, "progress after the answer"
                told.append(progress)
            if choice.delta.content:
                said.append(choice.delta.content)
    assert any("round 1: pass" in text for text in told)
    assert "module maj" in "".join(said)
    assert usage is not None


def test_a_conversation_goes_on_where_it_was(client: openai.OpenAI) -> None:
    first = client.chat.completions.create(model="gatewright/chat", messages=[user(MAJORITY)])
    said = first.choices[0].message.content
    assert said
    assert "Verdict of `generate`: pass" in said
    assert "nothing is written before you approve" in said
    messages = [user(MAJORITY), {"role": "assistant", "content": f" {said}\n"}, user("start over")]
    second = client.chat.completions.create(model="gatewright/chat", messages=messages)
    assert second.choices[0].message.content
    # It is one conversation on disk, of two turns, and not two.
    told = client.get("/../api/talks", cast_to=object)
    turns = [talk["turns"] for talk in told if talk["title"].startswith("a module named maj")]
    assert 2 in turns


def test_nothing_is_written_without_approval(client: openai.OpenAI, desk: Server) -> None:
    client.chat.completions.create(model="gatewright/chat", messages=[user(MAJORITY)])
    assert not list(desk.root.rglob("maj.sv"))


def test_bad_requests_are_told(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="gatewright/verified"):
        client.chat.completions.create(model="gpt-5", messages=[user("x")])
    with pytest.raises(openai.BadRequestError, match="last message"):
        client.chat.completions.create(model="gatewright/chat", messages=[user(" ")])
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model="gatewright/chat", messages=[])


def test_a_megabyte_is_refused_with_a_reason(client: openai.OpenAI) -> None:
    with pytest.raises(openai.APIError, match="200,000"):
        client.chat.completions.create(
            model="gatewright/chat", messages=[user("assign a = b;\n" * 80_000)]
        )
