"""Vectors in Chroma that follow a repository's files."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from gatewright.core import DataError
from gatewright.retrieval.embedding import HashedEmbedding
from gatewright.retrieval.index import Index
from gatewright.retrieval.index_segment import Level
from gatewright.retrieval.repository import Repository
from gatewright.retrieval.search import Question, Search
from gatewright.retrieval.vectors import UnitVectors

FIFO = """\
module fifo(input clk, input wr_en, input [7:0] din, output full);
  reg [4:0] wr_ptr, rd_ptr;
  assign full = wr_ptr - rd_ptr == 16;
  always @(posedge clk) if (wr_en && !full) wr_ptr <= wr_ptr + 1;
endmodule
"""
ARBITER = """\
// Grants the bus to one of four masters in turn.
module arbiter(input clk, input [3:0] req, output reg [3:0] gnt);
  always @(posedge clk) gnt <= req & ~(req - 1);
endmodule
"""


class Recording(HashedEmbedding):
    """The embedding without weights; `texts` are those that it was asked for."""

    def __init__(self, size=256):
        super().__init__(size=size)
        self.texts: list[str] = []

    def documents(self, texts):
        self.texts += texts
        return super().documents(texts)


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "soc"
    root.mkdir()
    (root / "fifo.v").write_text(FIFO)
    (root / "arbiter.v").write_text(ARBITER)
    return root


class Opened:
    """A repository, its index, and its vectors."""

    def __init__(self, folder, cache, embedding=None):
        self.embedding = embedding or Recording()
        self.repository = Repository.open(folder, cache)
        self.index = Index(self.repository)
        self.vectors = UnitVectors(self.repository, self.embedding)

    def near(self, text, level=Level.BLOCK, wanted=None):
        view = self.index.view
        return self.vectors.near(view, text, level, wanted or view.alive[level])

    def best(self, text, level=Level.BLOCK):
        units = [
            (float(alike), segment.levels[level].label(unit)[1])
            for segment, part in zip(self.index.view.segments, self.near(text, level), strict=True)
            for unit, alike in enumerate(part)
        ]
        return max(units)[1]

    def refresh(self):
        self.repository.refresh()
        self.index.refresh()

    def close(self):
        self.vectors.close()
        self.index.close()
        self.repository.close()


@pytest.fixture
def soc(folder, tmp_path):
    opened = Opened(folder, tmp_path / "cache")
    yield opened
    opened.close()


def kept(tmp_path):
    (found,) = (tmp_path / "cache" / "retrieval").glob("*.vectors/*")
    return found


@pytest.mark.parametrize(
    ("text", "level", "name"),
    [
        ("wriet pointr increments", Level.BLOCK, "wr_ptr"),
        ("arbitter", Level.MODULE, "arbiter"),
        ("write pointer", Level.SIGNAL, "wr_ptr"),
    ],
)
def test_the_nearest_unit(soc, text, level, name):
    assert soc.best(text, level) == name


def test_search_finds_what_is_misspelt(folder, tmp_path):
    soc = Opened(folder, tmp_path / "cache", Recording(size=2048))
    question = Question("arbitr mastrs", Level.MODULE)
    assert Search(soc.repository, soc.index).ask(question) == ()
    hits = Search(soc.repository, soc.index, likeness=soc.vectors).ask(question)
    assert [hit.name for hit in hits] == ["arbiter"]
    assert hits[0].score > 0
    soc.close()


def test_filters_hold_for_vectors(soc):
    searching = Search(soc.repository, soc.index, likeness=soc.vectors)
    hits = searching.ask(Question("arbitter grants the pointer", path="fifo.v"))
    assert {hit.file for hit in hits} == {"fifo.v"}


def test_only_what_changed_is_embedded(soc, folder):
    soc.near("pointer")
    assert len(soc.embedding.texts) == 3
    soc.embedding.texts.clear()
    soc.near("counter")
    (folder / "fifo.v").write_text(FIFO.replace("wr_ptr + 1", "wr_ptr + 2"))
    soc.refresh()
    soc.near("pointer")
    assert [text for text in soc.embedding.texts if "wr_ptr + 2" in text] == soc.embedding.texts
    assert len(soc.embedding.texts) == 1
    (folder / "arbiter.v").unlink()
    soc.refresh()
    assert soc.best("grants the bus to a request") != "gnt"
    assert len(soc.embedding.texts) == 1


def test_vectors_are_kept(soc, folder, tmp_path):
    before = soc.near("write pointer")
    soc.close()
    again = Opened(folder, tmp_path / "cache")
    for one, other in zip(again.near("write pointer"), before, strict=True):
        assert one == pytest.approx(other)
    assert again.embedding.texts == []
    again.close()


@pytest.mark.parametrize(
    "state",
    ['{"version": "1", "whole": false, "writes": 9}', "", "no json", '{"other": 1}', "[1]"],
)
def test_a_half_written_folder_is_made_anew(soc, folder, tmp_path, state):
    before = soc.best("write pointer")
    soc.close()
    (kept(tmp_path) / "state.json").write_text(state)
    again = Opened(folder, tmp_path / "cache")
    assert again.best("write pointer") == before
    assert len(again.embedding.texts) == 3
    again.close()


@pytest.mark.parametrize("pattern", ["chroma.sqlite3", "*/*.bin", "*/header.bin"])
def test_damaged_files_are_made_anew(soc, folder, tmp_path, pattern):
    before = soc.near("write pointer")
    soc.close()
    damaged = list(kept(tmp_path).glob(f"chroma-*/{pattern}"))
    assert damaged
    for file in damaged:
        file.write_bytes(b"\xff\x00damaged" * 200)
    again = Opened(folder, tmp_path / "cache")
    for one, other in zip(again.near("write pointer"), before, strict=True):
        assert one == pytest.approx(other, abs=1e-5)
    again.close()


def test_a_folder_that_lost_its_files_is_made_anew(soc, folder, tmp_path):
    before = soc.best("write pointer")
    soc.close()
    for data in kept(tmp_path).glob("chroma-*"):
        shutil.rmtree(data)
    again = Opened(folder, tmp_path / "cache")
    assert again.best("write pointer") == before
    again.close()


def test_another_version_is_made_anew(soc, folder, tmp_path):
    soc.near("write pointer")
    soc.close()
    file = kept(tmp_path) / "state.json"
    state = json.loads(file.read_text())
    file.write_text(json.dumps({**state, "version": "0 of another program"}))
    again = Opened(folder, tmp_path / "cache")
    again.near("write pointer")
    assert len(again.embedding.texts) == 3
    again.close()


def test_an_embedding_whose_size_changed_is_made_anew(soc, folder, tmp_path):
    class Other(Recording):
        name = HashedEmbedding(size=256).name

    soc.near("write pointer")
    soc.close()
    again = Opened(folder, tmp_path / "cache", Other(size=512))
    assert again.best("the write pointer increments") == "wr_ptr"
    assert len(again.embedding.texts) == 3
    again.close()


@pytest.mark.parametrize(
    "rows",
    [np.zeros((3, 5), np.float32), np.zeros((1, 256), np.float32), np.full((3, 256), np.nan)],
)
def test_vectors_of_a_wrong_shape_are_refused(soc, monkeypatch, rows):
    monkeypatch.setattr(soc.embedding, "documents", lambda texts: rows)
    with pytest.raises(DataError, match="3 vectors of 256 numbers were expected"):
        soc.near("write pointer")
    monkeypatch.undo()
    assert soc.best("write pointer") == "wr_ptr"


def test_a_repository_that_is_not_kept(folder, tmp_path):
    (tmp_path / "file").write_text("")
    opened = Opened(folder, tmp_path / "file")
    assert opened.best("write pointer") == "wr_ptr"
    opened.close()


def test_an_empty_repository(tmp_path):
    (tmp_path / "none").mkdir()
    opened = Opened(tmp_path / "none", tmp_path / "cache")
    assert sum(len(part) for part in opened.near("write pointer")) == 0
    opened.close()


def test_a_question_that_says_nothing(soc):
    assert not np.concatenate(soc.near("the of")).any()
    assert soc.embedding.texts == []


_CHILD = textwrap.dedent("""
    import sys
    from pathlib import Path
    from gatewright.retrieval.embedding import HashedEmbedding
    from gatewright.retrieval.index import Index
    from gatewright.retrieval.index_segment import Level
    from gatewright.retrieval.repository import Repository
    from gatewright.retrieval.vectors import UnitVectors
    with Repository.open(Path(sys.argv[1]), Path(sys.argv[2])) as repository:
        index = Index(repository)
        vectors = UnitVectors(repository, HashedEmbedding(size=256))
        for level in Level:
            print(vectors.refresh(index.view, level))
            near = vectors.near(index.view, "write pointer", level, index.view.alive[level])
            print(max(float(part.max()) for part in near if len(part)) > 0.2)
""")


def child(folder, tmp_path):
    command = [sys.executable, "-c", _CHILD, folder, tmp_path / "cache"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_another_process_writes_meanwhile(soc, folder, tmp_path):
    assert soc.best("write pointer") == "wr_ptr"
    (folder / "new.v").write_text("module zebra(output y);\n  assign y = stripes;\nendmodule\n")
    running = child(folder, tmp_path)
    out, err = running.communicate(timeout=120)
    assert (running.returncode, out.split()[1::2]) == (0, ["True"] * 3), err
    soc.embedding.texts.clear()
    soc.refresh()
    assert soc.best("stripes") == "y"
    assert soc.embedding.texts == []


def test_two_processes_at_once(folder, tmp_path):
    running = [child(folder, tmp_path) for _ in range(2)]
    for one in running:
        out, err = one.communicate(timeout=120)
        assert (one.returncode, out.split()[1::2]) == (0, ["True"] * 3), err


def test_a_writer_that_was_killed(soc, folder, tmp_path):
    """Between the mark and the write, and between the write and the mark."""
    soc.near("pointer")
    state = kept(tmp_path) / "state.json"
    soc.vectors._store._note(soc.vectors._store._state())  # as it is: nothing to repair
    assert soc.best("write pointer") == "wr_ptr"
    broken = json.loads(state.read_text()) | {"whole": False}
    state.write_text(json.dumps(broken))
    again = Opened(folder, tmp_path / "cache")
    assert again.best("write pointer") == "wr_ptr"
    again.close()
    assert soc.best("write pointer") == "wr_ptr"
