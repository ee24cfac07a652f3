"""The vocabulary every other package speaks: frozen dataclasses and the error tree."""

from gatewright.core.candidate import Candidate, Provenance, Usage
from gatewright.core.diagnostic import Diagnostic, Severity
from gatewright.core.errors import (
    DataError,
    GatewrightError,
    Interrupted,
    ModelError,
    SandboxUnavailable,
    ToolCrashed,
    ToolMissing,
    UsageError,
)
from gatewright.core.interface import Direction, Interface, Port
from gatewright.core.judgement import Fault, Judgement
from gatewright.core.problem import (
    CocotbSpec,
    GraderService,
    GraderSpec,
    HarnessSpec,
    KernelConfiguration,
    KernelSpec,
    Oracle,
    Origin,
    Problem,
    ReferenceSpec,
    TestbenchSpec,
)
from gatewright.core.source import Language, Source, distinct, language_of
from gatewright.core.trajectory import Round, StopReason, Trajectory
from gatewright.core.verdict import (
    Cycle,
    FailureClass,
    FirstMismatch,
    Outcome,
    Sampled,
    TestResult,
    Verdict,
    verdict_json,
)

__all__ = [
    "Candidate",
    "CocotbSpec",
    "Cycle",
    "DataError",
    "Diagnostic",
    "Direction",
    "FailureClass",
    "Fault",
    "FirstMismatch",
    "GatewrightError",
    "GraderService",
    "GraderSpec",
    "HarnessSpec",
    "Interface",
    "Interrupted",
    "Judgement",
    "KernelConfiguration",
    "KernelSpec",
    "Language",
    "ModelError",
    "Oracle",
    "Origin",
    "Outcome",
    "Port",
    "Problem",
    "Provenance",
    "ReferenceSpec",
    "Round",
    "Sampled",
    "SandboxUnavailable",
    "Severity",
    "Source",
    "StopReason",
    "TestResult",
    "TestbenchSpec",
    "ToolCrashed",
    "ToolMissing",
    "Trajectory",
    "Usage",
    "UsageError",
    "Verdict",
    "distinct",
    "language_of",
    "verdict_json",
]
