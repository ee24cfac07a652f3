"""Every tool of the workbench, on real tools."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from gatewright.agents.edits import Edit
from gatewright.agents.workbench import Workbench, to_json
from gatewright.core import DataError, Outcome, Source, UsageError
from gatewright.models import Completion

ADDER = "rtl/adder.sv"
WRONG = Source(
    "adder.sv", "module adder(input [3:0] a, b, output [4:0] s); assign s = a - b;\nendmodule"
)
AND_TABLE = """\
Write a module named `and2` with the following interface. All ports are one bit.

- input  a
- input  b
- output y

The module is combinational and implements this truth table.

  a | b | y
  0 | 0 | 0
  0 | 1 | 0
  1 | 0 | 0
  1 | 1 | 1
"""


def test_a_design_without_a_fault_is_not_passed_by_lint(bench: Workbench) -> None:
    verdict = bench.lint([ADDER])
    assert verdict.outcome is Outcome.INCONCLUSIVE and verdict.failure_class is None
    assert bench.lint([Source("a.sv", "module a(input x; endmodule")]).failure_class == "syntax"


def test_lint_of_a_module_finds_the_modules_that_it_instantiates(bench: Workbench) -> None:
    assert bench.lint(["rtl/top.sv"]).failure_class == "elaboration"
    found = bench.lint(["rtl/top.sv"], context=[ADDER, "rtl/counter.sv"])
    assert found.outcome is Outcome.INCONCLUSIVE


def test_a_right_design_passes_and_a_wrong_one_leaves_its_waveform(bench: Workbench) -> None:
    assert bench.verify([ADDER], testbench=["tb/tb.sv"]).passed
    checked = bench.verify([WRONG], testbench=["tb/tb.sv"])
    assert checked.verdict.outcome is Outcome.FAIL
    assert checked.text.startswith("FAIL")
    assert checked.verdict.waveform is None  # its place is ours alone
    seen = bench.wave_window(checked.wave, signals=["s", "tb.a"])
    assert [signal.name for signal in seen.signals][1] == "tb.a"
    assert seen.signals[0].width == 5 and seen.signals[0].changes


def test_a_design_is_compared_with_a_reference(bench: Workbench) -> None:
    assert bench.verify([ADDER], reference=[ADDER], seed=1).passed
    checked = bench.verify([WRONG], reference=[ADDER], seed=1)
    assert checked.verdict.first_mismatch is not None
    with pytest.raises(UsageError, match="64 bits"):
        bench.verify([ADDER], reference=[ADDER], seed=10**400)


def test_equivalence_is_proved_or_refuted(bench: Workbench) -> None:
    twice = Source(
        "adder.sv", "module adder(input [3:0] a, b, output [4:0] s); assign s = b + a;\nendmodule"
    )
    assert bench.equivalence([twice], [ADDER]).passed
    assert bench.equivalence([WRONG], [ADDER]).verdict.outcome is Outcome.FAIL


def test_a_design_is_compiled_among_the_files_that_it_needs(bench: Workbench) -> None:
    tb = Source(
        "tb.sv",
        "module tb; reg clk=0, rst=1; wire [7:0] count; top dut(clk, rst, 4'hf, count);\n"
        "always #1 clk = ~clk; initial begin #5 rst=0; #20; if (count == 0) $fatal; $finish; end\n"
        "endmodule\n",
    )
    alone = bench.verify(["rtl/top.sv"], testbench=[tb])
    assert alone.verdict.failure_class == "elaboration"
    assert bench.verify(["rtl/top.sv"], testbench=[tb], use_repository=True).passed


def test_the_repository_answers(bench: Workbench) -> None:
    assert bench.search("count enabled cycles", level="module").hits[0].name == "counter"
    shown = bench.show("top").modules[0]
    assert shown.file == "rtl/top.sv" and "instance u_adder of adder" in shown.text
    driven = bench.drivers("counter.q").places
    assert driven[0].file == "rtl/counter.sv" and driven[0].clock == "clk"
    assert driven[0].text == "if (rst) q <= 0;"
    assert any(place.via for place in bench.loads("adder.s").places)
    steps = bench.cone("top.count").places
    assert any(place.module == "counter" for place in steps)
    assert "module counter" in bench.context("rtl/top.sv", 4).text


def test_the_next_line_is_completed(bench: Workbench) -> None:
    text = "module t(input clk);\n  adder u_adder(\n"
    found = bench.complete("rtl/new.sv", 3, text=text, ports=True)
    assert [line.strip() for line in found.lines] == [".a(a),", ".b(b),", ".s(s)"]
    assert bench.complete("rtl/adder.sv", 3).lines


def test_statistics_and_schematics(bench: Workbench) -> None:
    stats = bench.synth_stats(["rtl/counter.sv"])
    assert stats.top == "counter" and stats.registers == 8 and stats.luts > 0
    drawn = bench.schematic(["rtl/counter.sv"])
    assert drawn[0].title == "counter" and drawn[0].svg.startswith("<svg")
    odd = Source("odd.v", "module \\<s> (input \\a+ , output y); assign y = ~\\a+ ; endmodule")
    picture = bench.schematic([odd])[0]
    assert picture.title == "<s>" and "a+" in picture.svg and "esc_" not in picture.svg
    with pytest.raises(UsageError, match="no module 'nope'"):
        bench.synth_stats(["rtl/counter.sv"], top="nope")


def test_a_table_is_generated_and_verified_without_a_model(bench: Workbench) -> None:
    made = bench.generate(AND_TABLE)
    assert made.verified and made.provenance == "symbolic"
    assert made.verdict is not None and made.verdict.passed
    assert "verified (oracle derived" in made.text
    assert bench.verify(
        [Source("and2.sv", made.code)], reference=[Source("r.sv", made.code)]
    ).passed


def test_prose_without_a_model_says_so(bench: Workbench) -> None:
    made = bench.generate("A module that does something clever with its inputs.")
    assert not made.verified and not made.code
    assert "needs a model" in made.text


def test_a_run_that_is_stopped_answers_with_what_it_has(bench: Workbench) -> None:
    stop = threading.Event()
    stop.set()
    made = bench.generate(AND_TABLE, stop=stop)
    assert made.stop == "interrupted" and not made.verified


def test_a_testbench_s_run_is_stopped(bench: Workbench) -> None:
    class Model:
        name = "never asked"

        def complete(self, *_: object, **__: object) -> Completion:
            raise AssertionError("the run was to be stopped before")

    stop = threading.Event()
    stop.set()
    bench.model = Model()
    made = bench.testbench("A module `m` that does something with a.", stop=stop)
    assert made.stop == "interrupted" and not made.code


def test_a_testbench_is_derived_and_judged(bench: Workbench) -> None:
    made = bench.testbench(AND_TABLE, mutants=4)
    assert made.verified and "module" in made.code
    assert made.score is not None and 0 < made.score <= 1


def test_edits_are_proposed_made_and_undone(bench: Workbench, repo: Path) -> None:
    file = repo / ADDER
    before = file.read_text()
    proposal = bench.propose_edit(ADDER, edits=[Edit("  assign s = a + b;", "  assign s = b + a;")])
    assert "+  assign s = b + a;" in proposal.diff
    assert file.read_text() == before
    applied = bench.apply_edit(proposal)
    assert "b + a" in file.read_text()
    assert bench.undo().path == applied.path
    assert file.read_text() == before
    with pytest.raises(UsageError, match="no edit to undo"):
        bench.undo()


def test_an_edit_of_a_file_that_changed_since_is_refused(bench: Workbench, repo: Path) -> None:
    proposal = bench.propose_edit("rtl/new.sv", text="module n; endmodule\n")
    (repo / "rtl" / "new.sv").write_text("// somebody else was here\n")
    with pytest.raises(DataError, match="changed since"):
        bench.apply_edit(proposal)
    assert (repo / "rtl" / "new.sv").read_text() == "// somebody else was here\n"


def test_results_are_json(bench: Workbench) -> None:
    results = (
        bench.lint([ADDER]),
        bench.verify([WRONG], reference=[ADDER], seed=1),
        bench.search("adder"),
        bench.show("top"),
        bench.drivers("counter.q"),
        bench.cone("top.count"),
        bench.context("rtl/top.sv", 4),
        bench.complete("rtl/adder.sv", 3),
        bench.generate(AND_TABLE),
        bench.list_files(),
        bench.read_file(ADDER),
        bench.propose_edit(ADDER, text="x\n"),
    )
    for result in results:
        document = to_json(result)
        assert json.loads(json.dumps(document)) == document


def test_nothing_to_check_with_is_said(bench: Workbench) -> None:
    with pytest.raises(UsageError, match="give a testbench, a reference or cocotb tests"):
        bench.verify([ADDER])
    with pytest.raises(UsageError, match="no design is given"):
        bench.verify([], reference=[ADDER])
    with pytest.raises(UsageError) as told:
        bench.verify([Source("t.sv", "module a; endmodule")], reference=[ADDER], top="b")
    assert "--" not in str(told.value)  # arguments, not flags


def test_a_design_is_looked_at_with_what_it_instantiates(bench: Workbench) -> None:
    with pytest.raises(DataError, match="unknown module"):
        bench.synth_stats(["rtl/top.sv"])
    assert bench.synth_stats(["rtl/top.sv"], use_repository=True).registers == 8
    assert bench.schematic(["rtl/top.sv"], use_repository=True)[0].svg
    same = bench.equivalence(["rtl/top.sv"], ["rtl/top.sv"], use_repository=True)
    assert same.passed


def test_what_is_missing_is_told_without_a_wrong_hint(bench: Workbench) -> None:
    checked = bench.verify(["rtl/top.sv"], reference=["rtl/top.sv"])
    assert "needs a module" in checked.text and "--" not in checked.text
    assert "under the name it has" not in checked.text
    other = Source(
        "a.sv", "module other(input [3:0] a, b, output [4:0] s); assign s=a+b; endmodule"
    )
    assert "top other" in bench.verify([other], testbench=["tb/tb.sv"]).text
