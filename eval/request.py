"""What is asked of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from gatewright.core import Problem, UsageError
from gatewright.eval.answers import Answers
from gatewright.eval.executors.base import Executor
from gatewright.eval.suites import Dataset, Suite
from gatewright.sandbox.harness.simulators import SimulatorChoice

ALL = "all"
EVERY = "*"


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One `eval`.

    `answers` None scores the answers that `out` already holds. `samples` None takes what the
    answers have (1 where they are asked for). `rules` empty takes the suite's default, `("all",)`
    every rule set. `problems` is a shell pattern, or several with commas between.
    `tools` are the versions to record; they must be the same when a run is resumed;
    they name a `simulator` that is not Icarus.
    """

    suite: Suite
    out: Path
    answers: Answers | None = None
    data: Path | None = None
    samples: int | None = None
    rules: Sequence[str] = ()
    problems: str = EVERY
    jobs: int = 2
    generate_only: bool = False
    tools: Mapping[str, str] = field(default_factory=dict)
    executor: Executor | None = None
    simulator: SimulatorChoice = SimulatorChoice.ICARUS


def chosen_rules(suite: Suite, names: Sequence[str]) -> tuple[str, ...]:
    """The rule sets of a request, the most lenient first. Raises UsageError for an unknown one."""
    if not names:
        names = suite.default_rules
    elif ALL in names:
        names = suite.rule_sets
    unknown = [name for name in names if name not in suite.rule_sets]
    if unknown:
        raise UsageError(
            f"{suite.name} has no rule set {unknown[0]!r}",
            hint=f"it has {', '.join(suite.rule_sets)}; `all` takes every one",
        )
    return tuple(name for name in suite.rule_sets if name in names)


def chosen_problems(suite: Suite, dataset: Dataset, pattern: str) -> tuple[Problem, ...]:
    """The problems a pattern names, in the benchmark's order. Raises UsageError for none."""
    patterns = [part.strip() for part in pattern.split(",")]
    chosen = tuple(
        problem for problem in dataset.problems if any(fnmatchcase(problem.id, p) for p in patterns)
    )
    if not chosen:
        first = dataset.problems[0].id if dataset.problems else "nothing"
        raise UsageError(
            f"no problem of {suite.name} is called like {pattern!r}",
            hint=f"it has {len(dataset.problems)}, the first is {first}",
        )
    return chosen
