"""The check of a GPU kernel against a PyTorch module, staged; without a GPU on an emulated one."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from gatewright.core import (
    Candidate,
    DataError,
    Diagnostic,
    FailureClass,
    KernelSpec,
    Outcome,
    Problem,
    Source,
    ToolCrashed,
    UsageError,
    Verdict,
)
from gatewright.sandbox.emulator import Mode, Report, open_kit, read_report
from gatewright.sandbox.harness.kept import Kept
from gatewright.sandbox.harness.kernel_device import DeviceStages, DeviceWish, Observed, Subject
from gatewright.sandbox.harness.kernel_judge import Evidence, judged, refused
from gatewright.sandbox.harness.kernel_lines import Lines
from gatewright.sandbox.harness.kernel_true_sizes import (
    at_true_sizes,
    unseen,
    wanted,
    with_unseen,
)
from gatewright.sandbox.isolation import Isolation, Mount
from gatewright.sandbox.kernel.dry_run import DryRun, dry_run
from gatewright.sandbox.kernel.findings import finding
from gatewright.sandbox.kernel.gate import gate
from gatewright.sandbox.kernel.gate_cuda import gate_cuda
from gatewright.sandbox.kernel.knobs import numbers_in_answer
from gatewright.sandbox.kernel.plan import CHECK, variants, wide
from gatewright.sandbox.kernel.prepared import Ready, ReferenceTooLarge, prepare
from gatewright.sandbox.kernel.rules import rules_named
from gatewright.sandbox.kernel.trial import Step, Trial, Trials
from gatewright.sandbox.kernel.worker import Budget, TorchWorker
from gatewright.sandbox.kernel_model.gpus import gpu_spec

_MOST_KEPT = 256 << 20
# What the emulator gets through with its checks on, in a few seconds.
_MOST_ELEMENTS, _MOST_FLOPS = 400_000, 10_000_000
BUDGET = Budget(cpu_s=20, wall_s=120, memory_mb=3072)


@dataclass(slots=True)
class KernelHarness:
    """Checks kernels in two warm torch processes, one for references and one for candidates.

    `rules` is `official` (KernelBench's tolerance; a kernel for the given sizes alone is marked
    `shape_bound` and passes) or `strict`. `seed` None draws a new one: every problem is then met
    with inputs and weights that no candidate can know. `wish` says what follows the emulated runs;
    its GPU's launch limits hold in them, too. `budget` bounds one run of a candidate. Close it, or
    use it as a context manager. Safe to call from several threads at once.
    """

    isolation: Isolation
    rules: str = "official"
    seed: int | None = None
    wish: DeviceWish = field(default_factory=DeviceWish)
    budget: Budget = BUDGET
    announce: Callable[[str], None] = lambda _: None
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _stack: contextlib.ExitStack = field(init=False, default_factory=contextlib.ExitStack)
    _opened: Trials | None = field(init=False, default=None)
    _references: TorchWorker = field(init=False)
    _prepared: Kept[tuple[Ready, ...]] = field(init=False, default_factory=lambda: Kept(_MOST_KEPT))
    _stages: DeviceStages = field(init=False)

    def __post_init__(self) -> None:
        rules_named(self.rules)
        gpu_spec(self.wish.gpu)
        self._stages = DeviceStages(self.isolation, self.wish)
        self.seed = secrets.randbits(31) if self.seed is None else self.seed
        self._references = TorchWorker(self.isolation)

    def __enter__(self) -> KernelHarness:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End both processes. A later check starts new ones."""
        self._references.close()
        with self._lock:
            opened, self._opened = self._opened, None
        if opened is not None:
            opened.worker.close()

    def check(
        self, problem: Problem, candidate: Candidate, full: KernelSpec | None = None
    ) -> Verdict:
        """Check a candidate against the problem's KernelSpec.

        `full` is what a GPU checks, where the problem's own has been reduced for emulation.
        Raises UsageError for another kind of problem, DataError where the reference cannot be
        run, ToolMissing without torch or a C++ compiler.
        """
        spec = problem.harness
        if not isinstance(spec, KernelSpec):
            raise UsageError("this harness checks kernels", hint="the problem needs a KernelSpec")
        start = time.monotonic()
        verdict = self._checked(spec, candidate, full or spec)
        return _timed(verdict, time.monotonic() - start, self.rules)

    def _checked(self, spec: KernelSpec, candidate: Candidate, full: KernelSpec) -> Verdict:
        if not candidate.sources:
            return Verdict(Outcome.FAIL, FailureClass.NO_CODE)
        source = candidate.sources[0]
        found = _gated(spec, source)
        if found:
            return refused(found)
        pinned = numbers_in_answer(source.text)
        ready, seconds = self._ready(spec, _pins(spec, pinned), None)
        evidence = Evidence(spec, rules_named(self.rules), ready, cpu_s=seconds, text=source.text)
        trials = self._trials()
        fast = trials.run(spec, source, ready, _steps(ready), Mode.FAST)
        evidence = evidence.with_trial(fast)
        if not evidence.compiled:
            return self._staged(evidence, source, trials, full)
        if self._wants_true_sizes(evidence):
            evidence = self._at_true_sizes(evidence, source, trials)
            if evidence.unexplained:
                evidence = self._watched(evidence, source, trials)
        elif evidence.stands:
            evidence = self._instrumented(evidence, source, trials)
        return self._staged(evidence, source, trials, full)

    def _staged(
        self, evidence: Evidence, source: Source, trials: Trials, full: KernelSpec
    ) -> Verdict:
        """The verdict of the emulated runs, and what nvcc, counters and a GPU add to it."""
        units = evidence.trial.units if evidence.trial else ()
        tolerance, ready = evidence.rules.tolerance, evidence.ready[0]
        verdict = judged(evidence)
        dry = self._dry(verdict, evidence, source, trials)
        launched = dry.report if dry and dry.sizes and units else None
        subject = Subject(full, source, units, ready, tolerance, launched)
        if dry is not None:
            verdict = at_true_sizes(verdict, dry, gpu_spec(self.wish.gpu), units, ready)
            verdict = self._with_unseen(verdict, dry, evidence, source, trials)
        verdict = Lines.of(source, units).placed_in(verdict)
        return self._stages.added(
            verdict, subject, lambda: self._observed(evidence, source, trials)
        )

    def _dry(
        self, verdict: Verdict, evidence: Evidence, source: Source, trials: Trials
    ) -> DryRun | None:
        """Its launches at the problem's own sizes, where that may tell anything."""
        spec, trial = evidence.spec, evidence.trial
        if trial is None or not evidence.compiled or spec.configurations:
            return None
        if not wanted(verdict, evidence.ready):
            return None
        return dry_run(trials, spec, source, trial, self._seed_of(spec))

    def _with_unseen(
        self, verdict: Verdict, dry: DryRun, evidence: Evidence, source: Source, trials: Trials
    ) -> Verdict:
        """Where it launches other kernels at the problem's own sizes, larger ones are run."""
        if not verdict.passed:
            return verdict
        report = self._ran(evidence, source, trials)
        if report is None or not unseen(dry, report):
            return verdict
        kernels, fault = unseen(dry, report), None
        ready, _ = self._ready(evidence.spec, _inner(evidence), "wide")
        if not ready[0].error and ready[0].pins_kept:
            steps = [Step(0, tuple(range(len(ready[0].calls))))]
            trial = trials.run(evidence.spec, source, ready, steps, Mode.FAST)
            fault = finding(trial, ready, 0, evidence.rules.tolerance).fault
            kernels = unseen(dry, self._report(trial, trials) or Report())
        return with_unseen(verdict, kernels, fault) if kernels or fault else verdict

    def _ran(self, evidence: Evidence, source: Source, trials: Trials) -> Report | None:
        """What the emulator saw of the runs that were right. Where one at other sizes crashed, the
        report went with it, and they are made again."""
        if evidence.trial is None or evidence.trial.ended:
            return self._report(evidence.trial, trials) if evidence.trial else None
        right = {found.name for found in evidence.findings if found.holds}
        numbers = [n for n, r in enumerate(evidence.ready) if r.variant.name in right]
        steps = [Step(number, (0,)) for number in numbers]
        again = trials.run(evidence.spec, source, evidence.ready, steps, Mode.FAST)
        return self._report(again, trials)

    def _observed(self, evidence: Evidence, source: Source, trials: Trials) -> Observed:
        """A run at the first sizes in which the memory accesses of kernels are counted."""
        if not _countable(evidence.ready[0]):
            return Observed(
                reason="skipped: the sizes that the kernel needs are too large to count"
            )
        if not evidence.trial or not evidence.trial.units:
            return Observed(reason="skipped: nothing is counted in Triton's interpreter")
        step = Step(0, (0,))
        trial = trials.run(evidence.spec, source, evidence.ready, [step], Mode.PROFILE)
        seconds = trial.cpu_s + trial.build_s
        if not trial.ended:
            return Observed(reason="skipped: counting did not come to its end", cpu_s=seconds)
        report = self._report(trial, trials)
        reason = "" if report else "skipped: the report of the run is damaged"
        return Observed(report, reason, seconds)

    def _wants_true_sizes(self, evidence: Evidence) -> bool:
        """Whether it fails at reduced sizes in a way that true inner sizes might mend."""
        return not evidence.spec.configurations and evidence.fails_by_size

    def _at_true_sizes(self, evidence: Evidence, source: Source, trials: Trials) -> Evidence:
        ready, seconds = self._ready(evidence.spec, _inner(evidence), "wide")
        evidence = evidence.spent(seconds)
        if ready[0].error or not ready[0].pins_kept:
            return evidence.with_wide(None, ready)
        steps = [Step(0, tuple(range(len(ready[0].calls))))]
        return evidence.with_wide(trials.run(evidence.spec, source, ready, steps, Mode.FAST), ready)

    def _instrumented(self, evidence: Evidence, source: Source, trials: Trials) -> Evidence:
        """What the checks find at odd sizes is looked for at true or even ones."""
        evidence = self._watched(evidence, source, trials)
        if not evidence.faulty or evidence.rules.strict:
            return evidence
        ready, seconds = self._ready(evidence.spec, _inner(evidence), "wide")
        evidence = evidence.spent(seconds)
        if not _countable(ready[0]):
            # Too large: even sizes have at least the same divisors.
            ready = evidence.ready[:1]
        if not _countable(ready[0]):
            return evidence
        again = trials.run(evidence.spec, source, ready, [Step(0, (0,))], Mode.CHECK)
        return evidence.with_check_at_true_sizes(again, ready, self._report(again, trials))

    def _watched(self, evidence: Evidence, source: Source, trials: Trials) -> Evidence:
        """Run with the emulator's checks on, at odd sizes; to explain wrong values, at any."""
        numbers = [n for n, r in enumerate(evidence.ready) if r.variant.name == CHECK]
        usable = [n for n in numbers if evidence.ready[n].pins_kept and not evidence.ready[n].error]
        if not usable and evidence.unexplained and _countable(evidence.ready[0]):
            usable = [0]
        if not usable:
            return evidence
        step = Step(usable[0], (0,))
        trial = trials.run(evidence.spec, source, evidence.ready, [step], Mode.CHECK)
        return evidence.with_check(trial, usable[0], self._report(trial, trials))

    def _report(self, trial: Trial, trials: Trials) -> Report | None:
        """What the emulator saw; None for nonsense: the candidate's process wrote it."""
        raw = trial.report or trial.crash
        try:
            return read_report(raw, trial.builts, trials.kit, self.isolation) if raw else Report()
        except ToolCrashed:
            return None

    def _ready(
        self, spec: KernelSpec, pinned: frozenset[int], kind: str | None
    ) -> tuple[tuple[Ready, ...], float]:
        """The problem made ready; one that was before costs nothing."""
        rules = rules_named(self.rules)
        seed = self._seed_of(spec)
        wanted = (
            wide(seed, pinned)
            if kind == "wide"
            else variants(spec, seed, pinned, strict=rules.strict)
        )
        key = hashlib.sha256(repr((spec, wanted)).encode()).digest()
        spent: list[float] = []

        def make() -> tuple[Ready, ...]:
            try:
                made, seconds = prepare(self._references, spec, wanted)
            except (DataError, ReferenceTooLarge) as error:
                if kind != "wide":
                    raise
                # The reference itself is too much for this machine at true sizes.
                return tuple(Ready(variant, error=error.what) for variant in wanted)
            spent.append(seconds)
            return made

        return self._prepared.get(key, 4 << 20, make), sum(spent)

    def _seed_of(self, spec: KernelSpec) -> int:
        text = f"{self.seed} {spec.reference.text}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")

    def _trials(self) -> Trials:
        with self._lock:
            if self._opened is None:
                kit = open_kit(self.isolation, self.announce)
                kit.units.mkdir(parents=True, exist_ok=True)
                worker = TorchWorker(self.isolation, (*kit.mounts, Mount(kit.units)))
                target = gpu_spec(self.wish.gpu).sm
                self._opened = Trials(
                    self.isolation, worker, kit, target, self.budget, counted=self.wish.static
                )
            return self._opened


def _gated(spec: KernelSpec, source: Source) -> tuple[Diagnostic, ...]:
    """What is refused before anything runs."""
    if source.name.endswith((".cu", ".cpp")):
        return gate_cuda(source.text, source.name)
    name = source.name if source.name.endswith(".py") else f"{source.name}.py"
    found = gate(source.text, name, entry=spec.entry, is_function=spec.is_function)
    return found or gate_cuda(source.text, name)


def _countable(ready: Ready) -> bool:
    """Whether the emulator gets through one call with its checks on."""
    if ready.error or not ready.pins_kept:
        return False
    elements = max(ready.elements, sum(len(call.inputs) for call in ready.calls[:1]) // 4)
    return ready.flops <= _MOST_FLOPS and elements <= _MOST_ELEMENTS


def _inner(evidence: Evidence) -> frozenset[int]:
    """The problem's own numbers but for those of batches."""
    values = evidence.ready[0].values
    return frozenset(number for name, number, _ in values if not name.lower().startswith("batch"))


def _pins(spec: KernelSpec, numbers: frozenset[int]) -> frozenset[int]:
    """The numbers of the problem that the answer is written for."""
    from gatewright.sandbox.kernel.knobs import knobs

    try:
        return numbers & {knob.value for knob in knobs(spec.reference.text)}
    except SyntaxError:
        return frozenset()


def _steps(ready: Sequence[Ready]) -> list[Step]:
    """Every variant but the instrumented one, then one run in which kernels do nothing."""
    usable = [n for n, r in enumerate(ready) if not r.error and r.variant.name != CHECK]
    steps = [Step(n, tuple(range(len(ready[n].calls)))) for n in usable]
    if usable:
        steps.append(Step(usable[0], (0,), sham=True))
    return steps


def _timed(verdict: Verdict, wall_s: float, rules: str) -> Verdict:
    return replace(verdict, wall_s=wall_s, rules=rules)
