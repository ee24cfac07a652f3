"""The cycles before a mismatch, with the design's own registers beside its ports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gatewright.agents.tame import is_tame
from gatewright.core import (
    Candidate,
    Cycle,
    DataError,
    FirstMismatch,
    Problem,
    Sampled,
    Source,
    Verdict,
)
from gatewright.sandbox.harness import Harness
from gatewright.sandbox.harness.chisel import ChiselHarness
from gatewright.sandbox.isolation import scratch

if TYPE_CHECKING:
    from gatewright.retrieval.cone import ConeSignals
    from gatewright.sandbox.tools.vcd import Variable

_MOST_INTERNALS = 6
_MOST_BITS = 64  # of an internal signal: wider ones say little in a table


class Recording(Harness, Protocol):
    """A harness that can keep a waveform, and then also shows the cycles before a mismatch."""

    def check(
        self, problem: Problem, candidate: Candidate, *, waveform: Path | None = None
    ) -> Verdict:
        """As `Harness.check`; `waveform` is where to keep a failing simulation's VCD."""
        ...


@dataclass(frozen=True, slots=True)
class Windowed:
    """Asks a harness for the window before the first mismatch; the waveform itself goes."""

    harness: Recording

    @property
    def rules(self) -> str:
        """The name of the rule set."""
        return self.harness.rules

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        """The harness's verdict, with what a judge wants to see where there is a mismatch."""
        with scratch("window") as folder:
            waveform = folder / "wave.vcd"
            verdict = self.harness.check(problem, candidate, waveform=waveform)
            first = verdict.first_mismatch
            if first is not None and waveform.is_file():
                first = with_internals(first, waveform, candidate.sources, problem.top)
        return replace(verdict, waveform=None, first_mismatch=first)


def without_window(harness: Harness) -> Harness:
    """The harness for where only the outcome counts: no second simulation for the window."""
    if isinstance(harness, ChiselHarness):
        return replace(harness, inner=without_window(harness.inner))
    return harness.harness if isinstance(harness, Windowed) else harness


def with_internals(
    first: FirstMismatch, waveform: Path, sources: Sequence[Source], top: str
) -> FirstMismatch:
    """The window with the values of the registers and wires that the wrong outputs depend on.

    Unchanged where the design's scope in the waveform cannot be told for certain.
    """
    from gatewright.retrieval.cone import cone_signals
    from gatewright.sandbox.tools.vcd import open_vcd, read_traces

    if not first.window or not is_tame(sources):
        return first
    wanted = cone_signals(sources, top, first.signals)
    try:
        header = open_vcd(waveform)
        shown = _shown(header.variables, wanted)
        traces = read_traces(header, shown).traces
    except DataError:
        return first
    cycles = []
    for cycle in first.window:
        # A clocked design's window holds the values that a process sees at the edge.
        time = cycle.time - 1 if wanted.clocked else cycle.time
        values = (Sampled(v.leaf, traces[v.code].at(time)) for v in shown)
        cycles.append(Cycle(cycle.time, (*cycle.values, *values)))
    return replace(first, window=tuple(cycles))


def _shown(variables: Sequence[Variable], wanted: ConeSignals) -> list[Variable]:
    """The internal signals in the one scope that has all of the design's names; else none."""
    scopes: dict[str, dict[str, Variable]] = {}
    for variable in variables:
        scopes.setdefault(variable.scope, {})[variable.leaf] = variable
    needed = {*wanted.ports, *wanted.internal}
    fitting = [leaves for leaves in scopes.values() if needed <= set(leaves)]
    if len(fitting) != 1:
        return []
    found = (fitting[0][name] for name in wanted.internal)
    return [v for v in found if v.width <= _MOST_BITS][:_MOST_INTERNALS]
