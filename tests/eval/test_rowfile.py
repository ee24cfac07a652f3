from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.core import DataError
from gatewright.eval.rowfile import RowFile
from gatewright.eval.rows import Key


@dataclass(frozen=True, slots=True)
class Note:
    task: str
    sample: int
    text: str


def keys(file: RowFile[Note]) -> list[Key]:
    return list(file.keys)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2), st.text()), max_size=12),
    st.integers(0, 200),
)
@settings(max_examples=60, deadline=None)
def test_whatever_is_cut_off_the_rows_before_it_stay(
    tmp_path_factory: pytest.TempPathFactory, written: list[tuple[str, int, str]], cut: int
) -> None:
    path = tmp_path_factory.mktemp("rows") / "notes.jsonl"
    file = RowFile(path, Note)
    for task, sample, text in written:
        file.append(Note(task, sample, text.encode("utf-8", "replace").decode()))
    file.close()
    if not path.exists():
        return
    data = path.read_bytes()
    path.write_bytes(data[: max(0, len(data) - cut)])
    whole = data[: max(0, len(data) - cut)].count(b"\n")
    kept = RowFile(path, Note)
    # A line cut just before its end-of-line is whole as well.
    assert len(kept) in {len({w[:2] for w in written[:n]}) for n in (whole, whole + 1)}
    kept.append(Note("new", 0, "x"))
    kept.close()
    again = RowFile(path, Note)
    assert keys(again) == keys(kept)
    assert again.read(Key("new", 0)).text == "x"


def test_the_last_row_of_a_key_counts(tmp_path: Path) -> None:
    file = RowFile(tmp_path / "n.jsonl", Note)
    for text in ("old", "new"):
        file.append(Note("a", 0, text))
    file.put_in_order([Key("a", 0)])
    assert file.read(Key("a", 0)).text == "new"
    assert (tmp_path / "n.jsonl").read_text().count("\n") == 1


def test_order_is_made_once_and_rows_nobody_wants_go(tmp_path: Path) -> None:
    path = tmp_path / "n.jsonl"
    file = RowFile(path, Note)
    for task in "cab":
        file.append(Note(task, 0, task))
    file.put_in_order([Key("a", 0), Key("c", 0), Key("missing", 0)])
    assert [row.text for row in file] == ["a", "c"]
    written = path.stat().st_mtime_ns
    file.put_in_order([Key("a", 0), Key("c", 0)])
    assert path.stat().st_mtime_ns == written
    file.append(Note("z", 0, "z"))
    assert [row.text for row in RowFile(path, Note)] == ["a", "c", "z"]


def test_a_last_line_of_another_kind_is_not_taken_for_half_written(tmp_path: Path) -> None:
    path = tmp_path / "n.jsonl"
    path.write_text('{"task": "a", "sample": 0, "text": "x"}\n{"task": "b"}\n')
    with pytest.raises(DataError, match=r"n\.jsonl:2: damaged line: sample"):
        RowFile(path, Note)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        RowFile(tmp_path, Note)
