"""Embeddings from a real HTTP server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gatewright.core import ModelError, UsageError
from gatewright.core.config import load_settings
from gatewright.models.embedding_choice import open_embedding
from gatewright.models.embeddings import ServedEmbedding
from gatewright.models.endpoint import Endpoint

KEY = "sk-very-secret-0123456789"


def served(server: Any, **options: Any) -> ServedEmbedding:
    options = {"timeout_s": 10.0, "retries": 2, "backoff_s": 0.01} | options
    return ServedEmbedding(Endpoint("openai", "small", server.url, KEY), **options)


def lengths(handler: Any, body: dict[str, Any]) -> None:
    """The texts' lengths as their vectors, the last one first."""
    rows = [
        {"object": "embedding", "index": place, "embedding": [float(len(text)), 1.0]}
        for place, text in enumerate(body["input"])
    ]
    handler.send(200, json.dumps({"object": "list", "data": rows[::-1], "model": "small"}))


def failure(server: Any, texts: tuple[str, ...] = ("fifo",), **options: Any) -> str:
    with pytest.raises(ModelError) as caught:
        served(server, **options).vectors(texts)
    assert KEY not in str(caught.value)
    return str(caught.value)


def test_vectors_come_in_the_order_of_the_texts(server: Any) -> None:
    server.play(lengths)
    assert served(server).vectors(["a", "bbb", "cc"]) == [[1.0, 1.0], [3.0, 1.0], [2.0, 1.0]]
    (body,) = server.bodies
    assert body == {"model": "small", "input": ["a", "bbb", "cc"], "encoding_format": "float"}
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_many_texts_go_in_batches(server: Any) -> None:
    server.play(lengths)
    texts = ["x" * n for n in range(1, 151)]
    assert [row[0] for row in served(server).vectors(texts)] == list(range(1, 151))
    assert [len(body["input"]) for body in server.bodies] == [64, 64, 22]


def test_long_and_empty_texts(server: Any) -> None:
    server.play(lengths)
    assert [row[0] for row in served(server).vectors(["x" * 10**6, " "])] == [8000, 1]


def test_what_may_pass_is_tried_again(server: Any) -> None:
    server.play(server.status(503), server.status(429, retry_after="0"), lengths)
    assert served(server).vectors(["abc"]) == [[3.0, 1.0]]
    assert len(server.bodies) == 3


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("no json", "it is not JSON"),
        ("[]", "holds no embeddings"),
        ('{"data": []}', "1 texts were sent, 0 vectors came back"),
        ('{"data": [{"index": 0, "embedding": []}]}', "empty or not finite"),
        ('{"data": [{"index": 0, "embedding": [NaN]}]}', "empty or not finite"),
        ('{"data": [{"index": 5, "embedding": [1]}]}', "1 texts were sent"),
        ('{"data": [{"index": 0, "embedding": "AAAA"}]}', "holds no embeddings"),
        ('{"choices": []}', "holds no embeddings"),
    ],
)
def test_answers_that_are_none(server: Any, answer: str, message: str) -> None:
    server.play(server.raw(answer))
    assert message in failure(server)
    assert len(server.bodies) == 1


def test_refusals_say_what_to_do(server: Any) -> None:
    server.play(server.status(401, f"bad key {KEY}"))
    assert "refused the API key (401)" in failure(server)
    server.play(server.status(404, "model not found"))
    assert "no such model or address (404): model not found" in failure(server)
    server.play(server.status(400, "input too long for this model"))
    assert "refused with status 400: input too long" in failure(server)
    server.play(server.status(500, "boom"))
    assert "status 500: boom" in failure(server, retries=1)


def test_a_server_that_hangs_or_hangs_up(server: Any) -> None:
    server.play(server.hang())
    assert "no complete answer within 0.3 s" in failure(server, timeout_s=0.3)
    server.play(server.trickle("{" + " " * 999))
    assert "no complete answer within 0.3 s" in failure(server, timeout_s=0.3)
    server.play(server.hang_up())
    assert "hung up" in failure(server, retries=0)


def test_a_server_that_is_not_there() -> None:
    gone = ServedEmbedding(Endpoint("openai", "small", "http://127.0.0.1:9/v1"), retries=0)
    with pytest.raises(ModelError, match="cannot reach the server") as caught:
        gone.vectors(["fifo"])
    assert "check --base-url" in str(caught.value)


def test_the_name_holds_model_and_address_and_no_password() -> None:
    one = ServedEmbedding(Endpoint("openai", "small", "http://u:secret@a.example/v1", KEY))
    other = ServedEmbedding(Endpoint("openai", "small", "http://b.example/v1", KEY))
    assert one.name != other.name
    assert "secret" not in one.name
    assert KEY not in one.name


def opened(tmp_path: Path, name: str, environ: dict[str, str], **flags: object) -> ServedEmbedding:
    settings = load_settings(
        {"embedding": name, **flags}, environ=environ, cwd=tmp_path, user_dir=tmp_path / "user"
    )
    return open_embedding(name, settings, environ)


@pytest.mark.parametrize("name", ["bert", "openai:", "openai", "anthropic:x", "hashed:3"])
def test_names_that_are_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="hashed, minilm:FOLDER") as caught:
        opened(tmp_path, name, {"OPENAI_API_KEY": KEY})
    assert caught.value.where == "--embedding"


def test_where_a_model_is_asked(server: Any, tmp_path: Path) -> None:
    server.play(lengths)
    environ = {"OPENAI_API_KEY": KEY}
    nowhere = "http://127.0.0.1:9/v1"
    opened(tmp_path, "openai:small", environ, embedding_url=server.url, base_url=nowhere).vectors(
        ["x"]
    )
    opened(tmp_path, "openai:small", environ, base_url=server.url).vectors(["x"])
    opened(tmp_path, "openai:small", {"OPENAI_BASE_URL": server.url}).vectors(["x"])
    opened(tmp_path, "ollama:nomic", {"OLLAMA_HOST": server.address}).vectors(["x"])
    keys = [headers.get("authorization") for headers in server.headers]
    assert keys == [f"Bearer {KEY}", f"Bearer {KEY}", None, None]


def test_a_key_is_needed_for_the_providers_own_server(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no API key for openai"):
        opened(tmp_path, "openai:small", {})


def test_a_projects_file_gets_no_key_for_its_server(tmp_path: Path) -> None:
    (tmp_path / "gatewright.toml").write_text('embedding_url = "http://elsewhere.example/v1"\n')
    found = opened(tmp_path, "openai:small", {"OPENAI_API_KEY": KEY})
    assert found._endpoint.api_key == ""
    assert found._endpoint.base_url == "http://elsewhere.example/v1"
