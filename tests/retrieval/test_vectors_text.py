"""What an embedding reads of a unit."""

from __future__ import annotations

import pytest

from gatewright.retrieval.index import Index
from gatewright.retrieval.index_segment import Level
from gatewright.retrieval.repository import Repository
from gatewright.retrieval.vectors_text import spelled, unit_texts

TEXT = """\
// Counts to ten.
module counter(input clk, input rst_n, output reg [3:0] cnt);
  // wraps by itself
  always @(posedge clk) cnt <= cnt + 1;
  sub u_sub (.clk(clk));
endmodule
module sub(input clk);
endmodule
"""


@pytest.fixture
def opened(tmp_path):
    root = tmp_path / "repo"
    root.mkdir()
    (root / "counter.v").write_text(TEXT)
    (root / "copy.v").write_text(TEXT.replace("ten", "eleven"))
    with Repository.open(root, tmp_path / "cache") as repository:
        index = Index(repository)
        yield root, repository, index
        index.close()


def texts(opened, level, wanted=None):
    _, repository, index = opened
    digests = {int(d) for s in index.view.segments for d in s.levels[level].digest}
    return dict(unit_texts(repository, index.view, level, digests if wanted is None else wanted))


def test_a_block_is_told_and_shown(opened):
    (block, instance) = sorted(texts(opened, Level.BLOCK).values(), key=lambda t: "instance" in t)
    assert block.startswith("always in counter. wraps")
    assert "wraps by itself" in block
    assert "increment counter add" in block
    assert "drives count" in block
    assert block.endswith("always @(posedge clk) cnt <= cnt + 1;")
    assert instance.startswith("instance of ")
    assert instance.endswith("sub u_sub (.clk(clk));")


def test_a_module_tells_its_ports_and_parts(opened):
    found = texts(opened, Level.MODULE).values()
    (counter,) = (text for text in found if "Counts to ten" in text)
    assert counter.startswith("module counter")
    assert "inputs clock, reset" in counter
    assert "outputs count" in counter
    assert "instantiates" in counter


def test_a_signal_tells_where_it_is(opened):
    assert any(
        text.startswith("output port count of counter")
        for text in texts(opened, Level.SIGNAL).values()
    )


def test_copies_are_told_once_and_only_what_is_wanted(opened):
    _, _, index = opened
    every = [d for s in index.view.segments for d in s.levels[Level.BLOCK].digest.tolist()]
    assert len(every) == 4
    assert len(texts(opened, Level.BLOCK)) == 2
    assert set(texts(opened, Level.BLOCK, {every[0]})) == {every[0]}
    assert texts(opened, Level.BLOCK, set()) == {}


def test_a_file_that_changed_meanwhile_is_left_out(opened):
    root, repository, _ = opened
    for file in root.iterdir():
        file.write_text("\n\n\nmodule other; endmodule\n")
    repository.refresh()
    assert texts(opened, Level.BLOCK) == {}
    (root / "copy.v").unlink()
    (root / "counter.v").unlink()
    repository.refresh()
    assert texts(opened, Level.MODULE) == {}


def test_names_are_spelled_out():
    assert spelled("wr_ptr") == "write pointer"
    assert spelled("") == ""
