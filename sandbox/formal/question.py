"""What is asked of the process that decides, and what it answers."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Self


class Answer(StrEnum):
    """What was found. `UNSUITED`: the designs cannot be modelled."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNDECIDED = "undecided"
    UNSUITED = "unsuited"


class Steps(StrEnum):
    """What one step of the model is, named after the pass that makes it so."""

    CYCLE = "async2sync"
    CHANGE = "clk2fflogic"


@dataclass(frozen=True, slots=True)
class Asked:
    """One job. `cpu_s` bounds it; `known` asks only whether gold's outputs are ever known."""

    gold_top: str
    gate_top: str
    cpu_s: float = 20.0
    known: bool = False

    @classmethod
    def of(cls, request: dict[str, object]) -> Self:
        """From a request, which holds more."""
        wanted = {key: value for key, value in request.items() if key in cls.__dataclass_fields__}
        return cls(**wanted)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Found:
    """A job's result. `by` is pairing, induction, abc or correspondence.

    `reason` says why it is unsuited.

    `clocks` are clock ports, each with the level after its active edge. `stimulus` holds the input
    ports' values of a counterexample, step by step. `unknown` are bits of gold's outputs that are
    never known: port and place, the lowest 0. `free` says that a register of the design has no
    initial value.
    """

    answer: Answer
    by: str = ""
    reason: str = ""
    steps: Steps = Steps.CYCLE
    clocks: tuple[tuple[str, int], ...] = ()
    stimulus: tuple[dict[str, int], ...] = ()
    unknown: tuple[tuple[str, int], ...] = ()
    free: bool = False

    def to_json(self) -> str:
        """As it is left for whoever asked."""
        return json.dumps(asdict(self))

    @classmethod
    def of_json(cls, text: str) -> Self:
        """The inverse of `to_json`."""
        found = json.loads(text)
        return cls(
            Answer(found["answer"]),
            found["by"],
            found["reason"],
            Steps(found["steps"]),
            tuple((name, level) for name, level in found["clocks"]),
            tuple(found["stimulus"]),
            tuple((name, bit) for name, bit in found["unknown"]),
            found["free"],
        )
