"""A judgement from a judge's answer, however loosely it keeps to the format."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from itertools import chain

from gatewright.core import Fault, Judgement
from gatewright.models import without_reasoning

_KEYS = {
    "fault": ("fault", "blame", "who", "culprit"),
    "location": ("location", "where", "line", "lines", "signal"),
    "issue": ("issue", "critical_issue", "problem", "bug", "error", "what", "bottleneck"),
    "why": ("why", "why_it_matters", "reason", "evidence", "explanation", "cause"),
    "fix": (
        *("fix", "minimal_fix_hint", "minimal_fix", "suggestion", "solution", "hint", "change"),
        *("method", "plan"),
    ),
}
# What is longer rambles, and its end is where the judgement is.
_LONGEST_ANSWER = 20_000
_MOST_OBJECTS = 40
_LONGEST = 400  # characters kept of a field: a prompt's share, whatever the judge wrote


def parse_judgement(answer: str) -> Judgement | None:
    """The judgement an answer holds, or None where it names neither an issue nor a fix.

    Takes JSON in fences or prose, Python literals, trailing commas, other names for the keys, a
    list (its first entry counts: exactly one issue), and JSON that breaks off.
    """
    text = without_reasoning(answer)[0][-_LONGEST_ANSWER:]
    for fields in _objects(text):
        judgement = _judgement(fields)
        if judgement is not None:
            return judgement
    return _judgement(dict(_pairs(text)))


def _judgement(fields: Mapping[str, object]) -> Judgement | None:
    known = {re.sub(r"\W+", "_", key.lower()).strip("_"): value for key, value in fields.items()}
    found = {
        name: next((text for key in keys if (text := _text(known.get(key)))), "")
        for name, keys in _KEYS.items()
    }
    if not (found["issue"] or found["fix"]):
        return None
    return Judgement(
        _fault(found["fault"]), found["location"], found["issue"], found["why"], found["fix"]
    )


def _fault(text: str) -> Fault:
    word = text.lower()
    if "bench" in word or word == "test":
        return Fault.TESTBENCH
    return Fault.SPEC if "spec" in word else Fault.DESIGN


def _text(value: object) -> str:
    """One line of text; of a list, its first entry."""
    if isinstance(value, list | tuple):
        value = value[0] if value else ""
    if value is None or isinstance(value, dict):
        return ""
    return " ".join(str(value).split())[:_LONGEST]


def _objects(text: str) -> Iterator[Mapping[str, object]]:
    """The {...} in the text that read as mappings, outermost first; only so many are tried."""
    start = text.find("{")
    for _ in range(_MOST_OBJECTS):
        if start < 0:
            return
        end = _closing(text, start)
        value = _loads(text[start:end]) if end else None
        if isinstance(value, dict):
            yield {str(key): inner for key, inner in value.items()}
            for inner in value.values():
                first = inner[0] if isinstance(inner, list) and inner else inner
                if isinstance(first, dict):
                    yield {str(key): deeper for key, deeper in first.items()}
        start = text.find("{", end if end and value is not None else start + 1)


def _closing(text: str, start: int) -> int:
    """The offset after the brace that closes the one at `start`; 0 where none does."""
    depth, quoted, skip = 0, False, False
    for offset in range(start, len(text)):
        char = text[offset]
        if skip:
            skip = False
        elif char == "\\":
            skip = True
        elif char == '"':
            quoted = not quoted
        elif not quoted and char in "{}":
            depth += 1 if char == "{" else -1
            if depth == 0:
                return offset + 1
    return 0


def _loads(text: str) -> object:
    for candidate in (text, re.sub(r",\s*([}\]])", r"\1", text)):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


_QUOTED = re.compile(
    r"[\"'](?P<key>[A-Za-z][\w ]{1,24})[\"']\s*:\s*(?P<value>\"(?:\\.|[^\"\\])*\"?|'[^'\n]*'?)"
)
_PAIR = re.compile(
    r"^[ \t{,*\-#]*+[\"'*_`]*+(?P<key>[A-Za-z][\w ]{1,24}?)[\"'*_`]*\s*[:=]\s*[*_]*\s*"
    r"(?P<value>\"(?:\\.|[^\"\\])*\"?|[^\n]+)",
    re.M,
)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """`"key": "value"` in JSON that breaks off, else `key: value` lines; a key's first counts."""
    seen: set[str] = set()
    for match in chain(_QUOTED.finditer(text), _PAIR.finditer(text)):
        key = match["key"].strip().lower()
        if key not in seen:
            seen.add(key)
            yield key, match["value"].strip().rstrip(",}").strip("\"'`* ")
