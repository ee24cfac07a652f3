"""What is known at the cursor: the file's lines so far, its names, and what is still open."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import PurePosixPath

from gatewright.retrieval.complete.headers import Header, headers_of
from gatewright.retrieval.complete.lines import (
    CodeLine,
    CodeText,
    code_text,
    ends_in_comment,
    unit_named,
)
from gatewright.retrieval.complete.opened import Opened, opened
from gatewright.retrieval.complete.tokens import DECLARING, KEYWORDS, is_name, parse_line

RECENT = 12  # lines
MOST_LINES = 4000  # of the file before the cursor
MOST_CHARACTERS = 400_000


@dataclass(frozen=True, slots=True)
class Order:
    """Names in the order they were met."""

    names: tuple[str, ...]
    places: dict[str, int]

    @staticmethod
    def of(names: list[str]) -> Order:
        """Each name at its first place."""
        unique = tuple(dict.fromkeys(names))
        return Order(unique, {name: place for place, name in enumerate(unique)})

    def after(self, name: str, steps: int = 1) -> str | None:
        """The name so many steps behind another."""
        place = self.places.get(name)
        if place is None or not 0 <= place + steps < len(self.names):
            return None
        return self.names[place + steps]


class Setting:
    """The file up to the cursor. `typed` is what stands on the cursor's line already."""

    def __init__(self, path: str, before: str, typed: str = "") -> None:
        self.path = path
        self.typed = typed
        self.before = before[-MOST_CHARACTERS:]
        if len(self.before) < len(before):
            self.before = self.before.partition("\n")[2]
        code: CodeText = code_text(self.before)
        self.lines: tuple[CodeLine, ...] = code.lines[-MOST_LINES:]
        self.above = code.above
        self.gap = code.gap

    @property
    def last(self) -> CodeLine | None:
        """The last line of code."""
        return self.lines[-1] if self.lines else None

    @cached_property
    def texts(self) -> Counter[str]:
        """How often each line of code stands in the file."""
        return Counter(line.text for line in self.lines)

    @cached_property
    def names(self) -> Counter[str]:
        """How often each name is used."""
        return Counter(t for line in self.lines for t in line.tokens if is_name(t))

    @cached_property
    def used(self) -> dict[str, int]:
        """The last line (as an index) that uses a name."""
        return {t: i for i, line in enumerate(self.lines) for t in line.tokens if is_name(t)}

    @cached_property
    def stem(self) -> str:
        """The file's name without its suffix."""
        return PurePosixPath(self.path).stem

    @cached_property
    def unit(self) -> str:
        """The module or class begun last; '' where none is."""
        names = (unit_named(line) for line in reversed(self.lines))
        return next((name for name in names if name), "")

    @cached_property
    def step(self) -> str:
        """What the file most often indents a line by, against the line before."""
        steps: Counter[str] = Counter()
        for before, line in pairwise(self.lines):
            old, new = before.parsed.indent, line.parsed.indent
            if len(new) > len(old) and new.startswith(old):
                steps[new[len(old) :]] += 1
        return min(steps, key=lambda step: (-steps[step], len(step))) if steps else "    "

    @cached_property
    def waiting(self) -> tuple[str, ...]:
        """Names declared and not used since, in order of declaration."""
        return tuple(name for name in self.declared if self.names[name] == 1)

    @cached_property
    def typed_text(self) -> str:
        """What is typed of the line, with single blanks."""
        return parse_line(self.typed).text

    @cached_property
    def in_comment(self) -> bool:
        """Whether the cursor is in a comment."""
        return ends_in_comment(f"{self.before}{self.typed}")

    @cached_property
    def headers(self) -> tuple[Header, ...]:
        """The modules of the file, the last perhaps half-written."""
        return headers_of(self.before + "\n")

    @cached_property
    def opened(self) -> Opened | None:
        """The innermost list in parentheses that is not closed yet."""
        return opened(self.before)

    @cached_property
    def declared(self) -> dict[str, int]:
        """Names that a declaration introduces, and the line (as an index) that does."""
        found: dict[str, int] = {}
        for index, line in enumerate(self.lines):
            for name in declared_names(line.tokens):
                found.setdefault(name, index)
        return found

    @cached_property
    def orders(self) -> tuple[Order, ...]:
        """Orders in which lists of names often go on: of ports, declarations, assignments."""
        ports = list(self.headers[-1].ports) if self.headers else []
        assigned = [
            line.tokens[0]
            for line in self.lines
            if len(line.tokens) > 2 and line.tokens[1] in ("<=", "=") and is_name(line.tokens[0])
        ]
        listed = [
            line.tokens[0]
            for line in self.lines
            if 1 <= len(line.tokens) <= 5 and is_name(line.tokens[0]) and line.tokens[-1] == ","
        ]
        return (Order.of(ports), Order.of(list(self.declared) + listed), Order.of(assigned))


@lru_cache(maxsize=1 << 16)
def declared_names(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """The names that a line declares, such as `a` and `b` of `input wire [3:0] a, b,`."""
    if not tokens or tokens[0] not in DECLARING:
        return (tokens[0],) if _is_constant(tokens) else ()
    names: list[str] = []
    depth = 0
    value = False
    for index, token in enumerate(tokens):
        if token in "[({":
            depth += 1
        elif token in "])}":
            depth -= 1
        elif depth == 0 and token == "=":
            value = True
        elif depth == 0 and token in (",", ";"):
            value = False
        elif depth == 0 and not value and is_name(token):
            follows = tokens[index + 1] if index + 1 < len(tokens) else ";"
            if not (is_name(follows) or follows in KEYWORDS or follows == "::"):
                names.append(token)
    return tuple(names)


def _is_constant(tokens: tuple[str, ...]) -> bool:
    """A further line of a parameter list, such as `WIDTH = 8,`."""
    return (
        len(tokens) >= 3
        and tokens[1] == "="
        and is_name(tokens[0])
        and tokens[0].isupper()
        and tokens[-1] in (",", ";")
    )
