"""How the loop is to go about a problem."""

from __future__ import annotations

from dataclasses import dataclass, field

from gatewright.agents.budget import Budget
from gatewright.core import Oracle


@dataclass(frozen=True, slots=True)
class LoopPolicy:
    """`samples` first attempts, the best `keep` distinct ones improved for `rounds` edit rounds.

    `repairs`: tries at code that does not compile, for every attempt and edit.
    `stagnation`: edit rounds without a better score before the next kept one has its turn.
    `temperature`: how the model is sampled; where that is 0, attempts after the first are sampled
    at `spread`, for else they would all be the same.
    `oracle`: the most that the loop may look at (None: the best there is for the problem).
    `cross_check`: so many designs and testbenches are written for an oracle that is generated.
    `symbolic`: structured specifications are answered without the model where they can be;
    `hints`: what was read of them is put into the prompts as plain sentences.
    `optimise`: what passes is made better for as long as rounds are left, in languages whose
    verdicts tell by how much (kernels).
    `init_registers`: registers without reset and initial value get the initial value 0.
    """

    samples: int = 1
    keep: int = 2
    rounds: int = 6
    repairs: int = 2
    stagnation: int = 3
    temperature: float = 0.0
    spread: float = 0.8
    top_p: float | None = None
    max_tokens: int | None = None
    budget: Budget = field(default_factory=Budget)
    oracle: Oracle | None = None
    cross_check: int = 3
    symbolic: bool = True
    hints: bool = True
    init_registers: bool = True
    optimise: bool = False
