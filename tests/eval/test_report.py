from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console
from tinysuite import TinyAnswers, TinySuite

from gatewright.core import (
    DataError,
    Fault,
    Judgement,
    Oracle,
    Provenance,
    Round,
    Trajectory,
    UsageError,
)
from gatewright.eval import Generations, Run, RunRequest, load_run, run, write_html
from gatewright.eval.published import official_table
from gatewright.eval.report import print_run, print_summary

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


class Judged(TinyAnswers):
    """Two rounds with a judgement between them, and hostile words wherever words go."""

    def answer(self, problem, sample) -> Trajectory:
        made = super().answer(problem, sample)
        first = made.rounds[0]
        judgement = Judgement(Fault.DESIGN, "top.sv:2", f"issue {HOSTILE}", "why", "fix")
        worse = replace(
            first.candidate,
            sources=(replace(first.candidate.sources[0], text=f"module worse; // {HOSTILE}"),),
        )
        second = Round(2, worse, first.verdict, judgement, kept=False)
        return replace(made, rounds=(first, second), notes=(HOSTILE,))


class Page(HTMLParser):
    """What a browser would make of the page, as far as a test needs it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data) -> None:
        if not {"script", "style"} & set(self._open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture
def judged(tmp_path: Path) -> Run:
    run(RunRequest(TinySuite(4), tmp_path / "out", Judged(), samples=2, rules=("all",)))
    return load_run(tmp_path / "out")


def page_of(loaded: Run) -> Page:
    target = loaded.path / "page.html"
    write_html(loaded, target)
    return Page(target.read_text())


def test_the_page_shows_figures_problems_code_rounds_and_waveforms(judged: Run) -> None:
    page = page_of(judged)
    for words in ("50.0 % pass@1", "4 of 8 answers pass", "module P00; // sample 1", "rolled back"):
        assert words in page.text
    assert "Issue issue" in page.text
    assert "First mismatch at time 20: q" in page.text
    assert sum(tag == "svg" for tag, _ in page.tags) >= 2
    assert [a["id"] for t, a in page.tags if a.get("class") == "problem"] == [
        "P00",
        "P01",
        "P02",
        "P03",
    ]


def test_nothing_from_outside_becomes_markup(judged: Run) -> None:
    page = page_of(judged)
    assert sum(tag == "script" for tag, _ in page.tags) == 1
    assert not any(tag == "img" for tag, _ in page.tags)
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert "alert(1)" in page.text


def test_the_page_needs_nothing_else(judged: Run) -> None:
    page = page_of(judged)
    assert not any("src" in attrs or "href" in attrs for _, attrs in page.tags)
    text = (judged.path / "page.html").read_text()
    assert "http" not in re.sub(r"http-equiv|http://www\.w3\.org/\d+/svg", "", text)
    assert "@import" not in text
    assert "url(" not in text


def test_the_page_s_policy_lets_its_own_script_run(judged: Run) -> None:
    import base64
    import hashlib

    target = judged.path / "page.html"
    write_html(judged, target)
    text = target.read_text()
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in text.replace("&#39;", "'")


def test_a_run_under_way_is_shown_as_far_as_it_is(judged: Run) -> None:
    results = judged.path / "results.jsonl"
    lines = results.read_bytes().splitlines(keepends=True)
    results.write_bytes(b"".join(lines[:3]) + lines[3][:30])
    (judged.path / "verdicts.jsonl").unlink()
    page = page_of(load_run(judged.path))
    assert "5 of 8 answers were not attempted" in page.text
    assert "Not scored yet." in page.text


def test_a_run_without_any_answer_is_a_page_too(judged: Run) -> None:
    for path in judged.path.glob("*.jsonl"):
        path.unlink()
    page = page_of(load_run(judged.path))
    assert "0.0 % pass@1" in page.text
    assert page.text.count("Not attempted.") == 4


def test_a_golden_oracle_is_not_to_be_overlooked(tmp_path: Path) -> None:
    answers = TinyAnswers(oracle=Oracle.GOLDEN)
    run(RunRequest(TinySuite(2), tmp_path / "out", answers))
    assert "could see the golden oracle" in page_of(load_run(tmp_path / "out")).text


def test_the_symbolic_share_is_shown(tmp_path: Path) -> None:
    answers = TinyAnswers(provenance=Provenance.SYMBOLIC)
    run(RunRequest(TinySuite(2), tmp_path / "out", answers))
    page = page_of(load_run(tmp_path / "out"))
    assert "without symbolic" in page.text
    assert "from symbolic" in page.text


def test_huge_answers_and_many_of_them_stay_readable(tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    with file.open("w") as out:
        for sample in range(600):
            code = "module x;\n" + "// y\n" * (100_000 if sample == 0 else 1)
            for task in ("P00", "P01", "P02"):
                out.write(json.dumps({"task": task, "sample": sample, "code": code}) + "\n")
    run(RunRequest(TinySuite(3), tmp_path / "out", Generations(file)))
    page = page_of(load_run(tmp_path / "out"))
    assert "1,500 answers are shown in full, the failed ones first." in page.text
    assert "300 more answers in the run's folder" in page.text
    assert "characters left out" in page.text
    assert (tmp_path / "out" / "page.html").stat().st_size < 8e6


def test_a_page_that_cannot_be_written_says_so(judged: Run) -> None:
    with pytest.raises(DataError, match="cannot be written"):
        write_html(judged, judged.path)
    with pytest.raises(UsageError, match=r"no such folder.*mkdir -p"):
        write_html(judged, judged.path / "new" / "page.html")
    assert not (judged.path / "new").exists()


def test_a_failed_write_leaves_the_old_page(judged: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    target = judged.path / "page.html"
    write_html(judged, target)
    before = target.read_bytes()
    from gatewright.eval import report

    def broken(run):
        yield "half"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report, "html_pieces", broken)
    with pytest.raises(DataError, match="disk is full"):
        write_html(judged, target)
    assert target.read_bytes() == before
    assert not list(judged.path.glob(".page*"))


def test_tables_name_every_problem_and_take_no_markup(judged: Run, tmp_path: Path) -> None:
    console = Console(width=120, record=True, file=(tmp_path / "text").open("w"))
    print_run(judged, console)
    text = console.export_text()
    for words in ("P00", "P03", "50.0 %", "mismatch 2", "failures under strict: mismatch 4"):
        assert words in text
    assert "[/]" not in text


def test_what_is_missing_is_told_apart(judged: Run, tmp_path: Path) -> None:
    folder = tmp_path / "partial"
    shutil.copytree(judged.path, folder)
    (folder / "results.jsonl").unlink()
    samples = folder / "samples.jsonl"
    samples.write_bytes(b"".join(samples.read_bytes().splitlines(keepends=True)[:5]))
    console = Console(width=120, record=True, file=(tmp_path / "text").open("w"))
    print_summary(load_run(folder).summary, console)
    text = console.export_text()
    assert "not attempted, counted as failed: 3" in text
    assert "answered and not scored yet: 5" in text


def test_answers_that_were_cut_off_after_scoring_are_not_counted(
    judged: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "cut"
    shutil.copytree(judged.path, folder)
    for name, kept in (("samples.jsonl", 5), ("results.jsonl", 7)):
        rows = (folder / name).read_bytes().splitlines(keepends=True)
        (folder / name).write_bytes(b"".join(rows[:kept]))
    console = Console(width=120, record=True, file=(tmp_path / "text").open("w"))
    print_summary(load_run(folder).summary, console)
    text = console.export_text()
    assert "not attempted, counted as failed: 1" in text
    assert "not scored yet" not in text


def test_only_some_benchmarks_have_a_table_of_their_own(judged: Run) -> None:
    with pytest.raises(UsageError, match="tiny has no published table"):
        official_table(judged, TinySuite(4))

    class Published(TinySuite):
        def official_table(self, samples) -> str:
            return repr({name: [v and v.passed for v in row] for name, row in samples.items()})

    (judged.path / "verdicts.jsonl").write_bytes(
        b"".join((judged.path / "verdicts.jsonl").read_bytes().splitlines(keepends=True)[:3])
    )
    found = official_table(load_run(judged.path), Published(4))
    assert "'P00': [True, True], 'P01': [False, None], 'P02': [None, None]" in found
