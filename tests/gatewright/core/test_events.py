from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from gatewright.core import Outcome
from gatewright.core.events import (
    Event,
    Listener,
    Note,
    RoundFinished,
    RoundStarted,
    TaskFinished,
    TaskStarted,
    TextPiece,
    ignore,
)

EVENTS: list[Event] = [
    TaskStarted("t"),
    TaskFinished("t", 0, Outcome.PASS, done=1, total=2, passed=1),
    RoundStarted(0, 5),
    RoundFinished(0, Outcome.FAIL, 0.5),
    TextPiece("module"),
    Note("symbolic abstains"),
]


def test_a_listener_receives_events_in_order() -> None:
    heard: list[Event] = []
    listener: Listener = heard.append
    for event in EVENTS:
        listener(event)
        ignore(event)
    assert heard == EVENTS


@pytest.mark.parametrize("event", EVENTS)
def test_events_are_values(event: Event) -> None:
    assert hash(event) == hash(event)
    with pytest.raises((FrozenInstanceError, TypeError)):
        event.text = "changed"  # type: ignore[union-attr]
