"""Kill a run at random moments, resume it, and compare with one that nobody disturbed.

    python tests/eval/killing.py --kills 50

Ends with status 0 when every file but the times in it is the same.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from tinysuite import TinyAnswers, TinySuite

from gatewright.eval.request import RunRequest
from gatewright.eval.runner import run

FILES = ("samples.jsonl", "trajectories.jsonl", "verdicts.jsonl", "results.jsonl")
PROBLEMS, SAMPLES, SECONDS = 40, 3, 0.004


def run_once(out: Path) -> None:
    suite = TinySuite(PROBLEMS, seconds=SECONDS)
    run(RunRequest(suite, out, TinyAnswers(SECONDS), samples=SAMPLES, rules=("all",)))


def start(out: Path) -> int:
    child = os.fork()
    if child == 0:
        try:
            run_once(out)
        finally:
            os._exit(0)
    return child


def killed_after(out: Path, seconds: float) -> bool:
    """True if the run was still going when it was killed."""
    child = start(out)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def content(out: Path, name: str) -> list[dict]:
    rows = [json.loads(line) for line in (out / name).read_text().splitlines()]
    for row in rows:
        row.pop("cpu_s", None)
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=None)
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="gatewright-killing-"))
    run_once(folder / "undisturbed")
    moments = random.Random(arguments.seed)
    kills, runs = 0, 0
    while kills < arguments.kills:
        out = folder / f"killed-{runs}"
        runs += 1
        # A resumed run has less left to do, so the moments draw in until it is through.
        while kills < arguments.kills and killed_after(out, moments.uniform(0.0, 0.35)):
            kills += 1
        run_once(out)
        for name in FILES:
            if content(out, name) != content(folder / "undisturbed", name):
                print(f"{out / name} differs after {kills} kills")
                return 1
    print(f"{kills} kills over {runs} runs: every file is the same as undisturbed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
