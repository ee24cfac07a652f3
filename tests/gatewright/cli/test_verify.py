"""`verify`: outcomes, exit statuses, and every bad input a user comes up with."""

from __future__ import annotations

from pathlib import Path

import pytest

INVERTER = "module inv(input a, output y);\n  assign y = ~a;\nendmodule\n"
SILENT = "module tb; reg a; wire y; inv dut(a, y); initial begin a = 0; #1 $finish; end endmodule\n"
ENDLESS = "module tb; reg a = 0; wire y; inv dut(a, y); always #1 a = ~a; endmodule\n"
CHECKING = """
module tb;
  reg a; wire y;
  inv dut(.a(a), .y(y));
  initial begin
    a = 0; #1 if (y !== 1) $error("y is not 1");
    a = 1; #1 if (y !== 0) $error("y is not 0");
    $display("done"); $finish;
  end
endmodule
"""


def put(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_good_design_passes(gatewright, debounce):
    ran = gatewright("verify", debounce / "good.sv", "--testbench", debounce / "testbench.sv")
    assert ran.status == 0
    assert ran.out.startswith("PASS: 600 checks\n")


def test_a_bad_design_fails_with_its_first_mismatch(gatewright, debounce, tmp_path):
    wave = tmp_path / "bad.vcd"
    ran = gatewright(
        "verify",
        debounce / "bad.sv",
        "--testbench",
        debounce / "testbench.sv",
        "--wave",
        wave,
        "--json",
    )
    assert ran.status == 1
    verdict = ran.json
    assert verdict["outcome"] == "fail"
    assert verdict["failure_class"] == "mismatch"
    assert verdict["mismatches"] == 148
    assert verdict["checks"] == 600
    assert verdict["first_mismatch"]["signals"] == ["out"]
    assert 1 <= len(verdict["first_mismatch"]["window"]) <= 11
    assert verdict["tools"]["iverilog"]
    assert verdict["cpu_s"] > 0
    assert wave.read_text().startswith("$")


def test_standard_input_is_a_design(gatewright, tmp_path, monkeypatch):
    import io
    import sys

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(INVERTER.encode())))
    bench = put(tmp_path, "tb.v", CHECKING)
    assert gatewright("verify", "-", "--testbench", bench).status == 0


def test_a_reference_alone_is_compared_with(gatewright, tmp_path):
    design = put(tmp_path, "a.v", INVERTER)
    same = put(tmp_path, "b.v", INVERTER.replace("~a", "!a"))
    other = put(tmp_path, "c.v", INVERTER.replace("~a", "a"))
    assert gatewright("verify", design, "--reference", same).status == 0
    assert gatewright("verify", design, "--reference", other).status == 1


def test_cocotb_tests_run_unchanged(gatewright, tmp_path):
    design = put(tmp_path, "inv.v", INVERTER)
    test = put(
        tmp_path,
        "test_inv.py",
        "import cocotb\nfrom cocotb.triggers import Timer\n\n\n@cocotb.test()\n"
        "async def inverts(dut):\n    for a in (0, 1):\n        dut.a.value = a\n"
        "        await Timer(1, 'ns')\n        assert dut.y.value == 1 - a\n",
    )
    ran = gatewright("verify", design, "--cocotb", test, "--json")
    assert ran.status == 0
    assert [t["name"].split(".")[-1] for t in ran.json["tests"]] == ["inverts"]
    wrong = put(tmp_path, "wrong.v", INVERTER.replace("~a", "a"))
    assert gatewright("verify", wrong, "--cocotb", test).status == 1


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.v", None, "no such file"),
        ("binary.v", b"module\0\x01", "binary"),
        ("latin.v", "// caf\xe9\n".encode("latin-1") + INVERTER.encode(), "not UTF-8"),
    ],
)
def test_files_that_cannot_be_read(gatewright, tmp_path, name, content, message):
    bench = put(tmp_path, "tb.v", CHECKING)
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    ran = gatewright("verify", path, "--testbench", bench)
    assert ran.status == 2
    assert message in ran.err
    assert name in ran.err
    assert ran.err.count("\n") == 1
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("design", "failure_class", "word"),
    [
        ("", "no_code", ""),
        ("module inv(input a, output y)\n assign y = a;\nendmodule", "syntax", "line"),
        (INVERTER.replace("inv", "other"), "interface", "other"),
        (INVERTER.replace("input a", "input b").replace("~a", "~b"), "interface", "a"),
        ("module inv(input a, output y); sub s(a, y); endmodule", "elaboration", "sub"),
        (INVERTER + "module second(input q); endmodule", None, ""),
        ('module inv(input a, output y); initial $display("PASS"); endmodule', "mismatch", ""),
        ("module inv(input a, output y); initial $finish; endmodule", "unsafe", "$finish"),
    ],
)
def test_designs_that_are_wrong(gatewright, tmp_path, design, failure_class, word):
    bench = put(tmp_path, "tb.v", CHECKING)
    ran = gatewright("verify", put(tmp_path, "d.v", design), "--testbench", bench, "--json")
    verdict = ran.json
    assert verdict["failure_class"] == failure_class
    assert ran.status == (1 if failure_class else 0)
    if word and word != "line":
        assert word in str(verdict["diagnostics"])
    if word == "line":
        assert verdict["diagnostics"][0]["line"] in (1, 2)


def test_a_testbench_that_never_checks_is_no_pass(gatewright, tmp_path):
    ran = gatewright(
        "verify",
        put(tmp_path, "d.v", INVERTER),
        "--testbench",
        put(tmp_path, "tb.v", SILENT),
        "--json",
    )
    assert ran.status == 3
    assert ran.json["failure_class"] == "no_checks"


def test_nothing_to_check_against(gatewright, tmp_path):
    ran = gatewright("verify", put(tmp_path, "d.v", INVERTER))
    assert ran.status == 2
    assert "--testbench" in ran.err


def test_no_icarus(gatewright, tmp_path, monkeypatch):
    monkeypatch.setenv("GATEWRIGHT_IVERILOG", "/nowhere/iverilog")
    ran = gatewright(
        "verify",
        put(tmp_path, "d.v", INVERTER),
        "--testbench",
        put(tmp_path, "tb.v", CHECKING),
    )
    assert ran.status == 2
    assert "apt-get install" in ran.err
    assert gatewright("doctor").status == 2


@pytest.mark.parametrize("level", ["bwrap", "landlock", "rlimits"])
def test_every_level_gives_the_same_verdict(gatewright, debounce, level):
    ran = gatewright(
        "verify",
        debounce / "bad.sv",
        "--testbench",
        debounce / "testbench.sv",
        "--isolation",
        level,
        "--json",
    )
    assert ran.status == 1
    assert ran.json["mismatches"] == 148
    assert ran.json["tools"]["isolation"] == level


def test_an_unknown_level_names_the_known_ones(gatewright, debounce):
    ran = gatewright(
        "verify",
        debounce / "bad.sv",
        "--testbench",
        debounce / "testbench.sv",
        "--isolation",
        "moat",
    )
    assert ran.status == 2
    assert "bwrap" in ran.err


def test_a_top_that_is_not_there_is_an_error(gatewright, debounce):
    ran = gatewright(
        "verify", debounce / "good.sv", "-t", debounce / "testbench.sv", "--top", "nosuch"
    )
    assert ran.status == 2
    assert "no module 'nosuch'" in ran.err
    assert "debounce" in ran.err


def test_another_name_is_checked_when_asked_for(gatewright, tmp_path):
    design = put(tmp_path, "d.v", INVERTER.replace("inv", "other"))
    bench = put(tmp_path, "tb.v", CHECKING)
    ran = gatewright("verify", design, "--testbench", bench)
    assert ran.status == 1
    assert "--top other" in ran.err
    assert gatewright("verify", design, "--testbench", bench, "--top", "other").status == 0


def test_a_waveform_that_is_not_written_is_spoken_of(gatewright, debounce, tmp_path):
    check = ("verify", debounce / "good.sv", "-t", debounce / "testbench.sv", "--wave")
    ran = gatewright(*check, tmp_path / "w.vcd")
    assert ran.status == 0
    assert "no waveform was written" in ran.err
    ran = gatewright(*check, tmp_path / "nowhere" / "w.vcd")
    assert ran.status == 2
    assert "no such folder" in ran.err


def test_a_time_limit_ends_an_endless_simulation(gatewright, tmp_path):
    ran = gatewright(
        "verify",
        put(tmp_path, "d.v", INVERTER),
        "--testbench",
        put(tmp_path, "tb.v", ENDLESS),
        "--time-limit",
        "0.5",
        "--json",
    )
    assert ran.json["failure_class"] in ("timeout", "no_checks")
    assert ran.json["cpu_s"] < 5


def test_files_beside_the_testbench_that_it_reads_are_there(gatewright, tmp_path):
    folder = tmp_path / "tests"
    folder.mkdir()
    design = put(tmp_path, "d.v", INVERTER)
    put(folder, "want.hex", "1\n0\n")
    bench = put(
        folder,
        "tb.v",
        "module tb; reg want[0:1]; reg a; wire y; integer bad = 0; inv dut(a, y);\n"
        'initial begin $readmemh("want.hex", want);\n'
        "a = 0; #1 if (y !== want[0]) bad = bad + 1; a = 1; #1 if (y !== want[1]) bad = bad + 1;\n"
        '$display("Mismatches: %0d in 2 samples", bad); $finish; end endmodule\n',
    )
    assert gatewright("verify", design, "--testbench", bench).status == 0
    (folder / "want.hex").unlink()
    (folder / "want.hex").symlink_to(put(tmp_path, "elsewhere", "1\n0\n"))
    assert gatewright("verify", design, "--testbench", bench).status != 0


def test_standard_input_is_named_once_at_most(gatewright):
    ran = gatewright("verify", "-", "--testbench", "-")
    assert ran.status == 2
    assert "named twice" in ran.err


def test_one_check_is_one_check(gatewright, tmp_path):
    design = put(tmp_path, "a.v", "module c(output y); assign y = 1; endmodule\n")
    golden = put(tmp_path, "b.v", "module c(output y); assign y = 1'b1; endmodule\n")
    out = gatewright("verify", design, "--reference", golden).out
    assert "1 checks" not in out
