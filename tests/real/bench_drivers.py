"""The driver graph by syntax against slang's elaboration, on real repositories.

    python tests/real/bench_drivers.py FOLDER [REPO[/PART]...]

FOLDER holds a checkout a folder. PART is the folder of a repository that is elaborated, `rtl` or
`src` where there is one. For every signal that elaboration sees driven, the blocks and connections
that we tell are held against those: P is the share of ours that are right, R of theirs that we
have. What only a branch of a generate block drives that is not elaborated counts against P.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from gatewright.retrieval.drivers import Access, drivers_of
from gatewright.retrieval.places import Place, SignalPlace
from gatewright.retrieval.repository import Repository
from gatewright.retrieval.scan import scan

INSIDE = Path(__file__).with_name("drivers_inside.py")
Spot = tuple[str, int]


@dataclass
class Score:
    """Counts of our places and theirs; a few that disagree."""

    signals: int = 0
    ours: int = 0
    ours_right: int = 0
    theirs: int = 0
    theirs_found: int = 0
    doubts: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.ours_right / self.ours if self.ours else 1.0

    @property
    def recall(self) -> float:
        return self.theirs_found / self.theirs if self.theirs else 1.0

    def __str__(self) -> str:
        return f"{self.signals:7} signals  P {self.precision:.4f}  R {self.recall:.4f}"


def truth(root: Path, part: str) -> list[tuple[str, str, set[Spot]]]:
    """Module, signal and the places that drive it, by elaboration."""
    every = sorted(scan(root).files)
    files = [str(root / path) for path in every if path.startswith(part)]
    headers = [root / path for path in every if path.endswith((".vh", ".svh"))]
    folders = {f"+{place}" for path in headers for place in path.parents if root in place.parents}
    command = [sys.executable, str(INSIDE), *sorted(folders), *files]
    ran = subprocess.run(command, capture_output=True, text=True)
    rows = []
    for line in ran.stdout.splitlines():
        row = json.loads(line)
        places = {(str(Path(file).relative_to(root)), line) for file, line in row["drivers"]}
        rows.append((row["module"], row["signal"], places))
    return rows


def measure(root: Path, part: str = "") -> Score:
    """Our drivers of every signal that elaboration sees driven."""
    part = part or next((p for p in ("rtl", "src") if (root / p).is_dir()), "")
    score = Score()
    with tempfile.TemporaryDirectory() as cache:
        repository = Repository.open(root, Path(cache))
        for module, signal, theirs in truth(root, part):
            near = next(iter(sorted(theirs)))[0]
            definition = repository.definition(module, near)
            if definition is None:
                continue
            at = SignalPlace(Place(definition, repository.expanded(definition)), signal)
            found = drivers_of(repository, at).found
            mine = {_span(a) for a in found if a.kind != "port"}
            _add(score, f"{module}.{signal}", mine, theirs)
    return score


def _span(access: Access) -> tuple[str, int, int]:
    """The lines that count as one place: a connection's own, else the whole block's."""
    if access.kind == "instance":
        return access.file, access.line, access.end_line
    return access.file, access.block_line, access.block_end_line


def _add(score: Score, name: str, mine: set[tuple[str, int, int]], theirs: set[Spot]) -> None:
    right = {
        span for span in mine if any(f == span[0] and span[1] <= n <= span[2] for f, n in theirs)
    }
    found = {
        (f, n) for f, n in theirs if any(f == span[0] and span[1] <= n <= span[2] for span in mine)
    }
    score.signals += 1
    score.ours += len(mine)
    score.ours_right += len(right)
    score.theirs += len(theirs)
    score.theirs_found += len(found)
    if len(right) < len(mine) or len(found) < len(theirs):
        score.doubts.append(
            f"{name}: extra {sorted(mine - right)}, missing {sorted(theirs - found)}"
        )


def main(folder: Path, names: list[str]) -> None:
    for name in names or sorted(path.name for path in folder.iterdir() if path.is_dir()):
        repo, _, part = name.partition("/")
        score = measure(folder / repo, part)
        print(f"{name:24} {score}", flush=True)
        for doubt in score.doubts[:10]:
            print(f"    {doubt}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
