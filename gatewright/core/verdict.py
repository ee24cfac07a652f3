"""What a harness found out about a candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gatewright.core.diagnostic import Diagnostic


class Outcome(StrEnum):
    """Three-valued: what could not be decided is never a pass."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


class FailureClass(StrEnum):
    """The stage at which a candidate failed, from tools' exits, never from a word in a log."""

    NO_CODE = "no_code"
    UNSAFE = "unsafe"
    SYNTAX = "syntax"
    ELABORATION = "elaboration"
    INTERFACE = "interface"
    MISMATCH = "mismatch"
    NO_CHECKS = "no_checks"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASH = "crash"
    NONEQUIVALENT = "nonequivalent"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Sampled:
    """One signal's value at one time, as the simulator prints it (binary digits, x and z)."""

    signal: str
    value: str
    expected: str | None = None


@dataclass(frozen=True, slots=True)
class Cycle:
    """The values of the signals in view at one time (simulator time units)."""

    time: int
    values: tuple[Sampled, ...]


@dataclass(frozen=True, slots=True)
class FirstMismatch:
    """Where the outputs first differ: the signals that do, and up to ten cycles before."""

    time: int
    signals: tuple[str, ...]
    window: tuple[Cycle, ...] = ()


@dataclass(frozen=True, slots=True)
class TestResult:
    """One named test of a testbench that has several (cocotb)."""

    __test__ = False  # not a pytest class

    name: str
    outcome: Outcome
    message: str = ""
    sim_time_ns: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A harness's finding. `score` runs from 0 (nothing right) to 1 (all checks right).

    `checks` counts the comparisons made, `mismatches` those that failed (None = none was made).
    `log` is the tools' output, capped. `waveform` is the path of a VCD or FST where one was kept.
    `code` is the benchmark's own short code for the outcome, where its rule set has one.
    """

    outcome: Outcome
    failure_class: FailureClass | None = None
    score: float = 0.0
    checks: int = 0
    mismatches: int | None = None
    first_mismatch: FirstMismatch | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    tests: tuple[TestResult, ...] = ()
    log: str = ""
    waveform: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)
    cpu_s: float = 0.0
    wall_s: float = 0.0
    rules: str = ""
    code: str = ""

    @property
    def passed(self) -> bool:
        """True for a pass, and for nothing else."""
        return self.outcome is Outcome.PASS


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """The Verdict as the command line prints it: plain JSON values, stable keys."""
    from dataclasses import asdict

    return asdict(verdict)
