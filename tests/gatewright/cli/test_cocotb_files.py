from __future__ import annotations

import pytest

from gatewright.cli.cocotb_files import cocotb_spec
from gatewright.core import DataError

MAKEFILE = """SIM = icarus
TOPLEVEL = w
MODULE = test_w
EXTRA_ARGS = -Pw.N=3 -DFLIP
include $(shell cocotb-config --makefiles)/Makefile.sim
"""
TEST = """import cocotb
from cocotb.triggers import Timer
from helper import ALL

@cocotb.test()
async def inverts(dut):
    for value in range(ALL + 1):
        dut.a.value = value
        await Timer(1, "ns")
        assert int(dut.y.value) == ALL - value
"""
DESIGN = """module w #(parameter N = 1) (input [N-1:0] a, output [N-1:0] y);
`ifdef FLIP
  assign y = ~a;
`else
  assign y = a;
`endif
endmodule
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "Makefile").write_text(MAKEFILE)
    (tmp_path / "test_w.py").write_text(TEST)
    (tmp_path / "helper.py").write_text("ALL = 7\n")
    (tmp_path / "w.sv").write_text(DESIGN)
    return tmp_path


def test_a_makefile_names_tests_top_macros_and_parameters(project):
    spec = cocotb_spec([str(project / "Makefile")], ())
    assert [source.name for source in spec.tests] == ["test_w.py", "helper.py"]
    assert (spec.top, spec.defines, spec.parameters) == ("w", (("FLIP", "1"),), (("N", "3"),))


def test_a_plain_flow_runs_on_the_design(gatewright, project):
    ran = gatewright("verify", project / "w.sv", "--cocotb", project / "Makefile")
    assert ran.status == 0, ran.err
    (project / "w.sv").write_text(DESIGN.replace("~a", "a"))
    assert gatewright("verify", project / "w.sv", "--cocotb", project / "Makefile").status == 1


def test_a_missing_test_module_is_named(project):
    (project / "test_w.py").unlink()
    with pytest.raises(DataError, match=r"no test_w\.py"):
        cocotb_spec([str(project / "Makefile")], ())
