from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.core import DataError, ModelError, Usage
from gatewright.core.config import CacheMode
from gatewright.models import Completion, Message, Role, Sampling
from gatewright.models.cache import CachedModel
from gatewright.models.endpoint import Endpoint
from gatewright.models.hashing import messages_sha256, request_sha256
from gatewright.models.langchain import LangChainModel

ASK = [Message(Role.USER, "An inverter.")]


class Counting:
    """A model that numbers its answers."""

    name = "counting"

    def __init__(self, cost: float | None = None) -> None:
        self.calls = 0
        self.cost = cost

    def complete(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        on_text: Callable[[str], None] | None = None,
    ) -> Completion:
        self.calls += 1
        return Completion(f"answer {self.calls}", Usage(5, 6, 1.5, self.cost, 1), truncated=True)


def test_a_second_ask_costs_nothing(tmp_path: Path) -> None:
    inner = Counting(cost=0.25)
    model = CachedModel(inner, tmp_path / "a" / "c.sqlite", CacheMode.WRITE)
    first = model.complete(ASK, Sampling())
    assert (first.text, first.cached, first.usage.cost) == ("answer 1", False, 0.25)
    pieces: list[str] = []
    again = model.complete(ASK, Sampling(), pieces.append)
    assert again == Completion("answer 1", Usage(5, 6, 0.0, 0.0, 0, 1), True, True)
    assert pieces == ["answer 1"]
    assert inner.calls == 1


def test_an_unpriced_answer_stays_unpriced(tmp_path: Path) -> None:
    model = CachedModel(Counting(), tmp_path / "c.sqlite", CacheMode.WRITE)
    model.complete(ASK, Sampling())
    assert model.complete(ASK, Sampling()).usage.cost is None


def test_n_samples_are_n_calls_on_the_wire(server: Any, tmp_path: Path) -> None:
    inner = LangChainModel(Endpoint("openai", "fake", server.url))
    model = CachedModel(inner, tmp_path / "c.sqlite", CacheMode.WRITE)
    draws = [Sampling(temperature=0.8, sample=n) for n in range(5)]
    for sampling in draws * 2:
        model.complete(ASK, sampling)
    assert len(server.bodies) == 5


def test_modes(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    inner = Counting()
    with pytest.raises(DataError, match="no such cache"):
        CachedModel(inner, path, CacheMode.REPLAY)
    CachedModel(inner, path, CacheMode.OFF).complete(ASK, Sampling())
    assert not path.exists()
    reading = CachedModel(inner, path, CacheMode.READ)
    reading.complete(ASK, Sampling())
    reading.complete(ASK, Sampling())
    assert inner.calls == 3
    assert not path.exists()
    CachedModel(inner, path, CacheMode.WRITE).complete(ASK, Sampling())
    assert reading.complete(ASK, Sampling()).text == "answer 4"
    replaying = CachedModel(inner, path, CacheMode.REPLAY)
    assert replaying.complete(ASK, Sampling()).cached
    with pytest.raises(ModelError, match=r"no recorded answer .* \(sample 1\)"):
        replaying.complete(ASK, Sampling(sample=1))
    assert inner.calls == 4


def test_a_cache_in_a_folder_with_an_odd_name(tmp_path: Path) -> None:
    path = tmp_path / "50% ?mode=ro #1 é" / "c.sqlite"
    CachedModel(Counting(), path, CacheMode.WRITE).complete(ASK, Sampling())
    assert path.is_file()
    assert CachedModel(Counting(), path, CacheMode.REPLAY).complete(ASK, Sampling()).cached


def test_a_database_of_another_kind(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "c.sqlite").executescript("CREATE TABLE other (x);")
    with pytest.raises(DataError, match="no such table"):
        CachedModel(Counting(), tmp_path / "c.sqlite", CacheMode.READ)


def test_threads_share_one_file(tmp_path: Path) -> None:
    model = CachedModel(Counting(), tmp_path / "c.sqlite", CacheMode.WRITE)
    draws = [Sampling(sample=n) for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        first = list(pool.map(lambda s: model.complete(ASK, s), draws))
        again = list(pool.map(lambda s: model.complete(ASK, s), draws))
    assert [a.text for a in again] == [a.text for a in first]
    assert all(answer.cached for answer in again)


def test_two_processes_share_one_file(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from gatewright.core.config import CacheMode\n"
        "from gatewright.models import Completion, Message, Role, Sampling\n"
        "from gatewright.models.cache import CachedModel\n"
        "class Echo:\n"
        "    name = sys.argv[2]\n"
        "    def complete(self, messages, sampling, on_text=None):\n"
        "        return Completion(f'{self.name} {sampling.sample}')\n"
        "model = CachedModel(Echo(), Path(sys.argv[1]), CacheMode.WRITE)\n"
        "for n in range(100):\n"
        "    model.complete([Message(Role.USER, 'x')], Sampling(sample=n))\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(path), name], stderr=subprocess.PIPE)
        for name in ("one", "two")
    ]
    ends = [(process.communicate(timeout=60)[1], process.returncode) for process in running]
    assert ends == [(b"", 0), (b"", 0)]
    for name in ("one", "two"):
        named = Counting()
        named.name = name
        replaying = CachedModel(named, path, CacheMode.REPLAY)
        texts = [
            replaying.complete([Message(Role.USER, "x")], Sampling(sample=n)).text
            for n in range(100)
        ]
        assert texts == [f"{name} {n}" for n in range(100)]


@pytest.mark.parametrize("start", [b"this is not a database", b"SQLite format 3\0junk"])
def test_a_file_that_is_no_cache(tmp_path: Path, start: bytes) -> None:
    content = start * 100
    path = tmp_path / "c.sqlite"
    path.write_bytes(content)
    with pytest.raises(DataError, match="GATEWRIGHT_CACHE_DIR"):
        CachedModel(Counting(), path, CacheMode.WRITE)
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be used"):
        CachedModel(Counting(), tmp_path / "file" / "c.sqlite", CacheMode.WRITE)


def test_an_answer_outlives_a_cache_that_breaks(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "c.sqlite"

    class Breaking(Counting):
        def complete(self, *args: Any, **kwargs: Any) -> Completion:
            for file in tmp_path.glob("c.sqlite*"):
                file.unlink()
            path.write_bytes(b"junk" * 1000)
            return super().complete(*args, **kwargs)

    answer = CachedModel(Breaking(), path, CacheMode.WRITE).complete(ASK, Sampling())
    assert answer.text == "answer 1"
    assert "was not cached" in caplog.text


sampling_strategy = st.builds(
    Sampling,
    temperature=st.floats(0, 2),
    top_p=st.none() | st.floats(0.01, 1),
    max_tokens=st.none() | st.integers(1, 10_000),
    seed=st.none() | st.integers(0, 100),
    sample=st.integers(0, 100),
)
messages_strategy = st.lists(
    st.builds(Message, st.sampled_from(Role), st.text(max_size=8)), max_size=3
)


@given(messages_strategy, sampling_strategy, messages_strategy, sampling_strategy)
def test_requests_that_differ_have_different_hashes(
    messages: list[Message], sampling: Sampling, others: list[Message], other: Sampling
) -> None:
    same = (messages, sampling) == (others, other)
    hashes = request_sha256("m", messages, sampling), request_sha256("m", others, other)
    assert (hashes[0] == hashes[1]) is same
    assert (messages_sha256(messages) == messages_sha256(others)) is (messages == others)
    assert request_sha256("m", messages, replace(sampling, sample=101)) != hashes[0]
    assert request_sha256("n", messages, sampling) != hashes[0]


def test_the_hashes_are_stable_between_versions() -> None:
    written_out = '[["user","An inverter."]]'
    assert messages_sha256(ASK) == hashlib.sha256(written_out.encode()).hexdigest()
