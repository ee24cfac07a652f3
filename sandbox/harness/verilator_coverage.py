"""Line, branch and toggle coverage of a design under a testbench, measured by Verilator.

Facts used: a point in `coverage.dat` is a line `C '<keys>' <count>`, each key written as byte 1,
its name, byte 2, its value. Of the keys, f is the file, l and n the place, t the kind, o what it is
(a signal's bit and edge, or if, else ...), S the lines that a block covers, such as `14-16,18`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from gatewright.core import Candidate, DataError, Outcome, Problem, TestbenchSpec, UsageError
from gatewright.sandbox.harness.testbench import COMPILE_S, SIMULATION
from gatewright.sandbox.harness.testbench_bench import prepare
from gatewright.sandbox.harness.testbench_design import Refused, ready
from gatewright.sandbox.harness.testbench_judge import judge
from gatewright.sandbox.harness.testbench_run import DESIGN_FILE, Job, Stage
from gatewright.sandbox.harness.verilator_ports import keeps_apart
from gatewright.sandbox.harness.verilator_run import COVERAGE_FILE, VerilatorSimulator
from gatewright.sandbox.integrity import GatePolicy, Layout, Place
from gatewright.sandbox.isolation import Isolation, Limits, read_capped, scratch
from gatewright.sandbox.tools.verilator import open_verilator
from gatewright.sandbox.tools.verilator_runtime import open_runtime

_POINT = re.compile(r"^C '(?P<keys>[^']*)' (?P<count>\d+)$", re.MULTILINE)
_KEY = re.compile("\x01([^\x02]*)\x02([^\x01]*)")
_MOST_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a kind were reached, of how many."""

    hit: int
    total: int

    @property
    def ratio(self) -> float | None:
        """From 0 to 1; None where there is nothing to reach."""
        return self.hit / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Missed:
    """What was never reached: the place, `line`, `branch` or `toggle`, and which of it."""

    place: Place
    kind: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Coverage of the design alone, its testbench left out.

    Lines are those of executable blocks, branches the ways out of conditions, toggles the two
    edges of each bit. All instances of a module count together. `passed`: the testbench passes the
    design on Verilator, too; where it does not, the run may have been another one than elsewhere.
    """

    lines: Share
    branches: Share
    toggles: Share
    missed: tuple[Missed, ...]
    passed: bool = True
    cpu_s: float = 0.0


@dataclass(frozen=True, slots=True)
class _Point:
    kind: str
    line: int
    column: int
    what: str
    lines: tuple[int, ...]


def verilog_testbench(problem: Problem) -> TestbenchSpec:
    """The testbench under which coverage is measured; raises UsageError where there is none."""
    if not isinstance(problem.harness, TestbenchSpec):
        raise UsageError("coverage is measured under a Verilog testbench", where=problem.id)
    return problem.harness


def coverage(
    problem: Problem,
    candidate: Candidate,
    isolation: Isolation,
    *,
    limits: Limits = SIMULATION,
    announce: Callable[[str], None] = lambda _: None,
) -> Coverage:
    """What the problem's testbench reaches of a design.

    Raises UsageError without a testbench, DataError where the design does not run under it, and
    ToolMissing without Verilator.
    """
    spec = verilog_testbench(problem)
    runtime = open_runtime(open_verilator(isolation), isolation, announce)
    bench = prepare(spec, problem.top)
    design = ready(problem, candidate, bench, GatePolicy(delays=bench.golden_waits))
    if isinstance(design, Refused) and design.coupled and keeps_apart(design.coupled, bench):
        design = design.coupled
    if isinstance(design, Refused):
        reason = next(iter(design.diagnostics), design.failure)
        raise DataError(f"nothing is covered: {reason}", where=problem.id)
    simulator = VerilatorSimulator(isolation, runtime, limits, COMPILE_S, coverage=True)
    with scratch("coverage") as folder:
        simulated = simulator.run(Job(bench, design, spec.data), folder)
        file = read_capped(folder, COVERAGE_FILE, _MOST_BYTES)
        if simulated.stage is not Stage.SIMULATION or file is None:
            how = simulated.finished.ending
            said = simulated.nonces.cleared(simulated.link or simulated.alone).strip()[:300]
            raise DataError(
                f"the design does not run to its end on Verilator ({simulated.stage}, {how})",
                where=problem.id,
                hint=said,
            )
    found = parse_coverage(file.decode("utf-8", "replace"), design.layout)
    passed = judge(simulated, design, bench).outcome is Outcome.PASS
    return replace(found, passed=passed, cpu_s=simulated.finished.cpu_s)


def parse_coverage(text: str, layout: Layout) -> Coverage:
    """The coverage that a `coverage.dat` holds for the design laid out so."""
    counts: dict[_Point, int] = {}
    for point, count in _points(text):
        counts[point] = counts.get(point, 0) + count
    lines: dict[int, int] = {}
    for point, count in counts.items():
        for line in point.lines:
            lines[line] = max(lines.get(line, 0), count)
    missed = [
        Missed(place, "line")
        for line, count in sorted(lines.items())
        if not count and (place := layout.place(line))
    ]
    missed += [
        Missed(place, point.kind, point.what)
        for point, count in sorted(counts.items(), key=lambda c: (c[0].line, c[0].column))
        if not count and point.kind != "line" and (place := layout.place(point.line))
    ]
    return Coverage(
        Share(sum(map(bool, lines.values())), len(lines)),
        _share(counts, "branch"),
        _share(counts, "toggle"),
        tuple(missed),
    )


def _share(counts: dict[_Point, int], kind: str) -> Share:
    those = [count for point, count in counts.items() if point.kind == kind]
    return Share(sum(map(bool, those)), len(those))


def _points(text: str) -> Iterator[tuple[_Point, int]]:
    for match in _POINT.finditer(text):
        keys = dict(_KEY.findall(match["keys"]))
        if keys.get("f") != DESIGN_FILE:
            continue
        kind, what = keys.get("t", ""), keys.get("o", "")
        lines = tuple(_lines(keys.get("S", ""))) if kind in ("line", "branch") else ()
        point = _Point(kind, int(keys.get("l", 0)), int(keys.get("n", 0)), what, lines)
        yield point, int(match["count"])


def _lines(ranges: str) -> Iterator[int]:
    """`14-16,18` as numbers."""
    for part in filter(None, ranges.split(",")):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)
