from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.agents.chat.conversation import Request
from gatewright.agents.chat.events import (
    ApprovalWanted,
    Contract,
    Event,
    Question,
    Said,
    Told,
    ToolEnded,
    Verified,
    Wrote,
)
from gatewright.core import Oracle, Outcome

from .conftest import Open, end, only, said

MAJ = "a module named maj with inputs a, b, c and output y, y = a b + a c + b c"
PORTS = "- input clk\n- input rst\n- output q (8 bits)"
COUNTS = (
    "Implement an 8-bit binary counter. The reset is synchronous and active high, and resets the "
    "counter to 0."
)
MACHINE = (
    "- input clk\n- input reset\n- input x\n- output z\n\n"
    " state | next x=0 | next x=1 | z\n A | A | B | 0\n B | A | B | 1\n"
)


def words(events: list[Event]) -> str:
    return "".join(event.text for event in only(events, Said))


def test_a_structured_specification_becomes_a_verified_file(opened: Open, folder: Path) -> None:
    chat = opened(model="symbolic")
    events = said(chat, MAJ)
    contract = only(events, Contract)[0]
    assert (contract.module, contract.clock, contract.latency) == ("maj", "none", "combinational")
    kinds = [type(event) for event in events]
    assert kinds.index(Contract) < kinds.index(Verified) < kinds.index(ApprovalWanted)
    verified = only(events, Verified)[0]
    assert verified.verdict.passed and verified.oracle is Oracle.DERIVED
    assert end(events) == "approval" and not (folder / "maj.sv").exists()
    done = list(chat.decide(only(events, ApprovalWanted)[0].id, "approve"))
    assert only(done, Wrote)[0].path == "maj.sv"
    assert (folder / "maj.sv").read_text() == verified.sources[0].text
    list(chat.use("undo", {}))
    assert not (folder / "maj.sv").exists()


def test_a_specification_may_come_piece_by_piece(opened: Open) -> None:
    chat = opened(model="symbolic")
    assert "Which ports" in only(said(chat, "I need a counter"), Question)[0].text
    second = said(chat, PORTS)
    assert "output [7:0] q" in words(second) and end(second) == "question"
    # What is not understood is said, and stands in nobody's way.
    assert "'it should count' was not understood" in words(said(chat, "it should count"))
    last = said(chat, COUNTS)
    assert only(last, Contract)[0].reset == "rst, active high, synchronous"
    assert only(last, Verified)[0].verdict.passed


def test_what_the_specification_leaves_open_is_asked(opened: Open) -> None:
    chat = opened(model="symbolic")
    first = said(chat, MACHINE)
    assert only(first, Contract)[0].assumptions == (
        "reset leads to the first state listed, A",
        "the reset is synchronous",
    )
    assert end(first) == "question" and not only(first, Verified)
    second = said(chat, "no, the reset is asynchronous")
    assert "asynchronous" in only(second, Contract)[0].reset
    shines = words(said(chat, "and it shines"))
    assert "Not understood: 'and it shines'" in shines and "line" not in shines
    assert only(said(chat, "call it seq"), Contract)[0].module == "seq"
    last = said(chat, "yes")
    assert only(last, Verified)[0].verdict.passed
    assert only(last, ApprovalWanted)[0].path == "seq.sv"
    assert "posedge reset" in only(last, Verified)[0].sources[0].text


def test_rejected_texts_stay_drafts(opened: Open, folder: Path) -> None:
    chat = opened(model="symbolic")
    wanted = only(said(chat, MAJ), ApprovalWanted)[0]
    assert "kept as a draft" in only(list(chat.decide(wanted.id, "reject")), Told)[0].text
    assert chat.drafts == ("maj.sv",)
    again = said(chat, "write it to rtl/majority.sv")
    list(chat.decide(only(again, ApprovalWanted)[0].id, "approve"))
    assert (folder / "rtl" / "majority.sv").read_text().startswith("module maj (")


def test_what_a_rejection_asks_for_is_done(opened: Open) -> None:
    chat = opened(model="symbolic")
    wanted = only(said(chat, MAJ), ApprovalWanted)[0]
    events = list(chat.decide(wanted.id, "reject", "call it maj3 please"))
    assert [wanted.path for wanted in only(events, ApprovalWanted)] == ["maj3.sv"]
    assert end(events) == "approval"


def test_tools_are_asked_for_in_words(opened: Open) -> None:
    chat = opened(model="symbolic")
    bad = said(chat, "please verify bad.sv with testbench.sv")
    assert only(bad, Verified)[0].verdict.outcome is Outcome.FAIL
    assert "148 of 600" in words(bad)
    assert "drives count, out" in words(said(chat, "explain debounce"))
    assert "good.sv:" in words(said(chat, "what drives debounce.out"))
    assert "no such file" in words(said(chat, "lint nothing.sv"))


@pytest.mark.parametrize("text", ["hello", "help", "what can you do?"])
def test_it_says_what_it_can(opened: Open, text: str) -> None:
    events = said(opened(model="symbolic"), text)
    assert "No model is set" in words(events) and end(events) == "done"


@pytest.mark.parametrize("text", ["how are you", "tell me a joke", "?!", "yes", "\x00 \x1b[2J"])
def test_it_says_where_it_ends(opened: Open, text: str) -> None:
    events = said(opened(model="symbolic"), text)
    assert words(events) and end(events) == "done"
    assert not only(events, Verified) and not only(events, ApprovalWanted)


@pytest.mark.parametrize(
    ("action", "values", "expected"),
    [
        ("explain", {"block": "good.sv"}, "always @clk"),
        ("document", {"block": "debounce"}, "| `out` | output | 1 |"),
        ("fix", {"design": "bad.sv", "check": "testbench.sv"}, "148 of 600"),
        ("shrink", {"design": "good.sv"}, "cells"),
        ("assertions", {"design": "good.sv"}, "no fault found"),
    ],
)
def test_ready_made_actions_go_as_far_as_tools_do(
    opened: Open, action: str, values: dict[str, str], expected: str
) -> None:
    events = said(opened(model="symbolic"), Request(action, values))
    assert expected in words(events)
    assert "needs a model" in only(events, Told)[-1].text
    assert end(events) == "done"


def test_a_bug_is_shown_as_far_as_the_waveform_does(opened: Open, folder: Path) -> None:
    chat = opened(model="symbolic")
    checked = list(chat.use("verify", {"design": ["bad.sv"], "testbench": ["testbench.sv"]}))
    wave = only(checked, Verified)[0].wave
    shown = list(chat.use("wave_window", {"wave": wave, "signals": ["dut.out"]}))
    table, _, others = only(shown, ToolEnded)[0].result.partition("other signals: ")
    assert "tb.dut.out" in table and "tb.dut.in" in others.split(", ")
    assert "tb.dut.out" not in others.split(", ") and "in units of 1" in table
    (folder / "good.sv").unlink()
    request = Request("bug", {"waveform": wave, "design": "bad.sv", "signal": "out"})
    events = said(chat, request)
    assert "What decides debounce.out" in words(events) and "bad.sv:" in words(events)


def test_a_testbench_comes_from_the_specification(opened: Open, folder: Path) -> None:
    chat = opened(model="symbolic")
    (folder / "maj.sv").write_text(
        "module maj (input a, input b, input c, output y);\n  assign y = a & b | c;\nendmodule\n"
    )
    events = said(chat, Request("testbench", {"design": "maj.sv", "spec": MAJ}))
    assert only(events, Verified)[0].verdict.outcome is Outcome.FAIL
    assert only(events, ApprovalWanted)[0].path == "maj_tb.sv"
    lacking = said(chat, Request("testbench", {"design": "maj.sv"}))
    assert "comes from a structured specification" in end(lacking)
