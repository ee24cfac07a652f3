from __future__ import annotations

import json
from pathlib import Path

import pytest
from tinysuite import TinySuite

from gatewright.core import DataError, Provenance, UsageError
from gatewright.eval.answers import MISSING, Generations
from gatewright.eval.generations import read_generations

GOOD = {"task": "P00", "sample": 0, "code": "module P00; endmodule"}


def written(tmp_path: Path, *lines: object) -> Path:
    path = tmp_path / "answers.jsonl"
    texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    path.write_bytes(b"".join(text + b"\n" for text in texts))
    return path


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[1]", "not a JSON object"),
        (b"[" * 100_000, "not JSON"),
        ({"sample": 0, "code": ""}, 'no "task"'),
        ({"task": "P00", "code": ""}, 'no "sample"'),
        ({"task": "P00", "sample": True, "code": ""}, 'no "sample"'),
        ({"task": "P00", "sample": -1, "code": ""}, 'no "sample"'),
        ({"task": "P00", "sample": 0}, 'neither "code" nor "response"'),
        ({"task": "P00", "sample": 0, "code": 7}, 'neither "code" nor "response"'),
        (GOOD, "second answer for task P00, sample 0 (the first is on line 1)"),
    ],
)
def test_bad_lines_are_named(tmp_path: Path, bad: object, words: str) -> None:
    with pytest.raises(DataError) as error:
        list(read_generations(written(tmp_path, GOOD, bad)))
    assert words in str(error.value)
    assert str(error.value).startswith(f"{tmp_path}/answers.jsonl:2: ")


def test_empty_and_missing_files_are_errors(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no answers"):
        list(read_generations(written(tmp_path)))
    with pytest.raises(DataError, match=r"cannot be read.*\(check the path\)"):
        list(read_generations(tmp_path / "missing"))


def test_an_unknown_task_is_named(tmp_path: Path) -> None:
    suite = TinySuite()
    problems = suite.load(None).problems
    answers = Generations(written(tmp_path, GOOD, {**GOOD, "task": "Q"}))
    with pytest.raises(DataError, match=r"tiny has no task 'Q'.*like 'P00'"):
        list(answers.rows(suite, problems, problems, 1))


def test_answers_to_problems_not_chosen_are_left_out(tmp_path: Path) -> None:
    suite = TinySuite()
    problems = suite.load(None).problems
    answers = Generations(written(tmp_path, GOOD, {**GOOD, "task": "P01"}))
    assert [r.task for r in answers.rows(suite, problems, problems[1:2], 1)] == ["P01"]


def test_answers_that_the_file_lacks_are_answers_without_code(tmp_path: Path) -> None:
    suite = TinySuite()
    problems = suite.load(None).problems
    answers = Generations(written(tmp_path, {**GOOD, "task": "P01", "sample": 1}, GOOD))
    rows = list(answers.rows(suite, problems, problems[:2], 2))
    assert [(r.task, r.sample, r.note) for r in rows] == [
        ("P01", 1, ""),
        ("P00", 0, ""),
        ("P00", 1, MISSING),
        ("P01", 0, MISSING),
    ]
    assert rows[2].sources == () == rows[3].sources


@pytest.mark.parametrize("sample", [1, 10**6, 10**18, 10**400])
def test_a_sample_number_that_no_count_of_answers_bears_out_is_refused(
    tmp_path: Path, sample: int
) -> None:
    answers = Generations(written(tmp_path, {**GOOD, "sample": sample}))
    with pytest.raises(DataError, match=r"no task has more than 1 answers.*count from 0"):
        answers.samples()


def test_numbers_with_gaps_are_taken_where_one_task_has_them_all(tmp_path: Path) -> None:
    lines = [{**GOOD, "sample": n} for n in range(3)]
    answers = Generations(written(tmp_path, *lines, {**GOOD, "task": "P01", "sample": 2}))
    assert answers.samples() == 3


def test_fewer_samples_than_the_file_holds_is_refused(tmp_path: Path) -> None:
    suite = TinySuite()
    problems = suite.load(None).problems
    answers = Generations(written(tmp_path, {**GOOD, "sample": 4}))
    with pytest.raises(UsageError, match="samples 0 to 4, but 2 were asked for"):
        list(answers.rows(suite, problems, problems, 2))


def test_code_is_taken_as_it_is_and_responses_are_extracted(tmp_path: Path) -> None:
    suite = TinySuite()
    problems = suite.load(None).problems
    lone = b'{"task": "P02", "sample": 0, "code": "x \\ud800 y"}'
    path = written(
        tmp_path,
        GOOD,
        {"task": "P01", "sample": 0, "response": "so ```module P01;``` there"},
        {"task": "P03", "sample": 0, "response": "I cannot"},
        lone,
        {"task": "P04", "sample": 0, "code": " \n"},
    )
    rows = {r.task: r for r in Generations(path).rows(suite, problems, problems, 1)}
    assert rows["P00"].code == GOOD["code"]
    assert rows["P00"].sources[0].name == "top.sv"
    assert rows["P00"].provenance is Provenance.MODEL
    assert rows["P01"].code == "module P01;"
    assert rows["P02"].code == "x ? y"
    assert rows["P03"].sources == () == rows["P04"].sources
