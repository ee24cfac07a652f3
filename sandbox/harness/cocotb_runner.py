"""Runs tests that build and simulate by themselves, through cocotb's own runner.

Such a file holds a function, for pytest or called at its end, with `get_runner(…)`, `build(…)` and
`test(…)`. It runs unchanged: its builds compile the candidate in place of the sources they name,
but for those that were given beside the tests.
"""

from __future__ import annotations

import ast
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gatewright.core import CocotbSpec, FailureClass, Outcome, Verdict
from gatewright.sandbox.harness.cocotb_design import Design, error
from gatewright.sandbox.harness.cocotb_judge import timed
from gatewright.sandbox.harness.cocotb_simulator import IcarusCocotb
from gatewright.sandbox.harness.cocotb_wave import with_wave
from gatewright.sandbox.harness.cocotb_write import write_plain
from gatewright.sandbox.harness.grader_judge import explained, hardened
from gatewright.sandbox.harness.grader_report import Session, read_session
from gatewright.sandbox.harness.grader_session import Place, Plan, run_plan
from gatewright.sandbox.integrity import Place as SourcePlace
from gatewright.sandbox.isolation import Finished, Isolation, Limits, scratch
from gatewright.sandbox.tools.icarus import Icarus, parse_messages

_DESIGN, _WAVE, _OWN = "gw_design.sv", "gw_wave.vcd", ".gatewright"
_RUNNER = re.compile(r"\b(?:cocotb_tools|cocotb)\.runner\b|\bget_runner\b")
_ENVIRONMENT = {"SIM": "icarus", "TOPLEVEL_LANG": "verilog"}


def uses_runner(spec: CocotbSpec) -> bool:
    """Whether some of the tests build and simulate by themselves."""
    return any(_RUNNER.search(source.text) for source in spec.tests)


@dataclass(frozen=True, slots=True)
class RunnerRun:
    """One way of running the tests: the programs, the limits, the seed; `quiet` drops prints."""

    isolation: Isolation
    icarus: Icarus
    spec: CocotbSpec
    limits: Limits
    seed: int
    waveform: Path | None
    quiet: bool = False

    @property
    def simulator(self) -> IcarusCocotb:
        """What simulates."""
        return IcarusCocotb(self.isolation, self.icarus)

    def judged(self, design: Design, may: frozenset[str]) -> tuple[Verdict, Finished | None]:
        """Run the files that hold a runner, one after another, and judge them together.

        Signals that the tests write do not matter here, so neither do those that they `may`.
        """
        nonce = secrets.token_hex(8)
        with scratch("cocotb") as folder:
            (folder / _DESIGN).write_text(design.layout.text, encoding="utf-8")
            for source in (*self.spec.tests, *self.spec.data):
                write_plain(folder, source)
            wave = str(folder / _WAVE) if self.waveform is not None else ""
            plan = Plan(
                _command(self.spec),
                str(folder),
                self.seed,
                (str(folder / _DESIGN),),
                (design.module,),
                nonce,
                wave,
            )
            own = folder / _OWN
            finished = run_plan(
                plan,
                Place(folder, own, own),
                self.isolation,
                self.icarus,
                self.limits,
                _ENVIRONMENT | {"PYTHONPATH": str(folder)},
                quiet=self.quiet,
            )
            session = read_session(finished.channel)
            verdict = explained(_judged(finished, session, design), finished, session)
            metrics = {**verdict.metrics, "seed": float(self.seed)}
            verdict = timed(replace(verdict, metrics=metrics, code=""), finished)
            kept = folder / f"{_WAVE}_{_shown(session)}"
            return with_wave(verdict, kept, self.waveform, nonce), finished


def _judged(finished: Finished, session: Session, design: Design) -> Verdict:
    if session.foreign:
        said = error(f"the tests ask for the simulator {session.foreign}; only Icarus runs here")
        return Verdict(Outcome.INCONCLUSIVE, FailureClass.NO_CHECKS, diagnostics=(said,))
    verdict = hardened(finished, session)
    if not session.builds_failed or verdict.outcome is not Outcome.FAIL:
        return verdict

    def locate(name: str, line: int) -> SourcePlace | None:
        return design.layout.place(line) if name.endswith(_DESIGN) else None

    found = parse_messages(session.builds_failed[0] or finished.output, locate)
    return replace(verdict, diagnostics=found or verdict.diagnostics)


def _shown(session: Session) -> int:
    """The number of the simulation whose waveform is kept: the first that fails, else the last."""
    for number, report in enumerate(session.simulations, 1):
        if report.failed or not report.complete:
            return number
    return len(session.simulations)


def _command(spec: CocotbSpec) -> tuple[str, ...]:
    """pytest for files with tests of its kind; else the file itself, as its user starts it."""
    files = [source for source in spec.tests if _RUNNER.search(source.text)]
    collected = [source.name for source in files if _for_pytest(source.text)]
    if collected:
        return ("pytest", "-p", "no:cacheprovider", "-q", *collected)
    return ("python", files[0].name)


def _for_pytest(text: str) -> bool:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return True
    return any(_is_test(node) for node in _functions(tree.body))


def _functions(body: Sequence[ast.stmt]) -> list[ast.FunctionDef]:
    found = [node for node in body if isinstance(node, ast.FunctionDef)]
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            found += _functions(node.body)
    return found


def _is_test(node: ast.FunctionDef) -> bool:
    marks = [ast.unparse(mark) for mark in node.decorator_list]
    return node.name.startswith("test") and not any(m.startswith("cocotb.") for m in marks)
