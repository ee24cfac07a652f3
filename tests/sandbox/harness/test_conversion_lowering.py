from __future__ import annotations

import pytest

from gatewright.sandbox.harness.conversion_lowering import Unconvertible, lowered


def test_text_without_either_stays_as_it_is() -> None:
    text = "module dut (input a, output y); assign y = a; endmodule\n"
    assert lowered(text, "dut") == text


def test_steps_become_calls_and_lines_keep_their_numbers() -> None:
    text = (
        "module dut (input logic go, output logic [1:0] y);\n"
        "  typedef enum logic [1:0] {A, B = 2, C = 3} s_t;\n"
        "  s_t s, t;\n"
        "  assign t = s\n"
        "    .next(1);\n"
        "  assign y = s.prev;\n"
        "endmodule\n"
    )
    new = lowered(text, "dut")
    assert "gw_step_0 ( s )" in new
    assert "assign y = gw_step_1 ( s ) ;" in new
    assert new.count("\n") == text.count("\n")
    assert new.splitlines()[6] == "endmodule"
    assert "2'b0 : return 2'b10 ; 2'b10 : return 2'b11 ; 2'b11 : return 2'b0 ;" in new


@pytest.mark.parametrize(
    ("kind", "least", "most"), [("", "4'h0", "4'hf"), ("signed ", "4'sh8", "4'sh7")]
)
def test_open_ranges_end_at_the_type(kind: str, least: str, most: str) -> None:
    text = (
        f"module dut (input logic {kind}[3:0] a, output logic y, z);\n"
        f"  assign y = a inside {{[$:4'sd1], [4'sd3:$]}};\n"
        f"  always_comb case (a) inside [4'sd2:$]: z = 1; default: z = 0; endcase\n"
        "endmodule\n"
    )
    if not kind:
        text = text.replace("'sd", "'d")
    new = lowered(text, "dut")
    assert f"[{least}:" in new
    assert new.count(f":{most}]") == 2
    assert "$" not in new


def test_a_step_that_is_no_constant_has_a_reason() -> None:
    text = (
        "module dut (input logic [1:0] n, output logic y);\n"
        "  typedef enum logic {A, B} s_t;\n"
        "  s_t s;\n"
        "  assign y = s.next(n);\n"
        "endmodule\n"
    )
    with pytest.raises(Unconvertible, match="not constant"):
        lowered(text, "dut")
