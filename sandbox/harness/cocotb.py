"""The check with a user's cocotb tests, unchanged, on Icarus Verilog."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gatewright.core import (
    Candidate,
    CocotbSpec,
    DataError,
    Diagnostic,
    FailureClass,
    Outcome,
    Problem,
    Severity,
    Source,
    UsageError,
    Verdict,
)
from gatewright.sandbox.harness import cocotb_inside
from gatewright.sandbox.harness.cocotb_report import Report, read_report
from gatewright.sandbox.integrity import (
    GatePolicy,
    Layout,
    Place,
    Preprocessed,
    check,
    definitions,
    lay_out,
    preprocess,
    tops,
)
from gatewright.sandbox.integrity.gate import TOOL as GATE
from gatewright.sandbox.isolation import Command, Ending, Finished, Isolation, Limits, scratch
from gatewright.sandbox.tools.cocotb import find_cocotb, run_tests
from gatewright.sandbox.tools.icarus import Icarus, gave_up_parsing, open_icarus, parse_messages

RULES = "cocotb"
LIMITS = Limits(cpu_s=120.0, wall_s=300.0, address_space_mb=None, output_kb=2048)
MAX_LOG = 20_000

_DESIGN, _IMAGE, _WAVE, _PLUGIN = "gw_design.sv", "gw_design.vvp", "wave.vcd", "gw_cocotb_inside"
_FLAGS, _DUMPER = "gw_flags.cmd", "gw_dump.sv"
_MACROS = {"__ICARUS__": "1", "COCOTB_SIM": "1"}
_REACHING = frozenset({"include", "macro-budget"})
_STOPPED = {
    Ending.CPU: FailureClass.TIMEOUT,
    Ending.WALL: FailureClass.TIMEOUT,
    Ending.MEMORY: FailureClass.MEMORY,
    Ending.DISK: FailureClass.CRASH,
    Ending.OUTPUT: FailureClass.CRASH,
    Ending.SIGNAL: FailureClass.CRASH,
}


@dataclass(frozen=True, slots=True)
class _Design:
    """A candidate that passed the gate: its text as compiled, its top module."""

    layout: Layout
    top: str


@dataclass(frozen=True, slots=True)
class CocotbHarness:
    """Runs the test modules of a CocotbSpec on a candidate.

    The candidate passes the integrity gate first, so it has no file access; results come over a
    pipe from a plugin that starts before the tests. A run passes when every collected test was
    reported and none failed. A test file that does not load, or holds no test, is inconclusive:
    the testbench is at fault. `checks` counts tests run, `mismatches` those that failed;
    `metrics["assertions"]` counts the assertions executed. `waveform` is where to keep a VCD.
    """

    isolation: Isolation
    limits: Limits = LIMITS
    waveform: Path | None = None

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
        verdict = self._checked(problem, candidate, spec, icarus)
        return replace(verdict, tools=tools, rules=RULES)

    def _checked(
        self, problem: Problem, candidate: Candidate, spec: CocotbSpec, icarus: Icarus
    ) -> Verdict:
        design = _gated(candidate, problem.top, spec)
        if isinstance(design, Verdict):
            return design
        with scratch("cocotb") as folder:
            _write(folder, design, spec)
            compiled = self._compile(icarus, folder, design)
            if not compiled.ok:
                return _not_compiled(compiled, design)
            command = run_tests(
                _IMAGE, folder, design.top, test_modules(spec), entry=f"{_PLUGIN}:start"
            )
            finished = self.isolation.run(command, self.limits)
            verdict = _judged(finished, read_report(finished.channel))
            return _timed(self._with_wave(folder, verdict), compiled, finished)

    def _compile(self, icarus: Icarus, folder: Path, design: _Design) -> Finished:
        sources, chosen = [_DESIGN], [design.top]
        if self.waveform is not None:
            dump = f'$dumpfile("{_WAVE}"); $dumpvars(0, {design.top});'
            (folder / _DUMPER).write_text(f"module gw_dump; initial begin {dump} end endmodule\n")
            sources.append(_DUMPER)
            chosen.append("gw_dump")
        line = icarus.compile(sources, *chosen, output=_IMAGE)
        argv = [line[0], "-c", _FLAGS, *line[1:]]
        return self.isolation.run(Command(argv, folder, mounts=icarus.mounts), self.limits)

    def _with_wave(self, folder: Path, verdict: Verdict) -> Verdict:
        wave = folder / _WAVE
        if self.waveform is None or wave.is_symlink() or not wave.is_file():
            return verdict
        shutil.copyfile(wave, self.waveform)
        return replace(verdict, waveform=str(self.waveform))


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


def _gated(candidate: Candidate, top: str, spec: CocotbSpec) -> _Design | Verdict:
    if not any(source.text.strip() for source in candidate.sources):
        return _failed(FailureClass.NO_CODE, _error("the answer holds no code"))
    done = preprocess(candidate.sources, defines=_MACROS)
    refused = _refused(done)
    if refused is not None:
        return refused
    found = definitions(done.tokens)
    modules = [d.name for d in found if d.is_module]
    chosen = _top(top, modules, tops(done.tokens, found), spec)
    if isinstance(chosen, Diagnostic):
        return _failed(FailureClass.INTERFACE, chosen)
    return _Design(lay_out(done.tokens, done.files), chosen)


def _refused(done: Preprocessed) -> Verdict | None:
    errors = [d for d in done.diagnostics if d.severity is Severity.ERROR]
    errors += check(done.tokens, done.files, GatePolicy())
    if not errors:
        return None
    unsafe = [d for d in errors if (d.tool == GATE and d.code != "lexical") or d.code in _REACHING]
    if unsafe:
        return _failed(FailureClass.UNSAFE, *unsafe)
    return _failed(FailureClass.SYNTAX, *errors)


def _top(
    wanted: str, modules: Sequence[str], free: Sequence[str], spec: CocotbSpec
) -> str | Diagnostic:
    """The module asked for, else the only one that no other instantiates, else one tests name."""
    if wanted:
        if wanted in modules:
            return wanted
        return _error(f"there is no module '{wanted}'; there is {', '.join(modules) or 'none'}")
    if len(free) == 1:
        return free[0]
    text = "\n".join(source.text for source in spec.tests)
    named = [name for name in free if f'"{name}"' in text or f"'{name}'" in text]
    if len(named) == 1:
        return named[0]
    if not free:
        return _error("the design has no top module")
    return _error(f"the design has several top modules: {', '.join(free)}; name one")


def _write(folder: Path, design: _Design, spec: CocotbSpec) -> None:
    (folder / _DESIGN).write_text(design.layout.text)
    # Designs without a timescale would otherwise run in whole seconds.
    (folder / _FLAGS).write_text("+timescale+1ns/1ps\n")
    plugin = Path(cocotb_inside.__file__).read_text(encoding="utf-8")
    (folder / f"{_PLUGIN}.py").write_text(plugin, encoding="utf-8")
    for source in (*spec.tests, *spec.data):
        _write_plain(folder, source)


def _write_plain(folder: Path, source: Source) -> None:
    path = folder / source.name
    if Path(source.name).name != source.name or path.exists():
        raise DataError(
            "this file name cannot be used here", where=source.name, hint="give each its own name"
        )
    path.write_text(source.text, encoding="utf-8")


def _not_compiled(finished: Finished, design: _Design) -> Verdict:
    def locate(file: str, line: int) -> Place | None:
        return design.layout.place(line) if file.endswith(_DESIGN) else None

    stage = FailureClass.ELABORATION
    if finished.ending is not Ending.EXITED:
        stage = _STOPPED.get(finished.ending, FailureClass.CRASH)
    diagnostics = parse_messages(finished.output, locate)
    if gave_up_parsing(finished.output) or any(d.code == "syntax" for d in diagnostics):
        stage = FailureClass.SYNTAX
    verdict = _failed(stage, *diagnostics)
    return _timed(replace(verdict, log=finished.output[:MAX_LOG]), finished)


def _judged(finished: Finished, report: Report) -> Verdict:
    verdict = _outcome(finished, report)
    run = report.passed + report.failed
    return replace(
        verdict,
        score=report.passed / run if run else 0.0,
        checks=run,
        mismatches=report.failed if run else None,
        tests=report.results,
        metrics={"assertions": float(report.assertions)},
        log=_capped(finished.output),
    )


def _outcome(finished: Finished, report: Report) -> Verdict:
    if report.fault is not None:
        return _unchecked(report.fault)
    if report.collected == ():
        return _unchecked(_error("the test files hold no cocotb test"))
    if report.complete:
        if report.failed:
            return Verdict(Outcome.FAIL, _failure(report))
        if report.passed:
            return Verdict(Outcome.PASS)
        return _unchecked(_error("every test was skipped"))
    stopped = _STOPPED.get(finished.ending, FailureClass.CRASH)
    left = [n for n in report.collected or () if n not in {r.name for r in report.results}]
    what = f"the simulation ended ({finished.ending}, status {finished.returncode})"
    during = f" during {left[0]}" if left else ""
    return _failed(stopped, _error(f"{what}{during}"))


def _failure(report: Report) -> FailureClass:
    """All failed for want of a signal: the ports differ; else the behaviour does."""
    if report.kinds.get("port", 0) == report.failed:
        return FailureClass.INTERFACE
    return FailureClass.MISMATCH


def _unchecked(diagnostic: Diagnostic) -> Verdict:
    return Verdict(Outcome.INCONCLUSIVE, FailureClass.NO_CHECKS, diagnostics=(diagnostic,))


def _failed(stage: FailureClass, *diagnostics: Diagnostic) -> Verdict:
    return Verdict(Outcome.FAIL, stage, diagnostics=diagnostics)


def _error(message: str) -> Diagnostic:
    return Diagnostic(Severity.ERROR, message, tool=RULES)


def _timed(verdict: Verdict, *runs: Finished) -> Verdict:
    return replace(
        verdict, cpu_s=sum(run.cpu_s for run in runs), wall_s=sum(run.wall_s for run in runs)
    )


def _capped(log: str) -> str:
    if len(log) <= MAX_LOG:
        return log
    return f"{log[: MAX_LOG // 2]}\n…\n{log[-MAX_LOG // 2 :]}"
