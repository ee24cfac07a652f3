"""What the evidence about a kernel amounts to: one Verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gatewright.core import (
    Diagnostic,
    FailureClass,
    KernelSpec,
    Outcome,
    Severity,
    TestResult,
    Verdict,
)
from gatewright.sandbox.emulator import Event, EventKind, Report, Unsupported
from gatewright.sandbox.kernel.findings import (
    Fault,
    Finding,
    finding,
    sham_fault,
    wrap_fault,
)
from gatewright.sandbox.kernel.plan import EVEN, FREE, RAGGED
from gatewright.sandbox.kernel.prepared import Ready
from gatewright.sandbox.kernel.rules import Rules
from gatewright.sandbox.kernel.trial import Trial

DEVICE = "cpu-emulated"
_MOST_CAUSES = 3
_CLASSES = {
    "unsafe": FailureClass.UNSAFE,
    "no_kernel": FailureClass.UNSAFE,
    "library": FailureClass.UNSAFE,
    "input_mutation": FailureClass.UNSAFE,
    "interface": FailureClass.INTERFACE,
    "memory": FailureClass.MEMORY,
    "timeout": FailureClass.TIMEOUT,
    "crash": FailureClass.CRASH,
    "exception": FailureClass.CRASH,
    "damaged": FailureClass.CRASH,
    "syntax": FailureClass.SYNTAX,
}
_EVENT_CODES = {
    EventKind.OUT_OF_BOUNDS: "memory_fault",
    EventKind.HOST_ACCESS: "memory_fault",
    EventKind.MISALIGNED: "memory_fault",
    EventKind.DEADLOCK: "deadlock",
    EventKind.DIVERGENT_BARRIER: "divergent_barrier",
    EventKind.RACE_SHARED: "race",
    EventKind.RACE_GLOBAL: "race",
    EventKind.UNINITIALISED_SHARED: "uninitialised",
    EventKind.UNINITIALISED_GLOBAL: "uninitialised",
    EventKind.WARP_MASK: "warp_mask",
    EventKind.STACK_OVERFLOW: "crash",
}
_DAMAGED = Fault("damaged", "it damaged the report of what its kernels do")
_WRONG = ("mismatch", "order_or_state")
# Faults that an answer may have only because sizes were reduced.
_BY_SIZE = frozenset(
    ("mismatch", "order_or_state", "precision", "exception", "crash", "memory", "timeout")
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was found out about one candidate so far; `text` is its own."""

    spec: KernelSpec
    rules: Rules
    ready: tuple[Ready, ...]
    trial: Trial | None = None
    findings: tuple[Finding, ...] = ()
    wide: Finding | None = None
    wide_tried: bool = False
    checked: Finding | None = None
    events: tuple[Event, ...] = ()
    by_size: bool = False
    cpu_s: float = 0.0
    text: str = ""

    def spent(self, seconds: float) -> Evidence:
        """The same after so many CPU seconds more."""
        return replace(self, cpu_s=self.cpu_s + seconds)

    def with_trial(self, trial: Trial) -> Evidence:
        """With the first trial."""
        after = replace(self, trial=trial, findings=self._findings(trial))
        return after.spent(trial.cpu_s + trial.build_s)

    def _findings(self, trial: Trial) -> tuple[Finding, ...]:
        """Of every variant that was run."""
        run = {r.variant for r in trial.ran} | set(trial.unloaded)
        first = next((n for n, r in enumerate(self.ready) if not r.error), 0)
        return tuple(
            finding(trial, self.ready, number, self.rules.tolerance)
            for number in sorted(run | {first})
        )

    def with_wide(self, trial: Trial | None, ready: Sequence[Ready]) -> Evidence:
        """With the trial at true inner sizes; None where these are too large."""
        if trial is None:
            return replace(self, wide_tried=True)
        found = finding(trial, ready, 0, self.rules.tolerance)
        return replace(self, wide=found, wide_tried=True).spent(trial.cpu_s + trial.build_s)

    def with_check(self, trial: Trial, number: int, report: Report | None) -> Evidence:
        """With the instrumented trial, of one call. `report` None: it cannot be read."""
        found = finding(trial, self.ready, number, self.rules.tolerance, calls=1)
        if report is None:
            found = replace(found, fault=_DAMAGED)
        after = replace(self, checked=found, events=_faulty(report or Report()))
        return after.spent(trial.cpu_s + trial.build_s)

    def with_check_at_true_sizes(
        self, trial: Trial, ready: Sequence[Ready], report: Report | None
    ) -> Evidence:
        """With another at true inner sizes: faults that are not there come from the odd ones."""
        found = finding(trial, ready, 0, self.rules.tolerance, calls=1)
        clean = report is not None and not _faulty(report) and (found.holds or trial.out_of_time)
        return replace(self, by_size=clean).spent(trial.cpu_s + trial.build_s)

    @property
    def faulty(self) -> bool:
        """The instrumented run saw something that must not be."""
        return bool(self.events) or (self.checked is not None and self.checked.fault is not None)

    @property
    def stands(self) -> bool:
        """So far nothing speaks against it."""
        if self.spec.configurations or not self.first.holds:
            return False
        return _cheating(self, self.first) is None

    @property
    def compiled(self) -> bool:
        """Everything that the candidate asked for was compiled."""
        return self.trial is not None and all(b.module is not None for b in self.trial.builts)

    @property
    def first(self) -> Finding:
        """Of the first variant."""
        return self.findings[0]

    @property
    def fails_by_size(self) -> bool:
        """The first variant fails in a way that true sizes might mend."""
        fault = self.first.fault
        return fault is not None and fault.code in _BY_SIZE

    @property
    def unexplained(self) -> bool:
        """It computes wrong values wherever it was run, and nothing tells why."""
        fault, elsewhere = self.first.fault, self.wide is not None and self.wide.holds
        return fault is not None and fault.code in _WRONG and not elsewhere

    @property
    def written_for_sizes(self) -> bool:
        """The candidate holds numbers of the problem's, so that other sizes may not suit it."""
        return bool(self.ready[0].variant.pinned)


def refused(diagnostics: Sequence[Diagnostic]) -> Verdict:
    """The verdict of the gate."""
    code = diagnostics[0].code
    return Verdict(
        Outcome.FAIL,
        _CLASSES.get(code, FailureClass.UNSAFE),
        diagnostics=tuple(diagnostics),
        tests=(TestResult("gate", Outcome.FAIL, diagnostics[0].message),),
        tools={"device": DEVICE},
        code=code,
    )


def judged(evidence: Evidence) -> Verdict:
    """The verdict of everything that was run."""
    if not evidence.compiled:
        return _not_compiled(evidence)
    first = evidence.first
    if evidence.spec.configurations:
        return _of_configurations(evidence)
    if first.skipped:
        return _verdict(evidence, Outcome.INCONCLUSIVE, Fault("reference", first.skipped))
    if first.fault is not None:
        return _first_failed(evidence, first, first.fault)
    return _first_held(evidence, first)


def _not_compiled(evidence: Evidence) -> Verdict:
    builts = evidence.trial.builts if evidence.trial else ()
    lacking = [one for built in builts for one in built.refused]
    if lacking:
        return _lacking(evidence, lacking)
    diagnostics = tuple(d for built in builts for d in built.diagnostics)
    message = diagnostics[0].message if diagnostics else "it does not compile"
    unsafe = any(d.code == "unsafe" for d in diagnostics)
    verdict = _verdict(evidence, Outcome.FAIL, Fault("unsafe" if unsafe else "syntax", message))
    return replace(verdict, diagnostics=diagnostics, log=builts[-1].log if builts else "")


def _lacking(evidence: Evidence, lacking: Sequence[Unsupported]) -> Verdict:
    """A feature that is not emulated is nobody's fault, and decides nothing."""
    diagnostics = tuple(
        Diagnostic(Severity.WARNING, one.reason, one.file, one.line, code="unsupported")
        for one in lacking
    )
    fault = Fault(f"unsupported:{lacking[0].feature}", lacking[0].reason)
    return replace(_verdict(evidence, Outcome.INCONCLUSIVE, fault), diagnostics=diagnostics)


def _of_configurations(evidence: Evidence) -> Verdict:
    for found in evidence.findings:
        if found.fault is not None:
            return _verdict(evidence, Outcome.FAIL, found.fault)
    cheating = _cheating(evidence, evidence.first)
    if cheating is not None:
        return _verdict(evidence, Outcome.FAIL, cheating)
    return _verdict(evidence, Outcome.PASS, None)


def _cheating(evidence: Evidence, found: Finding) -> Fault | None:
    if evidence.trial is None:
        return None
    sham = sham_fault(evidence.trial, evidence.ready, evidence.rules.tolerance, found)
    if sham is not None:
        return _in_training(sham) if not found.launches and _asks(evidence.text) else sham
    if not evidence.spec.torch_allowed and found.operations:
        return Fault("no_kernel", f"torch computes {', '.join(sorted(found.operations))}")
    return wrap_fault(found, evidence.ready[0])


def _asks(text: str) -> bool:
    return ".training" in text


def _in_training(fault: Fault) -> Fault:
    """Benchmarks call a module as it is made; what runs in `eval()` alone is never timed there."""
    told = "a module is run as it is made, in training mode (`self.training` is true)"
    return replace(fault, message=f"{fault.message}; {told}")


def _first_failed(evidence: Evidence, first: Finding, fault: Fault) -> Verdict:
    """It fails at the first sizes; at true inner ones it may hold, or that cannot be told."""
    if evidence.wide is not None and evidence.wide.holds:
        wide = evidence.wide
        cheating = wrap_fault(wide, evidence.ready[0])
        if wide.launches == 0 or cheating is not None:
            return _verdict(evidence, Outcome.FAIL, cheating or Fault("no_kernel", "no kernel"))
        return _bound(evidence, fault)
    out_of_reach = evidence.wide_tried and evidence.wide is None
    if out_of_reach and evidence.written_for_sizes and fault.code in _BY_SIZE:
        told = f"written for sizes that are too large to emulate; at smaller ones: {fault.message}"
        return _verdict(evidence, Outcome.INCONCLUSIVE, Fault("shape_bound_untested", told))
    verdict = _verdict(evidence, Outcome.FAIL, fault)
    causes = tuple(map(_cause, evidence.events[:_MOST_CAUSES]))
    return replace(verdict, diagnostics=(*verdict.diagnostics, *causes))


def _cause(event: Event) -> Diagnostic:
    """What the checks saw in a kernel that computes wrong values."""
    place, code = event.place, _EVENT_CODES[event.kind]
    return Diagnostic(Severity.ERROR, _told(event), place.file, place.line, code=code, tool=DEVICE)


def _first_held(evidence: Evidence, first: Finding) -> Verdict:
    cheating = _cheating(evidence, first)
    if cheating is not None:
        return _verdict(evidence, Outcome.FAIL, cheating)
    worst = max((one.ratio for one in first.comparisons), default=0.0)
    most = evidence.rules.most_ratio
    if most is not None and worst > most:
        told = f"its error is {worst:.0f} times that of torch in float32"
        return _verdict(evidence, Outcome.FAIL, Fault("precision", told))
    for event in evidence.events[:1]:
        fault = Fault(_EVENT_CODES[event.kind], _told(event), event.place.line)
        if evidence.by_size:
            return _in_file(_bound(evidence, fault), event.place.file)
        return _in_file(_verdict(evidence, Outcome.FAIL, fault), event.place.file)
    if evidence.checked is not None and evidence.checked.fault is _DAMAGED:
        return _verdict(evidence, Outcome.FAIL, _DAMAGED)
    for found in evidence.findings[1:]:
        if found.fault is not None and found.name in (RAGGED, FREE):
            return _bound(evidence, found.fault)
    if evidence.checked is not None and evidence.checked.fault is not None:
        fault = evidence.checked.fault
        if fault.code != "timeout":
            return _bound(evidence, fault)
    return _verdict(evidence, Outcome.PASS, None)


def _in_file(verdict: Verdict, file: str) -> Verdict:
    """Its remarks are of a part that was compiled, not of the candidate's own file."""
    placed = tuple(replace(d, file=file) if d.line else d for d in verdict.diagnostics)
    return replace(verdict, diagnostics=placed)


def _faulty(report: Report) -> tuple[Event, ...]:
    """The events that count, the worst first: races in which all write the same are usual."""
    found = [e for e in report.events if e.kind in _EVENT_CODES and not e.same_value]
    return tuple(sorted(found, key=lambda event: list(_EVENT_CODES).index(event.kind)))


def _told(event: Event) -> str:
    where = f"{event.kernel}: " if event.kernel else ""
    other = f" (the other access: line {event.other.line})" if event.other else ""
    return f"{where}{str(event.kind).replace('_', ' ')}: {event.detail}{other}"


def _bound(evidence: Evidence, fault: Fault) -> Verdict:
    """It holds at some sizes and not at others: allowed by one rule set and not by the other."""
    outcome = Outcome.FAIL if evidence.rules.strict else Outcome.PASS
    told = replace(fault, code="shape_bound")
    verdict = _verdict(evidence, outcome, told)
    return replace(verdict, metrics={**verdict.metrics, "shape_bound": 1.0})


def _verdict(evidence: Evidence, outcome: Outcome, fault: Fault | None) -> Verdict:
    findings = [*evidence.findings, *([evidence.wide] if evidence.wide else [])]
    checks = sum(found.checks for found in findings)
    wrong = sum(found.wrong for found in findings)
    passed = outcome is Outcome.PASS
    code = fault.code if fault else "pass"
    failure = None
    if outcome is Outcome.FAIL:
        failure = _CLASSES.get(code, FailureClass.MISMATCH)
    severity = Severity.WARNING if passed else Severity.ERROR
    remarks: tuple[Diagnostic, ...] = ()
    if fault is not None:
        remarks = (Diagnostic(severity, fault.message, line=fault.line, code=code, tool=DEVICE),)
    right = 1.0 - wrong / checks if checks and not passed else 0.0
    return Verdict(
        outcome,
        failure,
        score=1.0 if passed else 0.9 * max(0.0, right) if failure else 0.0,
        checks=checks,
        mismatches=wrong if checks else None,
        diagnostics=remarks,
        tests=tuple(_stages(evidence, fault)),
        log=evidence.trial.log if evidence.trial else "",
        metrics=_metrics(evidence, findings),
        tools={"device": DEVICE},
        cpu_s=evidence.cpu_s,
        code=code,
    )


def _stages(evidence: Evidence, fault: Fault | None) -> list[TestResult]:
    stages = [TestResult("gate", Outcome.PASS)]
    compiled = evidence.compiled
    if not compiled:
        unsupported = fault is not None and fault.code.startswith("unsupported")
        outcome = Outcome.INCONCLUSIVE if unsupported else Outcome.FAIL
        return [*stages, TestResult("compile", outcome, fault.message if fault else "")]
    stages.append(TestResult("compile", Outcome.PASS))
    for found in (*evidence.findings, *([evidence.wide] if evidence.wide else [])):
        outcome = Outcome.PASS if found.holds else Outcome.FAIL
        if found.skipped:
            outcome = Outcome.INCONCLUSIVE
        told = found.fault.message if found.fault else found.skipped
        stages.append(TestResult(f"emulate: {found.name}", outcome, told))
    if evidence.checked is not None:
        held = not evidence.faulty
        told = _told(evidence.events[0]) if evidence.events else ""
        stages.append(TestResult("checks", Outcome.PASS if held else Outcome.FAIL, told))
    return stages


def _metrics(evidence: Evidence, findings: Sequence[Finding]) -> dict[str, float]:
    if not evidence.compiled:
        return {}
    compared = [one for found in findings for one in found.comparisons]
    operations = findings[0].operations or {}
    return {
        "launches": float(max((found.launches for found in findings), default=0)),
        "torch_ops": float(sum(operations.values())),
        "max_error": max((one.worst for one in compared), default=0.0),
        "error_ratio": max((one.ratio for one in compared), default=0.0),
        "variants": float(len(findings)),
        "shape_bound": 0.0,
        "even_sizes": float(any(found.name == EVEN for found in findings)),
    }
