"""A kernel suite's rule sets: the kernel harness, given what the benchmark means by a problem.

`official`: right at the benchmark's own tolerance, on the problem's sizes or smaller ones.
`strict`: at odd sizes, on shifted inputs and outliers, and as exact as PyTorch, too.
`legacy`: as `official`, at the tolerance of 1e-2 that KernelBench once had.
A benchmark's reference is PyTorch and no kernel: as an answer it is checked for running here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from gatewright.core import (
    Candidate,
    DataError,
    Diagnostic,
    FailureClass,
    GatewrightError,
    KernelSpec,
    Outcome,
    Problem,
    Provenance,
    Severity,
    UsageError,
    Verdict,
)
from gatewright.eval.suites.kernel_extract import as_file
from gatewright.eval.suites.kernel_weak import Weighing, weak_probes
from gatewright.sandbox.harness.kernel import KernelHarness
from gatewright.sandbox.kernel.plan import variants
from gatewright.sandbox.kernel.prepared import ReferenceTooLarge, prepare
from gatewright.sandbox.kernel.worker import TorchWorker

OFFICIAL, STRICT, LEGACY = "official", "strict", "legacy"
REFERENCE_S = 5.0
"""The CPU seconds in which a reference must run at reduced sizes."""
_DEVICE: Mapping[str, str] = {"device": "cpu"}
_SEED = 20
# Faults that may come of reduced sizes alone.
_BY_SIZE = frozenset(("mismatch", "order_or_state", "precision", "exception", "crash"))
_CONFIGURATION = re.compile(r"configuration (\d+)$")


@dataclass(frozen=True, slots=True)
class KernelRules:
    """One rule set, by the suite's name for it; `inner` may know it by another.

    `reduced` gives the problem at sizes that can be emulated; `enlarged`, for one with
    configurations, some of them at the largest such sizes, None where these are the same.
    """

    rules: str
    inner: KernelHarness
    worker: Callable[[], TorchWorker]
    weighing: Weighing
    reduced: Callable[[Problem], Problem]
    enlarged: Callable[[Problem, Sequence[int]], Problem | None]
    triton: bool = False

    @property
    def reads_raw_text(self) -> bool:
        """Only equal files share a verdict: comments and layout are part of Python."""
        return True

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        """Check an answer. A reference that cannot be run leaves its problem open."""
        if candidate.provenance is Provenance.REFERENCE:
            verdict = self._reference(problem)
        elif self.triton and not _is_triton(candidate):
            verdict = _refused("the answer holds no Triton kernel", "no_kernel", self.rules)
        else:
            verdict = self._checked(problem, candidate)
        metrics = {**verdict.metrics, **self._weak(problem)}
        return replace(verdict, metrics=metrics, rules=self.rules)

    def _checked(self, problem: Problem, candidate: Candidate) -> Verdict:
        file = as_file(candidate, problem)
        try:
            verdict = self.inner.check(self.reduced(problem), file, _spec(problem))
            if verdict.failure_class is FailureClass.TIMEOUT:
                return self._in_time(problem, verdict)
            return self._at_larger_sizes(problem, file, verdict)
        except (DataError, ReferenceTooLarge) as error:
            return _unrun(error, Outcome.INCONCLUSIVE, self.rules)

    def _in_time(self, problem: Problem, verdict: Verdict) -> Verdict:
        """A problem that cannot be made small is too slow to emulate, whatever the answer."""
        reference = self._reference(problem)
        if reference.metrics.get("emulable", 1.0):
            return verdict
        left = _too_large(reference.metrics["elements"], reference.metrics["flops"])
        return replace(
            verdict,
            outcome=Outcome.INCONCLUSIVE,
            failure_class=None,
            score=0.0,
            diagnostics=(Diagnostic(Severity.ERROR, left, code="too_large"), *verdict.diagnostics),
            code="too_large",
        )

    def _at_larger_sizes(self, problem: Problem, file: Candidate, verdict: Verdict) -> Verdict:
        """What fails in some configurations, reduced, may hold at sizes nearer to theirs."""
        if not _spec(problem).configurations or verdict.code not in _BY_SIZE:
            return verdict
        failed = failed_configurations(verdict)
        larger = self.enlarged(problem, failed) if failed else None
        if larger is None:
            return verdict
        again = self.inner.check(larger, file, _spec(problem))
        cpu_s = verdict.cpu_s + again.cpu_s
        if not again.passed:
            return replace(verdict, cpu_s=cpu_s)
        return _bound(again, verdict, cpu_s, strict=self.rules == STRICT)

    def _reference(self, problem: Problem) -> Verdict:
        """Whether the reference runs at reduced sizes, in each configuration, in time, with finite
        numbers."""
        try:
            spec = _spec(self.reduced(problem))
            every = variants(spec, _SEED, frozenset(), strict=False)
            wanted = every if spec.configurations else every[:1]
            made, cpu_s = prepare(self.worker(), spec, wanted)
        except (DataError, ReferenceTooLarge) as error:
            return _unrun(error, Outcome.FAIL, self.rules)
        ready = made[0]
        metrics = {"elements": ready.elements, "flops": ready.flops, "emulable": ready.pins_kept}
        verdict = Verdict(
            Outcome.PASS,
            score=1.0,
            checks=sum(len(one.calls) for one in made),
            mismatches=0,
            metrics={name: float(value) for name, value in metrics.items()},
            tools=_DEVICE,
            cpu_s=cpu_s,
            rules=self.rules,
            code="reference",
        )
        for one in made:
            if one.error:
                said = f"{one.variant.name}: {one.error}"
                return _failed(verdict, FailureClass.CRASH, said)
        if cpu_s > REFERENCE_S * len(made):
            return _failed(verdict, FailureClass.SLOW, f"it takes {cpu_s:.1f} CPU s")
        if not all(call.finite for one in made for call in one.calls):
            return _failed(verdict, FailureClass.MISMATCH, "its outputs are not all finite")
        if not ready.pins_kept:
            remark = Diagnostic(Severity.WARNING, _too_large(ready.elements, ready.flops))
            return replace(verdict, diagnostics=(remark,))
        return verdict

    def _weak(self, problem: Problem) -> dict[str, float]:
        """Whether the problem is trivially weak, and by what, as metrics."""
        weakness = self.weighing.of(problem)
        if weakness is None:
            return {}
        probes = weak_probes(weakness, self.inner.rules)
        found = {f"weak_{probe}": 1.0 for probe in probes}
        return {"weak": float(bool(probes)), "filtered": float(bool(weakness.filters)), **found}


def _too_large(elements: float, flops: float) -> str:
    cost = f"{elements:.2g} elements, {flops:.2g} operations"
    return f"too large to emulate in time: it cannot be made smaller than {cost}"


def failed_configurations(verdict: Verdict) -> tuple[int, ...]:
    """The numbers of the configurations in which an answer failed, as the stages' names tell."""
    named = [(t, _CONFIGURATION.search(t.name)) for t in verdict.tests]
    return tuple(int(m[1]) for t, m in named if m and t.outcome is Outcome.FAIL)


def _bound(larger: Verdict, smaller: Verdict, cpu_s: float, *, strict: bool) -> Verdict:
    """It holds at the larger sizes and fails at smaller ones, which only `strict` minds."""
    why = smaller.diagnostics[0].message if smaller.diagnostics else ""
    severity = Severity.ERROR if strict else Severity.WARNING
    remark = Diagnostic(severity, f"at smaller sizes: {why}", code="shape_bound")
    return replace(
        larger,
        outcome=Outcome.FAIL if strict else Outcome.PASS,
        failure_class=FailureClass.MISMATCH if strict else None,
        score=0.0 if strict else 1.0,
        diagnostics=(remark,),
        metrics={**larger.metrics, "shape_bound": 1.0},
        tests=(*smaller.tests, *(replace(t, name=f"larger: {t.name}") for t in larger.tests)),
        cpu_s=cpu_s,
        code="shape_bound",
    )


def _spec(problem: Problem) -> KernelSpec:
    if not isinstance(problem.harness, KernelSpec):
        raise UsageError(f"{problem.id} is no kernel problem")
    return problem.harness


def _is_triton(candidate: Candidate) -> bool:
    return any("triton" in source.text for source in candidate.sources)


def _refused(message: str, code: str, rules: str) -> Verdict:
    remark = Diagnostic(Severity.ERROR, message, code=code)
    return Verdict(
        Outcome.FAIL,
        FailureClass.INTERFACE,
        diagnostics=(remark,),
        tools=_DEVICE,
        rules=rules,
        code=code,
    )


def _unrun(error: GatewrightError, outcome: Outcome, rules: str) -> Verdict:
    remark = Diagnostic(Severity.ERROR, str(error), code="reference")
    failure = FailureClass.CRASH if outcome is Outcome.FAIL else None
    return Verdict(
        outcome, failure, diagnostics=(remark,), tools=_DEVICE, rules=rules, code="reference"
    )


def _failed(verdict: Verdict, failure: FailureClass, message: str) -> Verdict:
    remark = Diagnostic(Severity.ERROR, message, code="reference")
    return replace(
        verdict, outcome=Outcome.FAIL, failure_class=failure, score=0.0, diagnostics=(remark,)
    )
