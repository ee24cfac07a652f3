"""Events of a conversation as text, for clients that know nothing but text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of an answer, or of what is told of the way to it."""

    content: str = ""
    progress: str = ""

    @property
    def delta(self) -> dict[str, str]:
        """It, as a stream carries it; progress goes where models' reasoning does."""
        return {"reasoning_content": self.progress} if self.progress else {"content": self.content}


def text_of(event: Mapping[str, Any]) -> Iterator[Piece]:
    """An event's text; nothing for those that are only shown otherwise."""
    kind = event["kind"]
    if kind == "said":
        yield Piece(event["text"])
    elif kind == "told":
        yield Piece(progress=f"{event['text']}\n")
    elif kind == "contract":
        yield Piece(_contract(event))
    elif kind == "question":
        yield Piece(_question(event))
    elif kind == "tool_started":
        yield Piece(progress=f"{event['tool']} …\n")
    elif kind == "tool_ended":
        yield Piece(progress=f"{event['tool']}: {event['summary']}\n")
    elif kind == "round":
        yield Piece(progress=f"{event['text']}\n")
    elif kind == "verified":
        yield Piece(_verified(event))
    elif kind == "unverified":
        yield Piece(f"\n\n> Not verified: “{event['claim']}” ({event['why']}).\n")
    elif kind == "approval":
        yield Piece(_approval(event))


def _contract(event: Mapping[str, Any]) -> str:
    lines = [f"\n**Contract of `{event['module']}`**\n"]
    for port in event["ports"]:
        width = f" ({port['width']} bits)" if port.get("width", 1) != 1 else ""
        lines.append(f"- `{port['direction']}` `{port['name']}`{width}")
    told = ("clock", "reset", "latency", "behaviour")
    lines += [f"- {name}: {event[name]}" for name in told if event[name]]
    lines += [f"- assumed: {text}" for text in event["assumptions"]]
    return "\n".join(lines) + "\n\n"


def _question(event: Mapping[str, Any]) -> str:
    choices = "".join(f"\n- {choice}" for choice in event["choices"])
    return f"\n{event['text']}{choices}\n"


def _verified(event: Mapping[str, Any]) -> str:
    verdict = event["verdict"]
    against = f" against {event['against']}" if event["against"] else ""
    given = ", ".join(event["given"])
    of = f" of {given}" if given else ""
    proof = next((d["message"] for d in verdict["diagnostics"] if d["tool"] == "equivalence"), "")
    if proof:
        return (
            f"\n\n**Verdict of `{event['tool']}`{of}: {verdict['outcome']}**, {proof}{against}.\n"
        )
    count = f", {verdict['checks']:,} checks" if verdict["checks"] else ""
    wrong = f", {verdict['mismatches']:,} wrong" if verdict["mismatches"] else ""
    why = f" ({verdict['failure_class']})" if verdict["failure_class"] else ""
    return (
        f"\n\n**Verdict of `{event['tool']}`{of}: {verdict['outcome']}{why}**, oracle "
        f"{event['oracle']}{against}{count}{wrong}.\n"
    )


def _approval(event: Mapping[str, Any]) -> str:
    return (
        f"\n\nProposed for `{event['path']}`; nothing is written before you approve it on "
        f"Gatewright's page or in `gatewright chat`:\n\n```diff\n{event['diff'].rstrip()}\n```\n"
    )
