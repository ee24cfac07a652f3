from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.core import UsageError
from gatewright.sandbox.harness.cocotb_makefile import read_makefile

PLAIN = """# a comment
SIM ?= icarus
TOPLEVEL_LANG ?= verilog
DUT = fifo
VERILOG_SOURCES += $(wildcard $(PWD)/../hdl/*.sv) \\
    $(PWD)/more.sv
TOPLEVEL = $(DUT)
MODULE := test_$(DUT),test_more
COMPILE_ARGS += -DFAST -DDEPTH=4 -Pfifo.WIDTH=8 -g2012 -Wall -I$(PWD)/inc
ifeq ($(SIM), verilator)
    EXTRA_ARGS += --trace
endif
export PYTHONPATH := $(PWD)/tests:$(PYTHONPATH)

include $(shell cocotb-config --makefiles)/Makefile.sim

clean::
\trm -rf results.xml
"""


def test_the_simple_forms(tmp_path: Path) -> None:
    flow = read_makefile(PLAIN, tmp_path / "Makefile")
    assert flow.top == "fifo"
    assert flow.modules == ("test_fifo", "test_more")
    assert flow.defines == (("FAST", "1"), ("DEPTH", "4"))
    assert flow.parameters == (("WIDTH", "8"),)
    assert flow.folders == (tmp_path, tmp_path / "tests")


def test_the_names_of_cocotb_2_come_first(tmp_path: Path) -> None:
    text = PLAIN + "COCOTB_TOPLEVEL = other\nCOCOTB_TEST_MODULES = test_other\n"
    flow = read_makefile(text, tmp_path / "Makefile")
    assert (flow.top, flow.modules) == ("other", ("test_other",))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("SIM = verilator", "simulator verilator; only Icarus"),
        ("SIM := questa", "simulator questa"),
        ("TESTCASE = one", "TESTCASE"),
        ("EXTRA_ARGS += --trace", "--trace"),
        ("include rules.mk", "include rules.mk"),
        ("TOPLEVEL_LANG = vhdl", "TOPLEVEL_LANG = vhdl"),
        ("MODULE = $(shell ls)", "$(shell ls)"),
        ("export DEPTH", "export DEPTH"),
        ("MODULE =", "no test module"),
        ("$(eval X = 1)", "$(eval X = 1)"),
    ],
)
def test_what_would_change_the_run_is_refused(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_makefile(f"{PLAIN}{line}\n", tmp_path / "Makefile")
    assert said in str(refused.value)
