"""Measures how nvcc's stage agrees with what happened to published kernels on real GPUs.

    python tests/real/bench_nvcc.py RUN... [--every N] [--architecture sm_80]

RUN is a folder of a KernelBench checkout's `runs/` that has `eval_results.json` (whether each
solution compiled on the GPU machine) beside `level_L_problem_P_sample_0_kernel.py`.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from gatewright.core import Source
from gatewright.sandbox.isolation import Isolation, open_isolation
from gatewright.sandbox.tools.nvcc import Nvcc, open_nvcc
from gatewright.sandbox.tools.nvcc_kernels import Compiled, compile_kernels

JOBS = 2
FLAG = re.compile(r"""['"](--?[A-Za-z][\w=-]*)['"]""")


@dataclass(frozen=True)
class Case:
    """A published solution with CUDA in it, and whether it compiled where it was run.

    `cause` is what its record tells where it did not: out of memory and a missing file count as
    not compiled there, too.
    """

    name: str
    compiled: bool
    right: bool
    cause: str
    sources: tuple[str, ...]
    flags: tuple[str, ...]


def cases(run: Path) -> Iterator[Case]:
    """The labelled solutions of a run."""
    told = json.loads((run / "eval_results.json").read_text())
    for problem, verdict in told.items():
        verdict = verdict[0] if isinstance(verdict, list) else verdict
        for path in run.glob(f"level_*_problem_{problem}_sample_0_kernel.py"):
            text = path.read_text(errors="replace")
            sources = tuple(device_sources(text))
            if sources:
                name = f"{run.name}/{problem}"
                labels = bool(verdict.get("compiled")), bool(verdict.get("correctness"))
                flags = tuple(FLAG.findall(text))
                yield Case(name, *labels, cause_of(verdict), sources, flags)


def cause_of(verdict: dict[str, object]) -> str:
    """The first error that a record tells."""
    told = verdict.get("metadata")
    errors = told if isinstance(told, dict) else {}
    found = (f"{k}: {v}" for k, v in errors.items() if k.endswith("error"))
    return next(found, "")[:160].replace("\n", " ")


def device_sources(text: str) -> Iterator[str]:
    """The texts with kernels in a Python file."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    yield from (text for text in texts if isinstance(text, str) and "__global__" in text)


def compiled(case: Case, nvcc: Nvcc, isolation: Isolation, architecture: str) -> list[Compiled]:
    """Each of a solution's texts through the stage."""
    return [
        compile_kernels([Source("cuda.cu", text)], nvcc, isolation, architecture, case.flags)
        for text in case.sources
    ]


def main() -> None:
    """Print the agreement, each disagreement with its reason, and the time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take every Nth solution")
    parser.add_argument("--architecture", default="sm_80")
    options = parser.parse_args()
    isolation = open_isolation()
    nvcc = open_nvcc(isolation)
    wanted = [case for run in options.runs for case in cases(run)][:: options.every]
    agreement: Counter[tuple[bool, bool]] = Counter()
    seconds = []
    with ThreadPoolExecutor(JOBS) as pool:
        jobs = [pool.submit(compiled, c, nvcc, isolation, options.architecture) for c in wanted]
        for case, job in zip(wanted, jobs, strict=True):
            parts = job.result()
            fine = all(part.ok for part in parts)
            agreement[case.compiled, fine] += 1
            seconds.append(sum(part.cpu_s for part in parts))
            if fine != case.compiled:
                errors = [str(error) for part in parts for error in part.errors]
                here = errors[:1] or "yes"
                print(f"{case.name}: compiled there {case.compiled} {case.cause}; here: {here}")
    for (there, here), count in sorted(agreement.items()):
        print(f"compiled on the GPU machine: {there}, here: {here}: {count}")
    print(f"{len(wanted)} solutions, {median(seconds):.2f} CPU s each (median)")


if __name__ == "__main__":
    main()
