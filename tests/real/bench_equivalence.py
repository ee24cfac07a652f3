"""Measures what proofs of equivalence are worth, on VerilogEval's golden designs.

    python tests/real/bench_equivalence.py DATA [--mutants N] [--cpu SECONDS] [--problems GLOB]

Each golden design is proved against itself, against a version with its state machines one-hot,
against a synthesised and retimed version, and against mutants. A mutant that its testbench rejects
must never be proved equal; how many are refuted, and how many stay undecided, is told.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from statistics import median

from gatewright.core import Candidate, Outcome, Problem, ReferenceSpec, Source
from gatewright.eval.suites.verilogeval import VerilogEval, spec_to_rtl
from gatewright.sandbox.harness.equivalence import ENTRY, PROOF, EquivalenceHarness
from gatewright.sandbox.harness.equivalence_text import of_reference
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.mutants import mutants
from gatewright.sandbox.tools.yosys import Yosys

JOBS = 2
ONE_HOT = ("proc", "flatten", "opt -full", "fsm -encoding one-hot", "opt_clean")
RETIMED = ("proc", "flatten", "opt -full", "memory_map", "techmap", "opt -fast", "abc -dff -D 1")


@dataclass(frozen=True)
class Case:
    """A design to be compared with a problem's golden one. `kind` groups the figures."""

    kind: str
    name: str
    problem: Problem
    candidate: Candidate


def rewritten(text: str, top: str, passes: tuple[str, ...]) -> str | None:
    """The design as Yosys writes it after some passes; None where it fails or changes nothing."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in.sv").write_text(text)
        pid = os.fork()
        if pid == 0:
            _rewrite(folder, top, passes)
        _, status = os.waitpid(pid, 0)
        out = folder / "out.v"
        if status or not out.exists():
            return None
        before = (folder / "before.v").read_text()
        after = out.read_text()
        return None if before == after else after


def _rewrite(folder: Path, top: str, passes: tuple[str, ...]) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.chdir(folder)
    from pyosys import libyosys

    design = libyosys.Design()
    # What Verilog has no operator for would be written as a module that nobody defines.
    plain = ("bmuxmap", "demuxmap", "simplemap t:$bwmux", "opt_clean")
    reading = (f"read_slang --ignore-assertions --top {top} in.sv", "hierarchy -check")
    before = ("proc", "flatten", "opt -full", *plain, "write_verilog -noattr before.v")
    for command in (*reading, *before, *passes, *plain, "write_verilog -noattr out.v"):
        libyosys.run_pass(command, design)
    os._exit(0)


def cases(suite: VerilogEval, problems: list[Problem], most: int) -> Iterator[Case]:
    """Everything that is to be compared."""
    for problem in problems:
        golden = suite.references(problem)
        # As the prover reads it: for `always_comb` the front end would close a loop over a latch.
        plain = of_reference(Source("golden.sv", golden.text), problem.top).layout.text
        yield Case("itself", problem.id, problem, golden)
        for kind, passes in (("one-hot", ONE_HOT), ("retimed", RETIMED)):
            text = rewritten(plain, problem.top, passes)
            if text is not None:
                made = Candidate((Source("made.sv", text),))
                yield Case(kind, problem.id, problem, made)
        for mutant in mutants(golden.sources[0], problem.top, seed=1, most=most):
            name = f"{problem.id}:{mutant.line} {mutant.operator}"
            yield Case("mutant", name, problem, Candidate((mutant.source,)))


def main() -> None:
    """Print a line a kind, and each case that came out as it must not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("data", type=Path)
    parser.add_argument("--mutants", type=int, default=6)
    parser.add_argument("--cpu", type=float, default=PROOF.cpu_s)
    parser.add_argument("--problems", default="*")
    flags = parser.parse_args()
    suite, isolation = spec_to_rtl(), open_isolation()
    hardened = suite.harness("hardened")
    found = [p for p in suite.load(flags.data).problems if fnmatch(p.id, flags.problems)]
    todo = list(cases(suite, found, flags.mutants))
    with Yosys(isolation, ENTRY) as yosys, ThreadPoolExecutor(JOBS) as pool:
        prover = EquivalenceHarness(isolation, yosys, replace(PROOF, cpu_s=flags.cpu))

        def work(case: Case) -> tuple[Case, Outcome, Outcome, float]:
            simulated = hardened.check(case.problem, case.candidate).outcome
            golden = ReferenceSpec(suite.references(case.problem).sources, case.problem.top)
            problem = replace(case.problem, harness=golden, interface=None)
            proved = prover.check(problem, case.candidate)
            return case, simulated, proved.outcome, proved.cpu_s

        report(pool.map(work, todo))


def report(results: Iterator[tuple[Case, Outcome, Outcome, float]]) -> None:
    """Count by kind, by what simulation said, and by what the proof said."""
    counts: Counter[tuple[str, Outcome, Outcome]] = Counter()
    seconds: dict[str, list[float]] = {}
    for case, simulated, proved, cpu_s in results:
        counts[case.kind, simulated, proved] += 1
        seconds.setdefault(case.kind, []).append(cpu_s)
        wrong = simulated is Outcome.FAIL and proved is Outcome.PASS
        if wrong or (case.kind != "mutant" and proved is not Outcome.PASS):
            print(f"{case.kind} {case.name}: simulated {simulated}, proved {proved}", flush=True)
    for (kind, simulated, proved), number in sorted(counts.items()):
        print(f"{kind:8} simulated {simulated:12} proved {proved:12} {number:5}")
    for kind, spent in seconds.items():
        print(f"{kind:8} median {median(spent):.3f} CPU s, mean {sum(spent) / len(spent):.3f}")


if __name__ == "__main__":
    main()
