"""Thoughts that a reasoning model writes before its answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_OPENING = re.compile(r"<(think|thinking|thought|reasoning)>", re.IGNORECASE)
_LONGEST_TAG = len("</reasoning>")
_TAG = re.compile(r"<(/?)(think|thinking|thought|reasoning)>", re.IGNORECASE)


def without_reasoning(text: str) -> tuple[str, bool]:
    """The answer without `<think>…</think>` blocks, and whether it broke off inside one.

    Chat templates that open the block in the prompt leave only its end in the answer: everything
    before it goes. A block that never ends (the answer was cut off) takes the rest with it. Takes
    time in proportion to the text, whatever it holds.
    """
    kept: list[str] = []
    start, opened = 0, ""
    for tag in _TAG.finditer(text):
        ends, name = bool(tag[1]), tag[2].lower()
        if not ends and not opened:
            kept.append(text[start : tag.start()])
            opened = name
        elif ends and opened in ("", name):
            if not opened:
                kept.clear()
            start, opened = tag.end(), ""
    if not opened:
        kept.append(text[start:])
    return "".join(kept), bool(opened)


@dataclass(slots=True)
class Spoken:
    """Passes a text on as it comes, but for the thoughts in it.

    Thoughts whose beginning is in the prompt are not told apart before they end.
    """

    tell_on: Callable[[str], None]
    _held: str = ""
    _thought: str = ""

    def tell(self, piece: str) -> None:
        """The next piece."""
        self._held += piece
        while self._step():
            pass

    def end(self) -> None:
        """There is no more."""
        if not self._thought and self._held:
            self.tell_on(self._held)
        self._held = ""

    def _step(self) -> bool:
        """Pass on what is sure; whether there is more to look at."""
        if self._thought:
            closed = re.search(f"</{self._thought}>", self._held, re.IGNORECASE)
            if closed is None:
                self._held = self._held[-_LONGEST_TAG:]
                return False
            self._held, self._thought = self._held[closed.end() :], ""
            return True
        found = _OPENING.search(self._held)
        if found is not None:
            self._pass(found.start())
            self._held, self._thought = self._held[found.end() - found.start() :], found[1].lower()
            return True
        tail = self._held.rfind("<", max(0, len(self._held) - _LONGEST_TAG))
        self._pass(len(self._held) if tail < 0 else tail)
        return False

    def _pass(self, count: int) -> None:
        text, self._held = self._held[:count], self._held[count:]
        if text:
            self.tell_on(text)
