"""`schematic`: a picture, or one clear sentence."""

from __future__ import annotations

from xml.etree import ElementTree

TWO = """
module half(input a, b, output s, c); assign s = a ^ b; assign c = a & b; endmodule
module pair(input a, b, output s, c); half h(a, b, s, c); endmodule
"""


def test_draws_the_top_and_any_module(gatewright, tmp_path):
    design, picture = tmp_path / "two.sv", tmp_path / "two.svg"
    design.write_text(TWO)
    ran = gatewright("schematic", design, "-o", picture)
    assert (ran.status, ran.out) == (0, "")
    assert "half h" in picture.read_text()
    again = gatewright("schematic", design)
    assert again.out == picture.read_text()
    inner = gatewright("schematic", design, "--top", "half")
    assert "half h" not in inner.out
    ElementTree.fromstring(inner.out)


def test_what_cannot_be_drawn_is_told(gatewright, tmp_path):
    design = tmp_path / "d.sv"
    design.write_text(TWO)
    assert "no module 'nope'" in gatewright("schematic", design, "--top", "nope").err
    design.write_text("module d(input a;\n")
    ran = gatewright("schematic", design)
    assert ran.status == 2
    assert "d.sv:1: cannot be synthesised" in ran.err
    many = "".join(f"assign y[{i}] = a[{i}] & b[{i}];\n" for i in range(200))
    design.write_text(f"module d(input [199:0] a, b, output [199:0] y);\n{many}endmodule\n")
    ran = gatewright("schematic", design)
    assert ran.status == 2
    assert "200 cells are too many" in ran.err


def test_a_page_shows_each_module_once(gatewright, tmp_path):
    design, page = tmp_path / "two.sv", tmp_path / "two.html"
    design.write_text(TWO)
    ran = gatewright("verify", design, "-r", design, "--top", "pair", "--html", page)
    assert ran.status == 0
    assert page.read_text().count('class="schematic"') == 2


def test_a_file_without_a_module_is_told(gatewright, tmp_path):
    design = tmp_path / "empty.sv"
    design.write_text("// nothing yet\n")
    ran = gatewright("schematic", design)
    assert ran.status == 2
    assert "empty.sv: defines no module to draw" in ran.err
