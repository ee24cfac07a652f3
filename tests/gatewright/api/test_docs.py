"""The examples of docs/python.md run as they are printed."""

from __future__ import annotations

import doctest
from pathlib import Path

DOCS = Path(__file__).parents[3] / "docs"


def test_the_examples_run() -> None:
    done = doctest.testfile(
        str(DOCS / "python.md"), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert done.attempted > 25
    assert done.failed == 0
