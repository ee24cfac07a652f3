"""`eval`, `preflight`, `report`, `compare` and `datasets`, on the bundled suite."""

from __future__ import annotations

import fcntl
import json
import os

import pytest

from gatewright.eval.suites.starter import Starter, wrong_variants

KEYS = {
    "suite",
    "problems",
    "samples",
    "rules",
    "failures",
    "oracle",
    "model",
    "tools",
    "dataset_sha256",
    "out",
    "cpu_s",
    "wall_s",
}


def test_references_score_everything(gatewright, tmp_path):
    ran = gatewright("eval", "starter", "--references", "--out", tmp_path / "run", "--json")
    assert ran.status == 0
    assert ran.json.keys() >= KEYS
    assert ran.json["rules"]["hardened"]["pass@1"] == 1.0
    assert ran.json["rules"]["hardened"]["passed"] == ran.json["problems"] == 29
    rows = [json.loads(line) for line in (tmp_path / "run" / "results.jsonl").open()]
    assert {row["task"] for row in rows} == {p.id for p in Starter().load(None).problems}
    assert {"task", "sample", "rules", "candidate_sha256", "tools", "cpu_s"} <= rows[0].keys()


def test_wrong_variants_score_nothing(gatewright, tmp_path):
    """All 87 wrong designs, as generations: none passes."""
    suite = Starter()
    file = tmp_path / "wrong.jsonl"
    with file.open("w") as out:
        for problem in suite.load(None).problems:
            for sample, wrong in enumerate(wrong_variants(problem)):
                row = {"task": problem.id, "sample": sample, "code": wrong.text}
                out.write(json.dumps(row) + "\n")
    ran = gatewright("eval", "starter", "--generations", file, "--out", tmp_path / "run", "--json")
    assert ran.json["rules"]["hardened"]["passed"] == 0
    assert ran.json["rules"]["hardened"]["total"] == 87
    assert ran.json["failures"] == {"mismatch": 87}


def test_a_finished_run_is_not_run_again(gatewright, tmp_path):
    call = ("eval", "starter", "--references", "--out", tmp_path / "run", "--problems", "kmap_*")
    assert gatewright(*call).status == 0
    before = (tmp_path / "run" / "results.jsonl").read_bytes()
    again = gatewright(*call)
    assert again.status == 0
    assert "2 of 2" in again.err
    assert (tmp_path / "run" / "results.jsonl").read_bytes() == before


def test_a_run_with_other_parameters_is_refused(gatewright, tmp_path):
    out = ("--out", tmp_path / "run")
    assert gatewright("eval", "starter", "--references", *out, "--problems", "k*").status == 0
    ran = gatewright("eval", "starter", "--model", "symbolic", *out)
    assert ran.status == 2
    assert "--out" in ran.err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no "),
        ("not json\n", ":1"),
        ('{"task": "kmap_alarm", "sample": 0}\n', ":1"),
        ('{"task": "unheard_of", "sample": 0, "code": "x"}\n', "unheard_of"),
        ('{"task": "kmap_alarm", "sample": -1, "code": "x"}\n', ":1"),
        ('{"task": "kmap_alarm", "sample": 0, "code": "x"}\n' * 2, "kmap_alarm"),
    ],
)
def test_bad_generations(gatewright, tmp_path, content, message):
    file = tmp_path / "g.jsonl"
    file.write_text(content)
    ran = gatewright("eval", "starter", "--generations", file, "--out", tmp_path / "run")
    assert ran.status == 2
    assert message in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("eval", "nosuch"), "verilogeval"),
        (("eval", "starter", "--references", "--rules", "soft"), "hardened"),
        (("eval", "starter", "--references", "--problems", "zzz*"), "zzz"),
        (("eval", "starter", "--model", "symbolic", "--agent", "swarm"), "single, loop"),
        (("eval", "starter", "--model", "symbolic", "--oracle", "delphi"), "derived"),
        (("eval", "verilogeval", "--references"), "datasets get verilogeval"),
        (("eval", "verilogeval", "--references", "--data", "/usr/share"), "/usr/share"),
        (("eval", "verilogeval", "--references", "--data", "/nowhere"), "/nowhere"),
        (("eval", "starter", "-m", "symbolic", "--optimise"), "holds no kernels"),
        (("eval", "starter", "--references", "--gpu", "A100"), "holds no kernels"),
        (("eval", "kernelbench", "--references", "--gpu", "A100"), "--static"),
        (("eval", "kernelbench", "--references", "--static", "--gpu", "Z9"), "Z9"),
        (("eval", "kernelbench", "--references", "--optimise"), "--static"),
        (("eval", "kernelbench", "-m", "symbolic", "--optimise"), "needs a model"),
        (("report", "/nowhere"), "/nowhere"),
        (("report", "/usr/share"), "/usr/share"),
        (("datasets", "get", "nosuch"), "starter"),
        (("eval", "starter", "-m", "gpt-5"), "openai:gpt-5"),
        (("eval", "starter", "-m", "replay:/nowhere.jsonl"), "/nowhere.jsonl"),
    ],
)
def test_bad_requests_are_one_clear_line(gatewright, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    ran = gatewright(*arguments)
    assert ran.status == 2
    assert message in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


def test_report_and_compare(gatewright, tmp_path):
    good, part = tmp_path / "good", tmp_path / "part"
    gatewright("eval", "starter", "--references", "--out", good, "--problems", "kmap_*,alu")
    gatewright("eval", "starter", "-m", "symbolic", "--out", part, "--problems", "kmap_*,alu")
    page = tmp_path / "page.html"
    ran = gatewright("report", part, "--html", page)
    assert ran.status == 0
    assert "kmap_alarm" in ran.out
    assert "<html" in page.read_text()
    compared = gatewright("compare", good, part, "--json")
    assert compared.status == 0
    assert compared.json
    assert "alu" in str(compared.json)


def test_preflight_of_the_starter_suite(gatewright):
    ran = gatewright("preflight", "starter", "--problems", "kmap_*,counter_mod10", "--json")
    assert ran.status == 0
    assert ran.json["suite"] == "starter"


def test_datasets_list_and_check(gatewright):
    ran = gatewright("datasets", "list", "--json")
    places = {row["suite"]: row["data"] for row in ran.json["suites"]}
    assert (places["starter"], places["cvdp"]) == ("bundled", None)
    unpinned = [row["suite"] for row in ran.json["suites"] if "commit" not in row]
    assert sorted(unpinned) == ["completion", "hdlsearch", "rtlrepo", "starter"]
    assert "--data" in places["completion"]
    assert gatewright("datasets", "get", "completion").status == 2
    ran = gatewright("datasets", "get", "starter")
    assert ran.status == 0
    assert "bundled" in ran.err
    ran = gatewright("eval", "cvdp", "--references")
    assert ran.status == 2
    assert "gatewright datasets get cvdp" in ran.err
    ran = gatewright("datasets", "check", "starter", "--json")
    assert ran.status == 0
    assert ran.json["problems"] == 29


def test_a_page_for_a_device_or_a_link_leaves_them_what_they_are(gatewright, tmp_path):
    run = tmp_path / "run"
    gatewright("eval", "starter", "--references", "--problems", "kmap_alarm", "--out", run)
    fifo, page, link = tmp_path / "fifo", tmp_path / "page.html", tmp_path / "link.html"
    page.write_text("old")
    link.symlink_to(page)
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 1 << 20)
    try:
        assert gatewright("report", run, "--html", fifo).status == 0
        assert os.read(reader, 15).lower() == b"<!doctype html>"
    finally:
        os.close(reader)
    assert fifo.is_fifo()
    assert gatewright("report", run, "--html", link).status == 0
    assert link.is_symlink()
    assert page.read_text().lower().startswith("<!doctype html>")
