"""The check against a trusted design of the same interface, by random co-simulation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from gatewright.core import (
    Candidate,
    DataError,
    Diagnostic,
    Direction,
    FailureClass,
    Interface,
    Outcome,
    Port,
    Problem,
    ReferenceSpec,
    Severity,
    Source,
    TestbenchSpec,
    UsageError,
    Verdict,
)
from gatewright.sandbox.harness import reference_bench, reference_seen
from gatewright.sandbox.harness.kept import Kept, digest, letters
from gatewright.sandbox.harness.reference_names import PREFIX, renamed_tokens
from gatewright.sandbox.harness.reference_plan import MAX_CYCLES, Plan
from gatewright.sandbox.harness.reference_roles import Roles, elaborate
from gatewright.sandbox.harness.reference_values import values_of
from gatewright.sandbox.harness.seeds import drawn_seed
from gatewright.sandbox.harness.simulators import SimulatorChoice
from gatewright.sandbox.harness.testbench import SIMULATION, TestbenchHarness
from gatewright.sandbox.integrity import (
    Preprocessed,
    definitions,
    lay_out,
    preprocess,
    tops,
)
from gatewright.sandbox.isolation import Isolation, Limits
from gatewright.sandbox.tools import slang

RULES = "reference"
# A pass that showed too little is tried again, so many times as long and as rarely reset; the last
# time only where that takes no more CPU seconds than PATIENT_S.
LONGER, PATIENCE = 10, 32
LONGEST, MOST_PATIENCE = 100, 128
PATIENT_S = 10.0
# A reference made ready weighs its two texts and little more.
_MOST_KEPT, _WEIGHT = 16 << 20, 4

_BLURRED = (
    "the reference differs from a copy of itself too: it has outputs that are x at times, of which"
    " Verilator knows nothing; a reference that Icarus reads could be compared with"
)
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference made ready: its own interface under its own name, its roles, its two texts."""

    interface: Interface
    roles: Roles
    plain: Source
    renamed: Source
    why_not: str = ""

    def plan(self, problem: Problem, spec: ReferenceSpec, candidate: Candidate, seed: int) -> Plan:
        """How to drive reference and candidate."""
        return Plan(
            interface=self.interface,
            roles=self.roles,
            reference=f"{PREFIX}{self.interface.module}",
            candidate=problem.top or self.interface.module,
            cycles=spec.cycles,
            seed=seed,
            values=values_of([self.plain], candidate.sources, seed),
        )

    def bench(self, plan: Plan) -> TestbenchSpec:
        """The testbench for a plan."""
        return TestbenchSpec(
            testbench=(reference_bench.testbench(plan),),
            reference=(self.renamed,),
            top=reference_bench.TOP,
            samples=plan.samples,
        )


@dataclass(slots=True)
class ReferenceHarness:
    """Drives a reference and a candidate with the same inputs and compares all outputs.

    Clocks and resets are told from how the reference uses its inputs, then from their names. The
    ports are compared first; then a generated testbench (see `reference_bench`) is run by the
    testbench harness, with all its safeguards. Without a clock and with at most 12 input bits the
    check is exhaustive. A design with an inout port, or without outputs, is inconclusive: it says
    why. `limits` bound the simulation. Safe to call from several threads at once.

    A pass says that no difference was seen, never that there is none. The stimulus is new in every
    run unless the ReferenceSpec has a seed or the harness is `reproducible`: then it follows from
    the candidate's text, so that no candidate can be made for it. `metrics["seed"]` tells it.
    Where bits of a clocked reference's outputs stand still, a pass is tried again for longer, with
    rare resets, and where whole outputs still do, for much longer. An output that was x throughout,
    or that stood still though its text is not constant, makes the check inconclusive; single bits
    that stood still are named in a warning. `wave_of_pass` is as the testbench harness has it.
    """

    isolation: Isolation
    limits: Limits = SIMULATION
    reproducible: bool = False
    simulator: SimulatorChoice = SimulatorChoice.AUTO
    wave_of_pass: bool = False
    _bench: TestbenchHarness = field(init=False)
    _prepared: Kept[Reference] = field(init=False, default_factory=lambda: Kept(_MOST_KEPT))

    def __post_init__(self) -> None:
        self._bench = TestbenchHarness(
            self.isolation,
            limits=self.limits,
            rules=RULES,
            simulator=self.simulator,
            wave_of_pass=self.wave_of_pass,
        )

    @property
    def rules(self) -> str:
        """Its only rule set."""
        return RULES

    def check(
        self, problem: Problem, candidate: Candidate, *, waveform: Path | None = None
    ) -> Verdict:
        """Compare a candidate with the problem's ReferenceSpec.

        `waveform` is where to keep a VCD of a failing simulation. Raises UsageError for another
        kind of problem or an absurd number of cycles, DataError where the reference itself cannot
        be read, ToolMissing without Icarus.
        """
        spec = problem.harness
        if not isinstance(spec, ReferenceSpec):
            raise UsageError("the reference harness needs a problem with a reference")
        if not 0 < spec.cycles <= MAX_CYCLES:
            raise UsageError(f"{spec.cycles} cycles: between 1 and {MAX_CYCLES} make sense")
        key = digest((spec.top, problem.top), spec.reference)
        weight = _WEIGHT * letters(spec.reference)
        ready = self._prepared.get(key, weight, lambda: prepare(spec, problem.top))
        if ready.why_not:
            return _inconclusive(ready.why_not)
        wanted = replace(ready.interface, module=problem.top or ready.interface.module)
        differences = tuple(interface_differences(candidate, wanted))
        if differences:
            return Verdict(
                Outcome.FAIL, FailureClass.INTERFACE, diagnostics=differences, rules=RULES
            )
        seed = drawn_seed(candidate.sources, spec.seed, reproducible=self.reproducible)
        return self._compared(problem, candidate, ready, spec, seed, waveform)

    def _compared(
        self,
        problem: Problem,
        candidate: Candidate,
        ready: Reference,
        spec: ReferenceSpec,
        seed: int,
        waveform: Path | None,
    ) -> Verdict:
        def run(plan: Plan) -> Verdict:
            task = replace(problem, harness=ready.bench(plan), interface=ready.interface)
            return self._bench.check(task, candidate, waveform=waveform)

        plan = ready.plan(problem, spec, candidate, seed)
        verdict, seen = _driven(run, plan, ready)
        if verdict.passed:
            outputs, varied = ready.interface.outputs, plan.input_bits > 0 and not plan.exhaustive
            verdict = _doubted(verdict, seen, outputs, ready.roles.constant if varied else None)
            how = "all input values, then random ones" if plan.exhaustive else "random stimulus"
            said = f"no difference in {verdict.checks} samples ({how}, seed {seed})"
            note = _remark(said, "samples", Severity.NOTE)
            verdict = replace(verdict, diagnostics=(*verdict.diagnostics, note))
        elif _is_two_valued(verdict) and self._differs_from_itself(problem, ready, spec, seed):
            verdict = _undecided(verdict, _BLURRED)
        log = f"{verdict.log}random stimulus, seed {seed}\n"
        return replace(verdict, log=log, metrics={**verdict.metrics, "seed": float(seed)})

    def _differs_from_itself(
        self, problem: Problem, ready: Reference, spec: ReferenceSpec, seed: int
    ) -> bool:
        """A copy of the reference fails too: for each of its x a two-valued simulator draws."""
        twin = Candidate((ready.plain,))
        named = replace(problem, top=ready.interface.module, interface=ready.interface)
        bench = ready.bench(ready.plan(named, spec, twin, seed))
        verdict = self._bench.check(replace(named, harness=bench), twin)
        return verdict.failure_class is FailureClass.MISMATCH


def _driven(
    run: Callable[[Plan], Verdict], plan: Plan, ready: Reference
) -> tuple[Verdict, dict[str, reference_seen.Seen]]:
    """The verdict of as many runs as it takes, and what was seen in them."""
    outputs, constant = ready.interface.outputs, ready.roles.constant
    verdict = run(plan)
    seen = reference_seen.read(verdict.log)
    if not (plan.sequential and reference_seen.remarks(seen, outputs, constant)):
        return verdict, seen
    cpu_s = 0.0
    for times, patience in ((LONGER, PATIENCE), (LONGEST, MOST_PATIENCE)):
        if not verdict.passed or cpu_s > PATIENT_S:
            break
        if times == LONGEST and not reference_seen.standing(seen, outputs, constant):
            break
        longer = run(plan.longer(times, patience))
        verdict = _joined(verdict, longer)
        seen = reference_seen.joined(seen, reference_seen.read(longer.log))
        cpu_s = longer.cpu_s * LONGEST / LONGER
    return verdict, seen


def _is_two_valued(verdict: Verdict) -> bool:
    return verdict.failure_class is FailureClass.MISMATCH and any(
        found.code == "two-values" for found in verdict.diagnostics
    )


def _undecided(verdict: Verdict, reason: str) -> Verdict:
    """The verdict, if it decides nothing for that reason."""
    return replace(
        verdict,
        outcome=Outcome.INCONCLUSIVE,
        failure_class=FailureClass.NO_CHECKS,
        score=0.0,
        diagnostics=(*verdict.diagnostics, _remark(reason, "no-checks")),
    )


def _joined(first: Verdict, longer: Verdict) -> Verdict:
    """Two runs as one: the longer decides, unless it did not get to its end in time."""
    cpu_s, wall_s = first.cpu_s + longer.cpu_s, first.wall_s + longer.wall_s
    if longer.failure_class in (FailureClass.TIMEOUT, FailureClass.MEMORY):
        return replace(first, cpu_s=cpu_s, wall_s=wall_s)
    checks = first.checks + longer.checks
    score = 1 - (longer.mismatches or 0) / checks if longer.checks else 0.0
    return replace(longer, checks=checks, score=score, cpu_s=cpu_s, wall_s=wall_s)


def _doubted(
    verdict: Verdict,
    seen: dict[str, reference_seen.Seen],
    outputs: Sequence[Port],
    constant: frozenset[str] | None,
) -> Verdict:
    """Say what a pass does not show. `constant` None: all outputs may well be constant."""
    still = frozenset(p.name for p in outputs) if constant is None else constant
    reason = reference_seen.doubts(seen, outputs, still)
    if reason:
        return _undecided(verdict, reason)
    notes = [
        _remark(text, "still", Severity.WARNING)
        for text in reference_seen.remarks(seen, outputs, still)
    ]
    return replace(verdict, diagnostics=(*verdict.diagnostics, *notes))


def prepare(spec: ReferenceSpec, wanted_top: str = "") -> Reference:
    """Read a reference and what its inputs are for. Raises DataError where it is unreadable."""
    where = ", ".join(source.name for source in spec.reference)
    done = preprocess(spec.reference)
    errors = [d for d in done.diagnostics if d.severity is Severity.ERROR]
    if errors:
        raise DataError(f"the reference cannot be read: {errors[0]}", where=where)
    top = _reference_top(done, spec.top, wanted_top, where)
    plain = Source("reference.sv", lay_out(done.tokens, done.files).text)
    interface, roles = elaborate([plain], top)
    renamed = Source("gw_reference.sv", lay_out(renamed_tokens(done.tokens), done.files).text)
    return Reference(interface, roles, plain, renamed, _unsuited(interface))


def _reference_top(done: Preprocessed, named: str, wanted: str, where: str) -> str:
    found = definitions(done.tokens)
    modules = [d.name for d in found if d.is_module]
    if named and named not in modules:
        raise DataError(
            f"the reference has no module '{named}'", where=where, hint=f"it has {modules}"
        )
    free = tops(done.tokens, found)
    chosen = named or (wanted if wanted in modules else "")
    if chosen:
        return chosen
    if len(free) != 1:
        listed = ", ".join(free) or "none"
        raise DataError(
            f"the reference needs one top module; it has {listed}", where=where, hint="name one"
        )
    return free[0]


def _unsuited(interface: Interface) -> str:
    inouts = [p.name for p in interface.ports if p.direction is Direction.INOUT]
    if inouts:
        return f"inout ports are not driven by random co-simulation: {', '.join(inouts)}"
    if not interface.outputs:
        return "the reference has no output to compare"
    names = {port.name for port in interface.ports}
    odd = [name for name in names if not _IDENTIFIER.fullmatch(name) or name.startswith("gw_")]
    odd += [name for name in names if f"{name}_ref" in names or f"{name}_dut" in names]
    if odd:
        return f"these port names collide with the testbench's own: {', '.join(sorted(odd))}"
    return ""


def interface_differences(candidate: Candidate, wanted: Interface) -> Iterator[Diagnostic]:
    """What differs between the candidate's ports and the reference's, one diagnostic each.

    Nothing where the module is not there: the testbench harness then says at which stage it fails.
    """
    module = slang.parse_sources(candidate.sources).module(wanted.module)
    if module is None:
        return
    has = module.interface
    listed = ", ".join(port.name for port in has.ports) or "none"
    for port in wanted.ports:
        ours = has.port(port.name)
        if ours is None:
            yield _remark(f"{port.direction} '{port.name}' is missing; the ports are {listed}")
        elif ours.direction is not port.direction:
            yield _remark(f"'{port.name}' must be an {port.direction}, not {ours.direction}")
        elif port.name in module.sized and ours.width != port.width:
            yield _remark(f"'{port.name}' must be {port.width} bits wide, not {ours.width}")
    for port in has.ports:
        if wanted.port(port.name) is None:
            yield _remark(f"{port.direction} '{port.name}' is not a port of the reference")


def _inconclusive(reason: str) -> Verdict:
    return Verdict(
        Outcome.INCONCLUSIVE, FailureClass.NO_CHECKS, diagnostics=(_remark(reason),), rules=RULES
    )


def _remark(message: str, code: str = "port", severity: Severity = Severity.ERROR) -> Diagnostic:
    return Diagnostic(severity, message, code=code, tool=RULES)
