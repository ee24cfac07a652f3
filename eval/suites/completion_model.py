"""A model as the one who answers a suite of lines, in the way that `complete -m` asks it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath

from gatewright.agents.complete_prompt import Place
from gatewright.agents.complete_writer import Writer
from gatewright.agents.completing import Completed, Policy, RepositoryCompleter
from gatewright.core import (
    Candidate,
    Oracle,
    Problem,
    Provenance,
    Source,
    StopReason,
    Trajectory,
    UsageError,
)
from gatewright.eval.agent import AIDED, BARE
from gatewright.eval.answers import AnswerKind, Origins
from gatewright.eval.suites.base import Suite
from gatewright.eval.suites.completion_completers import Completers
from gatewright.eval.suites.completion_place import ended, language_of, line_ending, place_of
from gatewright.eval.suites.completion_suite import LineSuite
from gatewright.retrieval.repository import Repository


class ModelCompletions:
    """Answers with a model's line for each place. Safe to call from several threads.

    The model sees the files that the problem gives, and no others: facts are read from these alone.
    """

    def __init__(self, suite: Suite, writer: Writer, policy: Policy, aided: bool = True) -> None:
        if not isinstance(suite, LineSuite):
            raise UsageError(
                f"completes lines, and {suite.name} asks for something else",
                where=f"--agent {AIDED if aided else BARE}",
                hint="rtlrepo and completion ask for lines",
            )
        self._completers = Completers(suite)
        self._writer = writer
        self._aided = aided
        self._policy = policy if aided else replace(policy, tokens=0, drafts=0)

    @property
    def origins(self) -> Origins:
        """The model, how it is asked and sampled, and what it is shown."""
        sampling = self._policy.sampling
        parameters: dict[str, str | int | float | bool | None] = {
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": sampling.max_tokens,
            "asked": self._writer.way,
            "context_tokens": self._policy.tokens,
            "drafts": self._policy.drafts if self._writer.sees_drafts else 0,
        }
        agent = AIDED if self._aided else BARE
        return Origins(AnswerKind.AGENT, self._writer.name, agent, Oracle.NONE, parameters)

    def answer(self, problem: Problem, sample: int) -> Trajectory:
        """One line, in the line ending of the text before it. Raises ModelError."""
        place = place_of(problem)
        before = ended(place.before)
        found = self._completed(problem, Place(place.path, before), sample)
        text = found.lines[0] + line_ending(before) if found.lines else ""
        sources = (Source(place.path, text, language_of(place.path)),) if text.strip() else ()
        candidate = Candidate(sources, Provenance.MODEL, sample, usage=found.usage)
        stop = StopReason.UNVERIFIED if sources else StopReason.NO_CANDIDATE
        notes = tuple(f"breaks the file's syntax: {line.strip()}" for line in found.dropped)
        return Trajectory(problem.id, Oracle.NONE, (), candidate, None, stop, found.usage, notes)

    def _completed(self, problem: Problem, place: Place, sample: int) -> Completed:
        completer, without = self._completers.of(problem)
        sampling = replace(self._policy.sampling, sample=sample)
        policy = replace(self._policy, sampling=sampling)
        with ExitStack() as held:

            @cache
            def repository() -> Repository:
                given = {source.name: source.text for source in problem.context}
                return held.enter_context(_repository(given))

            name = place_of(problem).repository
            asked = RepositoryCompleter(
                completer, repository, self._writer, policy, name, hidden=without
            )
            return asked.line(place, 1)


@contextmanager
def _repository(files: Mapping[str, str]) -> Iterator[Repository]:
    """A repository of exactly these files, in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="gatewright-lines-") as made:
        root, cache_folder = Path(made) / "files", Path(made) / "cache"
        root.mkdir()
        for name in _below(files):
            path = root / name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(files[name], encoding="utf-8", errors="replace")
            except OSError:  # such as a name that another file has as a folder
                continue
        with Repository.open(root, cache_folder) as repository:
            yield repository


def _below(names: Iterable[str]) -> Iterator[str]:
    """The names that lie below a folder wherever that is."""
    for name in names:
        path = PurePosixPath(name)
        if name and not path.is_absolute() and ".." not in path.parts:
            yield name
