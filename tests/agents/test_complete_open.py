"""A repository held open: what changes on disk is seen, whoever asks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gatewright.agents.complete_open import OpenRepository
from gatewright.agents.complete_prompt import Place

LEAF = "module leaf (input clk, input rst);\nendmodule\n"
PLACE = Place("top.v", "module top;\n  wire clk, rst, en;\n  leaf u (\n    .clk(clk),\n")


def ports(held: OpenRepository) -> list[str]:
    found = held.completer().ports(PLACE)
    return [connection.member.name for connection in found.missing.connections]


def test_what_changes_is_seen_by_all_threads(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    (root / "leaf.v").write_text(LEAF)
    with OpenRepository(root, tmp_path / "cache") as held:
        assert ports(held) == ["rst"]
        assert held.completer().line(PLACE).lines == ("    .rst(rst)",)
        (root / "leaf.v").write_text(LEAF.replace("input rst", "input rst, input en"))
        with ThreadPoolExecutor(4) as threads:
            assert list(threads.map(lambda _: ports(held), range(8))) == [["rst", "en"]] * 8
        assert held.completer().line(PLACE).lines == ("    .rst(rst),",)
