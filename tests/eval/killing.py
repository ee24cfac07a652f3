"""Kill a run at random moments, resume it, and compare with one that nobody disturbed.

    python tests/eval/killing.py --kills 50
    python tests/eval/killing.py --kills 50 --suite starter

The first is of a scripted suite and agent, the second of a real one's references and wrong
designs, checked by the real tools. Ends with status 0 when every file is the same but for times.
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

from gatewright.eval.answers import Generations
from gatewright.eval.request import RunRequest
from gatewright.eval.runner import run
from gatewright.eval.suites import Suite
from gatewright.eval.suites.registry import open_suite

TINY = "tiny"
FILES = ("samples.jsonl", "trajectories.jsonl", "verdicts.jsonl", "results.jsonl")
PROBLEMS, SAMPLES, SECONDS = 40, 3, 0.004


class Subject:
    """What is run: made anew for each run, as a new process would."""

    def __init__(self, suite: str, folder: Path) -> None:
        self._suite = suite
        self._answers = folder / "answers.jsonl"
        if suite != TINY:
            write_answers(open_suite(suite), self._answers)

    def run_once(self, out: Path) -> None:
        if self._suite == TINY:
            suite = TinySuite(PROBLEMS, seconds=SECONDS)
            run(RunRequest(suite, out, TinyAnswers(SECONDS), samples=SAMPLES, rules=("all",)))
        else:
            answers = Generations(self._answers)
            run(RunRequest(open_suite(self._suite), out, answers, rules=("all",)))

    def start(self, out: Path) -> int:
        child = os.fork()
        if child == 0:
            try:
                self.run_once(out)
            finally:
                os._exit(0)
        return child


def write_answers(suite: Suite, path: Path) -> None:
    """The references, once as they are and once with their outputs torn off."""
    with path.open("w") as file:
        for problem in suite.load(None).problems:
            code = suite.references(problem).text
            for sample, text in enumerate((code, code.replace("assign", "// assign"))):
                row = {"task": problem.id, "sample": sample, "code": text}
                file.write(json.dumps(row) + "\n")


def killed_after(subject: Subject, out: Path, seconds: float) -> bool:
    """True if the run was still going when it was killed."""
    child = subject.start(out)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def content(out: Path, name: str) -> list[dict]:
    if not (out / name).exists():
        return []
    return [timeless(json.loads(line)) for line in (out / name).read_text().splitlines()]


def timeless(value):
    """The value without the times in it, however deep."""
    if isinstance(value, dict):
        return {k: timeless(v) for k, v in value.items() if k not in ("cpu_s", "wall_s", "metrics")}
    return [timeless(v) for v in value] if isinstance(value, list) else value


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--suite", default=TINY)
    parser.add_argument("--folder", type=Path, default=None)
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="gatewright-killing-"))
    subject = Subject(arguments.suite, folder)
    began = time.monotonic()
    subject.run_once(folder / "undisturbed")
    whole = time.monotonic() - began
    moments = random.Random(arguments.seed)
    kills, runs = 0, 0
    while kills < arguments.kills:
        out = folder / f"killed-{runs}"
        runs += 1
        # A resumed run has less left to do, so the moments draw in until it is through.
        while kills < arguments.kills and killed_after(subject, out, moments.uniform(0.0, whole)):
            kills += 1
        subject.run_once(out)
        for name in FILES:
            if content(out, name) != content(folder / "undisturbed", name):
                print(f"{out / name} differs after {kills} kills")
                return 1
    print(f"{kills} kills over {runs} runs: every file is the same as undisturbed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
