"""Filling holes over real HTTP: what is sent, what is taken, what goes wrong."""

from __future__ import annotations

import json

import pytest

from gatewright.core import ModelError, UsageError
from gatewright.core.config import CacheMode, Price, load_settings
from gatewright.models import Message, Role, Sampling
from gatewright.models.endpoint import Endpoint
from gatewright.models.infill import Infilling, InfillModel, InfillWay
from gatewright.models.infill_tokens import fills_holes, infill_tokens
from gatewright.models.select import open_infill, resolve

HOLE = tuple(Message(Role.USER, text) for text in ("head\n", "before\n", "\nafter"))


def completion(text: object, finish: str = "stop", usage: object = None):
    reply = {"choices": [{"text": text, "finish_reason": finish}], "usage": usage}
    return lambda handler, body: handler.send(200, json.dumps(reply))


def model(server, way: InfillWay, name: str = "qwen2.5-coder-7b", **more) -> InfillModel:
    tokens = infill_tokens(name)
    infilling = Infilling(way, tokens, more.pop("stop", ()))
    return InfillModel(Endpoint("openai", name, server.url, "k-1"), infilling, backoff_s=0, **more)


@pytest.mark.parametrize(
    ("name", "prompt"),
    [
        ("Qwen/Qwen2.5-Coder-32B", "<|fim_prefix|>B<|fim_suffix|>A<|fim_middle|>"),
        ("bigcode/starcoder2-15b", "<fim_prefix>B<fim_suffix>A<fim_middle>"),
        ("deepseek-coder:6.7b-base", "<｜fim▁begin｜>B<｜fim▁hole｜>A<｜fim▁end｜>"),
        ("codellama:13b-code", "<PRE> B <SUF>A <MID>"),
        ("codestral-22b", "[SUFFIX]A[PREFIX]B"),
    ],
)
def test_each_family_has_its_own_words(name: str, prompt: str) -> None:
    tokens = infill_tokens(name)
    assert tokens is not None
    assert tokens.prompt("B", "A") == prompt
    assert fills_holes(name)


@pytest.mark.parametrize(
    "name", ["gpt-5-mini", "Qwen2.5-Coder-7B-Instruct", "codellama:7b-instruct", "qwen3:8b"]
)
def test_models_that_talk_are_talked_to(name: str) -> None:
    assert not fills_holes(name)


def test_a_hole_in_the_models_own_words(server) -> None:
    server.play(completion("  middle<|file_sep|>other", usage={"prompt_tokens": 3}))
    found = model(server, InfillWay.TOKENS, stop=("\n",), price=Price(prompt=1.0, completion=2.0))
    answer = found.complete(HOLE, Sampling(temperature=0.0, max_tokens=9))
    assert answer.text == "  middle"
    assert (answer.usage.prompt_tokens, answer.usage.calls, answer.truncated) == (3, 1, False)
    assert answer.usage.cost is not None
    body = server.bodies[0]
    hole = "head\n<|fim_prefix|>before\n<|fim_suffix|>\nafter<|fim_middle|>"
    assert (body["prompt"], body["max_tokens"]) == (hole, 9)
    assert body["stop"][0] == "\n" and len(body["stop"]) <= 4
    assert "suffix" not in body
    assert server.headers[0]["authorization"] == "Bearer k-1"


def test_a_hole_told_by_a_field(server) -> None:
    server.play(completion("middle<|endoftext|>", "length"))
    answer = model(server, InfillWay.SUFFIX).complete(HOLE, Sampling())
    assert (answer.text, answer.truncated) == ("middle", True)
    assert server.bodies[0]["prompt"] == "head\nbefore\n"
    assert server.bodies[0]["suffix"] == "\nafter"


def test_an_answer_in_the_form_of_a_conversation_is_taken(server) -> None:
    reply = {"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]}
    server.play(lambda handler, body: handler.send(200, json.dumps(reply)))
    assert model(server, InfillWay.SUFFIX).complete(HOLE, Sampling()).text == "x"


def test_nothing_may_have_to_stand_there(server) -> None:
    server.play(completion(""))
    assert model(server, InfillWay.TOKENS).complete(HOLE, Sampling()).text == ""
    assert len(server.bodies) == 1


def test_a_failing_server_is_asked_again(server) -> None:
    server.play(server.status(503), server.hang_up(), completion("x"))
    assert model(server, InfillWay.TOKENS).complete(HOLE, Sampling()).text == "x"
    assert len(server.bodies) == 3


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("no json", "it is no JSON"),
        ('{"choices": []}', "it has no choices"),
        ('{"choices": [{"index": 0}]}', "its choice has no text"),
        ("[]", "it has no choices"),
    ],
)
def test_what_is_no_completion_is_told_with_a_way_out(server, reply: str, said: str) -> None:
    server.play(server.raw(reply))
    with pytest.raises(ModelError, match="--fim off") as failed:
        model(server, InfillWay.TOKENS).complete(HOLE, Sampling())
    assert said in str(failed.value)
    assert "k-1" not in str(failed.value)


def test_a_server_without_completions_and_one_that_hangs(server) -> None:
    server.play(server.status(404, "nothing here"))
    with pytest.raises(ModelError, match="404"):
        model(server, InfillWay.TOKENS).complete(HOLE, Sampling())
    server.play(server.hang())
    with pytest.raises(ModelError, match=r"within 0\.3 s"):
        model(server, InfillWay.TOKENS, timeout_s=0.3).complete(HOLE, Sampling())


def test_an_answer_is_cached_as_others_are(server, tmp_path) -> None:
    server.play(completion("x"))
    settings = load_settings(
        {
            "model": "openai:starcoder2",
            "base_url": server.url,
            "cache": CacheMode.WRITE,
            "cache_dir": tmp_path,
        },
        environ={},
        cwd=tmp_path,
        user_dir=tmp_path,
    )
    choice = resolve(settings, {})
    infilling = Infilling(InfillWay.TOKENS, infill_tokens("starcoder2"))
    for _ in range(2):
        asked = open_infill(choice, settings, infilling, {})
        assert asked.complete(HOLE, Sampling()).text == "x"
    assert len(server.bodies) == 1


def test_what_is_no_server_fills_no_holes(tmp_path) -> None:
    settings = load_settings({"model": "symbolic"}, environ={}, cwd=tmp_path, user_dir=tmp_path)
    with pytest.raises(UsageError, match="leave --fim out"):
        open_infill(resolve(settings, {}), settings, Infilling(InfillWay.SUFFIX), {})
