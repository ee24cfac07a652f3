from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gatewright.core import ToolCrashed
from gatewright.sandbox.chisel import firtool
from gatewright.sandbox.chisel.toolchain import Toolchain
from gatewright.sandbox.isolation import open_isolation


def test_a_firtool_that_writes_nothing_is_no_fault_of_the_design(toolchain: Toolchain) -> None:
    other = replace(toolchain, firtool=Path("/bin/true").resolve())
    assert str(other.firtool) in other.versions["firtool"]
    with pytest.raises(ToolCrashed, match="wrote nothing"):
        firtool.emit("circuit TopModule :\n", other, open_isolation(), power_up=False)
