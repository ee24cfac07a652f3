"""A module's outline in words."""

from __future__ import annotations

from pathlib import Path

from gatewright.retrieval.outline import outlines
from gatewright.retrieval.outline_text import outline_lines
from gatewright.retrieval.repository import Repository


def test_a_comment_is_told_once_and_of_what_it_stands_above(tmp_path: Path) -> None:
    (tmp_path / "inv.sv").write_text(
        """\
// Inverts. One bit.
module inv(input a, output y); assign y = ~a; endmodule
// Holds.
module hold(input d,
  // Inverts. One bit.
  input e,
  output q  // what was held
); assign q = d & e; endmodule
"""
    )
    repository = Repository.open(tmp_path, cache=tmp_path / "cache")
    (inv,), (hold,) = outlines(repository, "inv"), outlines(repository, "hold")
    assert list(outline_lines(inv))[1:4] == ["  Inverts. One bit.", "  input a", "  output y"]
    assert list(outline_lines(hold))[1:5] == [
        "  Holds.",
        "  input d",
        "  input e  // Inverts. One bit.",
        "  output q  // what was held",
    ]
