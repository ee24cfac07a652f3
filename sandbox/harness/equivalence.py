"""The check against a trusted design of the same interface, by proof."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from gatewright.core import (
    Candidate,
    DataError,
    Diagnostic,
    FailureClass,
    Outcome,
    Problem,
    ReferenceSpec,
    Severity,
    UsageError,
    Verdict,
)
from gatewright.sandbox.formal.question import Answer, Asked, Found
from gatewright.sandbox.harness.equivalence_replay import one_step, replay
from gatewright.sandbox.harness.equivalence_text import (
    FormalText,
    never_known,
    of_reference,
    readable,
    remark,
)
from gatewright.sandbox.harness.reference import (
    Reference,
    ReferenceHarness,
    interface_differences,
    prepare,
)
from gatewright.sandbox.harness.simulators import SimulatorChoice
from gatewright.sandbox.harness.testbench import TestbenchHarness
from gatewright.sandbox.harness.testbench_design import Refused
from gatewright.sandbox.integrity import Layout
from gatewright.sandbox.isolation import Isolation
from gatewright.sandbox.tools.yosys import Budget, Done, Yosys, version

RULES = "formal"
ENTRY = "gatewright.sandbox.formal.inside:run"
PROOF = Budget(cpu_s=20, wall_s=90, memory_mb=3072)

_FILES = ("result.json", "stage", "log")
_READER_ERROR = re.compile(r"^gate\.sv:(\d+)(?::(\d+))?: ERROR: (.*)$", re.MULTILINE)
_LOOP = "logic loop"
_UNFIT = frozenset({FailureClass.SYNTAX, FailureClass.ELABORATION, FailureClass.INTERFACE})
_TOO_LONG = frozenset({-24, -9})
_HOW = {
    "pairing": "every register has its counterpart in the reference",
    "induction": "proved by temporal induction",
    "abc": "proved by ABC",
    "correspondence": "proved by signal correspondence",
}


@dataclass(frozen=True, slots=True)
class _Case:
    """One check under way: what is compared, and the texts that are read for it."""

    problem: Problem
    spec: ReferenceSpec
    candidate: Candidate
    reference: Reference
    gold: FormalText
    gate: FormalText
    top: str

    @property
    def gold_text(self) -> str:
        """The reference as the front end reads it."""
        return self.gold.layout.text


@dataclass(slots=True)
class EquivalenceHarness:
    """Proves that a candidate behaves like a reference, or finds inputs for which it does not.

    Three-valued: what is neither proved nor refuted within `budget` is inconclusive, and so is what
    a proof cannot model (inout ports, z, huge memories, combinational loops), with the reason. Bits
    that the reference leaves x match anything; those that it always leaves x are named. A
    difference is replayed in simulation; where that shows it, the verdict has its window and
    waveform. Safe to call from several threads at once.

    Proofs speak of hardware: x spreads further than in a simulator, dividing by zero has a value,
    races have a winner. So with `confirm` a proof only counts where random co-simulation, which
    goes by the simulator's rules, sees no difference either; and what no proof decides fails where
    co-simulation does see one.
    """

    isolation: Isolation
    yosys: Yosys
    budget: Budget = PROOF
    confirm: bool = True
    _bench: TestbenchHarness = field(init=False)
    _simulation: ReferenceHarness = field(init=False)
    _prepared: dict[tuple[ReferenceSpec, str], Reference] = field(default_factory=dict)
    _known: dict[str, Found] = field(default_factory=dict)

    def __post_init__(self) -> None:
        choice = SimulatorChoice.AUTO
        self._bench = TestbenchHarness(self.isolation, rules=RULES, simulator=choice)
        self._simulation = ReferenceHarness(self.isolation, simulator=choice)

    @property
    def rules(self) -> str:
        """Its only rule set."""
        return RULES

    def check(
        self, problem: Problem, candidate: Candidate, *, waveform: Path | None = None
    ) -> Verdict:
        """Prove or refute. `waveform` is where to keep a VCD of a difference.

        Raises UsageError for a problem without a reference, DataError for a reference that cannot
        be read or synthesised, ToolMissing without pyosys or Icarus, ToolCrashed if Yosys died.
        """
        spec = problem.harness
        if not isinstance(spec, ReferenceSpec):
            raise UsageError("the equivalence harness needs a problem with a reference")
        start = time.monotonic()
        key = (spec, problem.top)
        reference = self._prepared.get(key) or prepare(spec, problem.top)
        self._prepared[key] = reference
        top = problem.top or reference.interface.module
        gold = of_reference(reference.plain, reference.interface.module)
        gate = readable(candidate, top, problem.context, waits=gold.waits)
        if isinstance(gate, Refused):
            return _failed(gate.failure, gate.diagnostics)
        wanted = replace(reference.interface, module=top)
        differences = tuple(interface_differences(candidate, wanted))
        if differences:
            return _failed(FailureClass.INTERFACE, differences)
        case = _Case(problem, spec, candidate, reference, gold, gate, top)
        done = self._job(case.gold_text, reference.interface.module, gate.layout.text, top)
        verdict = self._judged(case, done, waveform)
        return replace(
            verdict,
            rules=RULES,
            tools={"pyosys": version(), **verdict.tools},
            cpu_s=verdict.cpu_s + done.cpu_s,
            wall_s=time.monotonic() - start,
        )

    def _job(self, gold: str, gold_top: str, gate: str, top: str, *, known: bool = False) -> Done:
        asked = Asked(gold_top, top, self.budget.cpu_s, known)
        return self.yosys.run(
            {"gold.sv": gold, "gate.sv": gate}, asdict(asked), _FILES, self.budget
        )

    def _judged(self, case: _Case, done: Done, waveform: Path | None) -> Verdict:
        if "result.json" not in done.files:
            unread = self._unread(case, done)
            return unread or self._compared(case, _unfinished(case, done), waveform)
        found = Found.of_json(done.files["result.json"])
        if found.answer is Answer.UNSUITED:
            unsuited = _inconclusive(FailureClass.NO_CHECKS, found.reason)
            return self._compared(case, unsuited, waveform)
        if found.answer is Answer.UNDECIDED:
            said = f"neither a proof nor a difference within {self.budget.cpu_s:g} CPU seconds"
            return self._compared(case, _inconclusive(FailureClass.TIMEOUT, said), waveform)
        if found.answer is Answer.DIFFERENT:
            shown = replay(
                self._bench,
                case.problem,
                case.spec,
                case.candidate,
                case.reference,
                found,
                waveform,
            )
            return _different(shown, found)
        return self._proved(case, found)

    def _compared(self, case: _Case, undecided: Verdict, waveform: Path | None) -> Verdict:
        """What no proof decides, by co-simulation: a difference that it sees is one."""
        if not self.confirm:
            return undecided
        seen = self._simulation.check(case.problem, case.candidate, waveform=waveform)
        if seen.failure_class is not FailureClass.MISMATCH:
            return undecided
        finding = remark("no proof either way, but simulation tells them apart", "different")
        return replace(seen, diagnostics=(finding, *undecided.diagnostics, *seen.diagnostics))

    def _proved(self, case: _Case, found: Found) -> Verdict:
        """A proof counts if the reference's outputs are ever known: x matches anything."""
        doubts = (*case.gold.doubts, *case.gate.doubts)
        if doubts:
            said = "as hardware it is equivalent, but a process does not wait for all that it reads"
            verdict = _inconclusive(FailureClass.NO_CHECKS, said)
            return replace(verdict, diagnostics=(*verdict.diagnostics, *doubts))
        known = self._ever_known(case)
        if known is None:
            said = "equivalent, but whether the reference's outputs ever leave x is not known"
            return _inconclusive(FailureClass.TIMEOUT, said)
        if known.answer is not Answer.DIFFERENT:
            said = "an output of the reference was never seen to leave x, which matches anything"
            return _inconclusive(FailureClass.NO_CHECKS, said)
        if self.confirm:
            seen = self._simulation.check(case.problem, case.candidate)
            if seen.outcome is Outcome.FAIL:
                said = f"equivalent as hardware ({_HOW[found.by]}), but simulation tells them apart"
                finding = remark(said, "disagreement")
                return replace(
                    seen,
                    outcome=Outcome.INCONCLUSIVE,
                    diagnostics=(finding, *seen.diagnostics),
                )
        how = f"{_HOW[found.by]}{never_known(known.unknown)}"
        said = f"equivalent as hardware, for all inputs at all times from power-up on: {how}"
        note = remark(said, "proved", Severity.NOTE)
        return Verdict(Outcome.PASS, score=1.0, checks=1, mismatches=0, diagnostics=(note,))

    def _ever_known(self, case: _Case) -> Found | None:
        """What is ever known of the reference's outputs; None where that takes too long."""
        if case.gold_text not in self._known:
            top = case.reference.interface.module
            done = self._job(case.gold_text, top, case.gold_text, top, known=True)
            text = done.files.get("result.json")
            if text is None:
                return None
            self._known[case.gold_text] = Found.of_json(text)
        return self._known[case.gold_text]

    def _unread(self, case: _Case, done: Done) -> Verdict | None:
        """What the simulator says of a design that the front end refused, if it refuses it too."""
        if done.files.get("stage") != "read gate" or done.status in _TOO_LONG:
            return None
        spec = one_step(case.reference, case.problem, case.spec, case.candidate)
        task = replace(case.problem, harness=spec, interface=case.reference.interface)
        verdict = self._bench.check(task, case.candidate)
        return verdict if verdict.failure_class in _UNFIT else None


def _unfinished(case: _Case, done: Done) -> Verdict:
    """The process ended before it had a result: at what stage, and why."""
    stage, log = done.files.get("stage", ""), done.files.get("log", "")
    if done.status in _TOO_LONG:
        said = f"stopped after {done.cpu_s:.0f} CPU seconds, at '{stage}'"
        return _inconclusive(FailureClass.TIMEOUT, said)
    if stage == "read gold":
        errors = [line for line in log.splitlines() if "ERROR" in line][:1] or [log[-300:]]
        raise DataError(
            f"the reference cannot be synthesised: {errors[0].strip()}",
            hint="compare by simulation instead",
        )
    if stage == "read gate":
        said = "the design cannot be synthesised, so nothing can be proved of it"
        verdict = _inconclusive(FailureClass.ELABORATION, said)
        reasons = tuple(_reader_errors(log, case.gate.layout))
        return replace(verdict, diagnostics=(*verdict.diagnostics, *reasons))
    if _LOOP in log:
        said = "a combinational loop: what it settles to depends on delays"
        return _inconclusive(FailureClass.ELABORATION, said)
    errors = [line.strip() for line in log.splitlines() if line.startswith("ERROR")]
    why = errors[0] if errors else f"exit status {done.status}"
    return _inconclusive(FailureClass.CRASH, f"Yosys gave up at '{stage}': {why}")


def _reader_errors(log: str, gate: Layout) -> Iterator[Diagnostic]:
    """The front end's errors, at their places in the user's files."""
    for line, column, message in _READER_ERROR.findall(log):
        place = gate.place(int(line), int(column or 0))
        file, at, where = (place.file, place.line, place.column) if place else ("", 0, 0)
        yield Diagnostic(Severity.ERROR, message, file, at, where, "synthesis", "slang")


def _different(shown: Verdict | None, found: Found) -> Verdict:
    steps = len(found.stimulus)
    said = f"not equivalent: outputs differ after {steps} step{'s' if steps != 1 else ''}"
    if shown is None and not found.free:
        said = "as hardware they differ, but simulation does not show it"
        return _inconclusive(FailureClass.NO_CHECKS, said)
    if shown is None:
        said += (
            "; simulation does not show it: it depends on the values that registers power up with"
        )
    base = shown or Verdict(Outcome.FAIL)
    return replace(
        base,
        outcome=Outcome.FAIL,
        failure_class=FailureClass.NONEQUIVALENT,
        score=0.0,
        checks=1,
        mismatches=1,
        diagnostics=(remark(said, "different"), *base.diagnostics),
        log="",  # the replay's own counts mean nothing to whoever asked for a proof
    )


def _failed(failure: FailureClass, diagnostics: Sequence[Diagnostic]) -> Verdict:
    return Verdict(Outcome.FAIL, failure, diagnostics=tuple(diagnostics), rules=RULES)


def _inconclusive(failure: FailureClass, reason: str) -> Verdict:
    finding = (remark(reason, failure),)
    return Verdict(Outcome.INCONCLUSIVE, failure, diagnostics=finding, rules=RULES)
