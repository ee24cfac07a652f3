"""The driver graph by syntax against slang's elaboration, on real repositories.

    python tests/real/bench_drivers.py FOLDER [REPO[/PART]...]

FOLDER holds a checkout a folder. PART is the folder of a repository that is elaborated, `rtl` or
`src` where there is one, with the packages and modules of other folders that it needs. For every
signal, the blocks and connections that we tell are held against those that elaboration sees in any
instance of its module: P is the share of ours that are right, R of theirs that we have. What we
only suppose, since a module is unknown, does not count.

The first line of a repository is for the branches that its default parameters choose: what we tell
of other branches, always with their conditions, counts as wrong. The second is for all branches of
generate blocks, each elaborated in its turn, without macros and with all that an `ifdef` asks for,
and for all of several files that define the same package (a configuration).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from gatewright.retrieval.drivers import Access, drivers_of
from gatewright.retrieval.places import Place, SignalPlace
from gatewright.retrieval.repository import Repository

_PACKAGE = re.compile(r"^\s*package\s+(?:automatic\s+|static\s+)?(\w+)\s*;", re.MULTILINE)
_ASKED = re.compile(r"`(?:ifn?def|elsif)[ \t]+(\w+)")
_GUARD = re.compile(r"`ifndef[ \t]+(\w+)\s+`define[ \t]+\1\b")
_MOST_BRANCHES = 40
INSIDE = Path(__file__).with_name("drivers_inside.py")
Spot = tuple[str, int]
Truth = dict[tuple[str, str, str], set[Spot]]  # by module, file, signal


@dataclass
class Score:
    """Counts of our places and theirs; a few that disagree. `undriven` are places where we tell a
    driver of a signal that has none in what is elaborated."""

    signals: int = 0
    ours: int = 0
    ours_right: int = 0
    theirs: int = 0
    theirs_found: int = 0
    undriven: int = 0
    doubts: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.ours_right / self.ours if self.ours else 1.0

    @property
    def recall(self) -> float:
        return self.theirs_found / self.theirs if self.theirs else 1.0

    def __str__(self) -> str:
        right = f"P {self.precision:.4f}  R {self.recall:.4f}"
        counts = f"{self.ours_right} of {self.ours}, {self.theirs_found} of {self.theirs}"
        return f"{self.signals:6} signals  {right}  ({counts}; {self.undriven} undriven)"


@dataclass(frozen=True)
class Elaborator:
    """Elaborates a part of a repository, in several ways."""

    repository: Repository
    part: str
    unknown: set[Spot] = field(default_factory=set)  # what could not be elaborated

    def default(self) -> Truth:
        """As the first of several configurations and the parameters' defaults choose."""
        return self._truth(self._files(0), [])

    def every(self) -> Truth:
        """All configurations; for the first of them, all branches."""
        found: Truth = {}
        for number in range(max(map(len, self._again), default=1)):
            _add_all(found, self._truth(self._files(number), []))
        for macros in ([], self._tested):
            for number in range(_MOST_BRANCHES):
                more = self._truth(self._files(0), [*macros, str(number)])
                _add_all(found, more)
                if not more:
                    break
        return found

    @cached_property
    def _inside(self) -> list[str]:
        start = f"{self.part}/" if self.part else ""
        return [f.path for f in self.repository.files if f.path.startswith(start)]

    @cached_property
    def _texts(self) -> dict[str, str]:
        return {path: self.repository.text(path) for path in self._inside}

    @cached_property
    def _again(self) -> list[list[str]]:
        """The files that define the same package, where several do."""
        found: dict[str, list[str]] = {}
        for path, text in self._texts.items():
            for name in sorted(set(_PACKAGE.findall(text))):
                found.setdefault(name, []).append(path)
        return [paths for paths in found.values() if len(paths) > 1]

    @cached_property
    def _tested(self) -> list[str]:
        """The macros that the code asks for, but those that headers are read once by."""
        headers = [f.path for f in self.repository.files if f.path.endswith((".vh", ".svh"))]
        texts = [*self._texts.values(), *(self.repository.text(path) for path in headers)]
        asked = {name for text in self._texts.values() for name in _ASKED.findall(text)}
        guards = {name for text in texts for name in _GUARD.findall(text)}
        return [f"-{name}" for name in sorted(asked - guards)]

    def _files(self, number: int) -> list[str]:
        again = self._again
        used = {paths[number % len(paths)] for paths in again}
        unused = {path for paths in again for path in paths} - used
        return _with_needed(self.repository, [p for p in self._inside if p not in unused])

    def _truth(self, files: list[str], options: list[str]) -> Truth:
        root = self.repository.root
        every = (file.path for file in self.repository.files)
        headers = [root / path for path in every if path.endswith((".vh", ".svh"))]
        folders = {f"+{up}" for path in headers for up in path.parents if root in up.parents}
        command = [sys.executable, str(INSIDE), *sorted(folders), *options]
        ran = subprocess.run([*command, *(str(root / path) for path in files)], capture_output=True)
        if ran.returncode:
            told = ran.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
            print(f"    the elaboration {options[-1:]} ended with {ran.returncode}: {told}")
            return {("", "", ""): set()}
        found: Truth = {}
        for line in ran.stdout.splitlines():
            row = json.loads(line)
            if "errors" in row:
                at = ((Path(file), line) for file, line in row["errors"])
                inside = ((f, line) for f, line in at if f.is_relative_to(root))
                self.unknown.update((str(f.relative_to(root)), line) for f, line in inside)
                continue
            places = {(str(Path(f).relative_to(root)), line) for f, line in row["drivers"]}
            file = str(Path(row["file"]).relative_to(root))
            if file in self._texts:
                found[row["module"], file, row["signal"]] = places
        return found


def _add_all(truth: Truth, more: Truth) -> None:
    for signal, places in more.items():
        truth.setdefault(signal, set()).update(places)


def _with_needed(repository: Repository, files: list[str]) -> list[str]:
    """The files, and those of the packages and modules that they use and do not have."""
    facts = {path: repository.facts(path) for path in files}
    known = {module.name for found in facts.values() if found for module in found.modules}
    waiting = list(files)
    while waiting:
        path = waiting.pop()
        found = repository.facts(path)
        for module in found.modules if found else ():
            used = {instance.module for instance in module.instances}
            used |= {name.partition("::")[0] for name in module.imports} | set(module.packages)
            for name in sorted(used - known):
                known.add(name)
                definition = repository.definition(name, path)
                if definition is not None and definition.path not in files:
                    files.append(definition.path)
                    waiting.append(definition.path)
                    more = repository.facts(definition.path)
                    known |= {m.name for m in more.modules} if more else set()
    return files


def measure(root: Path, part: str = "") -> Iterator[Score]:
    """Our drivers of every signal, against what defaults choose and against all branches."""
    part = part or next((p for p in ("rtl", "src") if (root / p).is_dir()), "")
    with tempfile.TemporaryDirectory() as cache:
        repository = Repository.open(root, Path(cache))
        elaborator = Elaborator(repository, part)
        yield _scored(repository, elaborator.default(), elaborator.unknown)
        yield _scored(repository, elaborator.every(), elaborator.unknown)


def _scored(repository: Repository, truth: Truth, unknown: set[Spot]) -> Score:
    score = Score()
    for (module, file, signal), theirs in truth.items():
        near = (d for d in repository.definitions(module, file) if d.path == file)
        definition = next(near, None)
        if definition is None:
            score.doubts.append(f"{module} is not found in {file}")
            continue
        at = SignalPlace(Place(definition, repository.expanded(definition)), signal)
        found = drivers_of(repository, at).found
        mine = {_span(a) for a in found if a.kind != "port" and "not in the repo" not in a.via}
        known = {s for s in mine if _right(s, theirs) or not _right(s, unknown)}
        _add(score, f"{module}.{signal}", known, theirs)
    return score


def _span(access: Access) -> tuple[str, int, int]:
    """The lines that count as one place: a connection's own, else the whole block's."""
    if access.kind == "instance":
        return access.file, access.line, access.end_line
    return access.file, access.block_line, access.block_end_line


def _right(span: tuple[str, int, int], spots: set[Spot]) -> bool:
    return any(file == span[0] and span[1] <= line <= span[2] for file, line in spots)


def _add(score: Score, name: str, mine: set[tuple[str, int, int]], theirs: set[Spot]) -> None:
    if not theirs:
        score.undriven += len(mine)
        return
    right = {span for span in mine if _right(span, theirs)}
    found = {(f, n) for f, n in theirs if any(_right(span, {(f, n)}) for span in mine)}
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
        for score in measure(folder / repo, part):
            print(f"{name:24} {score}", flush=True)
            for doubt in score.doubts[:10]:
                print(f"    {doubt}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
