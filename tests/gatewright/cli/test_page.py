"""The page that `verify --html` writes."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from gatewright.cli.page import CheckPage, check_html
from gatewright.core import (
    Candidate,
    Diagnostic,
    FailureClass,
    Outcome,
    ReferenceSpec,
    Severity,
    Source,
    Verdict,
)

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))

    def alone(self) -> bool:
        """It runs no script and loads nothing."""
        return not any(
            tag in ("script", "img", "link", "iframe")
            or any(name.startswith("on") or name in ("src", "href") for name in attributes)
            for tag, attributes in self.seen
        )


@pytest.fixture
def bad(gatewright, debounce, tmp_path) -> Tags:
    page = tmp_path / "bad.html"
    ran = gatewright("verify", debounce / "bad.sv", "-t", debounce / "testbench.sv", "--html", page)
    assert ran.status == 1
    return Tags(page.read_text())


def test_a_failing_design_is_shown_with_its_waveform(bad):
    assert bad.alone()
    for words in ("mismatch", "148 of 600", "First mismatch at time 110: out", "testbench.sv"):
        assert words in bad.text
    assert "expected out" in bad.text
    assert re.search(r"iverilog \d", bad.text)
    assert "sha256" in bad.text


def test_a_passing_design_is_shown_with_its_seed(gatewright, debounce, tmp_path):
    page = tmp_path / "good.html"
    good = debounce / "good.sv"
    assert gatewright("verify", good, "-r", good, "--seed", "7", "--html", page).status == 0
    shown = Tags(page.read_text())
    assert "7; give it with --seed" in shown.text
    assert "by random simulation" in shown.text
    assert [a["aria-label"] for tag, a in shown.seen if tag == "svg"] == ["schematic"]


def test_a_counterexample_is_shown_as_a_waveform(gatewright, debounce, tmp_path):
    page = tmp_path / "formal.html"
    ran = gatewright(
        "verify", debounce / "bad.sv", "-r", debounce / "good.sv", "--formal", "--html", page
    )
    assert ran.status == 1
    shown = Tags(page.read_text())
    assert "nonequivalent" in shown.text
    assert "by proof" in shown.text
    assert "expected out" in shown.text


def test_a_page_that_cannot_be_written_is_told_before_the_work(gatewright, debounce, tmp_path):
    good = debounce / "good.sv"
    ran = gatewright("verify", good, "-r", good, "--html", tmp_path / "no" / "such.html")
    assert ran.status == 2
    assert "no such folder" in ran.err
    assert ran.out == ""


def made(text: str, *diagnostics: Diagnostic) -> str:
    source = Source("d.sv", text)
    verdict = Verdict(
        Outcome.FAIL, FailureClass.SYNTAX, diagnostics=diagnostics, log=HOSTILE * 5000
    )
    return check_html(CheckPage(HOSTILE, Candidate((source,)), ReferenceSpec((source,)), verdict))


def test_diagnostics_stand_beside_their_lines():
    text = made(
        "module d;\nassign q = 1\nendmodule",
        Diagnostic(Severity.ERROR, "expected ;", "d.sv", 2),
        Diagnostic(Severity.ERROR, "elsewhere", "other.sv", 1),
    )
    assert re.search(r'<li value="2" class="error">.*expected ;</span></li>', text)
    assert not re.search(r'<li value="1" class="error">', text)


def test_nothing_from_outside_becomes_markup():
    shown = Tags(made(f"// {HOSTILE}", Diagnostic(Severity.ERROR, HOSTILE, "d.sv", 1)))
    assert shown.alone()
    assert "alert(1)" in shown.text


def test_a_huge_design_makes_a_bounded_page():
    assert len(made("assign a = b;\n" * 200_000)) < 2_000_000
