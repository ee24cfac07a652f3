"""Calls of tools that a model writes into its text: found, and kept from who reads the text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_OPENING = "```tool"
_BLOCK = re.compile(r"```tool(?:_call|_code)?[ \t]*\n(?P<body>.*?)(?:\n[ \t]*```|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ToolText:
    """A call; `problem` says why it cannot be carried out as it is written."""

    name: str = ""
    arguments: Mapping[str, object] = field(default_factory=dict)
    problem: str = ""


def tool_text(answer: str) -> ToolText | None:
    """The first call in an answer; None where it holds none."""
    found = _BLOCK.search(answer)
    if found is None:
        return None
    try:
        document = json.loads(found["body"], strict=False)
    except ValueError as error:
        return ToolText(problem=f"the tool block is no JSON: {error}")
    if not isinstance(document, dict) or not isinstance(document.get("name"), str):
        return ToolText(problem='a tool block is {"name": ..., "arguments": {...}}')
    arguments = document.get("arguments", {})
    if not isinstance(arguments, dict):
        return ToolText(problem="arguments is no JSON object")
    return ToolText(document["name"], arguments)


@dataclass(slots=True)
class Hiding:
    """Passes a text on as it comes, up to where a call of a tool begins."""

    tell_on: Callable[[str], None]
    _held: str = ""
    _hidden: bool = False

    def tell(self, piece: str) -> None:
        """The next piece."""
        if self._hidden:
            return
        self._held += piece
        at = self._held.find(_OPENING)
        if at >= 0:
            self._pass(self._held[:at].rstrip())
            self._hidden = True
            return
        keep = next(
            (n for n in range(len(_OPENING) - 1, 0, -1) if self._held.endswith(_OPENING[:n])), 0
        )
        cut = len(self._held) - keep
        text, self._held = self._held[:cut], self._held[cut:]
        self._pass(text)

    def end(self) -> None:
        """There is no more."""
        if not self._hidden:
            self._pass(self._held)
        self._held = ""

    def _pass(self, text: str) -> None:
        if text:
            self.tell_on(text)
