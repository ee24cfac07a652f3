from __future__ import annotations

import pytest

from gatewright.agents.language import kit_for
from gatewright.agents.tame import is_tame
from gatewright.core import Language, Source

MODULE = "module top (input clk, d, output reg q); always @(posedge clk) q <= d; endmodule\n"
DOUBLING = "".join(f"`define m{i} `m{i - 1} `m{i - 1}\n" for i in range(1, 40))
BOMB = f"`define m0 x\n{DOUBLING}module top; `m39 endmodule\n"
NESTED = f"module top; {'generate begin ' * 9000}{'end endgenerate ' * 9000} endmodule\n"


@pytest.mark.parametrize(
    "text", ["", MODULE, "`define W 4\nmodule top; wire [`W:0] a; endmodule\n"]
)
def test_ordinary_code_is_tame(text: str) -> None:
    assert is_tame([Source("top.sv", text)])


@pytest.mark.parametrize(
    "text", [BOMB, NESTED, "x" * 1_000_001, 'module top; `include "/etc/passwd"\nendmodule']
)
def test_what_would_hang_or_crash_the_parser_is_treated_as_text(text: str) -> None:
    sources = [Source("top.sv", text)]
    assert not is_tame(sources)
    kit = kit_for(Language.SYSTEMVERILOG)
    assert kit.initialise(sources).sources == tuple(sources)
    assert kit.cone(sources, "top", ["q"]) == ""
    assert kit.fingerprint(sources, "top") == kit.fingerprint(sources, "other")
