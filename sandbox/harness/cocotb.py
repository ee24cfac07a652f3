"""The check with a user's cocotb tests, unchanged, on Icarus Verilog or on Verilator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from gatewright.core import (
    Candidate,
    CocotbSpec,
    Diagnostic,
    FailureClass,
    Problem,
    SandboxUnavailable,
    Severity,
    ToolMissing,
    UsageError,
    Verdict,
)
from gatewright.sandbox.harness import cocotb_blind
from gatewright.sandbox.harness.cocotb_design import TOOL, Design, Refused, ready, stubs
from gatewright.sandbox.harness.cocotb_judge import failed, timed, without_checks
from gatewright.sandbox.harness.cocotb_powerup import doubted
from gatewright.sandbox.harness.cocotb_run import Run
from gatewright.sandbox.harness.cocotb_runner import RunnerRun, uses_runner
from gatewright.sandbox.harness.cocotb_simulator import CocotbSimulator, IcarusCocotb
from gatewright.sandbox.harness.cocotb_verilator import Programs, VerilatorCocotb
from gatewright.sandbox.harness.seeds import drawn_seed
from gatewright.sandbox.harness.simulators import SimulatorChoice
from gatewright.sandbox.harness.verilator_notes import notes_on
from gatewright.sandbox.integrity import GatePolicy, has_delays, preprocess
from gatewright.sandbox.isolation import Ending, Isolation, Limits, scratch
from gatewright.sandbox.tools.icarus import open_icarus
from gatewright.sandbox.tools.slang_elaborated import elaborate
from gatewright.sandbox.tools.verilator import open_verilator
from gatewright.sandbox.tools.verilator_runtime import Runtime, open_runtime

RULES = "cocotb"
LIMITS = Limits(cpu_s=60.0, wall_s=120.0, address_space_mb=None, output_kb=4096)


@dataclass(frozen=True, slots=True)
class CocotbHarness:
    """Runs the test modules of a CocotbSpec on a candidate.

    The candidate passes the integrity gate first, so it has no file access; results come over a
    pipe from a plugin that starts before the tests. What the tests write to its inputs are
    variables of a wrapper, which it cannot drive. A run passes when every collected test was
    reported, none failed, and designs with constant outputs do not pass as well. A test file that
    does not load, or holds no test, is inconclusive: the testbench is at fault. So is a run whose
    tests write a signal of the design that is no port: it might stand for one. `pokes` names those
    that may be written all the same.

    `checks` counts tests run, `mismatches` those that failed; `metrics["assertions"]` counts the
    assertions executed, `metrics["seed"]` is cocotb's random seed: new in every run unless `seed`
    is given or the harness is `reproducible`: then it follows from the candidate's text.
    `waveform` is where to keep a VCD. Tests that use cocotb's own runner run through it, on Icarus.

    Verilator has two values: a pass there must hold whatever registers power up as. `announce` is
    told of what takes long but once.
    """

    isolation: Isolation
    limits: Limits = LIMITS
    waveform: Path | None = None
    seed: int | None = None
    pokes: frozenset[str] = frozenset()
    reproducible: bool = False
    simulator: SimulatorChoice = SimulatorChoice.ICARUS
    announce: Callable[[str], None] = lambda _: None

    @property
    def rules(self) -> str:
        """Its only rule set."""
        return RULES

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        """Gate, compile, run, judge. Raises UsageError for a problem without a CocotbSpec.

        Raises ToolMissing where the simulator, cocotb or a shared libpython is not installed,
        DataError where a file name cannot be used.
        """
        spec = problem.harness
        if not isinstance(spec, CocotbSpec):
            raise UsageError("the cocotb harness needs a problem with cocotb tests")
        if self.simulator is SimulatorChoice.VERILATOR:
            if uses_runner(spec):
                raise UsageError(
                    "tests that build by themselves run on Icarus Verilog",
                    hint="leave --simulator out",
                )
            return self._on_verilator(problem, candidate, spec, self._runtime())
        icarus = open_icarus(self.isolation)
        if uses_runner(spec):
            runner = RunnerRun(self.isolation, icarus, spec, self.limits, 0, self.waveform)
            return self._judged(problem, candidate, spec, runner).verdict
        first = self._judged(
            problem, candidate, spec, self._run(spec, IcarusCocotb(self.isolation, icarus))
        )
        if self.simulator is SimulatorChoice.ICARUS or not first.unread:
            return first.verdict
        try:
            runtime = self._runtime()
        except (ToolMissing, SandboxUnavailable) as missing:
            said = f"Icarus Verilog cannot read it; Verilator may: {missing}"
            note = Diagnostic(Severity.WARNING, said, code="verilator", tool=TOOL)
            return replace(first.verdict, diagnostics=(*first.verdict.diagnostics, note))
        return timed(self._on_verilator(problem, candidate, spec, runtime), first.verdict)

    def _on_verilator(
        self, problem: Problem, candidate: Candidate, spec: CocotbSpec, runtime: Runtime
    ) -> Verdict:
        with scratch("programs") as folder:
            simulator = VerilatorCocotb(self.isolation, runtime, Programs(folder))
            run = self._run(spec, simulator)
            done = self._judged(problem, candidate, spec, run)
            verdict = done.verdict
            if done.design is None or not done.simulated:
                return verdict
            if verdict.passed:
                golden = self._golden(problem, spec, simulator)
                verdict = doubted(verdict, run, done.design, self._may(problem), golden)
            notes = tuple(notes_on(done.design.layout.text))
            return replace(verdict, diagnostics=(*verdict.diagnostics, *notes))

    def _golden(
        self, problem: Problem, spec: CocotbSpec, simulator: VerilatorCocotb
    ) -> Design | None:
        if not problem.reference:
            return None
        golden = ready(
            Candidate(problem.reference), problem.top, spec, GatePolicy(), macros=simulator.macros
        )
        return golden if isinstance(golden, Design) else None

    def _runtime(self) -> Runtime:
        return open_runtime(open_verilator(self.isolation), self.isolation, self.announce)

    def _run(self, spec: CocotbSpec, simulator: CocotbSimulator) -> Run:
        return Run(self.isolation, simulator, spec, self.limits, 0, self.waveform)

    def _judged(
        self, problem: Problem, candidate: Candidate, spec: CocotbSpec, run: Run | RunnerRun
    ) -> _Judged:
        """Gate a candidate, run the tests on it, doubt a pass."""
        tools, policy = run.simulator.tools, _policy(problem)
        macros = run.simulator.macros
        design = ready(candidate, problem.top, spec, policy, problem.interface, macros)
        if isinstance(design, Refused):
            verdict = failed(design.failure, *design.diagnostics)
            return _Judged(replace(verdict, tools=tools, rules=RULES))
        seed = drawn_seed(candidate.sources, self.seed, reproducible=self.reproducible)
        run = replace(run, seed=seed)
        verdict, simulated = self._checked(design, run, self._may(problem))
        said = (*verdict.diagnostics, *design.notes)
        return _Judged(
            replace(verdict, diagnostics=said, tools=tools, rules=RULES), design, simulated
        )

    def _may(self, problem: Problem) -> frozenset[str]:
        # Where the task says which ports there are, what else the tests write is meant as such.
        return self.pokes | ({"*"} if problem.interface is not None else set())

    def _checked(
        self, design: Design, run: Run | RunnerRun, may: frozenset[str]
    ) -> tuple[Verdict, bool]:
        """The verdict, and whether the design was simulated."""
        verdict, finished = run.judged(design, may)
        if finished is not None and finished.ending is Ending.OUTPUT:
            log = verdict.log
            verdict = timed(replace(run, quiet=True).judged(design, may)[0], verdict)
            verdict = replace(verdict, log=log)
        if verdict.passed:
            verdict = self._confirmed(verdict, run, design)
        return verdict, finished is not None

    def _confirmed(self, passed: Verdict, run: Run | RunnerRun, design: Design) -> Verdict:
        """Doubt a pass: do the tests pass designs whose outputs are constant as well?"""
        simulator = " ".join(run.simulator.tools.values())
        key = cocotb_blind.key_of(run.spec, design.module.interface, simulator)
        blind = cocotb_blind.recall(key)
        if blind is not None:
            return without_checks(passed) if blind else passed
        limits = replace(self.limits, cpu_s=2 + 2 * passed.cpu_s, wall_s=20 + 4 * passed.wall_s)
        brief = replace(run, limits=limits, waveform=None)
        told, verdict, lasting = passed, passed, True
        for stub in stubs(design):
            verdict, finished = brief.judged(stub, frozenset({"*"}))
            told = timed(told, verdict)
            lasting = finished is None or finished.ending is not Ending.WALL
            if not verdict.passed:
                break
        cocotb_blind.remember(key, verdict.passed, lasting=lasting)
        return without_checks(told) if verdict.passed else told


@dataclass(frozen=True, slots=True)
class _Judged:
    """A verdict, the design where it passed the gate, and whether it was simulated."""

    verdict: Verdict
    design: Design | None = None
    simulated: bool = False

    @property
    def unread(self) -> bool:
        """The simulator did not take a text in which slang finds nothing wrong."""
        if self.design is None or self.simulated or self.verdict.failure_class in _LIMITED:
            return False
        return elaborate(
            self.design.layout.text, self.design.module.name, self.design.parameters
        ).sound


_LIMITED = (FailureClass.TIMEOUT, FailureClass.MEMORY)


def _policy(problem: Problem) -> GatePolicy:
    """Where a reference without delays is known, a candidate's could but replay the tests."""
    waits = has_delays(preprocess(problem.reference).tokens) if problem.reference else True
    return GatePolicy(delays=waits)
