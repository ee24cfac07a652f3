"""Lines to be completed out of any folder of repositories, chosen by RTL-Repo's filters.

Every folder below the one that the user names is a repository. Lines whose file has near copies in
its repository are asked twice: with the whole repository, and without the copies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from gatewright.core import DataError, Origin, Problem, Verdict
from gatewright.eval.suites.base import Dataset
from gatewright.eval.suites.completion_lines import (
    Target,
    before_line,
    near_copies,
    read_repository,
    signature,
    targets,
)
from gatewright.eval.suites.completion_place import Place, line_problem
from gatewright.eval.suites.completion_score import (
    COPIES_REMOVED,
    GROUPS,
    NEAR_COPY,
    NO_COPY,
    group_of,
)
from gatewright.eval.suites.completion_suite import LineSuite
from gatewright.eval.suites.completion_table import line_table
from gatewright.retrieval.complete.files import nearest

LINES = 24  # a repository
FEWEST_FILES = 4  # of a repository, as in RTL-Repo
LONGEST_PROMPT = 450_000  # characters, about the 128k tokens of RTL-Repo's longest contexts
REMOVED = ":without-copies"


class Completion(LineSuite):
    """The next line of files of the user's own repositories."""

    name = "completion"
    longest_prompt = LONGEST_PROMPT

    def load(self, data: Path | None) -> Dataset:
        """Read every repository of a folder; those of fewer than four files give no lines.

        The same files give the same lines, whatever other repositories stand beside.
        """
        if data is None or not data.is_dir():
            raise DataError(
                "needs a folder that holds one folder a repository",
                where=str(data or self.name),
                hint="name it with --data",
            )
        digest = hashlib.sha256()
        problems: list[Problem] = []
        for folder in sorted(path for path in data.iterdir() if path.is_dir()):
            files = read_repository(folder)
            for path, text in files.items():
                digest.update(f"{folder.name}/{path}\0{text}\0".encode("utf-8", "replace"))
            if len(files) >= FEWEST_FILES:
                self.repositories[folder.name] = files
                problems += _problems(folder.name, files)
        if not problems:
            raise DataError(
                "holds no repository of four Verilog files or more",
                where=str(data),
                hint="each folder in it is taken for one repository",
            )
        return Dataset(tuple(problems), digest.hexdigest(), str(data))

    def official_table(self, samples: Mapping[str, Sequence[Verdict | None]]) -> str:
        """Both figures with the whole repository and without near copies, and the groups apart."""
        by: dict[str, list[Verdict | None]] = {group: [] for group in (*GROUPS, "")}
        whole: list[Verdict | None] = []
        for problem, verdicts in samples.items():
            whole += () if problem.endswith(REMOVED) else verdicts
            for verdict in verdicts:
                by[group_of(verdict)].append(verdict)
        return line_table(
            {
                "whole repository": whole,
                "near copies removed": by[NO_COPY] + by[COPIES_REMOVED],
                "lines of files without near copies": by[NO_COPY],
                "lines of files with near copies": by[NEAR_COPY],
                "the same, copies removed": by[COPIES_REMOVED],
            }
        )


def _problems(repository: str, files: Mapping[str, str]) -> Iterator[Problem]:
    signatures = {path: signature(text) for path, text in files.items()}
    for target in targets(files, LINES, repository):
        copies = near_copies(target.path, signatures)
        whole = _problem(repository, files, target, (), NEAR_COPY if copies else NO_COPY)
        yield whole
        if copies:
            without = _problem(repository, files, target, copies, COPIES_REMOVED)
            yield replace(without, id=whole.id + REMOVED)


def _problem(
    repository: str, files: Mapping[str, str], target: Target, without: Iterable[str], kind: str
) -> Problem:
    gone = {target.path, *without}
    place = Place(repository, target.path, before_line(files[target.path], target.line))
    return line_problem(
        f"{repository}/{target.path}:{target.line}",
        place,
        {path: files[path] for path in nearest(target.path, files) if path not in gone},
        target.text,
        kind,
        Origin("completion"),
    )
