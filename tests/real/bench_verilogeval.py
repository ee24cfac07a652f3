"""Measures what scoring VerilogEval costs, against the bare tools and two published scorers.

    python tests/real/bench_verilogeval.py DATA [--rounds N] [--samples DIR]
        [--turtle CHECKOUT] [--make CHECKOUT]

DATA is a copy of NVlabs/verilog-eval, whole or half. Two jobs at a time, save for TuRTLe's scorer
and make, which work one by one. CPU seconds are user and system time of this process and of all
below it. Works alternate, and of several rounds the least counts. `--samples` scores recorded
answers too:
`dataset_TASK.jsonl` with the rows `problem`, `sample`, `code` after a first header line.

Start-up is what the same command takes where everything is scored already: it is part of every
figure of ours, and ratios are given with it and without.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from gatewright.core import Problem, TestbenchSpec
from gatewright.eval.suites.verilogeval import VerilogEval, code_complete, spec_to_rtl
from gatewright.eval.suites.verilogeval_errata import corrected

JOBS = 2
STARTUP = "start-up"
FLAGS = ("-Wall", "-Winfloop", "-Wno-timescale", "-g2012", "-s", "tb")


@dataclass(frozen=True)
class Spent:
    """What one measurement took; `note` is what it found."""

    name: str
    wall_s: float
    cpu_s: float
    note: str

    def without(self, start: Spent, times: int = 1) -> Spent:
        """What is left after so many start-ups."""
        wall_s, cpu_s = self.wall_s - times * start.wall_s, self.cpu_s - times * start.cpu_s
        return Spent(f"{self.name} - start-up", wall_s, cpu_s, self.note)

    def __str__(self) -> str:
        return f"{self.name:52} {self.wall_s:6.2f} wall {self.cpu_s:6.2f} cpu   {self.note}"


def cpu_s() -> float:
    own, below = (resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + below.ru_utime + below.ru_stime


def measure(works: Mapping[str, Callable[[], str]], rounds: int = 1) -> dict[str, Spent]:
    """Do all works in turn, `rounds` times over: what else the machine does then hits all alike."""
    best: dict[str, Spent] = {}
    for _ in range(rounds):
        for name, work in works.items():
            spent = timed(name, work)
            known = best.get(name, spent)
            best[name] = Spent(
                name, min(known.wall_s, spent.wall_s), min(known.cpu_s, spent.cpu_s), spent.note
            )
    for spent in best.values():
        print(spent, flush=True)
    return best


def timed(name: str, work: Callable[[], str]) -> Spent:
    wall, cpu = time.perf_counter(), cpu_s()
    note = work()
    return Spent(name, time.perf_counter() - wall, cpu_s() - cpu, note)


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        yield Path(name)


def bare(problems: Sequence[Problem]) -> str:
    """iverilog and vvp as a person would type them, two problems at a time."""
    with folder() as place, ThreadPoolExecutor(JOBS) as pool:
        passed = sum(pool.map(lambda problem: bare_one(problem, place / problem.id), problems))
    return f"{passed}/{len(problems)} report no mismatch"


def bare_one(problem: Problem, place: Path) -> bool:
    place.mkdir()
    spec = problem.harness
    assert isinstance(spec, TestbenchSpec)
    golden = re.sub(r"\bRefModule\b", "TopModule", problem.reference[0].text)
    texts = {
        "sample.sv": golden,
        "test.sv": spec.testbench[0].text,
        "ref.sv": spec.reference[0].text,
    }
    for name, text in texts.items():
        (place / name).write_text(text)
    with (place / "log").open("w+") as log:
        subprocess.run(["iverilog", *FLAGS, "-o", "sim", *texts], cwd=place, stdout=log, stderr=log)
        if (place / "sim").exists():
            subprocess.run(
                ["vvp", "sim"], cwd=place, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        log.seek(0)
        return re.search(r"^Mismatches: 0 in", log.read(), re.MULTILINE) is not None


def scored(suites: Sequence[VerilogEval], data: Path, rules: str, samples: Path | None) -> str:
    """`gatewright eval` as a process of its own: golden answers, or recorded ones."""
    with folder() as out:
        return ", ".join(scored_one(suite, data, rules, samples, out) for suite in suites)


def scored_one(suite: VerilogEval, data: Path, rules: str, samples: Path | None, out: Path) -> str:
    options = [
        "--data",
        data,
        "--rules",
        rules,
        "--jobs",
        JOBS,
        "--out",
        out / suite.name,
        "--json",
    ]
    if samples is None:
        options.append("--references")
    else:
        options += ["--generations", generations(suite, samples, out)]
    command = [sys.executable, "-m", "gatewright", "eval", suite.name, *map(str, options)]
    done = subprocess.run(command, check=True, capture_output=True)
    found = json.loads(done.stdout)["rules"][rules]
    return f"{found['passed']}/{found['total']} pass"


def generations(suite: VerilogEval, samples: Path, out: Path) -> Path:
    """The recorded answers as `--generations` takes them."""
    rows = (samples / f"dataset_{suite.task.value}.jsonl").read_text().splitlines()[1:]
    file = out / f"{suite.name}.jsonl"
    with file.open("w") as lines:
        for row in map(json.loads, rows):
            answer = {"task": row["problem"], "sample": row["sample"], "code": row["code"]}
            lines.write(json.dumps(answer) + "\n")
    return file


def turtle(checkout: Path, dataset: Path) -> str:
    """TuRTLe's scorer, called as its task does: one answer after another."""
    sys.path.insert(0, str(checkout.resolve() / "turtle"))
    sys.modules["metrics.generic_eval"] = types.ModuleType("metrics.generic_eval")
    sys.modules["metrics.generic_eval"].__dict__["main"] = None
    score = __import__("metrics.eval_verilog", fromlist=["x"]).eval_verilog_eval
    passed, golden = 0, sorted(dataset.resolve().glob("*_ref.sv"))
    # Its simulations leave a wave.vcd wherever it is started.
    with folder() as place, contextlib.chdir(place), contextlib.redirect_stdout(io.StringIO()):
        for reference in golden:
            answer = place / "answer.sv"
            answer.write_text(re.sub(r"\bRefModule\b", "TopModule", reference.read_text()))
            test = reference.with_name(reference.name.replace("_ref.", "_test."))
            passed += score(answer, test, reference, simulator="icarus", flag=True)["passed"]
    return f"{passed}/{len(golden)} pass"


def published_make(checkout: Path) -> str:
    """The published make flow on answers that are there already; bash, or its logs stay empty."""
    with folder() as place:
        prepare_make(checkout, place)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PYTHONPATH": str(place / "stub"), "PATH": path}
        command = ["make", "SHELL=/bin/bash"]
        subprocess.run(command, cwd=place, env=environment, check=True, capture_output=True)
        summary = (place / "summary.txt").read_text()
    found = re.search(r"pass_rate\s*=\s*([\d.]+)", summary)
    return f"pass_rate {found[1]}" if found else "no pass_rate"


def prepare_make(checkout: Path, place: Path) -> None:
    options = ["--with-task=spec-to-rtl", "--with-samples=1", "--with-model=gpt-4"]
    configure = str((checkout / "configure").resolve())
    subprocess.run([configure, *options], cwd=place, check=True, capture_output=True)
    # The analysis imports a module that LangChain no longer has, and uses nothing of it.
    (place / "stub" / "langchain").mkdir(parents=True)
    (place / "stub" / "langchain" / "__init__.py").touch()
    (place / "stub" / "langchain" / "schema.py").write_text("SystemMessage = HumanMessage = None\n")
    for reference in (checkout / "dataset_spec-to-rtl").glob("*_ref.sv"):
        name = reference.name.removesuffix("_ref.sv")
        (place / name).mkdir()
        golden = re.sub(r"\bRefModule\b", "TopModule", reference.read_text())
        (place / name / f"{name}_sample01.sv").write_text(golden)
        (place / name / f"{name}_sample01-sv-generate.log").write_text("\n")


def ratio(one: Spent, other: Spent) -> None:
    wall, cpu = one.wall_s / other.wall_s, one.cpu_s / other.cpu_s
    print(f"{one.name + ' / ' + other.name:72} {wall:6.2f} wall {cpu:6.2f} cpu")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--samples", type=Path)
    parser.add_argument("--turtle", type=Path)
    parser.add_argument("--make", type=Path)
    given = parser.parse_args()
    with folder() as finished:
        compare(given, finished)
    version = subprocess.run(["iverilog", "-V"], capture_output=True, text=True).stdout
    print(version.split("\n")[0])


def compare(given: argparse.Namespace, finished: Path) -> None:
    """Measure all that was asked for. `finished` is an empty folder, for a run to go back to."""
    suite = spec_to_rtl()
    dataset = suite.load(given.data)
    published, fixed = dataset.problems, [corrected(problem) for problem in dataset.problems]
    print(f"{len(published)} problems, {JOBS} jobs, least of {given.rounds} rounds")
    scored_one(suite, given.data, "official", None, finished)  # fills the system's caches too
    works: dict[str, Callable[[], str]] = {
        STARTUP: lambda: scored_one(suite, given.data, "official", None, finished),
        "bare commands, published data": lambda: bare(published),
        "official": lambda: scored([suite], given.data, "official", None),
        "bare commands, corrected data": lambda: bare(fixed),
        "errata": lambda: scored([suite], given.data, "errata", None),
        "hardened": lambda: scored([suite], given.data, "hardened", None),
    }
    if given.turtle:
        works["TuRTLe's scorer"] = lambda: turtle(given.turtle, Path(dataset.path))
    if given.make:
        works["published make flow"] = lambda: published_make(given.make)
    found = measure(works, given.rounds)
    start = found[STARTUP]
    for rules, data in (
        ("official", "published"),
        ("errata", "corrected"),
        ("hardened", "corrected"),
    ):
        ratio(found[rules], found[f"bare commands, {data} data"])
        ratio(found[rules].without(start), found[f"bare commands, {data} data"])
    for theirs in list(found.values())[6:]:
        ratio(theirs, found["official"])
        ratio(theirs, found["hardened"])
    if given.samples:
        both, half = (suite, code_complete()), given.samples.parent / "verilog-eval"
        found = measure(
            {
                "references, hardened": lambda: scored(both, half, "hardened", None),
                "answers, hardened": lambda: scored(both, half, "hardened", given.samples),
            },
            given.rounds,
        )
        answers, references = found["answers, hardened"], found["references, hardened"]
        ratio(answers, references)
        ratio(answers.without(start, 2), references.without(start, 2))


if __name__ == "__main__":
    main()
