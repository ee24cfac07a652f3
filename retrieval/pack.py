"""Context packs: what somebody needs to see of a repository to write code at a place in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from gatewright.core import UsageError
from gatewright.retrieval.pack_names import Dictionary
from gatewright.retrieval.pack_parts import Part, Texts, Wish, fill, tokens_of
from gatewright.retrieval.pack_place import view_of
from gatewright.retrieval.pack_wishes import Wishes
from gatewright.retrieval.repository import Repository
from gatewright.retrieval.similar import Similarity, by_words

TOKENS = 4000
FEWEST_TOKENS = 64


@dataclass(frozen=True, slots=True)
class Pack:
    """Parts of a repository's files, the most needed first.

    `tokens` is what `text` comes to by the estimate of `tokens_of`, at most `budget`; `left_out`
    is how many parts had no room.
    """

    parts: tuple[Part, ...]
    tokens: int
    budget: int
    left_out: int

    @property
    def text(self) -> str:
        """The parts below each other, each headed by its file, lines and reason."""
        return "".join(part.shown for part in self.parts)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Files that no part may come from: globs of paths (`*` also goes across folders)."""

    globs: tuple[str, ...] = ()

    def allows(self, path: str) -> bool:
        """Whether parts may come from a file; a glob also names a file, or a folder above it."""
        return not any(_fits(glob, path) for glob in self.globs)

    def idle(self, paths: Iterable[str]) -> tuple[str, ...]:
        """The globs that fit none of the files: they keep nothing out, and are likely mistaken."""
        there = list(paths)
        return tuple(glob for glob in self.globs if not any(_fits(glob, path) for path in there))


def _fits(glob: str, path: str) -> bool:
    glob = glob.removeprefix("./").rstrip("/")
    names = [path, path.rpartition("/")[2]]
    folders = path.split("/")[:-1]
    names += ["/".join(folders[:depth]) for depth in range(1, len(folders) + 1)]
    return any(fnmatchcase(name, glob) for name in names)


def pack(
    repository: Repository,
    path: str,
    line: int,
    tokens: int = TOKENS,
    *,
    text: str | None = None,
    exclude: Sequence[str] = (),
    similar: Similarity = by_words,
) -> Pack:
    """What a place needs: the header of the module that is instantiated there, types, parameters
    and macros that are used, the module around, drivers and loads of the signals in view, how
    others do the like.

    `text` is what the file holds now, where that is not what the repository has (an editor's
    buffer; a file that is cut off at the place): nothing else of the file is then shown. `exclude`
    are globs of files that no part may come from; the place's own lines stay. Raises UsageError
    for a file or line that is not there and a budget that holds nothing, DataError for a file that
    cannot be read.
    """
    if tokens < FEWEST_TOKENS:
        raise UsageError(
            f"a pack of {tokens} tokens holds nothing",
            where=f"{path}:{line}",
            hint=f"give it {FEWEST_TOKENS} or more",
        )
    view = view_of(repository, path, line, text)
    allowed = Exclusion(tuple(exclude))
    texts = Texts(repository.text, {path: view.text})
    dictionary = Dictionary(repository, texts, allowed.allows, path)
    wishes = Wishes(repository, view, texts, dictionary, allowed.allows, similar)
    found = packed(wishes.all(), texts, tokens)
    if found.left_out and not found.parts:
        raise UsageError(
            f"nothing of {found.left_out} parts fits into {tokens} tokens",
            where=f"{path}:{line}",
            hint="give it more tokens",
        )
    return found


def packed(wishes: Iterable[Wish], texts: Texts, tokens: int) -> Pack:
    """The wishes that a budget has room for; there may be none."""
    parts, left_out = fill(wishes, texts, tokens)
    return Pack(parts, sum(tokens_of(part.shown) for part in parts), tokens, left_out)
