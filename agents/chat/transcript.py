"""A conversation as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.agents.chat.events import (
    ApprovalWanted,
    Asked,
    Contract,
    Decided,
    Event,
    Question,
    Said,
    Told,
    TurnFailed,
    Unverified,
    Verified,
    Wrote,
)

TITLE = "# Conversation"


def transcript(events: Sequence[Event]) -> str:
    """What was said and found, in order; what went on inside tools is left out."""
    parts = [text for event in events if (text := _part(event))]
    return f"{TITLE}\n\n" + "\n\n".join(parts) + "\n"


def _part(event: Event) -> str:
    from gatewright.agents.chat.tools_check import verdict_line

    match event:
        case Asked(text):
            return f"## {' '.join(text.split())[:100]}\n\n{_quoted(text)}"
        case Said(text):
            return text.strip()
        case Told(text):
            return f"*{text}*"
        case Contract():
            assumed = "".join(f"\n- assumed: {each}" for each in event.assumptions)
            rows = "\n".join(f"| `{p.name}` | {p.direction} | {p.width} |" for p in event.ports)
            return (
                f"**Contract of `{event.module}`**: clock {event.clock}, reset {event.reset}, "
                f"latency {event.latency}\n\n| port | direction | width |\n|---|---|---|\n{rows}"
                f"\n\n{event.behaviour}\n{assumed}"
            )
        case Question(text):
            return f"**{text}**"
        case Verified():
            line = verdict_line(event.verdict, event.against)
            return f"**Verdict of {event.tool}** on {event.named}: {line}"
        case Unverified(claim, why):
            return f"**Unverified**: “{claim}” ({why})"
        case ApprovalWanted(_, path, diff):
            return f"Proposed for `{path}`:\n\n```diff\n{diff.rstrip()}\n```"
        case _:
            return _done(event)


def _done(event: Event) -> str:
    match event:
        case Decided(_, decision, comment):
            return f"*{decision}{f': {comment}' if comment else ''}*"
        case Wrote(path, _, undone):
            return f"*{'put back' if undone else 'wrote'} `{path}`*"
        case TurnFailed(message):
            return f"*failed: {message}*"
        case _:
            return ""


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
