"""Fills holes in the files of some folders: what a helper process does all day."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType

from gatewright.agents.complete_open import OpenRepository
from gatewright.agents.complete_prompt import Place
from gatewright.agents.completing import Policy, RepositoryCompleter
from gatewright.core import UsageError
from gatewright.retrieval.complete.corpus import Corpus
from gatewright.retrieval.complete.setting import Setting
from gatewright.retrieval.scan import LANGUAGES
from gatewright.server.fim import Extra, Hole
from gatewright.server.insertion import inserted
from gatewright.server.place import Located, locate

LEAST_RIGHT = 0.1  # how likely right a line must be to be offered
_GOES_ON = 0.5  # and a further one
# A folder's files are looked at anew after an answer where they were not for so long, and before
# one where they were not for longer: looking takes as long as half an answer.
_FRESH_S, _STALE_S = 1.0, 5.0
_MOST_EXTRAS = 64
_KEPT_EXTRAS = 8


@dataclass(frozen=True, slots=True)
class Wish:
    """A hole to fill: at most so many lines, and none begun after so many seconds."""

    hole: Hole
    lines: int = 8
    seconds: float = 0.1
    only_locate: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """What goes in at the cursor ('' = nothing that is likely right), and where that is.

    `folder` is the number of the folder, and `source` how the text came about.
    """

    text: str
    place: Place
    folder: int = 0
    source: str = ""
    found: bool = False


class Filler:
    """Holds folders open. Of one thread; use it in a `with`."""

    def __init__(self, roots: Sequence[Path], cache: Path | None = None) -> None:
        self._folders = tuple(_Folder(root, cache) for root in roots)

    def __enter__(self) -> Filler:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for folder in self._folders:
            folder.close()

    def warm(self) -> None:
        """Read everything once, so that the first to ask need not wait for it."""
        for folder in self._folders:
            folder.warm()

    def refresh(self) -> None:
        """Look at the folders' files again; for when nobody waits."""
        for folder in self._folders:
            folder.refresh(_FRESH_S)

    def fill(self, wish: Wish) -> Filled:
        """Find the place and complete it."""
        folder, located = self._locate(wish.hole)
        place, found = located.place, located.seen > 0
        number = self._folders.index(folder)
        if wish.only_locate or not _is_ours(place.path):
            return Filled("", place, number, found=found)
        completer = folder.completer(wish.hole.extras)
        lines, source = _completed(completer, place, wish)
        return Filled(inserted(place, lines), place, number, source, found)

    def _locate(self, hole: Hole) -> tuple[_Folder, Located]:
        located = [(folder, folder.locate(hole)) for folder in self._folders]
        return max(located, key=lambda pair: pair[1].seen)


def _completed(
    completer: RepositoryCompleter, place: Place, wish: Wish
) -> tuple[tuple[str, ...], str]:
    """The lines that are likely right, as far as time allows; or all ports of an open instance."""
    if wish.lines > 1 and not place.typed.strip() and Setting(place.path, place.before).opened:
        ports = completer.ports(replace(place, typed=""))
        if ports.lines:
            return _behind(place, ports.lines), ports.source
    lines: list[str] = []
    source = ""
    for line, how in _lines(completer, place, wish):
        lines.append(line)
        source = source or how
    return tuple(lines), source


def _lines(completer: RepositoryCompleter, place: Place, wish: Wish) -> Iterator[tuple[str, str]]:
    until = time.monotonic() + wish.seconds
    for step in range(wish.lines):
        best = completer.line(place, 1).candidates
        if not best or best[0].right < (_GOES_ON if step else LEAST_RIGHT):
            return
        yield best[0].text, best[0].source
        if time.monotonic() > until or place.after.partition("\n")[0].strip():
            return
        place = replace(place, before=f"{place.before}{best[0].text}\n", typed="")


def _behind(place: Place, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Lines of their own, the first behind the blanks that are typed already."""
    return (place.typed + lines[0].lstrip(), *lines[1:]) if place.typed else lines


def _is_ours(path: str) -> bool:
    return path.lower().endswith(tuple(LANGUAGES))


@dataclass(slots=True)
class _Folder:
    root: Path
    cache: Path | None
    _open: OpenRepository | None = None
    _completer: RepositoryCompleter | None = None
    _looked: float = 0.0
    _beside: OrderedDict[tuple[Extra, ...], Corpus] = field(default_factory=OrderedDict)

    def warm(self) -> None:
        completer = self.completer(())
        text = "module warm (input wire clk);\n  warm inner (\n"
        completer.line(Place("warm.sv", text), 1)

    def locate(self, hole: Hole) -> Located:
        return locate(hole, self.completer(()).corpus, self.root)

    def completer(self, extras: tuple[Extra, ...]) -> RepositoryCompleter:
        """Completes in the folder as it was a moment ago, with what the editor sent along."""
        completer = self.refresh(_STALE_S)
        if not extras:
            return completer
        return completer.among(self._with(completer.corpus, extras))

    def refresh(self, most_s: float) -> RepositoryCompleter:
        """Look at the files again where they were not looked at for so long."""
        if self._open is None:
            self._open = OpenRepository(self.root, self.cache, policy=Policy(drafts=0))
        now = time.monotonic()
        if self._completer is None or now - self._looked > most_s:
            fresh = self._open.completer()
            if self._completer is None or fresh.corpus is not self._completer.corpus:
                self._completer = fresh
                self._beside.clear()
            self._looked = now
        return self._completer

    def _with(self, corpus: Corpus, extras: tuple[Extra, ...]) -> Corpus:
        """The corpus with the pieces of files that are not in the folder."""
        kept = self._beside.get(extras)
        if kept is None:
            known = {str(self.root / path) for path in corpus.paths}
            texts = {
                f"{number}:{extra.path}": extra.text
                for number, extra in enumerate(extras[:_MOST_EXTRAS])
                if _is_ours(extra.path) and not _is_known(extra.path, known)
            }
            kept = self._beside[extras] = corpus.beside(texts)
            while len(self._beside) > _KEPT_EXTRAS:
                self._beside.popitem(last=False)
        return kept

    def close(self) -> None:
        if self._open is not None:
            self._open.close()


def _is_known(path: str, known: set[str]) -> bool:
    tail = path.replace("\\", "/")
    return tail in known or any(name.endswith(f"/{tail.lstrip('./')}") for name in known)


def checked_folders(roots: Sequence[Path]) -> tuple[Path, ...]:
    """The folders, resolved. Raises UsageError for one that is none."""
    for root in roots:
        if not root.is_dir():
            what = "is a file, not a folder" if root.exists() else "no such folder"
            raise UsageError(what, where=str(root), hint="name the folder of a repository")
    return tuple(dict.fromkeys(root.resolve() for root in roots))
