"""Answers worked out by a model or an agent, one problem at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gatewright.agents.engine import solve
from gatewright.agents.oracle import HarnessFactory
from gatewright.agents.policy import LoopPolicy
from gatewright.core import (
    Oracle,
    Problem,
    Provenance,
    StopReason,
    Trajectory,
)
from gatewright.eval.answers import AnswerKind, Origins
from gatewright.eval.suites import Suite
from gatewright.models import Model, Sampling

SINGLE = "single"
LOOP = "loop"
AIDED, BARE = "aided", "bare"
"""Of suites of lines: shown the repository's parts and our drafts; shown the file alone."""


@dataclass(frozen=True, slots=True)
class SingleShot:
    """One answer to the benchmark's own prompt, taken as the benchmark takes it.

    `parameters` is whatever else the run's record should say of the answers.
    """

    suite: Suite
    model: Model
    sampling: Sampling
    parameters: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)

    @property
    def origins(self) -> Origins:
        """The model and how it is sampled."""
        return Origins(AnswerKind.AGENT, self.model.name, SINGLE, Oracle.NONE, self.parameters)

    def answer(self, problem: Problem, sample: int) -> Trajectory:
        """Ask once. Raises ModelError."""
        sampling = replace(self.sampling, sample=sample)
        completion = self.model.complete(self.suite.messages(problem), sampling)
        candidate = replace(
            self.suite.extract(problem, completion.text),
            provenance=Provenance.MODEL,
            sample=sample,
            usage=completion.usage,
        )
        notes = (
            ("the server cut the answer off at its token limit",) if completion.truncated else ()
        )
        return Trajectory(
            problem.id,
            Oracle.NONE,
            (),
            candidate,
            None,
            StopReason.UNVERIFIED if candidate.sources else StopReason.NO_CANDIDATE,
            completion.usage,
            notes,
        )


@dataclass(frozen=True, slots=True)
class LoopAgent:
    """The coder–judge loop. `model` None = what can be read off the specifications alone."""

    model: Model | None
    harnesses: HarnessFactory
    policy: LoopPolicy
    parameters: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)

    @property
    def origins(self) -> Origins:
        """The model, and the most that the loop may look at."""
        name = self.model.name if self.model else "symbolic"
        oracle = self.policy.oracle or Oracle.GOLDEN
        return Origins(AnswerKind.AGENT, name, LOOP, oracle, self.parameters)

    def answer(self, problem: Problem, sample: int) -> Trajectory:
        """Run the loop. Raises what tools raise."""
        return solve(
            problem,
            model=self.model,
            harnesses=self.harnesses,
            policy=self.policy,
            sample=sample,
        )
