"""A conversation's events on a terminal or in a pipe."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING

from gatewright.agents.chat.events import (
    ApprovalWanted,
    Asked,
    Contract,
    Decided,
    Decision,
    End,
    Event,
    Question,
    RoundTold,
    Said,
    Told,
    ToolEnded,
    ToolStarted,
    TurnEnded,
    TurnFailed,
    Unverified,
    Verified,
    Wrote,
)
from gatewright.agents.chat.toolbox import BY_HAND
from gatewright.cli.terminal import shown

if TYPE_CHECKING:
    from gatewright.agents.chat.store import Summary

_COLOURS = {"red": 31, "green": 32, "yellow": 33, "cyan": 36, "bold": 1, "dim": 2}
_LONGEST_ARGUMENTS = 100
# Tools whose end shows by an event of its own.
_SILENT = ("ask_user", "show_contract")
_TOLD_OTHERWISE = ("verify", "equivalence", "save", "undo", "ask_user", "show_contract")


class Screen:
    """Shows events: what is said and found on stdout, what goes on meanwhile on stderr."""

    def __init__(self) -> None:
        self._midline = False
        self._coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    def show(self, event: Event) -> None:
        """One event, as it comes."""
        match event:
            case Said(text):
                self._write(text)
            case Told(text):
                self.line(f"note: {text}", "yellow")
            case Contract():
                self.line(contract_text(event), "bold")
            case Question():
                self._question(event)
            case ToolStarted(_, tool, arguments) if tool not in _SILENT:
                self._aside(f"… {tool} {_short(arguments)}".rstrip())
            case ToolEnded():
                self._ended(event)
            case RoundTold(text):
                self._aside(f"  {text}")
            case Verified():
                self._verdict(event)
            case Unverified(claim, why):
                self.line(f"NOT VERIFIED: “{claim}” ({why})", "red")
            case _:
                self._change(event)

    def line(self, text: str, colour: str = "") -> None:
        """A line of its own on stdout."""
        self._end_line()
        sys.stdout.write(self.painted(shown(text), colour) + "\n")
        sys.stdout.flush()

    def painted(self, text: str, colour: str) -> str:
        """The text in a colour, where colours are shown."""
        if not colour or not self._coloured:
            return text
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m"

    def diff(self, text: str) -> None:
        """A difference, its lines coloured."""
        for line in text.splitlines():
            colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
            self.line(line, colour)

    def _change(self, event: Event) -> None:
        match event:
            case ApprovalWanted(_, path, diff, new):
                self.line(f"proposed: {'new file ' if new else ''}{path}", "bold")
                self.diff(diff)
            case Wrote(path, _, undone):
                told = f"put back {path}" if undone else f"wrote {path} (/undo takes it back)"
                self.line(told, "green")
            case Decided(_, decision, comment):
                if decision is Decision.REJECT:
                    self.line(f"rejected{f': {comment}' if comment else ''}", "dim")
            case TurnEnded(reason):
                self._end_line()
                if reason is End.STOPPED:
                    self.line("stopped", "yellow")
            case TurnFailed(message):
                self.line(f"failed: {message}", "red")

    def replay(self, event: Event) -> None:
        """An event of a conversation that is gone on with."""
        if isinstance(event, Asked):
            self.line(f"> {event.text}", "cyan")
        elif not isinstance(event, ToolStarted | RoundTold):
            self.show(event)
            if isinstance(event, Said):
                self._end_line()

    def _verdict(self, event: Verified) -> None:
        from gatewright.agents.chat.tools_check import verdict_line

        colour = "green" if event.verdict.passed else "red"
        self.line(
            f"VERDICT ({event.tool}) {event.named}: {verdict_line(event.verdict, event.against)}",
            colour,
        )

    def _ended(self, event: ToolEnded) -> None:
        if not event.ok and event.id.startswith(BY_HAND):
            self.line(event.summary, "red")
        elif not event.ok or event.tool not in _TOLD_OTHERWISE:
            self._aside(f"  {event.tool}{'' if event.ok else ' failed'}: {event.summary}")

    def _question(self, event: Question) -> None:
        self.line(event.text, "bold")
        for choice in event.choices:
            self.line(f"  - {choice}")

    def _aside(self, text: str) -> None:
        self._end_line()
        sys.stdout.flush()
        print(shown(text), file=sys.stderr, flush=True)

    def _write(self, text: str) -> None:
        sys.stdout.write(shown(text))
        sys.stdout.flush()
        if text:
            self._midline = not text.endswith("\n")

    def _end_line(self) -> None:
        if self._midline:
            sys.stdout.write("\n")
        self._midline = False


def contract_text(contract: Contract) -> str:
    """A contract in lines."""
    lines = [f"contract: module {contract.module}"]
    for port in contract.ports:
        width = f" {port.range_text}" if port.range_text else ""
        lines.append(f"  {port.direction}{width} {port.name}")
    lines += (
        f"  clock: {contract.clock or 'none'}",
        f"  reset: {contract.reset or 'none'}",
        f"  latency: {contract.latency or 'not said'}",
    )
    told = [*contract.behaviour.splitlines(), *(f"assumed: {a}" for a in contract.assumptions)]
    return "\n".join([*lines, *(f"  {line}" for line in told)])


def summary_line(summary: Summary) -> str:
    """One conversation in a list."""
    when = datetime.fromtimestamp(summary.changed).strftime("%Y-%m-%d %H:%M")
    turns = f"{summary.turns} turn{'' if summary.turns == 1 else 's'}"
    return shown(f"{summary.id}  {when}  {turns:>9}  {summary.title}")


def _short(arguments: str) -> str:
    """Arguments as a person reads them."""
    from gatewright.agents.chat.conversation import arguments_line

    try:
        line = arguments_line(json.loads(arguments))
    except ValueError:
        line = arguments
    line = " ".join(line.split())
    return line if len(line) <= _LONGEST_ARGUMENTS else f"{line[: _LONGEST_ARGUMENTS - 1]}…"
