"""What `.gitignore` files leave out, as git reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

_CLASS = re.compile(r"\[(!?)(\]?[^\]]*)\]")


class _Rule(NamedTuple):
    pattern: str
    negated: bool
    folders_only: bool
    by_name: bool


@dataclass(slots=True)
class Ignored:
    """The rules that hold in a folder: its own and those of the folders above it.

    `folder` is relative to the root of the walk, `` for the root itself, with `/` between names.
    """

    folder: str = ""
    above: Ignored | None = None
    _rules: tuple[_Rule, ...] = ()
    _names: re.Pattern[str] | None = None
    _paths: re.Pattern[str] | None = None

    def inside(self, folder: str, text: str) -> Ignored:
        """The rules in a folder below this one whose `.gitignore` holds `text`."""
        rules = tuple(rule for line in text.splitlines() if (rule := _rule(line)) is not None)
        if not rules:
            return self
        names = _either([rule.pattern for rule in rules if rule.by_name])
        paths = _either([rule.pattern for rule in rules if not rule.by_name])
        return Ignored(folder, self, rules, names, paths)

    def holds(self, path: str, is_folder: bool) -> bool:
        """Whether a path (relative to the root of the walk) is left out.

        The folders above it are taken as not left out: a walk never enters those that are.
        """
        level: Ignored | None = self
        while level is not None:
            verdict = level._verdict(path, is_folder)
            if verdict is not None:
                return verdict
            level = level.above
        return False

    def _verdict(self, path: str, is_folder: bool) -> bool | None:
        """What this folder's own rules say: the last one that matches decides."""
        name = path[path.rfind("/") + 1 :]
        inner = path[len(self.folder) + 1 :] if self.folder else path
        by_name = self._names is not None and self._names.fullmatch(name)
        if not by_name and not (self._paths is not None and self._paths.fullmatch(inner)):
            return None
        for rule in reversed(self._rules):
            if rule.folders_only and not is_folder:
                continue
            if _compiled(rule.pattern).fullmatch(name if rule.by_name else inner):
                return not rule.negated
        return None


def _either(patterns: list[str]) -> re.Pattern[str] | None:
    return _compiled("|".join(patterns)) if patterns else None


@lru_cache(4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Most rules match nothing, and are never compiled alone."""
    return re.compile(pattern, re.DOTALL)


def _rule(line: str) -> _Rule | None:
    text = re.sub(r"(?<!\\)\s+$", "", line)
    if not text or text.startswith("#"):
        return None
    negated = text.startswith("!")
    text = text.removeprefix("!") if negated else text
    folders_only = text.endswith("/")
    text = text.rstrip("/")
    anchored = "/" in text
    pattern = _expression(text.removeprefix("/"))
    if "[" in text:  # what else may be no expression
        try:
            _compiled(pattern)
        except re.error:
            return None
    return _Rule(pattern, negated, folders_only, not anchored) if text else None


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
