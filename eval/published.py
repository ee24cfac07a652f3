"""A benchmark's own table of results, for those that have published one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from gatewright.core import UsageError, Verdict
from gatewright.eval.results import Run
from gatewright.eval.rows import Key
from gatewright.eval.suites import Suite

_OFFICIAL = "official"


@runtime_checkable
class HasOfficialTable(Protocol):
    """A suite may lay out its official rule set's verdicts as its authors do."""

    def official_table(self, samples: Mapping[str, Sequence[Verdict | None]]) -> str:
        """The table, from each problem's verdicts; None = no such sample."""
        ...


def official_table(run: Run, suite: Suite) -> str:
    """The table of a run of that suite. Raises UsageError where there is none."""
    wanted = (_OFFICIAL, suite.rule_sets[0])
    rules = next((name for name in wanted if name in run.manifest.rules), "")
    if not isinstance(suite, HasOfficialTable) or not rules:
        raise UsageError(
            f"{suite.name} has no published table for {', '.join(run.manifest.rules)}",
            where=str(run.path),
        )
    return suite.official_table(
        {
            problem: [
                _verdict(run, Key(problem, sample), rules) for sample in range(run.manifest.samples)
            ]
            for problem in run.manifest.problems
        }
    )


def _verdict(run: Run, key: Key, rules: str) -> Verdict | None:
    return run.verdicts.read(key).verdicts.get(rules) if key in run.verdicts else None
