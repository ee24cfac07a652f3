from __future__ import annotations

import time

import pytest

from gatewright.agents.chat.intents import intent_of


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("hello", "help", {}),
        ("What can you do here?", "help", {}),
        ("ok, start over", "reset", {}),
        ("yes!", "yes", {}),
        ("nope", "no", {}),
        ("is it really right?", "verdict", {}),
        ("so it is verified, right?", "verdict", {}),
        ("write a testbench for it", "bench", {}),
        ("please undo the last change", "undo", {}),
        ("undo please!", "undo", {}),
        ("call it maj3 please", "rename", {"top": "maj3"}),
        (
            "verify rtl/a.sv against tb/a_tb.sv",
            "verify",
            {"design": ["rtl/a.sv"], "testbench": ["tb/a_tb.sv"]},
        ),
        (
            "can you check the design `a.v` with test_a.py?",
            "verify",
            {"design": ["a.v"], "cocotb": ["test_a.py"]},
        ),
        ("verify it with tb.sv", "verify", {"design": ["it"], "testbench": ["tb.sv"]}),
        ("lint a.sv", "lint", {"design": ["a.sv"]}),
        ("how big is it?", "synth_stats", {"design": ["it"]}),
        (
            "prove a.sv and b.sv are equivalent",
            "equivalence",
            {"design": ["a.sv"], "reference": ["b.sv"]},
        ),
        (
            "is a.sv equivalent to draft:b.sv?",
            "equivalence",
            {"design": ["a.sv"], "reference": ["draft:b.sv"]},
        ),
        ("what drives fifo.wr_ptr", "drivers", {"signal": "fifo.wr_ptr"}),
        ("who reads `top.u0.q`?", "loads", {"signal": "top.u0.q"}),
        ("show the cone of a.b", "cone", {"signal": "a.b"}),
        ("explain the module fifo", "/explain", {"block": "fifo"}),
        ("what does fifo do?", "/explain", {"block": "fifo"}),
        ("document the interface of fifo", "/document", {"block": "fifo"}),
        ("where is the write pointer in gray code?", "search", None),
        ("hmm ok write it to gates/nand2.sv", "save", {"path": "gates/nand2.sv"}),
        ("call it seq", "rename", {"top": "seq"}),
        ("show me good.sv", "read_file", {"path": "good.sv"}),
        ("which files are there?", "list_files", {}),
    ],
)
def test_requests_are_told_by_their_shape(
    text: str, name: str, arguments: dict[str, object] | None
) -> None:
    found = intent_of(text)
    assert found is not None and found.name == name
    assert arguments is None or dict(found.arguments) == arguments


@pytest.mark.parametrize(
    "text",
    [
        "a module named maj with inputs a, b, c and output y, y = a b + a c + b c",
        "- input a\n- output y",
        "y = a & b",
        "Implement an AND gate.",
        "The reset is synchronous.",
        "no, the reset is asynchronous",
        "I need a counter",
        "",
        "x" * 5000,
    ],
)
def test_specifications_are_no_requests(text: str) -> None:
    assert intent_of(text) is None


def test_odd_lines_take_no_time() -> None:
    start = time.process_time()
    for text in ("please " * 40, "show me " + "a " * 140, "verify " + "a" * 290, "ok, " * 70 + "x"):
        intent_of(text[:300])
    assert time.process_time() - start < 5
