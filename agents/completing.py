"""Completion in a repository, with a model or without: what the command line and a server hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from glob import escape
from typing import TYPE_CHECKING

from gatewright.agents.complete_prompt import Place, Wanted
from gatewright.core import Usage, UsageError
from gatewright.models import Sampling
from gatewright.retrieval.complete import Completer, Suggestion
from gatewright.retrieval.complete.opened import connections_in
from gatewright.retrieval.complete.setting import Setting

if TYPE_CHECKING:
    # What only some completions need is imported where it is used: a line without a model is
    # asked for at every key.
    from gatewright.agents.complete_writer import Request, Writer
    from gatewright.retrieval.complete.connections import Missing
    from gatewright.retrieval.complete.corpus import Corpus
    from gatewright.retrieval.complete.known import Known
    from gatewright.retrieval.pack_parts import Part
    from gatewright.retrieval.repository import Repository

MODEL = "model"
DRAFTS = 12
TOKENS = 3000  # of the repository's parts


@dataclass(frozen=True, slots=True)
class Completed:
    """What comes at the place: `lines`, and whose they are (`model`, or how a draft came about).

    `candidates` are single lines, the best first. `dropped` would have broken the file's syntax.
    """

    lines: tuple[str, ...]
    source: str = ""
    candidates: tuple[Suggestion, ...] = ()
    dropped: tuple[str, ...] = ()
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class CompletedPorts:
    """All missing connections of the open instance, and their lines as they are to be written."""

    missing: Missing
    lines: tuple[str, ...]
    source: str = ""
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class Policy:
    """`tokens` of the repository's parts and `drafts` a model is shown (0 = none of them).

    `exclude` are globs of files that nothing may come from.
    """

    tokens: int = TOKENS
    drafts: int = DRAFTS
    exclude: tuple[str, ...] = ()
    sampling: Sampling = field(default_factory=Sampling)


class RepositoryCompleter:
    """Completes lines, blocks and port lists. Safe to call from several threads at once.

    `repository` is asked for only when it is needed: where a list of ports is open, and for what a
    model is shown. `writer` None = without a model. `hidden` are files that nothing may come from,
    besides those that the policy excludes; `name` is what the repository is called.
    """

    def __init__(
        self,
        completer: Completer,
        repository: Callable[[], Repository],
        writer: Writer | None = None,
        policy: Policy | None = None,
        name: str = "",
        hidden: Collection[str] = (),
    ) -> None:
        self._completer = completer
        self._repository = repository
        self._writer = writer
        self._policy = policy or Policy()
        self._name = name
        self._hidden = (*hidden, *completer.corpus.matching(self._policy.exclude))

    @property
    def corpus(self) -> Corpus:
        """The lines that completions are made from."""
        return self._completer.corpus

    def among(self, corpus: Corpus) -> RepositoryCompleter:
        """The same, made from these lines."""
        return RepositoryCompleter(
            Completer(corpus),
            self._repository,
            self._writer,
            self._policy,
            self._name,
            self._hidden,
        )

    def line(self, place: Place, k: int = 5) -> Completed:
        """The line at the cursor. Raises ModelError where the model fails."""
        drafts = self._drafts(place, max(k, self._policy.drafts))
        if self._writer is None:
            best = drafts[:k]
            return Completed(tuple(d.text for d in best[:1]), _source(best), best)
        shown = [draft.text for draft in drafts[: self._policy.drafts]]
        request = self._request(place, Wanted.LINE, shown)
        written = self._writer.write(request, self._policy.sampling)
        own = tuple(Suggestion(line, 0.0, 0.0, MODEL) for line in written.lines[:1])
        others = [draft for draft in drafts if not own or draft.text != own[0].text]
        kept, dropped = fitting(place, (*own, *others))
        best = kept[:k]
        lines = tuple(suggestion.text for suggestion in best[:1])
        return Completed(lines, _source(best), best, dropped, written.usage)

    def block(self, place: Place, most: int = 20) -> Completed:
        """The lines at the cursor, at most so many: the statement or block that comes next."""
        if place.typed.strip():
            raise UsageError("a block begins at the start of a line", where=place.path)
        known = self._known(place)
        drafted = self._completer.block(place.path, place.before, most, self._hidden, known)
        lines = tuple(line.text for line in drafted)
        if self._writer is None:
            return Completed(lines, _source(drafted), drafted)
        drafts = ["\n".join(lines)] if lines else []
        request = replace(self._request(place, Wanted.BLOCK, drafts), most=most)
        written = self._writer.write(request, self._policy.sampling)
        own = written.lines[:most]
        kept = _longest_fitting(place, own)
        if not kept:
            dropped = ("\n".join(own),) if own else ()
            return Completed(lines, _source(drafted), drafted, dropped, written.usage)
        dropped = ("\n".join(own[len(kept) :]),) if len(kept) < len(own) else ()
        return Completed(kept, MODEL, (), dropped, written.usage)

    def ports(self, place: Place) -> CompletedPorts:
        """All connections that the open instance lacks: the ports by its definition, the
        expressions by the names of the file, or by the model.
        """
        if place.typed.strip():
            raise UsageError("a list of ports begins at the start of a line", where=place.path)
        from gatewright.retrieval.complete.connections import missing
        from gatewright.retrieval.complete.syntax import breaks

        setting = Setting(place.path, place.before)
        found = missing(setting, self._facts(place), place.after)
        lines = tuple(connection.line for connection in found.connections)
        if self._writer is None or not lines:
            return CompletedPorts(found, lines, "ports" if lines else "")
        request = self._request(place, Wanted.PORTS, ["\n".join(lines)])
        written = self._writer.write(request, self._policy.sampling)
        told = dict(connections_in("\n".join(written.lines)))
        lines = tuple(
            connection.line.replace(f"({connection.expression})", f"({told[name]})", 1)
            if told.get(name) and not breaks(place.before, f".{name}({told[name]}),")
            else connection.line
            for connection in found.connections
            for name in (connection.member.name,)
        )
        return CompletedPorts(found, lines, MODEL, written.usage)

    def context(self, place: Place) -> tuple[Part, ...]:
        """The parts of the repository that a model is shown for a place."""
        if self._policy.tokens <= 0:
            return ()
        from gatewright.retrieval.pack import pack

        text = place.before + place.typed + "\n" + place.after
        found = pack(
            self._repository(),
            place.path,
            place.line,
            self._policy.tokens,
            text=text,
            exclude=(*self._policy.exclude, *map(escape, self._hidden)),
        )
        return tuple(part for part in found.parts if not _is_shown(part, place))

    def _request(self, place: Place, wanted: Wanted, drafts: Sequence[str]) -> Request:
        from gatewright.agents.complete_writer import Request

        seen = drafts if self._writer is not None and self._writer.sees_drafts else ()
        return Request(place, wanted, self.context(place), seen, repository=self._name)

    def _drafts(self, place: Place, count: int) -> tuple[Suggestion, ...]:
        return self._completer.complete(
            place.path, place.before, place.typed, count, self._hidden, self._known(place)
        )

    def _known(self, place: Place) -> Known | None:
        """The repository's definitions where a list of ports is open; else nobody asks for them."""
        opened = Setting(place.path, place.before).opened
        return self._facts(place) if opened is not None and opened.module else None

    def _facts(self, place: Place) -> Known:
        from gatewright.retrieval.complete.known import Known

        text = f"{place.before}\n{place.after}"
        return Known(self._repository(), place.path, text, self._hidden)


def fitting(
    place: Place, candidates: Sequence[Suggestion]
) -> tuple[tuple[Suggestion, ...], tuple[str, ...]]:
    """The candidates without those before the first that fits the file's syntax, and these.

    All stay where none fits.
    """
    from gatewright.retrieval.complete.syntax import breaks

    for number, candidate in enumerate(candidates):
        if not breaks(place.before, candidate.text, place.path):
            return tuple(candidates[number:]), tuple(c.text for c in candidates[:number])
    return tuple(candidates), ()


def _longest_fitting(place: Place, lines: tuple[str, ...]) -> tuple[str, ...]:
    """The lines up to the first that breaks the file's syntax."""
    from gatewright.retrieval.complete.syntax import breaks

    low, high = 0, len(lines)
    while low < high:
        middle = (low + high + 1) // 2
        broken = breaks(place.before, "\n".join(lines[:middle]), place.path)
        low, high = (low, middle - 1) if broken else (middle, high)
    return lines[:low]


def _is_shown(part: Part, place: Place) -> bool:
    """Whether a part is the place itself, or lines that the prompt shows anyhow."""
    if part.file != place.path:
        return False
    return part.kind == "place" or part.spans[-1].end_line >= place.first_shown


def _source(suggestions: Sequence[Suggestion]) -> str:
    return suggestions[0].source if suggestions else ""
