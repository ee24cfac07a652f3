"""The work on one answer: getting it, and having it checked. Runs in a worker, writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gatewright.core import (
    Candidate,
    FailureClass,
    GatewrightError,
    ModelError,
    Outcome,
    Problem,
    Provenance,
    StopReason,
    Trajectory,
    Verdict,
)
from gatewright.eval.answers import Asked
from gatewright.eval.rows import (
    Key,
    ResultRow,
    SampleRow,
    TrajectoryRow,
    VerdictRow,
    result_row,
    sample_row,
)
from gatewright.eval.trim import MESSAGE_CHARACTERS, encodable, kept_trajectory
from gatewright.eval.verdict_cache import VerdictCache
from gatewright.sandbox.harness import Harness


class InternalError(GatewrightError):
    """Our own code broke on an answer: neither the design's fault nor a tool's."""

    def __init__(self, cause: Exception) -> None:
        what = f"{type(cause).__name__}: {encodable(str(cause))}"[:MESSAGE_CHARACTERS]
        super().__init__(
            f"gatewright itself failed: {what}",
            hint="the traceback is in errors.jsonl in the run's folder; please report it",
        )
        self.__cause__ = cause


@dataclass(frozen=True, slots=True)
class Task:
    """One answer to bring or to check; `sample` is the answer where it is there already."""

    key: Key
    problem: Problem
    sample: SampleRow | None


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a task. `error` says why the rest is missing."""

    key: Key
    trajectory: TrajectoryRow | None = None
    sample: SampleRow | None = None
    verdicts: VerdictRow | None = None
    result: ResultRow | None = None
    error: GatewrightError | None = None


class Worker:
    """Works on tasks. Safe to call from several threads at once."""

    def __init__(self, asked: Asked | None, harnesses: Sequence[Harness]) -> None:
        self._asked = asked
        self._harnesses = harnesses
        self._cache = VerdictCache()

    def __call__(self, task: Task) -> Done:
        """Do what is left to do; a tool's or model's failure is part of the report."""
        done = Done(task.key)
        try:
            if task.sample is None:
                done = self._answer(task, done)
            return self._check(task.problem, done, done.sample or task.sample)
        except GatewrightError as error:
            return replace(done, error=error)
        except Exception as error:
            return replace(done, error=InternalError(error))

    def _answer(self, task: Task, done: Done) -> Done:
        if self._asked is None:
            return done
        trajectory = self._asked.answer(task.problem, task.key.sample)
        if trajectory.stop is StopReason.MODEL_FAILED:
            notes = "; ".join(trajectory.notes) or "the model failed"
            raise ModelError(notes, where=str(task.key))
        row = sample_row(
            task.key.task, _best(trajectory, task.key), trajectory.oracle, trajectory.stop
        )
        return replace(done, trajectory=kept_trajectory(trajectory, task.key.sample), sample=row)

    def _check(self, problem: Problem, done: Done, sample: SampleRow | None) -> Done:
        if sample is None or not self._harnesses:
            return done
        verdicts: dict[str, Verdict] = {}
        cpu_s = 0.0
        for harness in self._harnesses:
            if not sample.sources:
                verdicts[harness.rules] = _no_code(harness.rules)
                continue
            checked = self._cache.check(problem, sample.candidate, harness)
            verdicts[harness.rules] = checked.verdict
            cpu_s += checked.cpu_s
        return replace(
            done,
            verdicts=VerdictRow(sample.task, sample.sample, verdicts),
            result=result_row(sample, verdicts, cpu_s),
        )


def _best(trajectory: Trajectory, key: Key) -> Candidate:
    best = trajectory.best or Candidate((), Provenance.MODEL)
    return replace(best, sample=key.sample, usage=trajectory.usage)


def _no_code(rules: str) -> Verdict:
    return Verdict(Outcome.FAIL, FailureClass.NO_CODE, rules=rules)
