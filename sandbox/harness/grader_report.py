"""Reads what a grader's session reported: its tests, its builds, its simulations, its status."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gatewright.core import Outcome, TestResult
from gatewright.sandbox.harness.cocotb_report import MAX_TESTS, Report, read_report

_OUTCOMES = {"passed": Outcome.PASS, "failed": Outcome.FAIL, "skipped": Outcome.INCONCLUSIVE}


@dataclass(frozen=True, slots=True)
class Session:
    """A grader's run as reported.

    `cases` are the grader's own tests, `unloaded` why its files did not load, `builds_failed` the
    logs of builds that failed, `simulations` what each cocotb simulation reported, `status` the
    exit status (None: it did not come to that), `foreign` another simulator that was asked for.
    """

    cases: tuple[TestResult, ...] = ()
    collected: int = 0
    unloaded: tuple[str, ...] = ()
    builds_failed: tuple[str, ...] = ()
    simulations: tuple[Report, ...] = ()
    status: int | None = None
    foreign: str = ""

    @property
    def results(self) -> tuple[TestResult, ...]:
        """The cocotb tests; where there are none, the grader's own."""
        found = tuple(result for report in self.simulations for result in report.results)
        return found or self.cases

    @property
    def assertions(self) -> int:
        """Assertions executed in simulations."""
        return sum(report.assertions for report in self.simulations)

    @property
    def complete(self) -> bool:
        """All that was begun was reported to its end, and something was tested."""
        done = len(self.cases) == self.collected
        tested = any(result.outcome is Outcome.PASS for result in self.results)
        return done and tested and all(report.complete for report in self.simulations)

    @property
    def clean(self) -> bool:
        """Nothing failed."""
        outcomes = {result.outcome for result in (*self.cases, *self.results)}
        failed = Outcome.FAIL in outcomes or any(r.failed or r.fault for r in self.simulations)
        return not failed and not self.builds_failed and not self.unloaded

    @property
    def ports_differ(self) -> bool:
        """Whether every cocotb test that failed did so for want of a signal."""
        failed = sum(report.failed for report in self.simulations)
        return failed > 0 and failed == sum(r.kinds.get("port", 0) for r in self.simulations)


def read_session(channel: bytes) -> Session:
    """Parse the JSON lines; a line cut off by the end of the process is left out."""
    cases: dict[str, TestResult] = {}
    runs: dict[int, list[bytes]] = defaultdict(list)
    cases_of: dict[int, str] = {}
    unloaded, failed = list[str](), list[str]()
    collected, status, foreign = 0, None, ""
    for line in channel.splitlines():
        event = _event(line)
        kind = event.get("event")
        if kind == "sim":
            cases_of[int(event["run"])] = str(event["case"])
        if "run" in event:
            runs[int(event["run"])].append(line)
        elif kind == "cases":
            collected = len(event["names"])
        elif kind == "case" and len(cases) < MAX_TESTS:
            _add(cases, event)
        elif kind == "unloaded":
            unloaded.append(str(event["message"]))
        elif kind == "build" and not event["ok"]:
            failed.append(str(event["log"]))
        elif kind == "foreign":
            foreign = str(event["name"])
        elif kind == "exit":
            status = int(event["status"])
    reports = {number: read_report(b"\n".join(runs[number])) for number in sorted(runs)}
    told = (tuple(cases.values()), collected, tuple(unloaded), tuple(failed))
    return Session(*told, _told_apart(reports, cases_of), status, foreign)


def _told_apart(reports: Mapping[int, Report], cases: Mapping[int, str]) -> tuple[Report, ...]:
    """Where several simulations ran, their tests' names begin with that of the grader's test."""
    if len(reports) < 2:
        return tuple(reports.values())
    return tuple(_named(report, cases.get(n, "")) for n, report in reports.items())


def _named(report: Report, case: str) -> Report:
    case = case.rpartition("::")[2].partition(" (")[0]
    if not case or report.collected is None:
        return report
    names = tuple(f"{case}: {name}" for name in report.collected)
    results = tuple(replace(r, name=f"{case}: {r.name}") for r in report.results)
    return replace(report, collected=names, results=results)


def _add(cases: dict[str, TestResult], event: Mapping[str, Any]) -> None:
    """One result a test: a failing tear-down makes a test fail that had passed."""
    name, outcome = str(event["name"]), _OUTCOMES[event["outcome"]]
    if name not in cases or outcome is Outcome.FAIL:
        cases[name] = TestResult(name, outcome, str(event["message"]))


def _event(line: bytes) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}
