"""What `.gitignore` leaves out, held against git itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from gatewright.retrieval.scan import scan

FILES = [
    "a.v",
    "b.sv",
    "build/c.v",
    "rtl/build/d.v",
    "rtl/gen_x.v",
    "rtl/keep/gen_y.v",
    "rtl/deep/er/e.v",
    "rtl/deep/f.v",
    "docs/api/g.v",
    "docs/h.v",
    "sp ace/i.v",
    "x[1].v",
    "tmp1.v",
    "tmpa.v",
    "sub/own/j.v",
    "sub/k.v",
    "out.d/l.v",
    "#odd.v",
    "!odd.v",
]
RULES = [
    "build/",
    "/build",
    "gen_*.v",
    "gen_*.v\n!rtl/keep/gen_y.v",
    "rtl/**/e.v",
    "**/deep",
    "docs/**",
    "docs/*\n!docs/h.v",
    "tmp[0-9].v",
    "tmp[!0-9].v",
    "t?p1.v",
    r"x\[1\].v",
    "# a comment\n\n*.sv",
    r"\#odd.v" + "\n" + r"\!odd.v",
    "sp ace/   ",
    "*\n!*/\n!a.v",
    "/*/k.v",
    "out.d",
    "[",
    "*.v/",
    "sub/own",
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("module m; endmodule\n")
    return tmp_path


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git to compare with")
@pytest.mark.parametrize("rules", RULES)
def test_the_same_files_as_git_lists(tree: Path, rules: str) -> None:
    (tree / ".gitignore").write_text(rules + "\n")
    subprocess.run(["git", "init", "-q", "."], cwd=tree, check=True)
    told = subprocess.run(
        ["git", "ls-files", "-z", "--others", "--exclude-standard"],
        cwd=tree,
        check=True,
        capture_output=True,
    ).stdout.decode()
    assert set(scan(tree).files) == {n for n in told.split("\0") if n.endswith((".v", ".sv"))}


def test_a_folder_below_has_rules_of_its_own(tree: Path) -> None:
    (tree / ".gitignore").write_text("k.v\n")
    (tree / "sub" / ".gitignore").write_text("own/\n!k.v\n")
    found = scan(tree).files
    assert "sub/k.v" in found
    assert "sub/own/j.v" not in found
