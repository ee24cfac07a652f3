"""Ways in which people declare ports, and what is said where a declaration is not understood."""

from __future__ import annotations

import pytest

from gatewright.agents.symbolic import read

GATE = "\nThe module should implement a 2-input AND gate.\n"
TABLE = (
    "\n| a | b | f |\n|---|---|---|\n| 0 | 0 | 0 |\n| 0 | 1 | 1 |\n| 1 | 0 | 0 |\n| 1 | 1 | 1 |\n"
)
ONE_BIT = (
    "* a: input\n* b: input\n* f: output\n",
    "- `a` (input)\n- `b` (input)\n- `f` (output)\n",
    "Inputs: a, b (1 bit each)\nOutput: f (1 bit)\n",
    "Inputs: a, b (one bit each). Output: f.\n",
    "Ports: a (input), b (input), f (output)\n",
    "Ports: a (input, 1 bit), b (input, 1 bit), f (output, 1 bit)\n",
    "| Port | Direction | Width |\n|---|---|---|\n| a | input | 1 |\n| b | in | 1 |\n"
    "| f | out | 1 |\n",
    "| Name | Dir | Bits | Description |\n|--|--|--|--|\n| a | I | 1 |  |\n| b | I | - |  |\n"
    "| f | O | 1 |  |\n",
    "input a, b\noutput f\n",
    "input a;\ninput b;\noutput f;\n",
    "```verilog\nmodule g(\n  input wire a,\n  input wire b,\n  output wire f\n);\n```\n",
    "The module g has two inputs a and b and one output f.\n",
    "The module takes two inputs, a and b, and produces one output, f.\n",
    "Inputs a and b, output f.\n",
    "Interface: input a, input b, output f.\n",
    "Interface:\n  a : in std_logic;\n  b : in std_logic;\n  f : out std_logic;\n",
    "- **a** — input\n- **b** — input\n- **f** — output\n",
    "- a, input\n- b, input\n- f, output\n",
    "- a: 1-bit input\n- b: 1-bit input\n- f: 1-bit output\n",
    "- inputs:\n  - a\n  - b\n- outputs:\n  - f\n",
    "Ports:\n- input a\n- input b\n- output f\n",
    "Create a module g with inputs a and b, and an output f.\n",
    "Design a module called g. Inputs: a, b. Output: f.\n",
    "Module `g` with inputs `a`, `b` and output `f`.\n",
)
WIDE = (
    "Inputs: a, b (8 bits each)\nOutput: f (4 bits)\n",
    "Inputs: a[7:0], b[7:0]\nOutputs: f[3:0]\n",
    "Inputs: [7:0] a, [7:0] b. Outputs: [3:0] f.\n",
    "Ports: a (input, 8 bits), b (input, 8 bits), f (output, 4 bits)\n",
    "Ports: a (8-bit input), b (8-bit input), f (4-bit output)\n",
    "| Signal | I/O | Width |\n|---|---|---|\n| a | in | 8 |\n| b | in | [7:0] |\n"
    "| f | out | 4 |\n",
    "| Port | Direction |\n|---|---|\n| a[7:0] | input |\n| b[7:0] | input |\n"
    "| f[3:0] | output |\n",
    "input [7:0] a\ninput [7:0] b\noutput [3:0] f\n",
    "a : in std_logic_vector(7 downto 0);\nb : in std_logic_vector(7 downto 0);\n"
    "f : out std_logic_vector(3 downto 0);\n",
    "- a, 8-bit input\n- b, 8-bit input\n- f, 4-bit output\n",
    "- a - input, 8 bits\n- b - input (8 bits)\n- f - output, 4 bits\n",
    "The module has 8-bit a and b.\ninput a (8 bits)\ninput b (8 bits)\noutput f (4 bits)\n",
    "Build a module with inputs [7:0] a and [7:0] b and output [3:0] f.\n",
)
NOT_UNDERSTOOD = {
    "Inputs: a b\nOutput: f\n": "line 1: 'Inputs: a b' was not understood as a list of ports",
    "Inputs: the usual ones\nOutput: f\n": "line 1: 'Inputs: the usual ones' was not understood",
    "- input clk\n- input d\n": "the text names inputs and no outputs",
    "| Port | Direction | Width |\n|---|---|---|\n| a | input | many |\n": "line 3",
    "| Port | Direction |\n|---|---|\n| a | sideways |\n": "line 3",
    "Nothing at all.\n": "the text does not name the module's ports",
}


@pytest.mark.parametrize("declaration", ONE_BIT)
@pytest.mark.parametrize("structure", [GATE, TABLE])
def test_a_declaration_is_understood(declaration: str, structure: str) -> None:
    reading = read(declaration + structure)
    assert reading.complete, reading.abstained


@pytest.mark.parametrize("declaration", WIDE)
def test_widths_are_understood(declaration: str) -> None:
    interface = read(declaration).interface
    assert interface is not None
    ports = [(port.direction, port.name, port.width) for port in interface.ports]
    assert ports == [("input", "a", 8), ("input", "b", 8), ("output", "f", 4)]


@pytest.mark.parametrize("spec", NOT_UNDERSTOOD)
def test_the_reason_names_what_was_not_understood(spec: str) -> None:
    reading = read(spec + GATE)
    assert reading.interface is None
    assert reading.abstained.startswith(NOT_UNDERSTOOD[spec])


@pytest.mark.parametrize(
    "told", ["(active low)", "inverted", "registered", "one cycle late", "(8 bits each, signed)"]
)
def test_no_remark_is_lost_in_a_declaration(told: str) -> None:
    for declaration in (
        f"Inputs: a, b\nOutput: f {told}\n",
        f"Ports: a (input), b (input), f (output) {told}\n",
        f"| Port | Direction | Description |\n|---|---|---|\n| a | input |  |\n| b | input |  |\n"
        f"| f | output | {told} |\n",
        f"Create a module g with inputs a and b, and an output f {told}.\n",
        f"- a, input\n- b, input\n- f, output {told}\n",
    ):
        assert not read(declaration + GATE).complete, declaration
