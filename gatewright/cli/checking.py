"""The check that the flags of `verify` and `generate` ask for, and carrying it out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
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
_READS = re.compile(r"\$(?:readmem[hb]|fopen)\s*\(\s*\"([^\"/\\]+)\"")


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
    """The files that testbenches read by a bare name and that lie beside them."""
    taken = {source.name for source in given}
    found: list[Source] = []
    for path, reader in zip(paths, readers, strict=True):
        for name in dict.fromkeys(_READS.findall(reader.text)):
            file = Path(path).parent / name
            if name in taken or file.is_symlink() or not file.is_file():
                continue
            taken.add(name)
            found.append(read_source(file))
    return found


class Showing(Protocol):
    """A harness that can keep the waveform of a failing simulation."""

    def check(
        self, problem: Problem, candidate: Candidate, *, waveform: Path | None = None
    ) -> Verdict:
        """The verdict; see `Harness.check`."""
        ...


@dataclass(frozen=True, slots=True)
class Check:
    """How a check is carried out: confined how, for how long, its waveform kept where.

    `time_limit_s` bounds simulation or proof in CPU seconds (None = the harness's own bound).
    `formal` proves instead of simulating. `seed` is that of the stimulus (None = a new one).
    """

    isolation: Isolation
    wave: Path | None = None
    time_limit_s: float | None = None
    formal: bool = False
    seed: int | None = None

    def carry_out(self, spec: HarnessSpec, problem: Problem, candidate: Candidate) -> Verdict:
        """The verdict; a failing simulation is looked into. Raises a GatewrightError."""
        from gatewright.sandbox.isolation import scratch

        if isinstance(spec, CocotbSpec):
            return self._cocotb(problem, candidate)
        with self._harness(spec) as harness:
            if self.wave is not None:
                return self._told(harness, spec, problem, candidate, self.wave)
            with scratch("verify") as folder:
                verdict = self._told(harness, spec, problem, candidate, folder / "wave.vcd")
        return replace(verdict, waveform=None)

    def _cocotb(self, problem: Problem, candidate: Candidate) -> Verdict:
        from gatewright.sandbox.harness.cocotb import LIMITS, CocotbHarness

        limits = self._limits(LIMITS)
        harness = CocotbHarness(self.isolation, limits, self.wave, seed=self.seed)
        return harness.check(problem, candidate)

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
        from gatewright.sandbox.harness.testbench import SIMULATION, TestbenchHarness

        limits = self._limits(SIMULATION)
        if isinstance(spec, TestbenchSpec):
            return TestbenchHarness(self.isolation, limits=limits)
        from gatewright.sandbox.harness.reference import ReferenceHarness

        return ReferenceHarness(self.isolation, limits)

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
