from __future__ import annotations

import json

import msgspec
import pytest

from gatewright.agents.chat import events
from gatewright.agents.chat.events import Event, event_from_json, event_json
from gatewright.core import (
    Candidate,
    Cycle,
    Diagnostic,
    Direction,
    Fault,
    FirstMismatch,
    Judgement,
    Oracle,
    Outcome,
    Port,
    Round,
    Sampled,
    Severity,
    Source,
    Usage,
    Verdict,
)

VERDICT = Verdict(
    Outcome.FAIL,
    checks=5,
    mismatches=2,
    first_mismatch=FirstMismatch(3, ("q",), (Cycle(1, (Sampled("q", "1", "0"),)),)),
    diagnostics=(Diagnostic(Severity.ERROR, "odd", "a.sv", 3),),
    metrics={"cells": 4.0},
)
ROUND = Round(
    1,
    Candidate((Source("a.sv", "module a; endmodule\n"),)),
    VERDICT,
    Judgement(Fault.DESIGN, "line 3", "issue", "why", "fix"),
)
EVERY: list[Event] = [
    events.Asked("hallo ü\n", "fix"),
    events.Said("a piece"),
    events.Told("a remark"),
    events.Contract("m", (Port("q", Direction.OUTPUT, 4, left=3, right=0),), "clk", "", "0"),
    events.Question("which?", ("a", "b")),
    events.ToolStarted("1", "verify", "{}"),
    events.ToolEnded("1", "verify", True, "pass", "{}"),
    events.RoundTold("round 1", ROUND),
    events.Verified(VERDICT, "verify", Oracle.GOLDEN, (Source("a.sv", ""),), "tb.sv"),
    events.Unverified("It is verified.", "no tool said so"),
    events.ApprovalWanted("x", "a.sv", "+1\n", new=True),
    events.Decided("x", events.Decision.REJECT, "no"),
    events.Wrote("a.sv", "+1\n"),
    events.TurnEnded(events.End.DONE, Usage(1, 2, 0.5, None, 1)),
    events.TurnFailed("the server is gone"),
]


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_an_event_comes_back_from_its_json_as_it_was(event: Event) -> None:
    assert event_from_json(json.loads(json.dumps(event_json(event)))) == event


def test_every_kind_of_event_is_tried_here() -> None:
    assert {type(event) for event in EVERY} == set(events.Event.__args__)


@pytest.mark.parametrize("document", [{}, {"kind": "other"}, {"kind": "said", "text": 3}])
def test_what_is_no_event_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        event_from_json(document)


def test_only_two_events_end_a_turn() -> None:
    ends = [type(event).__name__ for event in EVERY if events.ends_turn(event)]
    assert ends == ["TurnEnded", "TurnFailed"]
