"""Where in a repository an editor's text stands: editors send texts, and few say of which file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gatewright.agents.complete_prompt import Place
from gatewright.retrieval.complete.corpus import RAREST, Corpus
from gatewright.retrieval.complete.lines import code_text
from gatewright.retrieval.scan import read
from gatewright.server.fim import Hole, named_above

UNKNOWN = "untitled.sv"
_LOOKED_AT = 48  # lines of code above the cursor, the nearest
_NEAR = 16_000  # characters that hold so many
_ENOUGH = 3  # lines that stand in one file in this order, before it counts as found
_HEAD = 3  # lines by which the beginning of a cut text is found in its file


@dataclass(frozen=True, slots=True)
class Located:
    """A place, and how many of the lines above it stand in that file: 0 = it was not found."""

    place: Place
    seen: int = 0


def locate(hole: Hole, corpus: Corpus, root: Path) -> Located:
    """The place of a hole in a folder.

    The file is the one that the editor names, or whose lines stand above the cursor. What the
    editor left out of a long file above is taken from the disk. A text of no file of the folder is
    a file of its own.
    """
    named = _of_name(hole.path, corpus.paths) if hole.path else ""
    path, seen = (named, _ENOUGH) if named else _by_lines(hole.above, corpus)
    above = hole.above
    if not path:
        told = named_above(hole.above)
        path = _of_name(told[0], corpus.paths) if told else ""
        if told and path:
            above = told[1]
    if not path:
        return Located(_place(_own_name(hole), above, hole))
    return Located(_place(path, _whole(above, path, root), hole), max(seen, 1))


def _place(path: str, above: str, hole: Hole) -> Place:
    return Place(path, above, hole.typed, hole.after)


def _own_name(hole: Hole) -> str:
    """A name for a text of no file: the editor's, so that its kind stays known."""
    return PurePosixPath(hole.path.replace("\\", "/")).name or UNKNOWN


def _of_name(name: str, paths: Sequence[str]) -> str:
    """The one file whose path ends as the editor's does; '' where there is none, or several."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    for count in range(len(parts), 0, -1):
        ending = "/".join(parts[-count:])
        found = [p for p in paths if p == ending or p.endswith(f"/{ending}")]
        if found:
            return found[0] if len(set(found)) == 1 else ""
    return ""


def _by_lines(above: str, corpus: Corpus) -> tuple[str, int]:
    """The file in which the nearest lines stand in the same order, and how many of them do."""
    lines = code_text(above[-_NEAR:]).lines[-_LOOKED_AT:]
    votes: Counter[tuple[int, int]] = Counter()
    for back, line in enumerate(reversed(lines)):
        places = corpus.with_text(line.parsed.text)
        if len(places) > RAREST:
            continue
        for place in places:
            file = corpus.file_of(place)
            if file >= 0:
                # Unsaved lines move all that follow: places are told apart roughly.
                votes[file, (place + back) // _LOOKED_AT] += 1
    hidden = corpus.numbers(())
    by_file: Counter[int] = Counter()
    for (file, bucket), count in votes.items():
        if file not in hidden:
            by_file[file] = max(by_file[file], count + votes.get((file, bucket + 1), 0))
    best = by_file.most_common(2)
    if not best or best[0][1] < _ENOUGH or (len(best) > 1 and best[0][1] == best[1][1]):
        return "", 0
    return corpus.paths[best[0][0]], best[0][1]


def _whole(above: str, path: str, root: Path) -> str:
    """The lines above with those that the editor left out at the file's beginning."""
    head = "".join(above.splitlines(keepends=True)[:_HEAD])
    if not head.strip():
        return above
    text = read(root, path).text.replace("\r\n", "\n")
    at = text.find(head)
    if at <= 0 or text[at - 1] != "\n" or text.find(head, at + 1) >= 0:
        return above
    return text[:at] + above
