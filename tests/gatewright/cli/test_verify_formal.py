"""`verify --formal`: proof and refutation from the command line."""

from __future__ import annotations


def test_proves_a_design_equal_to_its_reference(gatewright, debounce):
    ran = gatewright("verify", debounce / "good.sv", "-r", debounce / "good.sv", "--formal")
    assert ran.status == 0
    assert ran.out.startswith("PASS: 1 check\n")
    assert "equivalent" in ran.out


def test_shows_where_a_wrong_design_differs(gatewright, debounce, tmp_path):
    wave = tmp_path / "difference.vcd"
    ran = gatewright(
        "verify",
        debounce / "bad.sv",
        "-r",
        debounce / "good.sv",
        "--formal",
        "--wave",
        wave,
        "--json",
    )
    assert ran.status == 1
    assert ran.json["failure_class"] == "nonequivalent"
    assert ran.json["first_mismatch"]["signals"] == ["out"]
    assert ran.json["tools"]["pyosys"]
    assert wave.read_text().startswith("$date")


def test_needs_a_reference_and_nothing_else(gatewright, debounce):
    bench = debounce / "testbench.sv"
    ran = gatewright("verify", debounce / "good.sv", "-t", bench, "--formal")
    assert ran.status == 2
    assert "--reference" in ran.err


def test_repeats_a_co_simulation_by_its_seed(gatewright, debounce):
    flags = ("verify", debounce / "good.sv", "-r", debounce / "good.sv", "--seed", "7")
    assert "seed 7" in gatewright(*flags).out
