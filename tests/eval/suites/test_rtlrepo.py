from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.core import Candidate, DataError, Origin, Provenance, Source
from gatewright.eval.suites.completion_offline import OfflineCompletions
from gatewright.eval.suites.completion_place import Place, line_problem, place_of
from gatewright.eval.suites.completion_score import (
    NEAR_COPY,
    NO_COPY,
    LineHarness,
    edit_similarity,
    exact_match,
    first_line,
    normalised_similarity,
)
from gatewright.eval.suites.rtlrepo import RtlRepo
from gatewright.eval.suites.rtlrepo_prompt import prompt

CODE = "module b(input clk);\nreg [7:0] count;\nalways @(posedge clk)\n"
ROW = {
    "repo_name": "one/two",
    "file_path": "rtl/b.v",
    "context": [{"path": "rtl/a.v", "snippet": CODE.replace("b(", "a(") + "  count <= count;\n"}],
    "cropped_code": CODE.rstrip("\n"),
    "next_line": "  count <= count;\r",
}


def data_file(folder: Path, *rows: object) -> Path:
    file = folder / "test.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        ("\n\n  // why\n  a <= b; // c\nb", "  a <= b; // c"),
        ("// one\n// two\n", "// two"),
        ("  \n", ""),
        ("", ""),
    ],
)
def test_the_answer_is_the_first_line_that_is_no_comment(answer: str, line: str) -> None:
    assert first_line(answer) == line


@pytest.mark.parametrize(
    ("answer", "label", "exact", "raw", "unified"),
    [
        ("a <= b;", "    a <= b;\r", True, 74, 100),
        ("\ta  <=  b;", "\ta  <=  b;", True, 100, 100),
        ("a<=b;", "a <= b;", False, 83, 83),
        ("", "endmodule", False, 0, 0),
        ("xyz", "endmodule", False, 0, 0),
    ],
)
def test_figures(answer: str, label: str, exact: bool, raw: int, unified: int) -> None:
    assert exact_match(answer, label) is exact
    assert edit_similarity(answer, label) == raw
    assert normalised_similarity(answer, label) == unified


@given(st.text(max_size=30), st.text(max_size=30))
def test_figures_are_bounded_and_an_exact_match_is_alike_with_blanks_unified(one, other) -> None:
    assert 0 <= edit_similarity(one, other) <= 100
    if exact_match(one, other):
        assert normalised_similarity(one, other) == 100


def test_the_prompt_is_the_benchmarks() -> None:
    text = prompt("one/two", {"a.v": "x\n\n\n\n\ny"}, "b.v", "z")
    assert text == "// Repo Name: one/two\n// Path: a.v\nx\n\ny\n\n// Path: b.v\nz\n"


def test_an_overlong_prompt_loses_the_end_of_its_context_and_keeps_the_file() -> None:
    context = {"a.v": "\n".join(f"line {n}" for n in range(100))}
    text = prompt("r", context, "b.v", "the file", most=300)
    assert text.endswith("\n\n// Path: b.v\nthe file\n")
    assert "line 3\n" in text and "line 99" not in text
    assert len(text) <= 302


@given(
    st.text(alphabet="ab/.", min_size=1, max_size=9),
    st.text(alphabet="ab/.", min_size=1, max_size=9),
    st.text(max_size=40),
)
def test_a_place_is_read_back_from_its_problem(repository: str, path: str, before: str) -> None:
    place = Place(repository, path, before)
    assert place_of(line_problem("1", place, {}, "x", "", Origin())) == place


def test_samples_are_scored_and_told_apart_by_near_copies(tmp_path: Path) -> None:
    alone = {**ROW, "context": [{"path": "c.v", "snippet": "wire unlike;\n"}]}
    suite = RtlRepo()
    problems = suite.load(data_file(tmp_path, ROW, alone)).problems
    assert [problem.category for problem in problems] == [NEAR_COPY, NO_COPY]
    assert suite.messages(problems[0])[0].text.endswith("// Path: rtl/b.v\n" + CODE)
    harness = suite.harness("exact")
    right = harness.check(problems[0], suite.references(problems[0]))
    stripped = harness.check(problems[0], suite.extract(problems[0], "count <= count;"))
    assert (right.passed, right.score, stripped.passed, stripped.score) == (True, 1, True, 0.91)
    wrong = harness.check(problems[0], suite.extract(problems[0], "count <= 0;"))
    assert not wrong.passed and 0 < wrong.score < 1
    table = suite.official_table({"00000": [stripped], "00001": [None]})
    assert table.splitlines()[1].split() == ["all", "2", "50.00", "45.50", "50.00"]
    assert not suite.extract(problems[0], " \n").sources


def test_the_file_asked_about_is_no_context(tmp_path: Path) -> None:
    whole = {"path": ROW["file_path"], "snippet": CODE + "  secret <= line;\n"}
    suite = RtlRepo()
    row = {**ROW, "context": [*ROW["context"], whole]}
    (problem,) = suite.load(data_file(tmp_path, row)).problems
    assert [source.name for source in problem.context] == ["rtl/a.v"]
    assert "secret" not in suite.messages(problem)[0].text


def test_the_offline_completer_answers_in_the_files_line_ending(tmp_path: Path) -> None:
    row = {**ROW, "cropped_code": CODE.replace("\n", "\r\n").removesuffix("\n")}
    suite = RtlRepo()
    problem = suite.load(data_file(tmp_path, row)).problems[0]
    best = OfflineCompletions(suite).answer(problem, 0).best
    assert best is not None and best.sources[0].text == "  count <= count;\r"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{", r"is no JSON.*test.jsonl:1|test.jsonl:1.*is no JSON"),
        ("[]", "is no JSON object"),
        ('{"repo_name": "a"}', "lacks file_path, context, cropped_code, next_line"),
        (json.dumps({**ROW, "context": [1]}), "context is no list"),
        ("", "holds no samples"),
    ],
)
def test_data_that_is_none_is_told(tmp_path: Path, text: str, what: str) -> None:
    (tmp_path / "test.jsonl").write_text(text)
    with pytest.raises(DataError, match=what):
        RtlRepo().load(tmp_path)


def test_without_data_it_is_said_where_it_is() -> None:
    with pytest.raises(DataError, match="Hugging Face"):
        RtlRepo().load(None)


def test_the_harness_never_crashes_on_an_answer_without_code() -> None:
    problem = line_problem("1", Place("r", "a.v", ""), {}, "endmodule", NO_COPY, Origin())
    verdict = LineHarness("exact").check(problem, Candidate((), Provenance.MODEL))
    assert not verdict.passed and verdict.score == 0
    verdict = LineHarness("exact").check(problem, Candidate((Source("a.v", "endmodule"),)))
    assert verdict.passed
