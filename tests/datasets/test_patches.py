from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.datasets.patches import PatchError, apply_patch

LINES = st.lists(st.sampled_from(["a", "b", "assign y = a;", "", "  x"]), max_size=12)


@given(LINES, LINES)
def test_it_undoes_difflib(before: list[str], after: list[str]) -> None:
    patch = "\n".join(difflib.unified_diff(before, after, "a/f", "b/f", lineterm=""))
    if patch:
        assert apply_patch("\n".join(before), patch) == "\n".join(after)


def test_a_new_file() -> None:
    assert apply_patch("", "@@ -0,0 +1,2 @@\n+module m;\n+endmodule\n") == "module m;\nendmodule"


def test_a_hunk_that_has_moved() -> None:
    text = "one\n\ntwo\nthree\nfour"
    assert apply_patch(text, "@@ -1,2 +1,2 @@\n two\n-three\n+3") == "one\n\ntwo\n3\nfour"


@pytest.mark.parametrize("patch", ["", "no patch", "@@ -1,1 +1,1 @@\n-absent\n+x"])
def test_what_does_not_apply_is_refused(patch: str) -> None:
    with pytest.raises(PatchError):
        apply_patch("one\ntwo", patch)
