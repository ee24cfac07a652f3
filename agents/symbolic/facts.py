"""What the running text says about reset, clock edge, state codes and unstated outputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.text import Sentence

_RESETTING = re.compile(
    r"\b(?:[as]?_?n?_?(?:reset\w*|rst\w*|clear)|initial(?:ly)?|starts?|power[- ]?(?:up|on))\b", re.I
)
_ASYNCHRONOUS = re.compile(r"\basynchronous(?:ly)?\b|\basync\b", re.IGNORECASE)
_SYNCHRONOUS = re.compile(r"\bsynchronous(?:ly)?\b|\bsync\b", re.IGNORECASE)
_LOW = re.compile(r"\bactive[- ]low\b", re.IGNORECASE)
_HIGH = re.compile(r"\bactive[- ]high\b", re.IGNORECASE)
_FALLING = re.compile(r"\b(?:negative|falling)[- ]edge|\bnegedge\b", re.IGNORECASE)
_RISING = re.compile(r"\b(?:positive|rising)[- ]edge|\bposedge\b", re.IGNORECASE)
_ZERO = re.compile(
    r"\boutputs?\s+(?:are|is|=|default\s+to)\s*(?:0|zero|low)\b[^.]*(?:unless|otherwise|by default)"
    r"|\b(?:unless|otherwise)\b[^.]*\boutputs?\s+(?:are|is|=)\s*(?:0|zero|low)\b"
    r"|\bother\s+outputs?\s+(?:are|is)\s+(?:0|zero|low)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts in the text; None where it says nothing."""

    text: str
    asynchronous: bool | None
    active_low: bool | None
    falling: bool | None
    flip_flops: bool
    one_hot: bool
    zero_by_default: bool
    resetting: tuple[str, ...]

    def start(self, states: Sequence[str]) -> str | None:
        """The state that reset (or power-up) leads to; Abstain where the text names two."""
        found = {state for text in self.resetting for state in _targets(text, states)}
        if len(found) > 1:
            raise Abstain(f"the text names several reset states: {', '.join(sorted(found))}")
        if not found and any(_mentions(text, states) for text in self.resetting):
            raise Abstain("which state the reset leads to was not understood")
        return next(iter(found), None)


def gather(sentences: Iterable[Sentence], reset: str | None) -> Facts:
    """Collect the facts. Raises Abstain where sentences contradict each other."""
    texts = [re.sub(r"\s+", " ", s.text) for s in sentences]
    named = re.compile(rf"\b{re.escape(reset)}\b", re.IGNORECASE) if reset else None
    resetting = tuple(
        t for t in texts if _RESETTING.search(t) or (named is not None and named.search(t))
    )
    about = " ".join(resetting)
    everything = " ".join(texts)
    level = _level(about, reset)
    return Facts(
        everything,
        _either(about, _ASYNCHRONOUS, _SYNCHRONOUS, "synchronous and asynchronous reset"),
        level,
        _either(everything, _FALLING, _RISING, "both clock edges"),
        bool(re.search(r"\bflip-?flops?\b", everything, re.IGNORECASE)),
        bool(re.search(r"\bone[- ]?hot\b", everything, re.IGNORECASE)),
        bool(_ZERO.search(everything)),
        resetting,
    )


def _either(text: str, yes: re.Pattern[str], no: re.Pattern[str], what: str) -> bool | None:
    positive, negative = bool(yes.search(text)), bool(no.search(text))
    if positive and negative:
        raise Abstain(f"the text speaks of {what}")
    return True if positive else False if negative else None


def _level(text: str, reset: str | None) -> bool | None:
    """True for active-low, False for active-high, None if the text does not say."""
    low, high = bool(_LOW.search(text)), bool(_HIGH.search(text))
    name = rf"(?:(?:the\s+)?reset|{re.escape(reset)})" if reset else r"(?:the\s+)?reset"
    level = rf"\b(?:when|if|while|whenever)\s+{name}\s*(?:signal\s+)?(?:is|=|==|goes)\s*"
    low |= bool(re.search(level + r"(?:low|0|1'b0|deasserted|zero)\b", text, re.IGNORECASE))
    high |= bool(re.search(level + r"(?:if\s+)?(?:high|1|1'b1|one)\b", text, re.IGNORECASE))
    if low and high:
        raise Abstain("the text calls the reset active-low and active-high")
    return True if low else False if high else None


def _mentions(text: str, states: Sequence[str]) -> bool:
    """A state is named; `A` before a small letter is taken for the article."""
    return any(
        re.search(rf"(?<![\w'\[]){re.escape(state)}(?![\w'\]])(?!\s+[a-z])", text)
        for state in states
    )


def _targets(text: str, states: Sequence[str]) -> set[str]:
    """States that a sentence about reset sends the machine to."""
    by_name = {state: state for state in states}
    for state in states:
        if len(state) > 1:
            by_name.setdefault(state.lower(), state)
            by_name.setdefault(state.upper(), state)
    name = r"[\"'(]?(?:\d+'b)?([A-Za-z_]\w*|[01]+)[\"')]?"
    patterns = (
        rf"\bstate\s*(?:,?\s*(?:is|called|named|to|of|=|:)\s*)?(?:state\s+)?{name}",
        rf"\b(?:to|into|in|enters?|at|with)\s+(?:the\s+)?(?:initial\s+|reset\s+)?(?:state\s+)?{name}",
        rf"\bbecomes?\s+(?:the\s+)?(?:state\s+)?{name}",
        rf"\b(?:resets?|reset state|initial state|start state)\s*(?:->|:|=|is)\s*{name}",
        rf"{name}\s+is\s+the\s+(?:reset|initial|start(?:ing)?)\s+state\b",
        rf"\b(?:to|into|in|enters?)\s+(?:the\s+)?{name}\s+state\b",
        rf"\b(?:to|into|in)\s+(?:the\s+)?state\s+\w+\s*=\s*{name}",
    )
    found: set[str] = set()
    for pattern in patterns:
        for match in re.finditer(pattern, text, re.IGNORECASE):
            target = by_name.get(match[1])
            if target is not None:
                found.add(target)
    return found
