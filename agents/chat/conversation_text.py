"""A conversation's events as what two sides have said, for a model that is given text alone."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from gatewright.agents.chat.events import (
    Asked,
    Contract,
    Decided,
    Event,
    Question,
    Said,
    ToolEnded,
    Verified,
)

MOST_CHARACTERS = 200_000
_LONGEST_RESULT = 3000


class Side(StrEnum):
    """A side."""

    USER = "user"
    MODEL = "model"


class Saying(NamedTuple):
    """Who said what."""

    who: Side
    text: str


def spoken(events: Sequence[Event], most: int = MOST_CHARACTERS) -> tuple[Saying, ...]:
    """The sides in turn, results of tools in the user's mouth; the newest that fit."""
    sayings: list[Saying] = []
    for event in events:
        said = _said(event)
        if said is None or not said.text.strip():
            continue
        if sayings and sayings[-1].who is said.who:
            sayings[-1] = Saying(said.who, f"{sayings[-1].text}\n\n{said.text}")
        else:
            sayings.append(said)
    return _fitting(sayings, most)


def _said(event: Event) -> Saying | None:
    match event:
        case Asked():
            return Saying(Side.USER, event.text)
        case Said():
            return Saying(Side.MODEL, event.text)
        case Question():
            return Saying(Side.MODEL, event.text)
        case Contract():
            ports = ", ".join(f"{p.direction} {p.name} ({p.width})" for p in event.ports)
            text = f"(contract shown) {event.module}: {ports}; clock {event.clock}; "
            return Saying(Side.MODEL, f"{text}reset {event.reset}; latency {event.latency}")
        case ToolEnded():
            text = (event.result or event.summary)[:_LONGEST_RESULT]
            return Saying(Side.USER, f"(result of {event.tool})\n{text}")
        case Verified():
            return Saying(Side.USER, f"(verdict of {event.tool}: {event.verdict.outcome})")
        case Decided():
            return Saying(Side.USER, f"(the proposal: {event.decision}) {event.comment}".strip())
        case _:
            return None


def _fitting(sayings: Sequence[Saying], most: int) -> tuple[Saying, ...]:
    kept: list[Saying] = []
    room = most
    for saying in reversed(sayings):
        room -= len(saying.text)
        if room < 0 and kept:
            break
        kept.append(Saying(saying.who, saying.text[-most:]))
    return tuple(reversed(kept))
