from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.core import DataError, ModelError
from gatewright.models import Message, Role, Sampling, messages_sha256
from gatewright.models.endpoint import Endpoint
from gatewright.models.langchain import LangChainModel
from gatewright.models.replay import RecordingModel, ReplayModel

A = [Message(Role.USER, "a")]
B = [Message(Role.USER, "b")]


def replay(path: Path, *rows: object) -> ReplayModel:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return ReplayModel(path)


def test_rows_without_a_prompt_answer_in_order(tmp_path: Path) -> None:
    model = replay(
        tmp_path / "r.jsonl",
        {"task": "t1", "sample": 0, "response": "one"},
        {"task": "t2", "sample": 0, "response": "two", "truncated": True, "prompt_tokens": 3},
    )
    assert model.name == f"replay:{tmp_path / 'r.jsonl'}"
    pieces: list[str] = []
    assert model.complete(A, Sampling(), pieces.append).text == "one"
    assert pieces == ["one"]
    second = model.complete(A, Sampling())
    assert (second.text, second.truncated, second.cached) == ("two", True, True)
    assert second.usage.prompt_tokens == 3
    with pytest.raises(ModelError, match="no recorded answer is left"):
        model.complete(A, Sampling())


def test_rows_with_a_prompt_answer_that_prompt_and_sample(tmp_path: Path) -> None:
    a, b = messages_sha256(A), messages_sha256(B)
    model = replay(
        tmp_path / "r.jsonl",
        {"messages_sha256": a, "sample": 1, "response": "a1"},
        {"messages_sha256": b, "response": "b any"},
        {"messages_sha256": a, "sample": 0, "response": "a0"},
        {"messages_sha256": a, "sample": 0, "response": "a0 again"},
    )
    assert model.complete(B, Sampling(sample=7)).text == "b any"
    assert model.complete(A, Sampling(sample=0)).text == "a0"
    assert model.complete(A, Sampling(sample=1)).text == "a1"
    assert model.complete(A, Sampling(sample=0)).text == "a0 again"
    for messages, sample in ((A, 2), (B, 7)):
        with pytest.raises(ModelError, match=f"sample {sample}"):
            model.complete(messages, Sampling(sample=sample))


GOOD = '{"response": "x"}'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no recorded answers"),
        ("\n \n", "holds no recorded answers"),
        (f"{GOOD}\n\nnonsense\n", ":3: not a line of JSON"),
        (f'{GOOD}\n{{"response": "half', ":2: not a line of JSON"),
        ("[1]", ":1: not a JSON object"),
        ('{"answer": "x"}', ":1: 'response' must be a text"),
        ('{"response": 3}', ":1: 'response' must be a text"),
        ('{"response": "x", "sample": "0"}', ":1: 'sample' must be a number"),
        ('{"response": "x", "sample": true}', ":1: 'sample' must be a number"),
        ('{"response": "x", "sample": -1}', ":1: 'sample' must be a number"),
        ('{"response": "x", "messages_sha256": 1}', ":1: 'messages_sha256' must be a text"),
        (f'{GOOD}\n{{"response": "x", "messages_sha256": "ab"}}', "some rows have"),
        ("[" * 100_000, ":1: not a line of JSON"),
    ],
)
def test_bad_files(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(text)
    with pytest.raises(DataError) as caught:
        ReplayModel(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)


def test_files_that_are_not_text(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(GOOD.encode() + b"\n\xff\xfe\n")
    with pytest.raises(DataError, match=":2: not UTF-8"):
        ReplayModel(tmp_path / "binary")
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(DataError, match="cannot read"):
            ReplayModel(path)


def test_what_was_recorded_is_replayed(server: Any, tmp_path: Path) -> None:
    path = tmp_path / "new" / "r.jsonl"
    server.play(server.ok("one"), server.ok("two", finish="length"), server.ok("three"))
    recorder = RecordingModel(LangChainModel(Endpoint("openai", "fake", server.url)), path)
    assert recorder.name == "openai:fake"
    asked = [(A, Sampling(sample=0)), (A, Sampling(sample=1)), (B, Sampling(sample=0))]
    recorded = [recorder.complete(*question) for question in asked]
    replayed = [ReplayModel(path).complete(*question) for question in reversed(asked)]
    for before, after in zip(recorded, reversed(replayed), strict=True):
        assert (after.text, after.truncated) == (before.text, before.truncated)
        assert after.usage.tokens == before.usage.tokens


@settings(max_examples=50)
@given(st.lists(st.text(min_size=1), min_size=1, max_size=5))
def test_any_text_survives_recording(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    rows = [{"messages_sha256": messages_sha256(A), "response": text} for text in texts]
    recorder = RecordingModel(replay(folder / "in.jsonl", *rows), folder / "out.jsonl")
    assert [recorder.complete(A, Sampling()).text for _ in texts] == texts
    again = ReplayModel(folder / "out.jsonl")
    assert [again.complete(A, Sampling()).text for _ in texts] == texts


def test_a_recording_goes_on_after_a_half_written_line(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text('{"response": "ha')
    source = replay(tmp_path / "in.jsonl", {"response": "one"}, {"response": "two"})
    recorder = RecordingModel(source, path)
    recorder.complete(A, Sampling())
    recorder.complete(A, Sampling())
    assert [json.loads(line)["response"] for line in path.read_text().splitlines()[1:]] == [
        "one",
        "two",
    ]


def test_threads_record_whole_lines(tmp_path: Path) -> None:
    texts = [str(n) * 5000 for n in range(50)]
    source = replay(tmp_path / "in.jsonl", *({"response": text} for text in texts))
    recorder = RecordingModel(source, tmp_path / "out.jsonl")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: recorder.complete(A, Sampling()), texts))
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert sorted(json.loads(line)["response"] for line in lines) == sorted(texts)


def test_a_recording_that_cannot_be_written(tmp_path: Path) -> None:
    source = replay(tmp_path / "in.jsonl", {"response": "one"})
    with pytest.raises(DataError, match="cannot write the recording"):
        RecordingModel(source, tmp_path)
