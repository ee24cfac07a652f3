"""The check that the flags of `verify` and `generate` ask for, and carrying it out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from gatewright.cli.cocotb_files import cocotb_spec
from gatewright.cli.inputs import read_source, read_sources
from gatewright.core import (
    Candidate,
    CocotbSpec,
    DataError,
    HarnessSpec,
    Problem,
    ReferenceSpec,
    Source,
    TestbenchSpec,
    UsageError,
    Verdict,
)

if TYPE_CHECKING:
    from gatewright.sandbox.isolation import Isolation, Limits

# A simulation that sleeps, or shares its processor, gets this many wall seconds a CPU second.
_WALL = 4
_READS = re.compile(r"\$(?:readmem[hb]|fopen)\s*\(\s*\"([^\"\\]+)\"")


def check_spec(
    testbench: list[str] | None,
    reference: list[str] | None,
    cocotb: list[str] | None,
    data: list[str] | None = None,
    *,
    formal: bool = False,
    seed: int | None = None,
) -> HarnessSpec:
    """The check that the flags ask for. Raises UsageError for none, or for two at once."""
    if formal and (testbench or cocotb or not reference):
        raise UsageError(
            "--formal proves equivalence with a design", hint="give --reference FILE, and it alone"
        )
    files = read_sources(data or ())
    if cocotb:
        if testbench or reference:
            raise UsageError("--cocotb stands alone", hint="leave --testbench and --reference out")
        return cocotb_spec(cocotb, files)
    if testbench:
        benches, golden = read_sources(testbench), read_sources(reference or ())
        files = (*files, *_beside([*testbench, *(reference or ())], (*benches, *golden), files))
        return TestbenchSpec(benches, golden, data=files)
    if reference:
        return ReferenceSpec(read_sources(reference), seed=seed)
    raise UsageError(
        "nothing to check the design against",
        hint="give --testbench FILE, --reference FILE or --cocotb FILE",
    )


def _beside(
    paths: Sequence[str], readers: Sequence[Source], given: Sequence[Source]
) -> list[Source]:
    """The files that testbenches read by a name that leads beside or below them.

    Raises UsageError for two of one bare name: a simulation has all of its files in one folder.
    """
    taken = {source.name for source in given}
    found: list[Source] = []
    places: dict[str, Path] = {}
    for path, reader in zip(paths, readers, strict=True):
        for name in dict.fromkeys(_READS.findall(reader.text)):
            file = _below(Path(path).parent, name)
            if file is None or file.name in taken:
                continue
            if places.setdefault(file.name, file) != file:
                raise UsageError(
                    f"the testbench reads two files called {file.name}",
                    where=reader.name,
                    hint="give them different names",
                )
            if all(source.name != file.name for source in found):
                found.append(read_source(file))
    return found


def _below(folder: Path, name: str) -> Path | None:
    """The regular file of that relative name; None where a link, or `..`, is on the way."""
    parts = PurePosixPath(name).parts
    if not parts or PurePosixPath(name).is_absolute() or ".." in parts:
        return None
    ways = [folder.joinpath(*parts[: n + 1]) for n in range(len(parts))]
    if any(way.is_symlink() for way in ways) or not ways[-1].is_file():
        return None
    return ways[-1]


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
    """

    isolation: Isolation
    wave: Path | None = None
    time_limit_s: float | None = None
    formal: bool = False
    seed: int | None = None
    simulator: str = "auto"
    arguments: str = ""

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
        from gatewright.cli.console import say
        from gatewright.sandbox.harness.chisel import ChiselHarness
        from gatewright.sandbox.harness.cocotb import LIMITS, CocotbHarness
        from gatewright.sandbox.harness.simulators import simulator_named

        inner = CocotbHarness(
            self.isolation,
            self._limits(LIMITS),
            wave,
            seed=self.seed,
            simulator=simulator_named(self.simulator),
            announce=say,
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
        from gatewright.cli.console import say
        from gatewright.sandbox.harness.simulators import simulator_named
        from gatewright.sandbox.harness.testbench import SIMULATION, TestbenchHarness

        limits, simulator = self._limits(SIMULATION), simulator_named(self.simulator)
        if isinstance(spec, TestbenchSpec):
            return TestbenchHarness(
                self.isolation, limits=limits, simulator=simulator, announce=say
            )
        from gatewright.sandbox.harness.reference import ReferenceHarness

        return ReferenceHarness(self.isolation, limits, simulator=simulator)

    def _told(
        self,
        harness: Showing,
        spec: HarnessSpec,
        problem: Problem,
        candidate: Candidate,
        wave: Path,
    ) -> Verdict:
        from gatewright.cli.naming import better_told

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
