"""In which order answers are worked on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from gatewright.core import Problem, TestbenchSpec
from gatewright.eval.rows import Key
from gatewright.eval.suites import Suite


@runtime_checkable
class KnowsCost(Protocol):
    """A suite may say what checking an answer to a problem costs, in any unit."""

    def cost(self, problem: Problem) -> float:
        """More for what takes longer."""
        ...


_REPEAT = re.compile(r"\brepeat\s*\(\s*(\d+)\s*\)")
_RANGE = re.compile(r"\[\s*(\d+)\s*:\s*(\d+)\s*\]")
_LOOP = re.compile(r"\bfor\b")


def cost(suite: Suite, problem: Problem) -> float:
    """What checking is likely to cost: the suite's word, or a guess from the sources.

    The guess is the cycles the testbench counts out, times the widest vector, times the loops of
    the reference: good enough to put what takes seconds before what takes milliseconds.
    """
    if isinstance(suite, KnowsCost):
        return suite.cost(problem)
    if not isinstance(problem.harness, TestbenchSpec):
        return 0.0
    reference = "\n".join(source.text for source in problem.harness.reference)
    text = reference + "\n".join(source.text for source in problem.harness.testbench)
    cycles = sum(int(m[1]) for m in _REPEAT.finditer(text))
    width = max((abs(int(m[1]) - int(m[2])) + 1 for m in _RANGE.finditer(text)), default=1)
    loops = len(_LOOP.findall(reference))
    return float((100 + cycles) * (8 + width) * (1 + 4 * loops))


def longest_first(
    problems: Sequence[Problem], costs: Mapping[str, float], samples: int
) -> list[Key]:
    """All keys, the first samples of all problems before the second ones, costly ones first.

    The workers then finish together, and an answer that repeats an earlier one of the same
    problem finds that one's verdict ready.
    """
    ranked = sorted(problems, key=lambda problem: -costs[problem.id])
    return [Key(problem.id, sample) for sample in range(samples) for problem in ranked]


def in_order(problems: Iterable[str], samples: int) -> list[Key]:
    """All keys in the order of the benchmark: the order of the finished files."""
    return [Key(problem, sample) for problem in problems for sample in range(samples)]
