"""Drivers and loads by name against bits by elaboration, for signals drawn by chance; the graph.

    python tests/real/bench_elaborated.py REPO PART COUNT

PART is the beginning of the paths whose modules count. Tells how much of what elaboration finds is
among ours, and what is missed; then what the networkx graph of the whole repository costs.
"""

from __future__ import annotations

import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from gatewright.core import GatewrightError
from gatewright.retrieval.drivers import Access, drivers_of, loads_of
from gatewright.retrieval.elaboration import BitAccess, elaborate
from gatewright.retrieval.graph import graph
from gatewright.retrieval.places import find_signals
from gatewright.retrieval.repository import Repository


@dataclass
class Found:
    """How many of elaboration's places are among ours."""

    theirs: int = 0
    ours: int = 0
    missed: list[str] = field(default_factory=list)

    def add(self, signal: str, told: tuple[BitAccess, ...], known: tuple[Access, ...]) -> None:
        for access in (one.access for one in told):
            hit = any(_meet(own, access) for own in known)
            self.theirs += 1
            self.ours += hit
            if not hit:
                self.missed.append(f"{signal}: {access.file}:{access.line} {access.kind}")


def _meet(own: Access, other: Access) -> bool:
    """The same statement, or one inside of the other's block."""
    if own.file != other.file:
        return False
    first, last = min(own.line, own.block_line or own.line), max(own.end_line, own.block_end_line)
    return first <= other.line <= last or other.line <= own.line <= other.end_line


def runner(script: Path, folder: Path) -> str:
    shutil.copyfile(script, folder / script.name)
    argv = [sys.executable, "-B", script.name]
    ran = subprocess.run(argv, cwd=folder, capture_output=True, text=True)
    return "" if ran.returncode == 0 else ran.stderr[-200:]


def main(root: Path, part: str, count: int) -> None:
    with tempfile.TemporaryDirectory() as name, Repository.open(root, Path(name)) as repository:
        signals = [
            (f"{definition.name}.{named.name}", definition.path)
            for definition in repository.definitions()
            if definition.kind == "module" and definition.path.startswith(part)
            for module in (repository.module(definition),)
            for named in (*module.signals, *module.ports)
        ]
        random.Random(7).shuffle(signals)
        drivers, loads, unasked = Found(), Found(), 0
        for signal, near in signals[:count]:
            with tempfile.TemporaryDirectory() as folder:
                try:
                    told = elaborate(repository, signal, runner, Path(folder), near)
                except GatewrightError:
                    unasked += 1
                    continue
            at = find_signals(repository, signal, near)[0]
            drivers.add(signal, told.drivers, drivers_of(repository, at).found)
            loads.add(signal, told.loads, loads_of(repository, at).found)
        print(f"{root.name}: {count} signals, {unasked} that elaboration does not know")
        for what, found in (("drivers", drivers), ("loads", loads)):
            print(f"{what}: {found.ours} of {found.theirs}")
            print("".join(f"  missed {line}\n" for line in found.missed), end="")
        start = time.process_time()
        made = graph(repository)
        spent = time.process_time() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        nodes, edges = made.number_of_nodes(), made.number_of_edges()
        print(f"graph: {nodes} nodes, {edges} edges, {spent:.1f} CPU s, {peak} MB at the peak")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
