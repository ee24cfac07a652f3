"""Checks published kernels that carry a verdict of a real GPU, and counts who agrees.

    python tests/real/bench_kernels.py PROBLEMS RUN... [--every N] [--jobs J] [--rules R]
        [--static] [--out F]

PROBLEMS is a KernelBench checkout; a RUN is a folder with `eval_results.json` and files
`level_L_problem_P_sample_0_kernel.py`, as KernelBench's own scripts write them.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from gatewright.core import Candidate, GatewrightError, KernelSpec, Language, Problem, Source
from gatewright.sandbox.harness.kernel import KernelHarness
from gatewright.sandbox.harness.kernel_device import DeviceWish
from gatewright.sandbox.isolation import open_isolation

_FILE = re.compile(r"level_(\d)_problem_(\d+)_sample_0_kernel\.py")


@dataclass(frozen=True)
class Published:
    """A published answer: what it answers, and what a GPU said (right, wrong, failed)."""

    name: str
    problem: str
    answer: str
    label: str


def published(problems: Path, run: Path) -> Iterator[Published]:
    """The CUDA answers of a run that have a label."""
    results = json.loads((run / "eval_results.json").read_text())
    for file in sorted(run.glob("level_*_kernel.py")):
        match = _FILE.fullmatch(file.name)
        if match is None or not file.exists():
            continue
        level, number = match.groups()
        found = results.get(number)
        one = found[0] if isinstance(found, list) and found else found
        text = file.read_text()
        where = next((problems / f"KernelBench/level{level}").glob(f"{number}_*.py"), None)
        if not isinstance(one, dict) or where is None or "__global__" not in text:
            continue
        label = "right" if one["correctness"] else "wrong" if one["compiled"] else "failed"
        yield Published(f"{run.name}/{level}_{number}", where.read_text(), text, label)


def checked(harness: KernelHarness, item: Published) -> dict[str, object]:
    """One row: the label and our verdict."""
    spec = KernelSpec(Source("problem.py", item.problem, Language.PYTHON))
    candidate = Candidate((Source("answer.py", item.answer, Language.PYTHON),))
    row: dict[str, object] = {"name": item.name, "label": item.label}
    try:
        verdict = harness.check(Problem(item.name, "", harness=spec), candidate)
    except GatewrightError as error:
        return {**row, "outcome": "error", "code": type(error).__name__, "why": str(error)}
    why = verdict.diagnostics[0].message if verdict.diagnostics else ""
    return {
        **row,
        "outcome": str(verdict.outcome),
        "code": verdict.code,
        "why": why[:300],
        "cpu_s": round(verdict.cpu_s, 2),
        "wall_s": round(verdict.wall_s, 2),
        "metrics": dict(verdict.metrics),
    }


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("problems", type=Path)
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rules", default="official")
    parser.add_argument("--labels", default="right,wrong,failed")
    parser.add_argument("--static", action="store_true", help="with nvcc and the counters")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    items = [item for run in asked.runs for item in published(asked.problems, run)]
    items = [item for item in items if item.label in asked.labels.split(",")][:: asked.every]
    start = time.monotonic()
    with (
        KernelHarness(
            open_isolation(),
            asked.rules,
            seed=1,
            wish=DeviceWish(static=asked.static),
            announce=print,
        ) as harness,
        ThreadPoolExecutor(asked.jobs) as pool,
    ):
        rows = []
        for row in pool.map(lambda item: checked(harness, item), items):
            rows.append(row)
            if asked.out:
                with asked.out.open("a") as file:
                    file.write(json.dumps(row) + "\n")
    counts = Counter((row["label"], row["outcome"], row["code"]) for row in rows)
    for (label, outcome, code), count in sorted(counts.items(), key=str):
        print(f"{label:8}{outcome:14}{code:28}{count:5}")
    seconds = [float(str(row["cpu_s"])) for row in rows if "cpu_s" in row]
    if seconds:
        print(f"CPU seconds an answer: median {statistics.median(seconds):.2f}, {max(seconds):.1f}")
    print(f"{len(rows)} answers, {time.monotonic() - start:.0f} s wall")


if __name__ == "__main__":
    main()
