from __future__ import annotations

from gatewright.sandbox.integrity import definitions, needed, tokenize, tops
from gatewright.sandbox.integrity.structure import nesting

TEXT = """
package p; endpackage
module a(input x); b i(x); endmodule : a
module automatic b(input x); module inner; endmodule endmodule
module tb; a dut(1); endmodule
"""


def test_finds_definitions_tops_and_what_is_needed() -> None:
    tokens = tokenize(TEXT)
    found = definitions(tokens)
    assert [(d.keyword, d.name) for d in found] == [
        ("package", "p"), ("module", "a"), ("module", "b"), ("module", "tb"),
    ]  # fmt: skip
    assert tops(tokens, found) == ("tb",)
    kept, dropped = needed(tokens, found, ["a"])
    assert [d.name for d in dropped] == ["tb"]
    assert [d.name for d in definitions(kept)] == ["p", "a", "b"]


def test_an_open_module_reaches_to_the_end() -> None:
    (found,) = definitions(tokenize("module m; wire x;"))
    assert not found.closed


def test_estimates_how_deep_a_parser_must_go() -> None:
    shallow = "always @* if (a) b = 1; else c = 2; " * 500
    assert nesting(tokenize(shallow)) < 20
    assert nesting(tokenize("if (a) " * 2000 + "x = 1;")) >= 2000
    assert nesting(tokenize("if (a) begin x = 1; end else " * 2000)) >= 2000
    assert nesting(tokenize("begin " * 3000)) >= 3000
    assert nesting(tokenize("module m; " * 3000)) >= 3000
