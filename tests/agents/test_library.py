"""A design that lives in a repository: what prompts show of it, what checks compile it with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.agents.beside import BesideLibrary, among
from gatewright.agents.coder import Coder
from gatewright.agents.engine import solve
from gatewright.agents.harnesses import Harnesses
from gatewright.agents.language import kit_for
from gatewright.agents.library import Library
from gatewright.agents.policy import LoopPolicy
from gatewright.agents.task import Task
from gatewright.agents.testbench_trials import Trials, for_trials
from gatewright.agents.windows import Windowed, without_window
from gatewright.core import (
    Candidate,
    FailureClass,
    HarnessSpec,
    Language,
    Outcome,
    Problem,
    ReferenceSpec,
    Source,
)
from gatewright.models.endpoint import Endpoint
from gatewright.models.langchain import LangChainModel
from gatewright.retrieval.repository import Repository
from gatewright.sandbox.harness.chisel import ChiselHarness
from gatewright.sandbox.isolation import Isolation

from .conftest import ChatServer, ScriptedModel
from .test_prompts import asked, compare

FILES = {
    "rtl/stage.sv": """\
`include "stage.svh"
module stage import stage_pkg::*; #(parameter int Width = 4) (
  input logic clk_i,
  input data_t d_i,
  output data_t q_o
);
  initial if (Width < 1) begin
    $error("no width");
    $finish;
  end
  always_ff @(posedge clk_i) q_o <= `TWISTED(d_i);
endmodule
""",
    "rtl/stage.svh": "`define TWISTED(x) (~(x))\n",
    "rtl/stage_pkg.sv": "package stage_pkg;\n  typedef logic [3:0] data_t;\nendpackage\n",
    "rtl/unrelated.sv": "module unrelated (input logic a);\nendmodule\n",
    "rtl/answer.sv": "module answer (input logic a);\nendmodule\n",
}
SPEC = "Delay and twist: chain two `stage` instances. Ports clk, d[3:0], q[3:0]."
GOOD = """\
module chain (input logic clk, input logic [3:0] d, output logic [3:0] q);
  logic [3:0] m;
  stage u0 (.clk_i(clk), .d_i(d), .q_o(m));
  stage u1 (.clk_i(clk), .d_i(m), .q_o(q));
endmodule
"""
BAD = GOOD.replace(".d_i(m)", ".d_i(d)")
REFERENCE = """\
module chain (input logic clk, input logic [3:0] d, output logic [3:0] q);
  logic [3:0] m;
  always_ff @(posedge clk) begin
    m <= ~d;
    q <= ~m;
  end
endmodule
"""


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    for name, text in FILES.items():
        (tmp_path / "repo" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "repo" / name).write_text(text)
    with Repository.open(tmp_path / "repo", tmp_path / "cache") as repository:
        yield Library(repository)


def candidate(text: str) -> Candidate:
    return Candidate((Source("chain.sv", text),))


def problem(harness: HarnessSpec | None) -> Problem:
    return Problem("chain", SPEC, Language.SYSTEMVERILOG, "chain", harness=harness)


def test_what_is_shown_is_what_is_named(library: Library) -> None:
    shown = library.brief(SPEC, (), "chain")
    assert "// rtl/stage.sv:2-6: module stage\n" in shown
    assert "typedef logic [3:0] data_t;" in shown  # what the header is written with
    assert "unrelated" not in shown and "always_ff" not in shown
    assert library.brief("Add two numbers.", (), "adder") == ""
    code = (Source("x.sv", "module x; unrelated u (.a(1'b0)); endmodule\n"),)
    assert "module unrelated" in library.brief("Add two numbers.", code, "x")


def test_what_is_compiled_is_what_is_reached(library: Library) -> None:
    found = library.sources(candidate(GOOD).sources)
    assert [source.name for source in found] == ["stage.svh", "stage_pkg.sv", "stage.sv"]
    assert "$finish" not in found[-1].text
    assert found[-1].text.count("\n") == FILES["rtl/stage.sv"].count("\n")
    assert library.sources(candidate(REFERENCE).sources) == ()


def test_what_is_excluded_is_neither(library: Library) -> None:
    without = Library(library.repository, ("stage.sv",))
    assert "module stage" not in without.brief(SPEC, (), "chain")
    assert without.sources(candidate(GOOD).sources) == ()


def test_a_design_of_the_repositorys_modules_is_verified(
    library: Library, isolation: Isolation
) -> None:
    factory = BesideLibrary(Harnesses(isolation), library)
    spec = ReferenceSpec((Source("ref.sv", REFERENCE),), "chain")
    harness = factory(spec)
    assert harness.check(problem(spec), candidate(GOOD)).passed
    wrong = harness.check(problem(spec), candidate(BAD))
    assert wrong.failure_class is FailureClass.MISMATCH
    assert wrong.first_mismatch is not None and wrong.first_mismatch.window
    alone = Harnesses(isolation)(spec).check(problem(spec), candidate(GOOD))
    assert not alone.passed


def test_a_reference_of_the_repositorys_modules(library: Library, isolation: Isolation) -> None:
    spec = ReferenceSpec((Source("ref.sv", GOOD),), "chain")
    harness = BesideLibrary(Harnesses(isolation), library)(spec)
    assert harness.check(problem(spec), candidate(REFERENCE)).passed
    assert harness.check(problem(spec), candidate(GOOD)).passed
    assert not harness.check(problem(spec), candidate(BAD)).passed


def test_the_check_without_an_oracle(library: Library, isolation: Isolation) -> None:
    harness = BesideLibrary(Harnesses(isolation), library)(None)
    assert harness.check(problem(None), candidate(GOOD)).failure_class is None
    wrong = harness.check(problem(None), candidate(GOOD.replace("stage u1", "stagger u1")))
    assert wrong.outcome is Outcome.FAIL


def test_a_file_that_the_tool_cannot_read_is_not_the_candidates_fault(
    library: Library, isolation: Isolation
) -> None:
    package = library.repository.root / "rtl" / "stage_pkg.sv"
    struct = "typedef struct packed { logic a; } s_t;\n  localparam s_t S = '{a: 1'b0};\nendpackage"
    package.write_text(package.read_text().replace("endpackage", struct))
    library.repository.refresh()
    harness = BesideLibrary(Harnesses(isolation), library)(None)
    verdict = harness.check(problem(None), candidate(GOOD))
    assert verdict.failure_class is None
    assert [d.file for d in verdict.diagnostics][:1] == ["stage_pkg.sv"]


def test_windows_and_trials_reach_through(library: Library, isolation: Isolation) -> None:
    factory = BesideLibrary(Harnesses(isolation), library)
    made = factory(ReferenceSpec(()))
    assert isinstance(made, ChiselHarness) and isinstance(made.inner, Windowed)
    bare = without_window(made)
    assert isinstance(bare, ChiselHarness) and not isinstance(bare.inner, Windowed)
    trials = for_trials(factory)
    assert isinstance(trials, BesideLibrary) and isinstance(trials.harnesses, Trials)


def test_files_of_the_candidates_own_name_stay(library: Library) -> None:
    text = "module top (input logic clk);\n  stage u (.clk_i(clk), .d_i(), .q_o());\nendmodule\n"
    names = [s.name for s in library.sources((Source("stage.sv", text),))]
    assert names == ["stage.svh", "stage_pkg.sv", "2_stage.sv"]


def test_what_a_problem_has_is_not_given_twice(library: Library) -> None:
    own = Source("stage.sv", FILES["rtl/stage.sv"])
    task = Problem("chain", SPEC, context=(own,))
    names = [source.name for source in among(library, task, candidate(GOOD)).context]
    assert sorted(names) == ["stage.sv", "stage.svh", "stage_pkg.sv"]


def test_a_run_over_http(library: Library, isolation: Isolation, server: ChatServer) -> None:
    judged = '{"fault": "design", "location": "u1", "issue": "i", "why": "w", "fix": "f"}'
    server.answers = [f"```\n{BAD}```", judged, f"```\n{GOOD}```"]
    trajectory = solve(
        problem(ReferenceSpec((Source("ref.sv", REFERENCE),), "chain")),
        model=LangChainModel(Endpoint("openai", "scripted", server.url, "k"), retries=0),
        harnesses=Harnesses(isolation),
        policy=LoopPolicy(symbolic=False),
        library=library,
    )
    assert trajectory.verdict is not None and trajectory.verdict.passed
    assert len(server.prompts) == 3  # first, judge, edit
    for prompt in server.prompts:
        assert prompt.count("// rtl/stage.sv:2-6: module stage\n") == 1
        assert "unrelated" not in prompt


def test_the_prompt_word_for_word(library: Library) -> None:
    model = ScriptedModel(["none"])
    Coder(Task(problem(None), kit_for(Language.SYSTEMVERILOG), library=library), model).first()
    compare("first_repository", asked(model))
