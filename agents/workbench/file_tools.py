"""Tools that read files, and edit them when somebody approves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gatewright.agents.edits import Edit
from gatewright.agents.workbench.room import Room, require_count
from gatewright.core import UsageError

if TYPE_CHECKING:
    from gatewright.agents.workbench.results import Applied, FileText, Listing, Proposal

Change = TypeVar("Change", "Proposal", "Applied")


class FileTools(Room):
    """Files of the folders."""

    def list_files(self, pattern: str = "**/*", *, most: int = 200, folder: str = "") -> Listing:
        """Files that fit a glob (`*` also goes across folders); hidden ones are left out."""
        from gatewright.agents.workbench.results import Listing

        with self._telling() as tell:
            require_count(most, 5000, "most")
            home = self._folders.named(folder)
            files, more = self._folders.files(home, pattern, most)
            return tell(Listing(home.name, files, more))

    def read_file(
        self, path: str, *, first: int = 1, last: int | None = None, folder: str = ""
    ) -> FileText:
        """Lines of a text file, from 1, the end inclusive."""
        from gatewright.agents.workbench.results import FileText

        with self._telling() as tell:
            at = self._folders.locate(path, folder)
            lines = self._folders.text(at).splitlines(keepends=True)
            stop = len(lines) if last is None else min(last, len(lines))
            if first < 1 or (stop < first and lines):
                raise UsageError(
                    f"has no lines {first} to {last if last is not None else 'the end'}",
                    where=at.shown,
                    hint=f"it has {len(lines)} lines",
                )
            text = "".join(lines[first - 1 : stop])
            most = self._limits.shown_characters
            cut = len(text) > most
            if cut:
                text = text[:most]
                stop = first - 1 + max(1, text.count("\n"))
            return tell(FileText(at.shown, first, stop, len(lines), text, cut))

    def propose_edit(
        self,
        path: str,
        *,
        text: str | None = None,
        edits: Sequence[Edit] = (),
        folder: str = "",
    ) -> Proposal:
        """What a file would become, as a difference; nothing is written.

        `text` is all of the new file, `edits` replace parts of the one that is there.
        """
        with self._telling():
            return self._shown(self._changes.propose(path, text, edits, folder))

    def apply_edit(self, proposal: Proposal) -> Applied:
        """Make a proposed edit. Refused where the file was changed since."""
        with self._telling():
            return self._shown(self._changes.apply(proposal))

    def write_own(self, path: str, text: str, *, beginning: str, folder: str = "") -> Path:
        """Write a text of our own that the user asks for by hand, over nothing that does not begin
        as it does; where it is."""
        with self._telling():
            return self._changes.write_own(path, text, beginning, folder)

    def undo(self, applied: Applied | None = None) -> Applied:
        """Take an edit back, by default the last one of this workbench."""
        with self._telling():
            return self._shown(self._changes.undo(applied))

    def _shown(self, change: Change) -> Change:
        """A change whose difference shows no key; its texts have to stay what they are."""
        return replace(change, diff=self._secrets.text(change.diff))
