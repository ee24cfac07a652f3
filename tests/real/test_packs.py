"""Context packs on real repositories: what an instance that is not written yet needs to see.

GATEWRIGHT_REPOS names a folder with a checkout a folder (verilog-axi, ibex).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gatewright.agents.beside import BesideLibrary
from gatewright.agents.harnesses import Harnesses
from gatewright.agents.library import Library
from gatewright.core import Candidate, Language, Problem, ReferenceSpec, Source
from gatewright.retrieval.repository import Repository
from gatewright.sandbox.isolation import open_isolation

from .bench_packs import measure, places

REPOS = os.environ.get("GATEWRIGHT_REPOS", "")
pytestmark = pytest.mark.skipif(not REPOS, reason="GATEWRIGHT_REPOS names no folder of checkouts")
PLACES = 60


def opened(name: str, cache: Path) -> Repository:
    root = Path(REPOS) / name
    if not root.is_dir():
        pytest.skip(f"no checkout of {name}")
    return Repository.open(root, cache)


@pytest.mark.parametrize("name", ["verilog-axi", "ibex"])
def test_the_header_of_what_is_about_to_be_instantiated(name: str, tmp_path: Path) -> None:
    with opened(name, tmp_path) as repository:
        tally = measure(repository, places(repository, PLACES), 4000)
    assert tally.headers == tally.places
    assert tally.ports_shown / tally.ports >= 0.99
    assert tally.names_shown > 1.5 * tally.names_near


FIFO = """\
module fifo4 (
  input logic clk_i, rst_ni, wvalid_i, rready_i, input logic [7:0] wdata_i,
  output logic wready_o, rvalid_o, output logic [7:0] rdata_o
);
  prim_fifo_sync #(.Width(8), .Pass(1'b0), .Depth(4)) u_fifo (
    .clk_i, .rst_ni, .clr_i(1'b0), .wvalid_i, .wready_o, .wdata_i,
    .rvalid_o, .rready_i, .rdata_o, .full_o(), .depth_o(), .err_o()
  );
endmodule
"""


def test_a_design_of_a_real_repositorys_modules_is_verified(tmp_path: Path) -> None:
    """Packages, interfaces of macros, includes and assertions: all that prim_fifo_sync needs."""
    spec = ReferenceSpec((Source("reference.sv", FIFO),), "fifo4")
    problem = Problem(
        "fifo4", "Wrap prim_fifo_sync.", Language.SYSTEMVERILOG, "fifo4", harness=spec
    )
    with opened("ibex", tmp_path) as repository:
        library = Library(repository)
        assert "// vendor/lowrisc_ip/ip/prim/rtl/prim_fifo_sync.sv:" in library.brief(
            problem.spec, (), "fifo4"
        )
        harness = BesideLibrary(Harnesses(open_isolation()), library)(spec)
        right = harness.check(problem, Candidate((Source("fifo4.sv", FIFO),)))
        shallow = FIFO.replace(".Depth(4)", ".Depth(3)")
        wrong = harness.check(problem, Candidate((Source("fifo4.sv", shallow),)))
    assert right.passed
    assert not wrong.passed and wrong.mismatches
