"""Lines to be completed, out of any repository, by RTL-Repo's filters; files nearly the same."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gatewright.retrieval.complete.lines import ends_in_comment

SUFFIXES = (".v", ".sv", ".vh", ".svh")
TARGET_SUFFIXES = (".v", ".sv")
LARGEST_FILE = 400_000  # bytes; larger ones are generated
SHORTEST = 9  # characters of a target line, blanks around it left out
FIRST_LINE = 4  # a target has at least three lines before it
FEWEST_LINES = 10  # of a file that targets are taken from
NEAR_COPY = 0.6  # of a file's lines, found in another file too
TRIES = 30


@dataclass(frozen=True, slots=True)
class Target:
    """A line to be completed: its file, its number counted from 1, and the line as it stands."""

    path: str
    line: int
    text: str


def read_repository(folder: Path) -> dict[str, str]:
    """The Verilog files below a folder by their relative paths; hidden folders are passed over."""
    files: dict[str, str] = {}
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place) / name
            if path.suffix.lower() not in SUFFIXES or path.is_symlink():
                continue
            try:
                data = path.read_bytes() if path.stat().st_size < LARGEST_FILE else b""
            except OSError:
                continue
            if data and b"\0" not in data[:1000]:
                files[path.relative_to(folder).as_posix()] = decoded(data)
    return files


def decoded(data: bytes) -> str:
    """UTF-8, or Latin-1 where it is not."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def targets(files: Mapping[str, str], count: int, seed: str) -> tuple[Target, ...]:
    """So many lines, drawn with equal chance for each file; fewer where the files have too few."""
    rng = random.Random(seed)
    paths = [
        path
        for path in sorted(files)
        if path.lower().endswith(TARGET_SUFFIXES) and files[path].count("\n") >= FEWEST_LINES
    ]
    found: dict[tuple[str, int], Target] = {}
    for _ in range(count * TRIES if paths else 0):
        path = rng.choice(paths)
        lines = files[path].split("\n")
        number = rng.randrange(FIRST_LINE, len(lines) + 1)
        text = lines[number - 1].rstrip("\r")
        if is_target(text) and not ends_in_comment("\n".join((*lines[: number - 1], ""))):
            found.setdefault((path, number), Target(path, number, text))
        if len(found) == count:
            break
    return tuple(found.values())


def is_target(line: str) -> bool:
    """Whether a line may be one: code, not short, without a comment."""
    text = line.strip()
    return len(text) >= SHORTEST and "//" not in text and not text.startswith(("*", "/*"))


def before_line(text: str, number: int) -> str:
    """What stands before a line, line endings unified."""
    lines = [line.rstrip("\r") for line in text.split("\n")[: number - 1]]
    return "".join(f"{line}\n" for line in lines)


def signature(text: str) -> Counter[str]:
    """The lines that say something of a file, blanks unified."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return Counter(line for line in lines if len(line) >= SHORTEST)


def near_copies(path: str, signatures: Mapping[str, Counter[str]]) -> tuple[str, ...]:
    """The other files that hold more than 60 % of a file's lines."""
    mine = signatures[path]
    total = sum(mine.values())
    return tuple(
        other
        for other, theirs in signatures.items()
        if other != path and total and sum((mine & theirs).values()) > NEAR_COPY * total
    )
