"""Puts faults into kernels that pass, and counts how many the check finds.

    python tests/real/bench_kernel_mutants.py PROBLEMS FOLDER... [--each N] [--every M] [--out F]

PROBLEMS is a KernelBench checkout. A FOLDER holds answers: a run with `eval_results.json`, of which
the right ones are taken, or files named as their problems are. Under `strict`, since a fault that
shows at some sizes only is a fault. Left out: an answer that does not pass as it is; a fault that
does not compile; an equivalent one, whose machine code is the answer's own, or that was missed and
is judged to be in `equivalent_faults.tsv` beside this file, with the reason. Of those that are not
found those are counted apart whose statement is never reached: there a trap is not found either.
"""

from __future__ import annotations

import argparse
import functools
import json
import random
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench_kernels import published
from kernel_faults import Fault, faults, trap

from gatewright.core import Candidate, KernelSpec, Language, Outcome, Problem, Source, Verdict
from gatewright.sandbox.emulator import Kit, Mode, open_kit
from gatewright.sandbox.emulator.rewrite import rewrite
from gatewright.sandbox.harness.kernel import KernelHarness
from gatewright.sandbox.isolation import Command, Isolation, Limits, open_isolation, scratch
from gatewright.sandbox.kernel.expected import expected_units
from gatewright.sandbox.kernel.worker import Budget

# Enough for what passes; a loop that does not end costs no more.
_BUDGET = Budget(cpu_s=6, wall_s=180, memory_mb=3072)


@functools.cache
def _judged() -> frozenset[tuple[str, str]]:
    """Answers and changed lines that mean the same as before."""
    table = Path(__file__).with_name("equivalent_faults.tsv").read_text()
    return frozenset((row.split("\t")[0], row.split("\t")[1]) for row in table.splitlines())


@dataclass(frozen=True)
class Subject:
    """An answer and its problem."""

    name: str
    problem: str
    answer: str


@dataclass(frozen=True)
class Tried:
    """What became of one fault: found, missed, unreached, stillborn, equivalent (or judged so)."""

    subject: str
    kind: str
    line: int
    text: str
    fate: str
    code: str
    cpu_s: float


def subjects(problems: Path, folder: Path) -> Iterator[Subject]:
    """The answers of a folder."""
    if (folder / "eval_results.json").is_file():
        for item in published(problems, folder):
            if item.label == "right":
                yield Subject(item.name, item.problem, item.answer)
        return
    for file in sorted(folder.glob("*.py")):
        where = next((problems / "KernelBench").glob(f"level*/{file.name}"), None)
        if where is not None:
            yield Subject(file.stem, where.read_text(), file.read_text())


def chosen(found: list[Fault], count: int, draw: random.Random) -> list[Fault]:
    """Some faults, as many of each kind as can be."""
    by_kind: dict[str, list[Fault]] = defaultdict(list)
    for fault in found:
        by_kind[fault.kind].append(fault)
    for kind in by_kind.values():
        draw.shuffle(kind)
    kinds = sorted(by_kind)
    draw.shuffle(kinds)
    picked: list[Fault] = []
    while len(picked) < count and any(by_kind.values()):
        picked += [by_kind[kind].pop() for kind in kinds if by_kind[kind]]
    return picked[:count]


@dataclass(frozen=True)
class Bench:
    """The check, and the compiler that tells equivalent faults."""

    harness: KernelHarness
    kit: Kit
    isolation: Isolation
    each: int
    seed: int

    def verdict(self, subject: Subject, answer: str) -> Verdict:
        """The check's verdict on an answer."""
        spec = KernelSpec(Source("problem.py", subject.problem, Language.PYTHON))
        candidate = Candidate((Source("answer.py", answer, Language.PYTHON),))
        return self.harness.check(Problem(subject.name, "", harness=spec), candidate)

    def machine_code(self, answer: str) -> bytes:
        """What an answer's CUDA compiles to, without names of files; empty if it does not."""
        code = b""
        for unit in expected_units(answer):
            for source in unit.cuda:
                code += self._object(f'#line 1 "a.cu"\n{rewrite(source.text, "a.cu").text}\n')
        return code

    def _object(self, text: str) -> bytes:
        with scratch("mutant") as folder:
            (folder / "a.cpp").write_text(text)
            compiling = self.kit.compile(Mode.FAST, "a.cpp", "a.o", folder)
            done = self.isolation.run(
                Command(compiling, folder, self.kit.mounts, trusted=False),
                Limits(cpu_s=30, wall_s=200, address_space_mb=None, file_mb=64),
            )
            return (folder / "a.o").read_bytes() if done.ok else b""

    def tried(self, subject: Subject) -> list[Tried]:
        """Every chosen fault of one answer."""
        if not self.verdict(subject, subject.answer).passed:
            return []
        draw = random.Random(f"{self.seed} {subject.name}")
        own = self.machine_code(subject.answer)
        return [self._one(subject, f, own) for f in chosen(faults(subject.answer), self.each, draw)]

    def _one(self, subject: Subject, fault: Fault, own: bytes) -> Tried:
        answer = fault.put_into(subject.answer)
        told = fault.told(subject.answer)
        code = self.machine_code(answer)
        seconds, fate, verdict = 0.0, "equivalent", None
        if code != own or not own:
            verdict = self.verdict(subject, answer)
            seconds = verdict.cpu_s
            fate = self._fate(subject, fault, verdict)
        said = verdict.code if verdict else ""
        return Tried(subject.name, fault.kind, fault.line, told, fate, said, round(seconds, 2))

    def _fate(self, subject: Subject, fault: Fault, verdict: Verdict) -> str:
        if verdict.code == "syntax" or any(
            t.name == "compile" and t.outcome is Outcome.FAIL for t in verdict.tests
        ):
            return "stillborn"
        if not verdict.passed:
            return "found"
        if (subject.name, fault.told(subject.answer)) in _judged():
            return "judged equivalent"
        trapped = self.verdict(subject, trap(subject.answer, fault))
        return "unreached" if trapped.passed else "missed"


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("problems", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--each", type=int, default=6)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    isolation = open_isolation()
    found = [one for folder in asked.folders for one in subjects(asked.problems, folder)]
    rows: list[Tried] = []
    with (
        KernelHarness(
            isolation, "strict", seed=asked.seed, budget=_BUDGET, announce=print
        ) as harness,
        ThreadPoolExecutor(asked.jobs) as pool,
    ):
        bench = Bench(harness, open_kit(isolation), isolation, asked.each, asked.seed)
        for tried in pool.map(bench.tried, found[:: asked.every]):
            rows += tried
            if asked.out:
                with asked.out.open("a") as file:
                    file.writelines(json.dumps(vars(one)) + "\n" for one in tried)
    report(rows)


def report(rows: list[Tried]) -> None:
    """Counts by kind and fate, what was missed, and the share that was found."""
    fates = Counter((one.kind, one.fate) for one in rows)
    for (kind, fate), count in sorted(fates.items()):
        print(f"{kind:22}{fate:20}{count:5}")
    for one in rows:
        if one.fate == "missed":
            print(f"missed: {one.subject} line {one.line}, {one.kind}: {one.text}")
    total = Counter(one.fate for one in rows)
    living = total["found"] + total["missed"]
    print(
        f"{dict(total)}; found {total['found']} of {living} ({total['found'] / max(1, living):.1%})"
    )
    if rows:
        print(f"CPU seconds each: {statistics.median(one.cpu_s for one in rows):.2f}")


if __name__ == "__main__":
    main()
