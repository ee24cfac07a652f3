"""Where an editor's text stands in a repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.retrieval.complete.corpus import Corpus
from gatewright.server.fim import Hole
from gatewright.server.place import UNKNOWN, locate

FILES = {
    f"rtl/unit_{name}.sv": "".join(
        [f"module unit_{name} (\n  input clk\n);\n"]
        + [f"  logic {name}_{n};\n  assign {name}_{n} = {name}_{n + 1};\n" for n in range(60)]
        + ["endmodule\n"]
    )
    for name in ("alpha", "beta")
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "rtl").mkdir()
    for path, text in FILES.items():
        (tmp_path / path).write_text(text)
    return tmp_path


@pytest.fixture
def corpus() -> Corpus:
    return Corpus.of(FILES)


def test_the_text_of_a_file_finds_it(root: Path, corpus: Corpus) -> None:
    text = FILES["rtl/unit_beta.sv"]
    at = text.index("  logic beta_30")
    found = locate(Hole(text[:at] + "  log", text[at:]), corpus, root)
    assert found.place.path == "rtl/unit_beta.sv"
    assert (found.place.before, found.place.typed) == (text[:at], "  log")
    assert found.seen >= 3


def test_a_text_that_is_cut_above_is_made_whole(root: Path, corpus: Corpus) -> None:
    text = FILES["rtl/unit_beta.sv"]
    start, at = text.index("  logic beta_20"), text.index("  logic beta_30")
    found = locate(Hole(text[start:at]), corpus, root)
    assert found.place.before == text[:at]


def test_unsaved_lines_do_not_hide_the_file(root: Path, corpus: Corpus) -> None:
    text = FILES["rtl/unit_alpha.sv"]
    at = text.index("  logic alpha_30")
    found = locate(Hole(text[:at] + "  assign fresh = 1;\n  assign more = 2;\n"), corpus, root)
    assert found.place.path == "rtl/unit_alpha.sv"


def test_a_text_of_no_file_is_one_of_its_own(root: Path, corpus: Corpus) -> None:
    found = locate(Hole("module novel;\n  assign q = r;\n"), corpus, root)
    assert (found.place.path, found.seen) == (UNKNOWN, 0)
    assert locate(Hole("import os\n", path="src/tool.py"), corpus, root).place.path == "tool.py"


@pytest.mark.parametrize(
    "name", ["rtl/unit_beta.sv", "unit_beta.sv", "C:\\chip\\rtl\\unit_beta.sv"]
)
def test_the_editors_name_finds_the_file(root: Path, corpus: Corpus, name: str) -> None:
    found = locate(Hole("module rewritten;\n", path=name), corpus, root)
    assert found.place.path == "rtl/unit_beta.sv"


def test_a_name_in_a_comment_finds_the_file_and_is_left_out(root: Path, corpus: Corpus) -> None:
    found = locate(Hole("// rtl/unit_beta.sv\nmodule rewritten;\n"), corpus, root)
    assert found.place.path == "rtl/unit_beta.sv"
    assert found.place.before == "module rewritten;\n"
