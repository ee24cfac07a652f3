"""One run of cocotb tests on a design, by whatever simulator."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from pathlib import Path

from gatewright.core import CocotbSpec, Verdict
from gatewright.sandbox.harness import cocotb_inside, cocotb_names
from gatewright.sandbox.harness.cocotb_design import Design
from gatewright.sandbox.harness.cocotb_judge import judged, timed
from gatewright.sandbox.harness.cocotb_report import read_report
from gatewright.sandbox.harness.cocotb_simulator import WAVE, CocotbSimulator
from gatewright.sandbox.harness.cocotb_wave import with_wave
from gatewright.sandbox.harness.cocotb_write import write_plain
from gatewright.sandbox.isolation import Finished, Isolation, Limits, scratch
from gatewright.sandbox.tools.cocotb import run_tests

_PLUGIN = "gw_cocotb_inside"


@dataclass(frozen=True, slots=True)
class Run:
    """One way of running the tests: the simulator, the limits, the seed; `quiet` drops prints.

    `arguments` are further ones of the simulation.
    """

    isolation: Isolation
    simulator: CocotbSimulator
    spec: CocotbSpec
    limits: Limits
    seed: int
    waveform: Path | None
    quiet: bool = False
    arguments: tuple[str, ...] = ()

    def judged(self, design: Design, may: frozenset[str]) -> tuple[Verdict, Finished | None]:
        """Compile and run; `may` are signals that the tests may write (`*`: any that is no port).

        The run is None where it did not compile.
        """
        with scratch("cocotb") as folder:
            compiled = self.simulator.compile(
                design, folder, self.limits, dump=self.waveform is not None
            )
            if isinstance(compiled, Verdict):
                return compiled, None
            _write(folder, self.spec)
            command = run_tests(
                (*compiled.program, *self.arguments),
                folder,
                compiled.top,
                test_modules(self.spec),
                entry=f"{_PLUGIN}:start",
                design=design.module.name,
                inputs=compiled.inputs,
                seed=self.seed,
                quiet=self.quiet,
            )
            finished = self.isolation.run(command, self.limits)
            finished = replace(finished, output=self.simulator.own_words(finished.output))
            report = read_report(finished.channel)
            verdict = judged(finished, report, design.module, may)
            metrics = {**verdict.metrics, "seed": float(self.seed)}
            verdict = timed(replace(verdict, metrics=metrics), compiled.finished, finished)
            return with_wave(verdict, folder / WAVE, self.waveform, compiled.nonce), finished


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


def _write(folder: Path, spec: CocotbSpec) -> None:
    for name, module in ((_PLUGIN, cocotb_inside), (cocotb_inside.NAMES, cocotb_names)):
        text = Path(module.__file__ or "").read_text(encoding="utf-8")
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    for source in (*spec.tests, *spec.data):
        write_plain(folder, source)
