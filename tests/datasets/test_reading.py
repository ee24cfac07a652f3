from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.core import DataError
from gatewright.datasets.reading import read, text_of


def test_what_cannot_be_read_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"x")
    assert read(tmp_path / "there") == b"x"
    with pytest.raises(DataError, match="No such file") as raised:
        read(tmp_path / "gone", "fetch it again")
    assert str(tmp_path / "gone") in str(raised.value)
    assert "fetch it again" in str(raised.value)
    with pytest.raises(DataError, match="directory"):
        read(tmp_path)


def test_line_ends_are_those_of_unix_and_bad_bytes_are_replaced() -> None:
    assert text_of(b"a\r\nb\rc\n\xff") == "a\nb\nc\n\ufffd"
