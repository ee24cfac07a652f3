"""An encoder in a folder: a real ONNX model, made here, that looks tokens up in a table."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from gatewright.core import DataError, UsageError
from gatewright.retrieval.embedding_onnx import OnnxEmbedding

WORDS = {"[UNK]": 0, "counter": 1, "adds": 2, "fifo": 3}
TABLE = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, -1]], np.float32)
FLOAT, INT64 = 1, 7


def field(number: int, value: int | str | bytes) -> bytes:
    """A field of a protocol buffer."""
    if isinstance(value, int):
        return bytes([number << 3]) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return bytes([number << 3 | 2]) + varint(len(data)) + data


def varint(value: int) -> bytes:
    low, rest = value & 127, value >> 7
    return bytes([low | 128]) + varint(rest) if rest else bytes([low])


def tensor_value(name: str, kind: int, rank: int) -> bytes:
    axes = b"".join(field(1, field(2, f"d{i}")) for i in range(rank))
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, axes)))


def model(inputs=("input_ids", "attention_mask"), shape=TABLE.shape) -> bytes:
    """ONNX: `last_hidden_state = Gather(table, input_ids)`; the mask goes nowhere."""
    node = field(1, "table") + field(1, inputs[0]) + field(2, "last_hidden_state")
    node += field(4, "Gather")
    numbers = struct.pack(f"<{TABLE.size}f", *TABLE.ravel())
    table = field(1, shape[0]) + field(1, shape[1]) + field(2, FLOAT) + field(8, "table")
    table += field(9, numbers)
    graph = field(1, node) + field(2, "g") + field(5, table)
    graph += b"".join(field(11, tensor_value(name, INT64, 2)) for name in inputs)
    graph += field(12, tensor_value("last_hidden_state", FLOAT, 3))
    return field(1, 8) + field(8, field(1, "") + field(2, 13)) + field(7, graph)


@pytest.fixture
def folder(tmp_path):
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    tokenizer = Tokenizer(WordLevel(WORDS, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    place = tmp_path / "model"
    (place / "onnx").mkdir(parents=True)
    tokenizer.save(str(place / "tokenizer.json"))
    (place / "onnx" / "model.onnx").write_bytes(model())
    return place


def test_a_text_is_the_mean_of_its_tokens(folder):
    embedding = OnnxEmbedding(folder)
    rows = embedding.documents(["counter adds", "counter", "adds adds adds counter"])
    assert rows[0] == pytest.approx([0.5**0.5, 0.5**0.5, 0])
    assert rows[1] == pytest.approx([1, 0, 0])
    assert rows[2] == pytest.approx(np.array([1, 3, 0]) / 10**0.5)
    assert embedding.question("counter") == pytest.approx(rows[1])


def test_the_order_of_texts_is_kept(folder):
    texts = ["adds " * (7 * n % 40 + 1) + "counter" for n in range(50)]
    together = OnnxEmbedding(folder).documents(texts)
    one_by_one = [OnnxEmbedding(folder).documents([text])[0] for text in texts[:5]]
    assert together[:5] == pytest.approx(np.array(one_by_one))
    assert together.shape == (50, 3)


def test_pooling_by_the_first_token(folder):
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling/config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    row = OnnxEmbedding(folder).documents(["adds counter counter"])[0]
    assert row == pytest.approx([0, 1, 0])


def test_a_long_text_is_cut_and_an_empty_one_says_nothing(folder):
    embedding = OnnxEmbedding(folder)
    assert embedding.documents(["counter " * 256 + "adds " * 999])[0] == pytest.approx([1, 0, 0])
    assert not embedding.question(" \n").any()
    assert len(embedding.documents([])) == 0


def test_another_model_has_another_name(folder):
    before = OnnxEmbedding(folder).name
    assert OnnxEmbedding(folder).name == before
    (folder / "model.onnx").write_bytes(model() + field(3, "another producer"))
    assert OnnxEmbedding(folder).name != before


def broken(folder, file, data):
    (folder / file).write_bytes(data)


@pytest.mark.parametrize(
    ("file", "data", "message"),
    [
        ("tokenizer.json", b"{}", "is no tokenizer"),
        ("model.onnx", b"no model", "is no ONNX model"),
        ("model.onnx", model(inputs=("pixels",)), "is no sentence encoder"),
    ],
)
def test_files_that_are_no_model(folder, file, data, message):
    broken(folder, file, data)
    with pytest.raises(DataError, match=message) as caught:
        OnnxEmbedding(folder).documents(["counter"])
    assert "hf download" in str(caught.value)


def test_what_is_missing_is_named(folder, tmp_path):
    with pytest.raises(UsageError, match="no such folder") as caught:
        OnnxEmbedding(tmp_path / "nowhere")
    assert "hf download sentence-transformers/all-MiniLM-L6-v2" in str(caught.value)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(UsageError, match=r"holds no tokenizer\.json"):
        OnnxEmbedding(folder)
    (folder / "onnx/model.onnx").unlink()
    with pytest.raises(UsageError, match=r"holds no model\.onnx"):
        OnnxEmbedding(folder)


def test_a_package_that_is_missing_is_named(folder, monkeypatch):
    monkeypatch.setattr("gatewright.retrieval.embedding_onnx.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"gatewright\[minilm\]"):
        OnnxEmbedding(folder)
