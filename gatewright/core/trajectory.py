"""How an answer came about: the rounds of the loop, the best candidate, why it stopped."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from gatewright.core.candidate import Candidate, Usage
from gatewright.core.judgement import Judgement
from gatewright.core.problem import Oracle
from gatewright.core.verdict import Verdict


class StopReason(StrEnum):
    """Why the loop stopped. UNVERIFIED: the best elaborates, and no oracle can say more."""

    PASSED = "passed"
    ROUNDS = "rounds"
    TOKENS = "tokens"
    MONEY = "money"
    WALL = "wall"
    STAGNATION = "stagnation"
    DUPLICATE = "duplicate"
    AMBIGUOUS = "ambiguous"
    NO_CANDIDATE = "no_candidate"
    MODEL_FAILED = "model_failed"
    UNVERIFIED = "unverified"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Round:
    """One turn: what the judge said if it was asked, the candidate tried, and its verdict.

    `judgement` is about the candidate's parent and led to this candidate; where it led to none
    (the judge finds the specification ambiguous), the candidate is the parent itself.
    `prompt_sha256` is the hash of the messages that produced the candidate ('' = no model).
    `kept` is False where the candidate scored worse than the best so far and was rolled back.
    """

    number: int
    candidate: Candidate
    verdict: Verdict
    judgement: Judgement | None = None
    prompt_sha256: str = ""
    kept: bool = True
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class Trajectory:
    """The whole of it. `verdict` is the best candidate's, judged by `oracle`."""

    problem_id: str
    oracle: Oracle
    rounds: tuple[Round, ...]
    best: Candidate | None
    verdict: Verdict | None
    stop: StopReason
    usage: Usage = field(default_factory=Usage)
    notes: tuple[str, ...] = ()
