"""What `.gitignore` files leave out, as git reads them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

_GLOBBED = re.compile(r"[*?\[\\]")
_CLASS = re.compile(r"\[(!?)(\]?[^\]]*)\]")


class _Rule(NamedTuple):
    """A line. `plain` is what is matched as it stands, after a `*` where `ends` says so: most
    lines are such, and need no expression. `by_name` = in whichever folder."""

    glob: str
    plain: str | None
    ends: bool
    negated: bool
    folders_only: bool
    by_name: bool

    def fits(self, text: str) -> bool:
        """Whether a name or path is what the line tells of."""
        if self.plain is None:
            return _compiled(self.glob).fullmatch(text) is not None
        return text.endswith(self.plain) if self.ends else text == self.plain


class _Rules:
    """Some rules, asked all at once whether any of them fits."""

    def __init__(self, rules: list[_Rule]) -> None:
        plain = [rule for rule in rules if rule.plain is not None]
        self.same = frozenset(rule.plain for rule in plain if not rule.ends)
        self.ends = tuple(rule.plain for rule in plain if rule.plain is not None and rule.ends)
        others = [_expression(rule.glob) for rule in rules if rule.plain is None]
        self.others = re.compile("|".join(others), re.DOTALL).fullmatch if others else None


class Ignored:
    """The rules that hold in a folder: its own and those of the folders above it."""

    def __init__(
        self, folder: str = "", above: Ignored | None = None, rules: Sequence[_Rule] = ()
    ) -> None:
        """`folder` is relative to the root of the walk, `` for the root itself, with `/` between
        names."""
        self._start = len(folder) + 1 if folder else 0
        self._above = above
        self._rules = rules
        self._names = _Rules([rule for rule in rules if rule.by_name])
        self._paths = _Rules([rule for rule in rules if not rule.by_name])

    def inside(self, folder: str, text: str) -> Ignored:
        """The rules in a folder below this one whose `.gitignore` holds `text`."""
        rules = [rule for line in text.splitlines() if (rule := _rule(line)) is not None]
        return Ignored(folder, self, rules) if rules else self

    def holds(self, path: str, is_folder: bool) -> bool:
        """Whether a path (relative to the root of the walk) is left out.

        The folders above it are taken as not left out: a walk never enters those that are.
        """
        name = path[path.rfind("/") + 1 :]
        level: Ignored | None = self
        while level is not None:  # all in one place: this is done for every file, each time
            inner = path[level._start :]
            names, paths = level._names, level._paths
            if (
                name in names.same
                or name.endswith(names.ends)
                or inner in paths.same
                or (names.others is not None and names.others(name))
                or (paths.others is not None and paths.others(inner))
            ):
                verdict = level._verdict(name, inner, is_folder)
                if verdict is not None:
                    return verdict
            level = level._above
        return False

    def _verdict(self, name: str, inner: str, is_folder: bool) -> bool | None:
        """What this folder's own rules say: the last one that matches decides."""
        for rule in reversed(self._rules):
            if rule.folders_only and not is_folder:
                continue
            if rule.fits(name if rule.by_name else inner):
                return not rule.negated
        return None


@lru_cache(4096)
def _compiled(glob: str) -> re.Pattern[str]:
    """Most rules match nothing, and are never compiled alone."""
    return re.compile(_expression(glob), re.DOTALL)


def _rule(line: str) -> _Rule | None:
    text = re.sub(r"(?<!\\)\s+$", "", line)
    if not text or text.startswith("#"):
        return None
    negated = text.startswith("!")
    text = text.removeprefix("!") if negated else text
    folders_only = text.endswith("/")
    text = text.rstrip("/")
    anchored = "/" in text
    glob = text.removeprefix("/")
    if "[" in glob:  # what else may be no expression
        try:
            _compiled(glob)
        except re.error:
            return None
    if not glob:
        return None
    ends = not anchored and glob.startswith("*")
    rest = glob[1:] if ends else glob
    plain = None if _GLOBBED.search(rest) else rest
    return _Rule(glob, plain, ends, negated, folders_only, not anchored)


def _expression(glob: str) -> str:
    """A glob of `.gitignore` as a regular expression for the whole of a relative path."""
    found: list[str] = []
    at = 0
    while at < len(glob):
        rest = glob[at:]
        bracket = _CLASS.match(rest)
        if rest.startswith("**/"):
            found.append("(?:.*/)?")
            at += 3
        elif rest.startswith("/**") and len(rest) == 3:
            found.append("/.*")
            at += 3
        elif rest[0] == "*":
            found.append("[^/]*")
            at += len(rest) - len(rest.lstrip("*"))
        elif rest[0] == "?":
            found.append("[^/]")
            at += 1
        elif bracket:
            inner = bracket[2].replace("\\", r"\\").replace("[", r"\[").replace("]", r"\]")
            found.append(f"(?!/)[{'^' if bracket[1] else ''}{inner}]")
            at += bracket.end()
        else:
            literal = rest[1] if rest[0] == "\\" and len(rest) > 1 else rest[0]
            found.append(re.escape(literal))
            at += 1 + (rest[0] == "\\" and len(rest) > 1)
    return "".join(found)
