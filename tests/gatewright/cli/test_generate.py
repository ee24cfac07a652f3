"""`generate`: what is written where, what is said, and nothing that was made is lost."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gatewright.cli.output import OutputFile

XOR = """
- input a
- input b
- output y

| a | b | y |
|---|---|---|
| 0 | 0 | 0 |
| 0 | 1 | 1 |
| 1 | 0 | 1 |
| 1 | 1 | 0 |
"""


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def replay(folder: Path, *answers: str) -> str:
    rows = [json.dumps({"response": answer}) for answer in answers]
    return f"replay:{put(folder, 'answers.jsonl', chr(10).join(rows))}"


def test_the_name_comes_from_the_specification(gatewright, tmp_path):
    ran = gatewright("generate", put(tmp_path, "s.md", f"# parity2\n{XOR}"), "-m", "symbolic")
    assert ran.status == 0
    assert "module parity2 (" in ran.out
    assert "no module name" not in ran.err


def test_a_name_that_is_missing_is_made_up_aloud(gatewright, tmp_path):
    spec = put(tmp_path, "s.md", XOR)
    ran = gatewright("generate", spec, "-m", "symbolic")
    assert "module top (" in ran.out
    assert "no module name in the specification; calling it top; --top NAME" in ran.err
    ran = gatewright("generate", spec, "-m", "symbolic", "--top", "x2")
    assert "module x2 (" in ran.out
    assert "no module name" not in ran.err


def test_the_name_that_a_testbench_or_reference_expects_wins(gatewright, tmp_path):
    spec = put(tmp_path, "s.md", f"# parity2\n{XOR}")
    golden = put(
        tmp_path, "g.v", "module gate(input a, input b, output y); assign y=a^b; endmodule"
    )
    bench = put(
        tmp_path,
        "tb.v",
        "module tb; reg a, b; wire y; integer i; integer bad = 0; chip dut(a, b, y);\n"
        "initial begin for (i = 0; i < 4; i = i + 1) begin {a, b} = i; #1;\n"
        "if (y !== a ^ b) bad = bad + 1; end\n"
        '$display("Mismatches: %0d in 4 samples", bad); $finish; end endmodule\n',
    )
    ran = gatewright("generate", spec, "-m", "symbolic", "--reference", golden)
    assert ran.status == 0, ran.err
    assert "module gate (" in ran.out
    assert "called gate, as what checks it expects" in ran.err
    ran = gatewright("generate", spec, "-m", "symbolic", "--testbench", bench)
    assert ran.status == 0, ran.err
    assert "module chip (" in ran.out


def test_what_needs_a_model_says_how_to_name_one_and_why_only_once(gatewright):
    ran = gatewright("generate", "make me a uart", "-m", "symbolic")
    assert ran.status == 1
    assert ran.err.count("does not name the module's ports") == 1
    for word in ("OPENAI_API_KEY", "-m ollama:", "--base-url", "GATEWRIGHT_MODEL"):
        assert word in ran.err


def test_an_answer_without_code_is_shown_tamed(gatewright, tmp_path):
    model = replay(tmp_path, *["Sorry,\nI \x1b[31mcannot. " + "x" * 9000] * 3)
    ran = gatewright("generate", "make me a uart", "-m", model)
    assert ran.status == 1
    assert "it begins: Sorry, I \\x1b[31mcannot." in ran.err
    assert "\x1b" not in ran.err
    assert max(map(len, ran.err.splitlines())) < 400
    assert "no answer of the model holds code" in ran.err


def test_a_model_that_fails_is_told_of_once(gatewright, monkeypatch):
    monkeypatch.setenv("GATEWRIGHT_RETRIES", "0")
    ran = gatewright("generate", "a wire", "-m", "openai:m", "--base-url", "http://127.0.0.1:9/v1")
    assert ran.status == 2
    assert ran.err.count("cannot reach the server") == 1
    assert ran.err.endswith("gatewright: nothing was written: the model failed\n")


def test_the_answer_is_shown_only_when_asked_for(gatewright, tmp_path):
    answer = "```verilog\nmodule top(input a, output y);\n  assign y = a;\nendmodule\n```"
    for stream in (True, False):
        model = replay(tmp_path, answer)
        flags = ["--stream"] if stream else []
        ran = gatewright("generate", "a wire from a to y", "-m", model, "--rounds", "0", *flags)
        assert ("```verilog" in ran.err) is stream
        assert ran.out.startswith("module top(")
        assert "NOT verified" in ran.err


@pytest.mark.parametrize("spec", ["", "  \n"])
def test_an_empty_specification(gatewright, spec):
    ran = gatewright("generate", spec)
    assert ran.status == 2
    assert "the specification is empty" in ran.err


def test_a_long_word_is_no_file_and_is_not_repeated_whole(gatewright):
    ran = gatewright("generate", "a" * 5000)
    assert ran.status == 2
    assert len(ran.err) < 500


def test_standard_input_serves_once(gatewright):
    ran = gatewright("generate", "-", "--testbench", "-")
    assert ran.status == 2
    assert "named twice" in ran.err


def test_a_golden_design_that_is_missing_is_asked_for(gatewright, tmp_path):
    bench = put(
        tmp_path,
        "tb.v",
        "module tb; reg a; wire y, z; RefModule g(a, y); TopModule d(a, z); initial $finish;"
        " endmodule\n",
    )
    design = put(tmp_path, "d.v", "module TopModule(input a, output y); assign y = a; endmodule\n")
    ran = gatewright("verify", design, "--testbench", bench)
    assert ran.status == 2
    assert "--reference FILE" in ran.err
    spec = put(tmp_path, "s.md", XOR)
    ran = gatewright("generate", spec, "-m", "symbolic", "--testbench", bench)
    assert ran.status == 2
    assert "--reference FILE" in ran.err


@pytest.mark.parametrize(
    ("place", "message"),
    [("nowhere/x.v", "no such folder"), (".", "is a folder")],
)
def test_a_place_that_takes_no_file_is_refused_before_the_work(
    gatewright, tmp_path, place, message
):
    ran = gatewright("generate", put(tmp_path, "s.md", XOR), "-o", tmp_path / place)
    assert ran.status == 2
    assert message in ran.err
    assert "model:" not in ran.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_module_that_cannot_be_written_is_printed(gatewright, tmp_path):
    ran = gatewright("generate", put(tmp_path, "s.md", f"# parity2\n{XOR}"), "-o", "/dev/full")
    assert ran.status == 2
    assert ran.out.startswith("module parity2 (")
    assert "no space left" in ran.err
    assert "printed on standard output" in ran.err


class TestOutputFile:
    def test_a_file_is_replaced_in_one_step_and_keeps_its_mode(self, tmp_path: Path) -> None:
        path = put(tmp_path, "x.v", "old")
        path.chmod(0o640)
        file = OutputFile(path)
        file.try_out()
        assert path.read_text() == "old"
        file.write("new")
        assert path.read_text() == "new"
        assert path.stat().st_mode & 0o777 == 0o640
        assert [p.name for p in tmp_path.iterdir()] == ["x.v"]

    def test_a_link_stays_a_link(self, tmp_path: Path) -> None:
        path = put(tmp_path, "x.v", "old")
        link = tmp_path / "link.v"
        link.symlink_to(path)
        OutputFile(link).write("new")
        assert link.is_symlink()
        assert path.read_text() == "new"

    def test_a_device_is_written_to(self) -> None:
        OutputFile(Path(os.devnull)).try_out()
        OutputFile(Path(os.devnull)).write("x")
        assert Path(os.devnull).is_char_device()


def test_an_oracle_that_nobody_knows_is_an_error(gatewright):
    ran = gatewright("generate", "a module named m", "-m", "symbolic", "--oracle", "delphi")
    assert ran.status == 2
    assert "generated" in ran.err


def test_a_generated_testbench_needs_a_model(gatewright):
    ran = gatewright("generate", "a module named m", "-m", "symbolic", "--oracle", "generated")
    assert ran.status == 1
    assert "the problem has no generated oracle" in ran.err
