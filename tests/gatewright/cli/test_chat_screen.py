from __future__ import annotations

import pytest

from gatewright.agents.chat import events
from gatewright.cli.chat_screen import Screen
from gatewright.core import Direction, Oracle, Outcome, Port, Source, Verdict


def shown(capsys: pytest.CaptureFixture[str], *those: events.Event) -> tuple[str, str]:
    screen = Screen()
    for event in those:
        screen.show(event)
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_what_was_said_is_one_thing_and_what_goes_on_another(
    capsys: pytest.CaptureFixture[str],
) -> None:
    verdict = events.Verified(
        Verdict(Outcome.PASS, checks=8, mismatches=0),
        "verify",
        Oracle.GOLDEN,
        (Source("a.sv", ""),),
        "tb.sv",
    )
    out, err = shown(
        capsys,
        events.Said("Let me "),
        events.Said("look."),
        events.ToolStarted("1", "verify", '{"design": ["a.sv"], "testbench": ["tb.sv"]}'),
        verdict,
        events.ToolEnded("1", "verify", True, "PASS: 8 checks", "PASS"),
        events.Said("It is proved.\n"),
        events.Unverified("It is proved.", "no proof was made"),
        events.TurnEnded(events.End.DONE),
    )
    assert out == (
        "Let me look.\nVERDICT (verify) a.sv: PASS: 8 checks, against tb.sv\nIt is proved.\n"
        "NOT VERIFIED: “It is proved.” (no proof was made)\n"
    )
    assert err == "… verify a.sv testbench=tb.sv\n"


def test_failures_are_seen(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = shown(
        capsys,
        events.ToolEnded("1", "verify", False, "no such file"),
        events.ToolEnded("hand_1", "verify", False, "no such file either"),
        events.TurnFailed("the server is gone"),
    )
    assert out == "no such file either\nfailed: the server is gone\n"
    assert err == "  verify failed: no such file\n"


def test_a_contract_is_complete(capsys: pytest.CaptureFixture[str]) -> None:
    ports = (Port("clk", Direction.INPUT), Port("q", Direction.OUTPUT, 8, left=7, right=0))
    out, _ = shown(
        capsys, events.Contract("m", ports, "posedge clk", "", "1", "counts\nup", ("it is 8 wide",))
    )
    assert out == (
        "contract: module m\n  input clk\n  output [7:0] q\n  clock: posedge clk\n  reset: none\n"
        "  latency: 1\n  counts\n  up\n  assumed: it is 8 wide\n"
    )


def test_a_terminal_obeys_nothing_that_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = shown(
        capsys,
        events.Said("\x1b[2Jhello\n"),
        events.ApprovalWanted("1", "a\x07.sv", "+\x1b]0;title\x07\n"),
        events.ToolEnded("1", "read_file", True, "\x1b[31mred"),
    )
    assert "\x1b" not in out + err and "\x07" not in out + err
    assert "\\x1b[2Jhello" in out
