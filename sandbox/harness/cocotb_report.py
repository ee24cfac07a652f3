"""Reads what the plugin inside the simulator reported, and makes test results of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gatewright.core import Diagnostic, Outcome, Severity, TestResult

TOOL = "cocotb"
MAX_TESTS = 10_000


@dataclass(frozen=True, slots=True)
class Report:
    """The tests collected (None: the plugin did not get that far) and what became of them.

    `loading` says that the plugin began to load them; `fault` is why a test file did not load.
    `written` are the design's own signals (its inputs aside) that the tests wrote, and whether
    they ever let go of them. `kinds` counts failures by kind: assertion, port (the design has no
    such signal), ended (the simulation ended under the test), error.
    """

    collected: tuple[str, ...] | None
    results: tuple[TestResult, ...]
    fault: Diagnostic | None
    kinds: Mapping[str, int]
    assertions: int
    ended: bool
    loading: bool = False
    written: Mapping[str, bool] = field(default_factory=dict)

    @property
    def passed(self) -> int:
        """Tests that passed, those that failed as expected included."""
        return sum(result.outcome is Outcome.PASS for result in self.results)

    @property
    def failed(self) -> int:
        """Tests that failed."""
        return sum(result.outcome is Outcome.FAIL for result in self.results)

    @property
    def complete(self) -> bool:
        """Every collected test was reported exactly once, and the regression came to its end."""
        names = sorted(result.name for result in self.results)
        return self.ended and self.collected is not None and names == sorted(self.collected)


def read_report(channel: bytes) -> Report:
    """Parse the JSON lines; a line cut off by the end of the process is left out."""
    collected: tuple[str, ...] | None = None
    results: list[TestResult] = []
    kinds: dict[str, int] = {}
    written: dict[str, bool] = {}
    fault, assertions, ended, loading = None, 0, False, False
    for event in filter(None, map(_event, channel.splitlines())):
        kind = event["event"]
        if kind == "tests":
            collected = tuple(str(name) for name in event["names"])
        elif kind == "import":
            fault = _fault(event)
        elif kind == "end":
            ended = True
        elif kind == "load":
            loading = True
        elif kind == "wrote":
            name = str(event["name"])
            written[name] = bool(event["released"]) or written.get(name, False)
        elif kind == "test" and len(results) < MAX_TESTS:
            results.append(_result(event))
            assertions += int(event.get("assertions", 0))
            if event["outcome"] == "failed":
                kinds[event["kind"]] = kinds.get(event["kind"], 0) + 1
    return Report(collected, tuple(results), fault, kinds, assertions, ended, loading, written)


_OUTCOMES = {
    "passed": Outcome.PASS,
    "xfailed": Outcome.PASS,
    "failed": Outcome.FAIL,
    "skipped": Outcome.INCONCLUSIVE,
}


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None


def _result(event: Mapping[str, Any]) -> TestResult:
    outcome, message = event["outcome"], str(event["message"])
    if outcome == "skipped":
        message = f"skipped: {message}" if message else "skipped"
    elif outcome == "xfailed":
        message = message or "failed as expected"
    return TestResult(str(event["name"]), _OUTCOMES[outcome], message, float(event["sim_time_ns"]))


def _fault(event: Mapping[str, Any]) -> Diagnostic:
    message = f"the test file does not load: {event['message']}"
    return Diagnostic(
        Severity.ERROR, message, str(event["file"]), int(event["line"]), code="import", tool=TOOL
    )
