"""The check with a user's cocotb tests, unchanged, on Icarus Verilog."""

from __future__ import annotations

import ast
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from gatewright.core import (
    Candidate,
    CocotbSpec,
    Problem,
    UsageError,
    Verdict,
)
from gatewright.sandbox.harness import cocotb_blind, cocotb_inside, cocotb_names
from gatewright.sandbox.harness.cocotb_design import (
    Design,
    Refused,
    driven,
    has_reals,
    probe,
    ready,
    stubs,
    widths,
    wrapper,
)
from gatewright.sandbox.harness.cocotb_judge import (
    failed,
    judged,
    not_compiled,
    timed,
    undrivable,
    without_checks,
)
from gatewright.sandbox.harness.cocotb_report import read_report
from gatewright.sandbox.harness.cocotb_runner import RunnerRun, uses_runner
from gatewright.sandbox.harness.cocotb_wave import with_wave
from gatewright.sandbox.harness.cocotb_write import write_plain
from gatewright.sandbox.harness.seeds import drawn_seed
from gatewright.sandbox.integrity import GatePolicy, has_delays, preprocess
from gatewright.sandbox.isolation import (
    Command,
    Ending,
    Finished,
    Isolation,
    Limits,
    scratch,
)
from gatewright.sandbox.tools.cocotb import find_cocotb, run_tests
from gatewright.sandbox.tools.icarus import Icarus, open_icarus

RULES = "cocotb"
LIMITS = Limits(cpu_s=60.0, wall_s=120.0, address_space_mb=None, output_kb=4096)

_DESIGN, _BENCH, _IMAGE, _WAVE = "gw_design.sv", "gw_bench.sv", "gw_design.vvp", "wave.vcd"
_FLAGS, _PLUGIN = "gw_flags.cmd", "gw_cocotb_inside"


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
    `waveform` is where to keep a VCD. Tests that use cocotb's own runner run through it.
    """

    isolation: Isolation
    limits: Limits = LIMITS
    waveform: Path | None = None
    seed: int | None = None
    pokes: frozenset[str] = frozenset()
    reproducible: bool = False

    @property
    def rules(self) -> str:
        """Its only rule set."""
        return RULES

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        """Gate, compile, run, judge. Raises UsageError for a problem without a CocotbSpec.

        Raises ToolMissing where Icarus, cocotb or a shared libpython is not installed, DataError
        where a file name cannot be used.
        """
        spec = problem.harness
        if not isinstance(spec, CocotbSpec):
            raise UsageError("the cocotb harness needs a problem with cocotb tests")
        icarus = open_icarus(self.isolation)
        tools = {"iverilog": icarus.version, "cocotb": find_cocotb().version}
        design = ready(candidate, problem.top, spec, _policy(problem), problem.interface)
        if isinstance(design, Refused):
            return replace(failed(design.failure, *design.diagnostics), tools=tools, rules=RULES)
        seed = drawn_seed(candidate.sources, self.seed, reproducible=self.reproducible)
        kind = RunnerRun if uses_runner(spec) else _Run
        run = kind(self.isolation, icarus, spec, self.limits, seed, self.waveform)
        verdict = self._checked(design, run, problem)
        said = (*verdict.diagnostics, *design.notes)
        return replace(verdict, diagnostics=said, tools=tools, rules=RULES)

    def _checked(self, design: Design, run: _Run | RunnerRun, problem: Problem) -> Verdict:
        may = self.pokes
        if problem.interface is not None:
            # The task says which ports there are, so what else the tests write is meant as such.
            may |= {"*"}
        verdict, finished = run.judged(design, may)
        if finished is not None and finished.ending is Ending.OUTPUT:
            log = verdict.log
            verdict = timed(replace(run, quiet=True).judged(design, may)[0], verdict)
            verdict = replace(verdict, log=log)
        return self._confirmed(verdict, run, design) if verdict.passed else verdict

    def _confirmed(self, passed: Verdict, run: _Run | RunnerRun, design: Design) -> Verdict:
        """Doubt a pass: do the tests pass designs whose outputs are constant as well?"""
        simulator = f"{run.icarus.version} {find_cocotb().version}"
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
class _Run:
    """One way of running the tests: the programs, the limits, the seed; `quiet` drops prints."""

    isolation: Isolation
    icarus: Icarus
    spec: CocotbSpec
    limits: Limits
    seed: int
    waveform: Path | None
    quiet: bool = False

    def judged(self, design: Design, may: frozenset[str]) -> tuple[Verdict, Finished | None]:
        """Compile and run; `may` are signals that the tests may write (`*`: any that is no port).

        The run is None where it did not compile.
        """
        nonce = secrets.token_hex(8)
        with scratch("cocotb") as folder:
            _write(folder, design, self.spec)
            compiled = self._compile(folder, design, nonce)
            if compiled is None:
                return undrivable(design.unmeasured), None
            if not compiled.ok:
                return not_compiled(compiled, design, _DESIGN), None
            command = run_tests(
                _IMAGE,
                folder,
                f"cocotb_{nonce}",
                test_modules(self.spec),
                entry=f"{_PLUGIN}:start",
                design=design.module.name,
                inputs=driven(design.module, nonce),
                seed=self.seed,
                quiet=self.quiet,
            )
            finished = self.isolation.run(command, self.limits)
            report = read_report(finished.channel)
            verdict = judged(finished, report, design.module, may)
            metrics = {**verdict.metrics, "seed": float(self.seed)}
            verdict = timed(replace(verdict, metrics=metrics), compiled, finished)
            return with_wave(verdict, folder / _WAVE, self.waveform, nonce), finished

    def _compile(self, folder: Path, design: Design, nonce: str) -> Finished | None:
        """Compile the design in its wrapper; None where that cannot drive its inputs."""
        measured: dict[str, int] = {}
        if has_reals(design):
            return None
        if design.unmeasured:
            (folder / _BENCH).write_text(probe(design, nonce))
            compiled = self._iverilog(folder, f"probe_{nonce}")
            if not compiled.ok:
                alone = self._iverilog(folder, design.module.name)
                return None if alone.ok else alone
            command = Command(self.icarus.simulate(_IMAGE), folder, mounts=self.icarus.mounts)
            measured = widths(self.isolation.run(command, self.limits).output, nonce)
        wave = _WAVE if self.waveform is not None else ""
        (folder / _BENCH).write_text(wrapper(design, nonce, measured, wave))
        return self._iverilog(folder, f"cocotb_{nonce}")

    def _iverilog(self, folder: Path, top: str) -> Finished:
        line = self.icarus.compile([_DESIGN, _BENCH], top, output=_IMAGE)
        argv = [line[0], "-c", _FLAGS, *line[1:]]
        return self.isolation.run(Command(argv, folder, mounts=self.icarus.mounts), self.limits)


def _policy(problem: Problem) -> GatePolicy:
    """Where a reference without delays is known, a candidate's could but replay the tests."""
    waits = has_delays(preprocess(problem.reference).tokens) if problem.reference else True
    return GatePolicy(delays=waits)


def test_modules(spec: CocotbSpec) -> tuple[str, ...]:
    """The modules that hold cocotb tests; of files that show none, those named like tests."""
    named = [s for s in spec.tests if s.name.startswith("test_") or s.name.endswith("_test.py")]
    holding = [s for s in spec.tests if _holds_tests(s.text)]
    chosen = holding or named or list(spec.tests)
    return tuple(source.name.removesuffix(".py") for source in chosen)


test_modules.__test__ = False  # type: ignore[attr-defined]  # not a pytest function


def _holds_tests(text: str) -> bool:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return "cocotb" in text
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef | ast.ClassDef):
            marks = [ast.unparse(d) for d in node.decorator_list]
            if any(mark.startswith(("cocotb.", "test(", "parametrize(")) for mark in marks):
                return True
        if isinstance(node, ast.Name | ast.Attribute) and "TestFactory" in ast.unparse(node):
            return True
    return False


def _write(folder: Path, design: Design, spec: CocotbSpec) -> None:
    (folder / _DESIGN).write_text(design.layout.text)
    # Designs without a timescale would otherwise run in whole seconds.
    (folder / _FLAGS).write_text("+timescale+1ns/1ps\n")
    for name, module in ((_PLUGIN, cocotb_inside), (cocotb_inside.NAMES, cocotb_names)):
        text = Path(module.__file__ or "").read_text(encoding="utf-8")
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    for source in (*spec.tests, *spec.data):
        write_plain(folder, source)
