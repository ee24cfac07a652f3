from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from gatewright.core import DataError, Source
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.tools.schematic import ENTRY, netlist_of
from gatewright.sandbox.tools.yosys import Yosys

TWO = """
module half(input a, b, output s, c); assign s = a ^ b; assign c = a & b; endmodule
module pair(input clk, en, a, b, output reg s, output c);
  wire n; half h(a, b, n, c);
  always @(posedge clk) if (en) s <= n;
endmodule
"""


@pytest.fixture(scope="module")
def yosys() -> Iterator[Yosys]:
    with Yosys(open_isolation(), ENTRY) as warm:
        yield warm


def kinds(netlist: str, start: str) -> set[str]:
    modules = json.loads(netlist)["modules"]
    found = next(m for name, m in modules.items() if name.startswith(start))
    return {cell["type"].partition("$pair")[0] for cell in found["cells"].values()}


def test_registers_stay_plain_and_modules_inside_stay_modules(yosys: Yosys) -> None:
    netlist = netlist_of(yosys, [Source("two.sv", TWO)])
    assert kinds(netlist, "pair") == {"$dff", "$mux", "half"}
    assert kinds(netlist, "half") == {"$xor", "$and"}


def test_another_module_can_be_the_top(yosys: Yosys) -> None:
    modules = json.loads(netlist_of(yosys, [Source("two.sv", TWO)], "half"))["modules"]
    assert list(modules) == ["half"]


def test_what_cannot_be_synthesised_is_told_with_its_place(yosys: Yosys) -> None:
    sources = [Source("two.sv", TWO), Source("bad.sv", "module bad(input a);\nassign b c;\n")]
    with pytest.raises(DataError, match=r"bad\.sv:2: cannot be synthesised"):
        netlist_of(yosys, sources)


@pytest.mark.parametrize("top", ["a; exec -- touch x", "../x", "\\a "])
def test_a_top_is_a_name_and_no_command(yosys: Yosys, top: str) -> None:
    with pytest.raises(DataError, match="plain name"):
        netlist_of(yosys, [Source("two.sv", TWO)], top)
