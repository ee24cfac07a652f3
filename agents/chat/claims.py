"""Sentences that say that a design is verified, looked for in what a model says."""

from __future__ import annotations

import re
from typing import NamedTuple

# What only a tool may say. Each is a claim unless the sentence denies, asks or intends it.
_CLAIM = re.compile(
    r"\b(?:(?:is|are|was|were|been|now|fully|formally|successfully|design|module|code|it)\s+"
    r"(?:\w+ly\s+)?verified|verified(?=\s*(?:[.!:✓✅]|$)|\s+(?:and|design|module|to|that|by|with|without|"
    r"against|successfully|correct))|verif(?:ied|ies)\s+successfully|verification\s+(?:has\s+)?"
    r"(?:passed|passes|succeeded|succeeds|is\s+complete)|pass(?:es|ed)\s+(?:all|every|its|the|"
    r"verification|simulation|formal)\b|all\s+(?:\w+\s+){0,3}(?:tests?|checks?|assertions?|cases?)"
    r"\s+(?:have\s+|now\s+)?pass(?:ed)?|prove[dn]\b|"
    r"(?:are|is)\s+(?:formally\s+|logically\s+)?equivalent|"
    r"(?:simulates?|works?|behaves?)\s+(?:correctly|perfectly)|0\s+mismatches|no\s+mismatch(?:es)?|"
    r"guaranteed\s+(?:to\s+be\s+)?correct|tests?\s+(?:all\s+)?pass(?:ed)?\b)",
    re.IGNORECASE,
)
# What only a proof may say, not a simulation.
_PROOF = re.compile(
    r"\b(?:prove[dn]\b|formally\s+(?:verified|correct|checked|equivalent)|logically\s+equivalent|"
    r"formal\s+verification\s+(?:has\s+)?pass(?:ed|es))",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"\b(?:not|never|no\s+tool|nothing|cannot|can't|isn't|aren't|wasn't|hasn't|haven't|didn't|"
    r"doesn't|don't|won't|unless|until|if|once|whether|when|before|after\s+it\s+is|should|would|"
    r"could|must|may|might|will|let\s+me|let's|I'll|going\s+to|to\s+be|needs?\s+to|want|please|"
    r"un(?:til|less)|unverified|without|fails?\s+to|so\s+that|make\s+sure|ensure|only\s+when)\b",
    re.IGNORECASE,
)
# These deny nothing that matters here.
_SELF_DENYING = re.compile(
    r"\bno\s+mismatch(?:es)?|\b0\s+mismatches|\bguaranteed\s+to\s+be\b", re.IGNORECASE
)
_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
# A denial holds for its own part of a sentence.
_CLAUSE = re.compile(r"[,;:()—–]|\s-\s|\bbut\b")
# A full stop inside a word (`fifo.sv`) ends no sentence.
_SENTENCE = re.compile(r"(?:[^.!?\n]|[.!?](?!\s|$))+[.!?]*")
# "written to `rtl/fifo.sv`", "saved as fifo.v", "wrote fifo.sv"
_WRITTEN = re.compile(
    r"\b(?:(?:written|saved|applied)\s+(?:it\s+)?(?:in)?(?:to|as)|wrote(?:\s+(?:it|that|this)\s+to)?|"
    r"(?:I(?:'ve|\s+have)|now)\s+(?:written|saved))\s+(?:the\s+file\s+)?[`*\"']*"
    r"(?P<path>[\w./-]*\w\.[A-Za-z]\w{0,6})\b",
    re.IGNORECASE,
)
_INTENT = re.compile(r"\b(?:can|propos\w*|draft|approv\w*|ready|wait\w*)\b", re.IGNORECASE)
_LONGEST = 300
_MOST = 5


def claims(text: str) -> tuple[str, ...]:
    """The sentences, outside of code, that claim that something was verified, passes or is proved.

    Told by words: a sentence that denies, asks for or intends it is none. Some harmless sentences
    are taken for claims; that costs a mark beside them.
    """
    return _found(text, _CLAIM)


def proofs(text: str) -> tuple[str, ...]:
    """The sentences among them that claim a proof, which a simulation is not."""
    return _found(text, _PROOF)


def _found(text: str, what: re.Pattern[str]) -> tuple[str, ...]:
    prose = _FENCE.sub("\n", text)
    found = []
    for sentence in _SENTENCE.findall(prose):
        words = sentence.strip().strip("*_#>-• ").strip()
        if not words or words.endswith("?"):
            continue
        if any(_claims(clause, what) for clause in _CLAUSE.split(words)):
            found.append(words[:_LONGEST])
    return tuple(dict.fromkeys(found))[:_MOST]


class Writing(NamedTuple):
    """A sentence that says that a file was written."""

    claim: str
    path: str


def writings(text: str) -> tuple[Writing, ...]:
    """The sentences, outside of code, that say of a file named there that it was written."""
    found = []
    for sentence in _SENTENCE.findall(_FENCE.sub("\n", text)):
        said = _WRITTEN.search(sentence)
        if said is None or sentence.rstrip().endswith("?") or _INTENT.search(sentence):
            continue
        if not _DENIAL.search(sentence):
            words = sentence.strip().strip("*_#>-• ").strip()
            found.append(Writing(words[:_LONGEST], said["path"]))
    return tuple(dict.fromkeys(found))[:_MOST]


def _claims(clause: str, what: re.Pattern[str]) -> bool:
    """A claim, and no denial before its end."""
    claim = what.search(clause)
    return claim is not None and not _DENIAL.search(_SELF_DENYING.sub(" ", clause[: claim.end()]))
