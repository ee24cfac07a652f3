"""The embedding without weights: what is near what."""

from __future__ import annotations

import numpy as np
import pytest

from gatewright.core import DataError
from gatewright.retrieval.embedding import HashedEmbedding, ModelEmbedding
from gatewright.retrieval.text import question_terms

TEXTS = (
    "always. increments the write pointer unless the fifo is full. wr_ptr <= wr_ptr + 1;",
    "assign. parity error of the received byte. assign par_err = ^rx_data;",
    "always. state machine of the bus arbiter. state_q <= state_d;",
)


def likeness(question: str, rarity=None) -> list[float]:
    embedding = HashedEmbedding(rarity)
    return list(embedding.documents(TEXTS) @ embedding.question(question))


@pytest.mark.parametrize(
    ("question", "nearest"),
    [
        ("the queue's write pointer counts up", 0),
        ("paritty eror", 1),
        ("arbitter", 2),
        ("recieved bytes", 1),
    ],
)
def test_the_nearest_text_shares_words_or_letters(question, nearest):
    found = likeness(question)
    assert int(np.argmax(found)) == nearest
    assert found[nearest] > HashedEmbedding().least


def test_a_word_that_none_holds_is_near_to_nothing():
    assert max(likeness("zebra")) < HashedEmbedding().least


def test_vectors_have_length_one_and_are_the_same_every_time():
    rows = HashedEmbedding().documents(TEXTS)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)
    assert (rows == HashedEmbedding().documents(TEXTS)).all()
    assert (rows[1] == HashedEmbedding().documents([TEXTS[1]])[0]).all()
    assert rows.dtype == np.float32


def test_rare_words_count_more_in_a_question():
    question = "bus parity"
    plain = likeness(question)
    (bus,), (parity,) = question_terms("bus"), question_terms("parity")
    weights = {bus: 9.0, parity: 0.1}
    rare = likeness(question, lambda term: weights.get(term, 0.0))
    assert rare[2] - rare[1] > plain[2] - plain[1]


@pytest.mark.parametrize("text", ["", "the of", "\x00 ☃"])
def test_a_text_that_says_nothing_is_zero(text):
    assert not HashedEmbedding().question(text).any()
    assert not HashedEmbedding().documents([text]).any()


def test_no_texts_are_no_rows():
    assert HashedEmbedding().documents([]).shape == (0, 2048)


class Model:
    name, batch = "test", 8

    def __init__(self, *rows):
        self._rows = rows

    def vectors(self, texts):
        return self._rows


def test_a_models_vectors_get_length_one():
    assert ModelEmbedding(Model([3.0, 4.0])).question("x").tolist() == pytest.approx([0.6, 0.8])


def test_vectors_of_several_sizes_are_refused():
    with pytest.raises(DataError, match="several sizes came: 1 and 2"):
        ModelEmbedding(Model([3.0, 4.0], [1.0])).documents(["x", "y"])
