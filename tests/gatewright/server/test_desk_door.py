"""What the page asks of the workbench."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from .running import COUNTER, Server

DESIGN = {"design": [{"name": "counter.sv", "text": COUNTER}]}


@pytest.fixture
def page(desk: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=desk.address, headers=desk.headers, timeout=120) as client:
        yield client


def test_the_page_knows_its_model_folders_and_actions(page: httpx.Client, desk: Server) -> None:
    told = page.get("/api/state").json()
    assert (told["model"], told["manner"]) == ("symbolic", "symbolic")
    assert [folder["root"] for folder in told["folders"]] == [str(desk.root)]
    names = [action["name"] for action in told["actions"]]
    assert names
    assert len(names) == len(set(names))
    assert all(action["title"] and action["what"] for action in told["actions"])


def test_a_waveform_of_any_design(page: httpx.Client) -> None:
    found = page.post("/api/simulate", json=DESIGN).json()
    assert found["verdict"]["outcome"] == "pass"
    window = page.get("/api/wave", params={"wave": found["wave"], "end": 100_000}).json()
    names = {signal["name"].rpartition(".")[2] for signal in window["signals"]}
    assert {"clk", "rst_n", "enable", "count_dut"} <= names
    clock = next(s for s in window["signals"] if s["name"].endswith(".clk"))
    assert {change["value"] for change in clock["changes"]} == {"0", "1"}
    lone = page.get(
        "/api/wave", params={"wave": found["wave"], "signal": "count_dut", "end": 1000}
    ).json()
    assert [signal["name"].rpartition(".")[2] for signal in lone["signals"]] == ["count_dut"]
    assert page.get("/api/wave", params={"wave": "../../etc/passwd"}).status_code in (400, 422)


def test_remarks_stand_at_their_lines(page: httpx.Client) -> None:
    wrong = {"design": [{"name": "m.sv", "text": "module m;\n  assign x = ;\nendmodule\n"}]}
    found = page.post("/api/lint", json=wrong).json()
    assert found["outcome"] == "fail"
    nothing = page.post("/api/lint", json={"design": []})
    assert (nothing.status_code, nothing.json()["error"]["code"]) == (400, "usage_error")
    assert found["diagnostics"][0]["line"] == 2


def test_a_wrong_design_fails_with_a_waveform(page: httpx.Client) -> None:
    wrong = COUNTER.replace("+ 1'b1", "+ 2'd2")
    asked = {
        "design": [{"name": "counter.sv", "text": wrong}],
        "reference": ["rtl/counter.sv"],
    }
    found = page.post("/api/verify", json=asked).json()
    assert found["verdict"]["outcome"] == "fail"
    assert found["wave"]


def test_a_schematic(page: httpx.Client) -> None:
    pictures = page.post("/api/schematic", json=DESIGN).json()
    assert pictures[0]["title"] == "counter"
    assert pictures[0]["svg"].startswith("<svg")


def test_files_of_the_folders_and_no_others(page: httpx.Client) -> None:
    listed = page.get("/api/files").json()
    assert "rtl/counter.sv" in listed["files"]
    assert page.get("/api/file", params={"path": "rtl/counter.sv"}).json()["text"].strip() == (
        COUNTER.strip()
    )
    for path in ("../x", "/etc/passwd", "rtl/../../x", "missing.sv"):
        answer = page.get("/api/file", params={"path": path})
        assert answer.status_code in (400, 422), path
        assert "root:" not in answer.text


def test_runs_are_listed_and_confined(page: httpx.Client, desk: Server) -> None:
    from gatewright.eval.answers import AnswerKind, Origins
    from gatewright.eval.manifest import Manifest, write_manifest

    run = desk.root / "runs" / "one"
    run.mkdir(parents=True, exist_ok=True)
    manifest = Manifest(
        gatewright="0",
        suite="<b>suite</b>",
        dataset_sha256="0" * 64,
        dataset_path="",
        problems=("a",),
        samples=1,
        rules=("hardened",),
        answers=Origins(AnswerKind.AGENT, model="m"),
    )
    write_manifest(run, manifest)
    (desk.root / "runs" / "damaged").mkdir(exist_ok=True)
    (desk.root / "runs" / "damaged" / "run.json").write_text("{")
    told = page.get("/api/runs").json()
    assert [one["name"] for one in told] == ["one"]
    report = page.get(f"/runs/{told[0]['id']}")
    assert report.status_code == 200
    assert "sandbox allow-scripts" in report.headers["content-security-policy"]
    assert "<b>suite</b>" not in report.text
    assert "&lt;b&gt;suite" in report.text
    assert page.get("/runs/0123456789abcdef").status_code == 404


def test_what_is_no_design_is_told(page: httpx.Client) -> None:
    for body in ({}, {"design": []}, {"design": [{"name": "../x.sv", "text": "m"}]}):
        answer = page.post("/api/lint", json=body)
        assert 400 <= answer.status_code < 500, json.dumps(body)
        assert answer.json()["error"]["message"]
