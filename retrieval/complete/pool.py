"""Proposals for the next line, gathered: equal ones become one that several sources agree on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gatewright.retrieval.complete.tokens import parse_line


@dataclass(slots=True)
class Proposal:
    """A line of code without indentation, and what its sources say of it.

    `facts` keeps the greatest value each source gave; `votes` how often each source proposed it,
    `weights` with how much weight in all.
    `indent` is the indentation proposed with the highest `score`, None where none was.
    """

    text: str
    code: str
    tokens: tuple[str, ...]
    shape: str
    indent: str | None = None
    score: float = float("-inf")
    facts: dict[str, float] = field(default_factory=dict)
    votes: dict[str, int] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    best_source: str = ""


class Pool:
    """The proposals by their text; with something typed, only those that begin with it."""

    def __init__(self, typed: str = "") -> None:
        self._typed = "".join(typed.split())
        self.proposals: dict[str, Proposal] = {}

    def add(
        self,
        code: str,
        source: str,
        score: float,
        facts: Mapping[str, float],
        indent: str | None = None,
        weight: float = 1.0,
    ) -> None:
        """Take a proposal in. Scores compare proposals of equal text, to keep the best writing."""
        parsed = parse_line(code)
        if not parsed.tokens or not self._begins(parsed.text):
            return
        found = self.proposals.get(parsed.text)
        if found is None:
            found = self.proposals[parsed.text] = Proposal(
                parsed.text, parsed.code, parsed.tokens, parsed.shape
            )
        if score > found.score:
            found.score, found.code, found.best_source = score, parsed.code, source
            if indent is not None:
                found.indent = indent
        elif found.indent is None:
            found.indent = indent
        found.votes[source] = found.votes.get(source, 0) + 1
        found.weights[source] = found.weights.get(source, 0.0) + weight
        for name, value in facts.items():
            if value > found.facts.get(name, float("-inf")):
                found.facts[name] = value

    def keep_best(self, count: int) -> None:
        """Drop all but the proposals with the highest scores; of equal ones the earlier stays."""
        if len(self.proposals) > count:
            ranked = sorted(self.proposals.values(), key=lambda proposal: -proposal.score)
            kept = {proposal.text for proposal in ranked[:count]}
            self.proposals = {k: v for k, v in self.proposals.items() if k in kept}

    def _begins(self, text: str) -> bool:
        return not self._typed or "".join(text.split()).startswith(self._typed)
