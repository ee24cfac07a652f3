"""What was embedded once is not embedded again."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest

from gatewright.core import ModelError
from gatewright.retrieval.embedding import HashedEmbedding
from gatewright.retrieval.embedding_cache import CachedEmbedding


class Counting:
    """A small embedding that tells what it was asked for."""

    batch, least = 4, 0.0

    def __init__(self, name="counting", size=8):
        self.name = name
        self.size = size
        self.asked: list[str] = []
        self._hashed = HashedEmbedding(size=size)

    def documents(self, texts):
        self.asked += texts
        return self._hashed.documents(texts)

    def question(self, text):
        return self._hashed.question(text)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "embeddings.sqlite"


def test_only_new_texts_are_asked_for(path):
    first = Counting()
    rows = CachedEmbedding(first, path).documents(["counter", "fifo", "counter"])
    assert sorted(set(first.asked)) == ["counter", "fifo"]
    again = Counting()
    kept = CachedEmbedding(again, path).documents(["fifo", "arbiter", "counter"])
    assert again.asked == ["arbiter"]
    assert (kept[0] == rows[1]).all()
    assert (kept[2] == rows[0]).all()


def test_another_name_or_size_is_another_vector(path):
    CachedEmbedding(Counting(), path).documents(["counter"])
    for other in (Counting(name="other"), Counting(size=16)):
        rows = CachedEmbedding(other, path).documents(["counter"])
        assert other.asked == ["counter"]
        assert rows.shape == (1, other.size)


def test_what_came_before_a_failure_is_kept(path):
    class Failing(Counting):
        def documents(self, texts):
            if "bad" in texts:
                raise ModelError("no")
            return super().documents(texts)

    cached = CachedEmbedding(Failing(), path)
    cached.documents(["counter"])
    with pytest.raises(ModelError):
        cached.documents(["bad"])
    again = Counting()
    CachedEmbedding(again, path).documents(["counter", "bad"])
    assert again.asked == ["bad"]


def test_a_damaged_file_is_no_reason_to_fail(path):
    path.parent.mkdir()
    path.write_bytes(b"no database" * 1000)
    for _ in range(2):
        rows = CachedEmbedding(Counting(), path).documents(["counter"])
        assert np.linalg.norm(rows[0]) == pytest.approx(1)
    again = Counting()
    CachedEmbedding(again, path).documents(["counter"])
    assert again.asked == []


def test_a_place_that_cannot_be_written_is_no_reason_to_fail(tmp_path):
    (tmp_path / "file").write_text("")
    rows = CachedEmbedding(Counting(), tmp_path / "file" / "x.sqlite").documents(["counter"])
    assert rows.shape == (1, 8)


def test_no_texts(path):
    assert CachedEmbedding(Counting(), path).documents([]).shape == (0, 8)


def test_what_was_used_longest_ago_makes_room(path, monkeypatch):
    texts = [f"word{n}" for n in range(400)]
    day = iter(range(100))

    def embed(some):
        now = next(day)
        monkeypatch.setattr("gatewright.retrieval.embedding_cache._today", lambda: now)
        inner = Counting(size=256)
        CachedEmbedding(inner, path, most=600_000).documents(some)
        return inner.asked

    for start in range(0, 400, 50):
        embed([*texts[:5], *texts[start : start + 50]])
    assert path.stat().st_size < 1_200_000
    assert embed(texts[:5]) == []
    assert embed(texts[350:]) == []
    assert embed(texts[50:60]) == texts[50:60]


def test_a_file_of_a_version_without_days_is_still_used(path):
    CachedEmbedding(Counting(), path).documents(["counter"])
    with sqlite3.connect(path) as database:
        database.execute("create table old as select hash, size, data from vector")
        database.execute("drop table vector")
        database.execute(
            "create table vector (hash blob not null, size int not null, data blob not null,"
            " primary key (hash, size)) without rowid"
        )
        database.execute("insert into vector select * from old")
    again = Counting()
    CachedEmbedding(again, path).documents(["counter"])
    assert again.asked == []
