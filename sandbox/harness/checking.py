"""Carrying a check out: the harness that a specification asks for, its waveform kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gatewright.core import (
    Candidate,
    CocotbSpec,
    DataError,
    HarnessSpec,
    Problem,
    TestbenchSpec,
    Verdict,
)

if TYPE_CHECKING:
    from gatewright.sandbox.isolation import Isolation, Limits

# A simulation that sleeps, or shares its processor, gets this many wall seconds a CPU second.
_WALL = 4


def _unheard(text: str) -> None:
    """Nobody listens."""


class Showing(Protocol):
    """A harness that can keep the waveform of a failing simulation."""

    @property
    def rules(self) -> str:
        """Its rule set."""
        ...

    def check(
        self, problem: Problem, candidate: Candidate, *, waveform: Path | None = None
    ) -> Verdict:
        """The verdict; see `Harness.check`."""
        ...


@dataclass(frozen=True, slots=True)
class Carried:
    """A check carried out: its verdict, the unit of the first mismatch's times (`1ps`), and why
    the waveform could not be kept ('' where it was, or nobody asked for it)."""

    verdict: Verdict
    unit: str = ""
    unkept: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """How a check is carried out: confined how, for how long, its waveform kept where.

    `time_limit_s` bounds simulation or proof in CPU seconds (None = the harness's own bound).
    `formal` proves instead of simulating. `seed` is that of the stimulus (None = a new one).
    `simulator` is the name of a SimulatorChoice. `arguments` are those of a Chisel top.
    `announce` is told what takes long. `wave_of_pass`: that of a passing simulation is kept, too.
    """

    isolation: Isolation
    wave: Path | None = None
    time_limit_s: float | None = None
    formal: bool = False
    seed: int | None = None
    simulator: str = "auto"
    arguments: str = ""
    announce: Callable[[str], None] = _unheard
    wave_of_pass: bool = False

    def carry_out(self, spec: HarnessSpec, problem: Problem, candidate: Candidate) -> Carried:
        """The verdict; a failing simulation is looked into. Raises a GatewrightError.

        A waveform that cannot be kept costs no verdict.
        """
        from gatewright.sandbox.harness.chisel import ChiselHarness
        from gatewright.sandbox.isolation import scratch

        with scratch("verify") as folder:
            wave = folder / "wave.vcd"
            if isinstance(spec, CocotbSpec):
                verdict = self._cocotb(problem, candidate, wave if self.wave else None)
            else:
                with self._harness(spec) as inner:
                    harness = ChiselHarness(self.isolation, inner, self.arguments)
                    verdict = self._told(harness, spec, problem, candidate, wave)
            unit = _unit(wave) if verdict.first_mismatch else ""
            unkept = ""
            if self.wave is not None and verdict.waveform:
                unkept = _unkept(wave, self.wave)
        kept = str(self.wave) if self.wave and verdict.waveform and not unkept else None
        return Carried(replace(verdict, waveform=kept), unit, unkept)

    def _cocotb(self, problem: Problem, candidate: Candidate, wave: Path | None) -> Verdict:
        from gatewright.sandbox.harness.chisel import ChiselHarness
        from gatewright.sandbox.harness.cocotb import LIMITS, CocotbHarness
        from gatewright.sandbox.harness.simulators import simulator_named

        inner = CocotbHarness(
            self.isolation,
            self._limits(LIMITS),
            wave,
            seed=self.seed,
            simulator=simulator_named(self.simulator),
            announce=self.announce,
        )
        return ChiselHarness(self.isolation, inner, self.arguments).check(problem, candidate)

    @contextmanager
    def _harness(self, spec: HarnessSpec) -> Iterator[Showing]:
        if self.formal:
            from gatewright.sandbox.harness.equivalence import ENTRY, PROOF, EquivalenceHarness
            from gatewright.sandbox.tools.yosys import Yosys

            budget = replace(PROOF, cpu_s=self.time_limit_s or PROOF.cpu_s)
            with Yosys(self.isolation, ENTRY) as yosys:
                yield EquivalenceHarness(self.isolation, yosys, budget)
            return
        yield self._simulating(spec)

    def _simulating(self, spec: HarnessSpec) -> Showing:
        from gatewright.sandbox.harness.simulators import simulator_named
        from gatewright.sandbox.harness.testbench import SIMULATION, TestbenchHarness

        limits, simulator = self._limits(SIMULATION), simulator_named(self.simulator)
        if isinstance(spec, TestbenchSpec):
            return TestbenchHarness(
                self.isolation,
                limits=limits,
                simulator=simulator,
                announce=self.announce,
                wave_of_pass=self.wave_of_pass,
            )
        from gatewright.sandbox.harness.reference import ReferenceHarness

        return ReferenceHarness(
            self.isolation, limits, simulator=simulator, wave_of_pass=self.wave_of_pass
        )

    def _told(
        self,
        harness: Showing,
        spec: HarnessSpec,
        problem: Problem,
        candidate: Candidate,
        wave: Path,
    ) -> Verdict:
        from gatewright.sandbox.harness.modules import better_told

        try:
            return harness.check(problem, candidate, waveform=wave)
        except DataError as error:
            raise better_told(error, spec, candidate) from error

    def _limits(self, usual: Limits) -> Limits:
        if self.time_limit_s is None:
            return usual
        return replace(usual, cpu_s=self.time_limit_s, wall_s=_WALL * self.time_limit_s)


def _unit(wave: Path) -> str:
    from gatewright.sandbox.tools.vcd import open_vcd

    try:
        return open_vcd(wave).unit
    except (DataError, OSError):
        return ""


def _unkept(wave: Path, place: Path) -> str:
    """Copy a waveform to its place; why that failed, or ''."""
    import shutil

    try:
        shutil.copyfile(wave, place)
    except OSError as error:
        with suppress(OSError):
            if place.is_file():
                place.unlink()
        return (error.strerror or str(error)).lower()
    return ""
