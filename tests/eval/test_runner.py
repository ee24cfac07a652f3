from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tinysuite import TinyAnswers, TinyHarness, TinySuite

from gatewright.core import (
    DataError,
    ModelError,
    Oracle,
    Provenance,
    ToolCrashed,
    ToolMissing,
    UsageError,
)
from gatewright.eval import rowfile
from gatewright.eval.answers import Generations, References
from gatewright.eval.events import Failed, Noted, Planned, Scored
from gatewright.eval.request import RunRequest
from gatewright.eval.runner import run
from gatewright.eval.summary import summary_json
from gatewright.eval.work import InternalError


def rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def without_times(path: Path) -> list[dict]:
    return [{k: v for k, v in row.items() if k != "cpu_s"} for row in rows(path)]


@pytest.fixture
def request_(tmp_path: Path) -> RunRequest:
    return RunRequest(TinySuite(), tmp_path / "out", TinyAnswers(), samples=2)


def test_a_run_scores_every_answer_and_counts_them(request_: RunRequest) -> None:
    summary = run(request_)
    strict = summary.rules["strict"]
    assert (strict.passed, strict.total) == (6, 10)
    assert strict.pass_at[1].value == pytest.approx(0.6)
    assert summary.failures == {"mismatch": 4}
    assert summary.complete


def test_result_rows_keep_the_contract(request_: RunRequest) -> None:
    run(replace(request_, rules=("all",)))
    found = rows(request_.out / "results.jsonl")
    assert [(r["task"], r["sample"]) for r in found] == [
        (f"P{n:02d}", s) for n in range(5) for s in range(2)
    ]
    first = found[0]
    assert {"task", "sample", "rules", "candidate_sha256", "tools", "cpu_s"} <= set(first)
    assert set(first["rules"]) == {"lenient", "strict"}
    rule = {"outcome", "failure_class", "score", "mismatches", "checks"}
    assert rule <= set(first["rules"]["strict"])
    assert first["oracle"] == "none"
    assert first["tools"] == {"tiny": "1.0"}


def test_summary_json_keeps_the_contract(request_: RunRequest) -> None:
    summary = summary_json(run(request_))
    keys = (
        "suite problems samples rules failures oracle model tools dataset_sha256 out cpu_s wall_s"
    )
    assert set(keys.split()) <= set(summary)
    assert set(summary["rules"]["strict"]) >= {"pass@1", "ci95", "passed", "total"}
    low, high = summary["rules"]["strict"]["ci95"]
    assert 0 < low < 0.6 < high < 1
    json.dumps(summary)


def test_a_finished_run_is_left_alone(request_: RunRequest) -> None:
    run(request_)
    before = {p.name: p.stat().st_mtime_ns for p in request_.out.glob("*.jsonl")}
    answers = TinyAnswers()
    summary = run(replace(request_, answers=answers))
    assert answers.asked == []
    assert {p.name: p.stat().st_mtime_ns for p in request_.out.glob("*.jsonl")} == before
    assert summary.rules["strict"].passed == 6


@pytest.mark.parametrize("name", ["samples", "trajectories", "verdicts", "results"])
@pytest.mark.parametrize("cut", [1, 40])
def test_a_half_written_last_line_is_dropped(request_: RunRequest, name: str, cut: int) -> None:
    run(request_)
    whole = without_times(request_.out / "results.jsonl")
    path = request_.out / f"{name}.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])
    notes: list[Noted] = []
    run(request_, lambda event: notes.append(event) if isinstance(event, Noted) else None)
    assert without_times(request_.out / "results.jsonl") == whole
    assert path.read_bytes().endswith(b"}\n")
    assert len(notes) == (0 if cut == 1 else 1)


def test_damage_in_the_middle_is_reported_with_its_line(request_: RunRequest) -> None:
    run(request_)
    path = request_.out / "results.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[3] = b'{"task": "P01", "sam\n'
    path.write_bytes(b"".join(lines))
    with pytest.raises(DataError, match=r"results\.jsonl:4: damaged line.*delete that line"):
        run(request_)
    assert path.read_bytes() == b"".join(lines)


def test_a_lost_result_is_worked_out_again_from_the_kept_answer(request_: RunRequest) -> None:
    run(request_)
    path = request_.out / "results.jsonl"
    whole = without_times(path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2] + lines[5:]))
    answers = TinyAnswers()
    run(replace(request_, answers=answers))
    assert answers.asked == []
    assert without_times(path) == whole


def test_generating_and_scoring_apart_give_the_same_files(request_: RunRequest) -> None:
    run(request_)
    apart = replace(request_, out=request_.out.with_name("apart"))
    generated = run(replace(apart, generate_only=True))
    assert (generated.answered, generated.not_attempted) == (10, 10)
    assert not (apart.out / "results.jsonl").exists()
    run(replace(apart, answers=None, samples=None))
    for name in ("samples.jsonl", "results.jsonl", "trajectories.jsonl"):
        assert without_times(apart.out / name) == without_times(request_.out / name)


def test_rule_sets_may_change_until_something_is_scored(request_: RunRequest) -> None:
    run(replace(request_, generate_only=True))
    summary = run(replace(request_, answers=None, samples=None, rules=("lenient",)))
    assert list(summary.rules) == ["lenient"]
    with pytest.raises(UsageError, match="rules: lenient before, strict now"):
        run(replace(request_, answers=None, samples=None))


def test_scoring_only_keeps_to_the_problems_that_were_asked(request_: RunRequest) -> None:
    run(replace(request_, problems="P0[12]", generate_only=True))
    summary = run(RunRequest(request_.suite, request_.out))
    assert summary.manifest.problems == ("P01", "P02")
    assert summary.complete


def test_scoring_nothing_says_what_to_do(request_: RunRequest) -> None:
    with pytest.raises(UsageError, match=r"no answers to score.*--generations"):
        run(replace(request_, answers=None))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"samples": 3}, "samples: 2 before, 3 now"),
        ({"problems": "P01"}, "problems: 5 of them before, P01 now"),
        ({"suite": TinySuite(4)}, "the data's SHA-256: "),
        ({"tools": {"iverilog": "12.0"}}, "tools: nothing before, iverilog=12.0 now"),
        ({"answers": TinyAnswers(temperature=0.8)}, "temperature=0.0 before, temperature=0.8 now"),
        ({"answers": TinyAnswers(oracle=Oracle.GOLDEN)}, "oracle: none before, golden now"),
        ({"answers": References()}, "kind: agent before, references now"),
    ],
)
def test_a_resumed_run_must_be_the_same_run(request_: RunRequest, change: dict, words: str) -> None:
    run(request_)
    before = (request_.out / "results.jsonl").read_bytes()
    with pytest.raises(UsageError) as error:
        run(replace(request_, **change))
    assert words in str(error.value)
    assert (request_.out / "results.jsonl").read_bytes() == before


def test_two_runs_cannot_share_a_folder(request_: RunRequest) -> None:
    with (
        rowfile_lock(request_.out),
        pytest.raises(UsageError, match=r"another run .* writing here"),
    ):
        run(request_)
    run(request_)


def rowfile_lock(path: Path):
    from gatewright.eval.folder import RunFolder

    return RunFolder(path)


def test_answers_that_repeat_are_checked_once(tmp_path: Path) -> None:
    suite = TinySuite(2)
    code = "module P00;\n  // {}\nendmodule"
    lines = [{"task": "P00", "sample": n, "code": code.format(n)} for n in range(4)]
    lines += [{"task": "P01", "sample": n, "code": "a syntax\nerror" + " " * n} for n in (0, 1, 1)]
    lines[-1]["sample"] = 2
    file = tmp_path / "answers.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    summary = run(RunRequest(suite, tmp_path / "out", Generations(file)))
    # The diagnostics of the broken ones point at lines, so texts laid out differently are redone.
    assert suite.harnesses["strict"].calls.count("P00") == 1
    assert suite.harnesses["strict"].calls.count("P01") == 2
    assert summary.cpu_s == pytest.approx(0.75)


def test_a_missing_tool_stops_the_run_and_keeps_what_is_finished(request_: RunRequest) -> None:
    def trouble(problem, candidate):
        if problem.id == "P03":
            raise ToolMissing("iverilog is not installed")

    suite = TinySuite(trouble=trouble)
    with pytest.raises(ToolMissing):
        run(replace(request_, suite=suite, jobs=1))
    done = len(rows(request_.out / "results.jsonl"))
    assert 0 < done < 8
    assert run(request_).complete


def test_a_tool_that_crashes_leaves_one_answer_open(request_: RunRequest) -> None:
    def trouble(problem, candidate):
        if problem.id == "P03":
            raise ToolCrashed("vvp died")

    events: list = []
    suite = TinySuite(trouble=trouble)
    summary = run(replace(request_, suite=suite), events.append)
    assert summary.not_attempted == 2
    assert [error.kind for error in summary.errors] == ["ToolCrashed"] * 2
    assert summary.rules["strict"].total == 10
    assert sum(isinstance(event, Failed) for event in events) == 2
    assert sum(isinstance(event, Scored) for event in events) == 8
    assert run(request_).complete


def test_a_model_that_keeps_failing_stops_the_run(request_: RunRequest) -> None:
    def trouble(problem, sample):
        if sample == 1:
            raise ModelError("the server is down", hint="start it")

    suite = TinySuite(20)
    answers = TinyAnswers(trouble=trouble)
    with pytest.raises(ModelError, match="server is down"):
        run(replace(request_, suite=suite, answers=answers, jobs=1))
    assert len(rows(request_.out / "samples.jsonl")) == 20
    assert len(answers.asked) <= 20 + 5 + 5


def test_a_model_that_never_answers_is_an_error_however_few_the_problems(
    request_: RunRequest,
) -> None:
    def trouble(problem, sample):
        raise ModelError("no key")

    answers = TinyAnswers(trouble=trouble)
    with pytest.raises(ModelError, match="no key"):
        run(replace(request_, answers=answers, problems="P00", samples=1))


def test_a_full_disk_is_said_and_nothing_is_lost(
    request_: RunRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes = 0
    pwrite = os.pwrite

    def full(descriptor: int, data: bytes, place: int) -> int:
        nonlocal writes
        writes += 1
        if writes > 9:
            pwrite(descriptor, data[:7], place)
            raise OSError(errno.ENOSPC, "No space left on device")
        return pwrite(descriptor, data, place)

    monkeypatch.setattr(rowfile.os, "pwrite", full)
    with pytest.raises(DataError, match=r"disk is full.*free some space"):
        run(request_)
    monkeypatch.undo()
    for path in request_.out.glob("*.jsonl"):
        rows(path)
    assert run(request_).complete


def test_a_folder_that_cannot_be_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        run(RunRequest(TinySuite(), tmp_path / "file" / "out", References()))


def test_references_score_full_marks(request_: RunRequest) -> None:
    summary = run(replace(request_, answers=References(), samples=None))
    strict = summary.rules["strict"]
    assert (strict.passed, strict.total, strict.pass_at[1].value) == (5, 5, 1.0)
    assert rows(request_.out / "results.jsonl")[0]["provenance"] == "reference"
    assert not (request_.out / "trajectories.jsonl").exists()


def test_symbolic_answers_are_shown_apart(request_: RunRequest) -> None:
    answers = TinyAnswers(provenance=Provenance.SYMBOLIC)
    summary = summary_json(run(replace(request_, answers=answers)))
    assert summary["rules"]["strict"]["pass@1"] == pytest.approx(0.6)
    assert summary["rules"]["strict"]["without_symbolic"]["pass@1"] == 0.0


def test_answers_that_a_file_lacks_count_as_failed_and_the_run_is_finished(
    tmp_path: Path,
) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_text('{"task": "P00", "sample": 1, "response": "so: ```P00```"}\n')
    request = RunRequest(TinySuite(), tmp_path / "out", Generations(file), samples=2)
    events: list = []
    summary = run(request, events.append)
    strict = summary.rules["strict"]
    assert (strict.passed, strict.total, summary.complete) == (1, 10, True)
    assert summary.failures == {"no_code": 9}
    assert [e.text for e in events if isinstance(e, Noted)] == [
        "9 of 10 answers are missing: they count as failed"
    ]
    assert [e.done for e in events if isinstance(e, Planned)] == [0]
    assert run(request).complete


def test_a_file_that_does_not_fit_leaves_no_run_behind(tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    line = '{"task": "%s", "sample": 0, "code": "P00"}\n'
    file.write_text(line % "P00" + line % "Q")
    out = tmp_path / "out"
    with pytest.raises(DataError, match="no task 'Q'"):
        run(RunRequest(TinySuite(), out, Generations(file)))
    assert not list(out.glob("*.json*"))
    file.write_text(line % "P00")
    assert run(RunRequest(TinySuite(), out, Generations(file))).complete


def test_more_samples_than_anyone_means_are_refused(request_: RunRequest) -> None:
    for samples in (0, 10**9):
        with pytest.raises(UsageError, match="--samples must be from 1 to"):
            run(replace(request_, samples=samples))


def test_our_own_failure_on_one_answer_is_kept_and_spares_the_others(
    request_: RunRequest,
) -> None:
    def trouble(problem, candidate):
        if problem.id in ("P01", "P02", "P03"):
            raise ValueError(f"no idea about {problem.id}")

    events: list = []
    summary = run(replace(request_, suite=TinySuite(trouble=trouble)), events.append)
    assert summary.not_attempted == 6
    assert "ValueError: no idea about P01" in summary.errors[0].message
    assert {error.kind for error in summary.errors} == {"InternalError"}
    assert summary.failures == {}
    assert len(rows(request_.out / "results.jsonl")) == 4
    kept = rows(request_.out / "errors.jsonl")
    assert [(r["task"], r["sample"]) for r in kept] == [
        (f"P0{n}", s) for n in (1, 2, 3) for s in (0, 1)
    ]
    assert "Traceback" in kept[0]["traceback"]
    assert "raise ValueError" in kept[0]["traceback"]
    assert run(request_).complete
    assert not (request_.out / "errors.jsonl").exists()


def test_a_result_that_cannot_be_written_down_spares_the_others(request_: RunRequest) -> None:
    class Odd(TinyHarness):
        def check(self, problem, candidate):
            verdict = super().check(problem, candidate)
            return replace(verdict, code="\ud800") if problem.id == "P02" else verdict

    class OddSuite(TinySuite):
        def harness(self, rules):
            return Odd(rules)

    summary = run(replace(request_, suite=OddSuite()))
    assert summary.not_attempted == 2
    assert {e.key.task for e in summary.errors} == {"P02"}
    assert len(rows(request_.out / "results.jsonl")) == 8
    assert run(request_).complete


def test_a_run_in_which_nothing_but_our_own_failures_came_out_raises(
    request_: RunRequest,
) -> None:
    def trouble(problem, candidate):
        raise RuntimeError("broken")

    with pytest.raises(InternalError, match="RuntimeError: broken"):
        run(replace(request_, suite=TinySuite(trouble=trouble)))
    assert len(rows(request_.out / "errors.jsonl")) == 10


def test_what_a_killed_run_left_half_written_is_removed(request_: RunRequest) -> None:
    request_.out.mkdir()
    leftovers = [request_.out / "run.json.new", request_.out / "results.jsonl.new"]
    for path in leftovers:
        path.write_text("{")
    run(request_)
    assert not any(path.exists() for path in leftovers)


def test_progress_starts_from_what_is_there(request_: RunRequest) -> None:
    run(replace(request_, problems="P0*"))
    plans: list[Planned] = []
    run(
        replace(request_, problems="P0*"),
        lambda event: plans.append(event) if isinstance(event, Planned) else None,
    )
    assert (plans[0].total, plans[0].done) == (10, 10)


def test_unknown_rules_and_problems_are_named(request_: RunRequest) -> None:
    with pytest.raises(UsageError, match=r"no rule set 'odd'.*lenient, strict"):
        run(replace(request_, rules=("odd",)))
    with pytest.raises(UsageError, match="no problem of tiny is called like 'Q'"):
        run(replace(request_, problems="Q"))


def test_a_run_survives_being_killed(tmp_path: Path) -> None:
    script = Path(__file__).with_name("killing.py")
    command = [sys.executable, str(script), "--kills", "6", "--folder", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
