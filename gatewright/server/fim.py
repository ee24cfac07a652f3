"""What an editor asks to have filled: the text before the cursor, the text behind it, which file.

An editor either tells both texts apart by fields of the request, or writes them into one prompt
between the words of a family of models, with other files before. Both are read here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gatewright.models.infill_tokens import FAMILIES, InfillTokens

_FILE_WORDS = ("<|file_sep|>", "<file_sep>", "\n+++++ ")
_REPOSITORY_WORDS = ("<|repo_name|>", "<repo_name>", "<reponame>")
# Words that some editors use and no model of ours does: of Seed-Coder.
_SEED = InfillTokens("Seed-Coder", "<[fim-prefix]>", "<[fim-suffix]>", "<[fim-middle]>", ())
_KNOWN = (*FAMILIES, _SEED)
# `// rtl/fifo.sv` or `# Path: rtl/fifo.sv`: how an editor names the file in a comment above it.
_NAMED = re.compile(r"^[ \t]*(?://|#|--)[ \t]*(Path:[ \t]*)?(\S*\w\.\w{1,8})[ \t]*$")
_COMMENT = re.compile(r"^[ \t]*(?://|#|--)|^[ \t]*$")


@dataclass(frozen=True, slots=True)
class Extra:
    """A piece of another file that the editor sends along; `path` is as the editor calls it."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Hole:
    """Where text is wanted. `path` is what the editor calls the file; '' where it does not say."""

    before: str
    after: str = ""
    path: str = ""
    extras: tuple[Extra, ...] = ()

    @property
    def above(self) -> str:
        """The lines above the cursor's."""
        return self.before[: len(self.before) - len(self.typed)]

    @property
    def typed(self) -> str:
        """What stands on the cursor's line before it."""
        return self.before[self.before.rfind("\n") + 1 :]


def hole_of(prompt: str, suffix: str = "") -> Hole:
    """The hole that a prompt asks to have filled; `suffix` is the request's field, if it has one.

    Line endings become those of Unix.
    """
    prompt, suffix = _plain(prompt), _plain(suffix)
    for family in _KNOWN:
        found = _between(prompt, family)
        if found is not None:
            head, before, after = found
            return _with_file(head, before, after or suffix)
    return _with_file("", prompt, suffix)


def infill_hole(prefix: str, suffix: str, prompt: str = "", extras: tuple[Extra, ...] = ()) -> Hole:
    """The hole of llama.cpp's `/infill`: `prompt` is the beginning of the cursor's line."""
    return Hole(_plain(prefix) + _plain(prompt), _plain(suffix), "", extras)


def named_above(before: str) -> tuple[str, str] | None:
    """The file that a comment above the text names, and the text below that comment.

    Editors put pieces of other files above in comments, then the file's own name. None where no
    comment at the beginning names a file.
    """
    at, found = 0, None
    for line in before.splitlines(keepends=True):
        if not _COMMENT.match(line):
            break
        at += len(line)
        named = _NAMED.match(line.rstrip("\n"))
        if named and not named[1]:
            found = (named[2], before[at:])
    return found


def _between(prompt: str, family: InfillTokens) -> tuple[str, str, str] | None:
    """What stands before a family's words, before the hole, and behind it."""
    if family.after_first:
        head, begun, rest = prompt.partition(family.after)
        after, parted, before = rest.rpartition(family.before)
    else:
        # Other files in the prompt may hold such words, too: the last one begins the hole's.
        rest = prompt.rstrip("\n") if family.middle else prompt
        head, begun, rest = rest.rpartition(family.before)
        before, parted, after = rest.partition(family.after)
        if not begun and parted and family.file:
            head, before, begun = "", head + before, family.before
        after = after.partition(family.middle)[0] if family.middle else after
    return (head, before, after) if begun and parted else None


def _with_file(head: str, before: str, after: str) -> Hole:
    """The hole, with what the words for files before it say of its own and of other files."""
    for word in _FILE_WORDS:
        text = f"\n{head}{before}" if word.startswith("\n") else head + before
        if word not in text:
            continue
        pieces = text.split(word)
        extras = tuple(_file(piece) for piece in pieces[1:-1])
        last = pieces[-1]
        if before and last.endswith(before) and len(last) > len(before):
            name = last[: len(last) - len(before)]
        else:
            name, _, before = last.partition("\n")
        return Hole(before, after, name.strip(), extras)
    for word in _REPOSITORY_WORDS:
        if before.startswith(word):
            before = before.partition("\n")[2]
    return Hole(before, after)


def _file(piece: str) -> Extra:
    name, _, text = piece.partition("\n")
    return Extra(name.strip(), text)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
