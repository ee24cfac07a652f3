"""The vocabulary every other package speaks: frozen dataclasses and the error tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatewright.core.candidate import Candidate as Candidate
    from gatewright.core.candidate import Provenance as Provenance
    from gatewright.core.candidate import Usage as Usage
    from gatewright.core.diagnostic import Diagnostic as Diagnostic
    from gatewright.core.diagnostic import Severity as Severity
    from gatewright.core.errors import DataError as DataError
    from gatewright.core.errors import GatewrightError as GatewrightError
    from gatewright.core.errors import Interrupted as Interrupted
    from gatewright.core.errors import ModelError as ModelError
    from gatewright.core.errors import SandboxUnavailable as SandboxUnavailable
    from gatewright.core.errors import ToolCrashed as ToolCrashed
    from gatewright.core.errors import ToolMissing as ToolMissing
    from gatewright.core.errors import UsageError as UsageError
    from gatewright.core.interface import Direction as Direction
    from gatewright.core.interface import Interface as Interface
    from gatewright.core.interface import Port as Port
    from gatewright.core.judgement import Fault as Fault
    from gatewright.core.judgement import Judgement as Judgement
    from gatewright.core.problem import CocotbSpec as CocotbSpec
    from gatewright.core.problem import GraderService as GraderService
    from gatewright.core.problem import GraderSpec as GraderSpec
    from gatewright.core.problem import HarnessSpec as HarnessSpec
    from gatewright.core.problem import KernelConfiguration as KernelConfiguration
    from gatewright.core.problem import KernelSpec as KernelSpec
    from gatewright.core.problem import Oracle as Oracle
    from gatewright.core.problem import Origin as Origin
    from gatewright.core.problem import Problem as Problem
    from gatewright.core.problem import ReferenceSpec as ReferenceSpec
    from gatewright.core.problem import TestbenchSpec as TestbenchSpec
    from gatewright.core.source import Language as Language
    from gatewright.core.source import Source as Source
    from gatewright.core.source import distinct as distinct
    from gatewright.core.source import language_of as language_of
    from gatewright.core.trajectory import Round as Round
    from gatewright.core.trajectory import StopReason as StopReason
    from gatewright.core.trajectory import Trajectory as Trajectory
    from gatewright.core.verdict import Cycle as Cycle
    from gatewright.core.verdict import FailureClass as FailureClass
    from gatewright.core.verdict import FirstMismatch as FirstMismatch
    from gatewright.core.verdict import Outcome as Outcome
    from gatewright.core.verdict import Sampled as Sampled
    from gatewright.core.verdict import TestResult as TestResult
    from gatewright.core.verdict import Verdict as Verdict
    from gatewright.core.verdict import verdict_json as verdict_json

# Each is loaded when it is asked for: a quick command needs few of them.
_HOMES = {
    "candidate": ("Candidate", "Provenance", "Usage"),
    "diagnostic": ("Diagnostic", "Severity"),
    "errors": (
        "DataError",
        "GatewrightError",
        "Interrupted",
        "ModelError",
        "SandboxUnavailable",
        "ToolCrashed",
        "ToolMissing",
        "UsageError",
    ),
    "interface": ("Direction", "Interface", "Port"),
    "judgement": ("Fault", "Judgement"),
    "problem": (
        "CocotbSpec",
        "GraderService",
        "GraderSpec",
        "HarnessSpec",
        "KernelConfiguration",
        "KernelSpec",
        "Oracle",
        "Origin",
        "Problem",
        "ReferenceSpec",
        "TestbenchSpec",
    ),
    "source": ("Language", "Source", "distinct", "language_of"),
    "trajectory": ("Round", "StopReason", "Trajectory"),
    "verdict": (
        "Cycle",
        "FailureClass",
        "FirstMismatch",
        "Outcome",
        "Sampled",
        "TestResult",
        "Verdict",
        "verdict_json",
    ),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    """What is asked for, from the module that defines it."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = globals()[name] = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    return found
