"""What the running text says about reset, clock edge, state codes and unstated outputs.

Only sentences that match one of the patterns below count as understood; what they say is taken from
the pattern's own places. `prose` refuses the text where a sentence matches no pattern at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.text import Sentence
from gatewright.agents.symbolic.vocabulary import clauses, compiled, slots

RESETS = tuple(
    map(
        compiled,
        (
            r"<resetting>(?: <to>)?",
            r"(?:include|use|add|it has|<machine> has) <resetting>(?: <to>)?",
            r"(?:include |use |add |it has |<machine> has )?<resetting>,?(?: that| which)?"
            r" (?:<resets> )?<to>",
            r"(?:include |use |add |it has |<machine> has )?<resetting>,?(?: that| which)? <resets>"
            r" <to>",
            r"(?:<resetting>|<reset>) is <adjs>,?(?: (?:and )?(?:<resets> )?<to>)?",
            r"<reset>(?: is|:) <det> (?:<adjs> )?reset(?:, <adjs>)?"
            r"(?:(?: (?:that|which) <resets>)? <to>)?",
            r"<reset>: reset(?:, <adjs>)?",
            r"<reset>: <adjs>(?: reset)?(?:, <adjs>)?(?: <to>)?",
            r"it (?:goes|resets(?: <machine>)?|returns(?: <machine>)?) <to>",
            r"(?:reset )?resets into state <start>(?: and (?:reset )?is <adjs>)?",
            r"(?:the )?(?:reset|initial|start) state(?: is|:) <start>"
            r"(?: and (?:the )?reset is <adjs>)?",
            r"<start> is the (?:reset|initial|start) state",
            r"<cond>,? <machine> <goes>,? <to><next>(?:,? \(?<adjs>(?: reset)?\)?)?",
            r"<cond>,? <machine> becomes <start><next>(?:,? \(?<adjs>(?: reset)?\)?)?",
            r"<machine> <goes>,? ?<to>(?: (?:after|on) (?:an? |the )?<adjs> reset)?",
            r"<machine> <goes> <to> <cond>",
            r"reset should <adjs> reset <machine> to state <start>",
            r"<machine> uses <reset> as <det> <adjs> reset(?: <to>)?(?: and updates on <edge>)?",
        ),
    )
)
CLOCKS = tuple(
    map(
        compiled,
        (
            r"(?:assume (?:that )?)?all sequential logic is triggered on <edge>",
            r"(?:assume (?:that )?)?all sequential logic is triggered <edge>",
            r"<machine> is (?:clocked|triggered) <edge>",
            r"<machine> (?:is|are) <falling>[- ]edge[- ]triggered",
            r"<machine> (?:updates|changes|advances) (?:on|at) <edge>",
            r"(?:note: )?<old> is the output of the flip-flop before the <falling> clock edge",
            r"(?:[jk]k|[dt]|sr) flip-flop, <falling>[- ]edge[- ]triggered",
            r"<clock>: (?:the )?(?:system )?clock(?: input| signal)?(?:,? <falling>[- ]edge"
            r"(?:[- ]triggered)?)?",
            r"<machine> uses <reset> as <det> <adjs> reset(?: <to>)?(?: and updates on <edge>)",
        ),
    )
)
ZERO = tuple(
    map(
        compiled,
        (
            r"(?:the |all )?outputs are (?:0|zero) unless (?:otherwise )?"
            r"(?:specified|stated|noted)",
            r"unless otherwise (?:stated|specified|noted)(?: in the diagram below)?,"
            r" (?:assume )?outputs are (?:0|zero)(?: and inputs are don'?t cares)?",
        ),
    )
)
WITH_RESET = compiled(r"(?:<ask> )?<nps>,? (?:with )?<resetting>(?: <to>)?")


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts in the text (a sentence a line); None where it says nothing."""

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
        found = {state_named(name, states) for text in self.resetting for name in _starts(text)}
        if None in found:
            raise Abstain("which state the reset leads to was not understood")
        if len(found) > 1:
            names = ", ".join(sorted(state for state in found if state))
            raise Abstain(f"the text names several reset states: {names}")
        return next(iter(found), None)


def state_named(name: str, states: Sequence[str]) -> str | None:
    """The state that the text calls so: exactly, or a longer name all in one case."""
    name = re.sub(r"^\d+'b", "", name)
    if name in states:
        return name
    alike = [s for s in states if len(s) > 1 and name in (s.lower(), s.upper())]
    return alike[0] if len(alike) == 1 else None


def about_reset(clause: str) -> re.Match[str] | None:
    """The match, if the clause is an understood one about reset or the initial state."""
    matches = (pattern.fullmatch(clause) for pattern in (*RESETS, WITH_RESET))
    return next((match for match in matches if match), None)


def gather(sentences: Iterable[Sentence], reset: str | None) -> Facts:
    """Collect the facts. Raises Abstain where sentences contradict each other."""
    texts = [re.sub(r"\s+", " ", s.text) for s in sentences]
    parts = [part for text in texts for part in clauses(text)]
    resetting = tuple(part for part in parts if about_reset(part))
    everything = "\n".join(texts)
    about = " ".join(resetting)
    return Facts(
        everything,
        _either(about, r"async\w*", r"sync\w*", "synchronous and asynchronous reset"),
        _level(resetting, reset),
        _falling(parts),
        bool(re.search(r"\bflip-?flops?\b", everything, re.IGNORECASE)),
        bool(re.search(r"\bone[- ]?hot\b", everything, re.IGNORECASE)),
        any(pattern.fullmatch(part) for pattern in ZERO for part in parts),
        resetting,
    )


def _starts(clause: str) -> list[str]:
    match = about_reset(clause)
    return [text for _, text in slots(match, "start")] if match else []


def _either(text: str, yes: str, no: str, what: str) -> bool | None:
    positive = bool(re.search(rf"\b{yes}\b", text, re.IGNORECASE))
    negative = bool(re.search(rf"\b{no}\b", text, re.IGNORECASE))
    if positive and negative:
        raise Abstain(f"the text speaks of {what}")
    return True if positive else False if negative else None


def _level(clauses_: Sequence[str], reset: str | None) -> bool | None:
    """True for active-low, False for active-high, None if the text does not say."""
    text = " ".join(clauses_)
    name = rf"(?:reset|{re.escape(reset)})" if reset else "reset"
    level = rf"\b{name}(?: signal| input)? ?(?:is|if|==?|goes) ?"
    return _either(
        text,
        rf"(?:active[- ]low|{level}(?:low|0|1'b0|zero))",
        rf"(?:active[- ]high|{level}(?:high|1|1'b1|one))",
        "a reset that is active-low and active-high",
    )


def _falling(parts: Iterable[str]) -> bool | None:
    found = {
        text.lower() in ("negative", "falling")
        for part in parts
        for pattern in CLOCKS
        if (match := pattern.fullmatch(part))
        for _, text in slots(match, "falling")
    }
    if len(found) > 1:
        raise Abstain("the text speaks of both clock edges")
    return next(iter(found), None)
