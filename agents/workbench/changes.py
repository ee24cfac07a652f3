"""Edits: proposed as a difference, made when somebody approves, undone on request."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from difflib import unified_diff
from pathlib import Path

from gatewright.agents.edits import Edit, apply_edits
from gatewright.agents.workbench.folders import LARGEST_FILE, Folders, Located
from gatewright.agents.workbench.results import Applied, Proposal
from gatewright.core import DataError, UsageError

_MOST_KEPT = 200


class Changes:
    """The edits of one workbench. Safe to use from several threads at once."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self._lock = threading.Lock()
        self._made: list[Applied] = []

    def propose(
        self, path: str, text: str | None, edits: Sequence[Edit], folder: str = ""
    ) -> Proposal:
        """What the file would become; nothing is written.

        `text` is all of the new file, `edits` replace parts of the old one: give one of the two.
        Raises UsageError where they do not fit the file, DataError for one that is no text.
        """
        if (text is None) is (not edits):
            raise UsageError("give the whole new text, or edits", where=path)
        at = self._folders.locate(path, folder)
        before = self._folders.text(at) if self._folders.is_file(at) else None
        if text is None:
            text = _edited(before, edits, at)
        if len(text.encode(errors="surrogatepass")) > LARGEST_FILE:
            raise DataError(f"is larger than {LARGEST_FILE >> 20} MiB", where=at.shown)
        if before is not None:
            text = _with_endings_of(before, text)
        if text == before:
            raise UsageError("the edit leaves the file as it is", where=at.shown)
        return Proposal(at.folder.name, at.shown, _diff(at, before, text), text, _hash(before))

    def apply(self, proposal: Proposal) -> Applied:
        """Write the file. Raises DataError where it is not the one that was proposed for."""
        return self._write(proposal.folder, proposal.path, proposal.text, proposal.before_sha256)

    def write_own(self, path: str, text: str, beginning: str, folder: str = "") -> Path:
        """Write a text of our own making that the user asks for by hand; where it is.

        Over a file only where that begins as ours do. Raises UsageError otherwise.
        """
        at = self._folders.locate(path, folder)
        with self._lock:
            before = self._folders.text(at) if self._folders.is_file(at) else beginning
            if not before.startswith(beginning):
                raise UsageError(
                    "is there, and something else", where=at.shown, hint="take another name"
                )
            self._folders.write(at, text.encode("utf-8", "surrogateescape"))
        return at.file

    def undo(self, applied: Applied | None = None) -> Applied:
        """Put back what was there, by default before the last edit of this workbench.

        Raises UsageError where there is nothing to undo, DataError where the file was changed
        since.
        """
        with self._lock:
            last = applied or (self._made[-1] if self._made else None)
        if last is None:
            raise UsageError("there is no edit to undo")
        return self._write(last.folder, last.path, last.before, last.after_sha256, undoing=last)

    def _write(
        self,
        folder: str,
        path: str,
        text: str | None,
        expected: str,
        undoing: Applied | None = None,
    ) -> Applied:
        at = self._folders.locate(path, folder)
        with self._lock:
            before = self._folders.text(at) if self._folders.is_file(at) else None
            if _hash(before) != expected:
                raise DataError(
                    "the file was changed since", where=at.shown, hint="read it and propose anew"
                )
            if text is None:
                self._folders.remove(at)
            else:
                self._folders.write(at, text.encode("utf-8", "surrogateescape"))
            made = Applied(at.folder.name, at.shown, _diff(at, before, text), before, _hash(text))
            if undoing is None:
                self._made = [*self._made, made][-_MOST_KEPT:]
            elif undoing in self._made:
                self._made.remove(undoing)
            return made


def _edited(before: str | None, edits: Sequence[Edit], at: Located) -> str:
    if before is None:
        raise DataError("no such file to edit", where=at.shown, hint="give its whole text instead")
    done = apply_edits(before.replace("\r\n", "\n"), edits)
    if done.problem:
        raise UsageError(done.problem, where=at.shown, hint="read the file and quote it exactly")
    return done.text


def _with_endings_of(before: str, text: str) -> str:
    """The text with the line endings that the file has."""
    if "\r\n" in before and "\r\n" not in text:
        return text.replace("\n", "\r\n")
    return text


def _hash(text: str | None) -> str:
    if text is None:
        return ""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _diff(at: Located, before: str | None, after: str | None) -> str:
    """The difference as `diff -u` writes it."""
    old = (before or "").splitlines(keepends=True)
    new = (after or "").splitlines(keepends=True)
    names = (
        f"a/{at.shown}" if before is not None else "/dev/null",
        f"b/{at.shown}" if after is not None else "/dev/null",
    )
    lines = (
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        for line in unified_diff(old, new, *names)
    )
    return "".join(lines)
