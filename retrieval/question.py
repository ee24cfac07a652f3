"""A question as terms: how often each is asked for, and which lead."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from gatewright.retrieval.text import question_terms

_SENTENCE = re.compile(r"(?<=[a-z0-9)][.!?])\s+")


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The terms of a question by how much they count, and those of its first sentence.

    A description says at once what the thing is; what follows tells of its surroundings.
    """

    terms: Mapping[str, float]
    first: frozenset[str]

    def weighed(self, lead: float) -> Mapping[str, float]:
        """The terms with those of the first sentence counting `lead` times as much."""
        return {
            term: weight * lead if term in self.first else weight
            for term, weight in self.terms.items()
        }


def asked(text: str) -> Asked:
    """The terms of a question; repeated ones count more, but less each time."""
    opening, *rest = _SENTENCE.split(text.strip(), maxsplit=1)
    counts = Counter(question_terms(text))
    first = frozenset(question_terms(opening)) if rest else frozenset()
    return Asked({term: count**0.5 for term, count in counts.items()}, first)
