from __future__ import annotations

import subprocess
import sys

import pytest

from gatewright.core import Direction, Interface, Port, Source
from gatewright.sandbox.integrity import preprocess
from gatewright.sandbox.tools.slang import (
    parse,
    parse_interfaces,
    parse_sources,
    syntax_diagnostics,
    top_modules,
)

ANSI = """
`define W 8
module m #(parameter N = `W, localparam Q = N / 2, int K = 3) (
  input wire [N-1:0] a, b,
  input clk,
  output reg signed [Q:1] y,
  output logic [1:0] z [0:3],
  inout [0:$clog2(N)] bus,
  input integer i
);
endmodule
"""


def test_reads_ansi_headers() -> None:
    (found,) = parse_interfaces([Source("m.sv", ANSI)])
    assert found == Interface(
        "m",
        (
            Port("a", Direction.INPUT, 8, False, 7, 0),
            Port("b", Direction.INPUT, 8, False, 7, 0),
            Port("clk", Direction.INPUT),
            Port("y", Direction.OUTPUT, 4, True, 4, 1),
            Port("z", Direction.OUTPUT),
            Port("bus", Direction.INOUT, 4, False, 0, 3),
            Port("i", Direction.INPUT, 32, True),
        ),
    )
    (module,) = parse_sources([Source("m.sv", ANSI)]).modules
    assert module.parameters == {"N": 8, "K": 3}
    assert "z" not in module.plain


def test_reads_old_headers() -> None:
    text = """module k(a, b, c); parameter N = 4; input [N-1:0] a; output b; reg b;
    inout signed [1:0] c; endmodule"""
    (found,) = parse_interfaces([Source("k.v", text)])
    assert found.ports == (
        Port("a", Direction.INPUT, 4, False, 3, 0),
        Port("b", Direction.OUTPUT),
        Port("c", Direction.INOUT, 2, True, 1, 0),
    )


def test_finds_instances_where_they_are() -> None:
    text = "module t; d #(3) u0 (.a(x), .b, .*), u1 (p, , q[1]); if (1) begin e v(); end endmodule"
    done = preprocess([Source("t.sv", text)])
    parsed = parse(done.tokens, done.files, with_instances=True)
    first, second, third = parsed.modules[0].instances
    assert [(i.module, i.name) for i in (first, second, third)] == [
        ("d", "u0"), ("d", "u1"), ("e", "v"),
    ]  # fmt: skip
    assert parsed.layout.text[first.name_at :].startswith("u0")
    assert [(c.port, c.text, c.implicit, c.wildcard) for c in first.connections] == [
        ("a", "x", False, False), ("b", "b", True, False), ("", "", False, True),
    ]  # fmt: skip
    assert [c.text for c in second.connections] == ["p", "", "q [ 1 ]"]


def test_tells_line_and_column() -> None:
    text = "module m(output y);\n  wire a;\n  assign y = ;\nendmodule\n"
    (first,) = syntax_diagnostics([Source("m.sv", text)])
    assert (first.file, first.line, first.column, first.code) == (
        "m.sv",
        3,
        14,
        "ExpectedExpression",
    )


def test_lists_tops() -> None:
    text = "module a; b x(); endmodule module b; endmodule module c; endmodule"
    assert top_modules([Source("m.sv", text)]) == ("a", "c")


@pytest.mark.parametrize(
    "text", ["", "nonsense", "module", "module m(", "endmodule", "module m; `X endmodule", "\0\0"]
)
def test_survives_broken_text(text: str) -> None:
    assert isinstance(syntax_diagnostics([Source("m.sv", text)]), tuple)


HOSTILE = {
    "generates": "'module m; ' + 'if (1) ' * 40000 + 'endmodule'",
    "blocks": "'module m; initial ' + 'begin ' * 40000",
    "modules": "'module m; ' * 40000",
    "cases": "'module m; ' + 'case (1) 1: ' * 40000",
    "brackets": "'module m; wire x = ' + '(' * 90000",
    "ternaries": "'module m; wire x = ' + '1 ? 1 : ' * 50000 + '1; endmodule'",
    "operators": "'module m; wire x = 1' + ' + 1' * 90000 + '; endmodule'",
    "unary": "'module m; wire x = ' + '~ ' * 90000 + '1; endmodule'",
    "else": "'module m; initial if (1) ; ' + 'else if (1) ; ' * 30000 + 'endmodule'",
    "classes": "'class c; ' * 30000",
    "structures": "'module m; ' + 'struct { ' * 30000",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_cannot_crash_the_process(name: str) -> None:
    program = f"""
import threading
from gatewright.core import Source
from gatewright.sandbox.tools.slang import syntax_diagnostics
thread = threading.Thread(target=lambda: syntax_diagnostics([Source("m.sv", {HOSTILE[name]})]))
thread.start()
thread.join()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
