"""Words of HDL text: names taken apart, abbreviations written out, endings taken off."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from gatewright.retrieval.lexicon import JOINED, KEYWORDS, LEXICON, STOP, SUFFIXES, WHOLE

WORD = re.compile(r"(?<![\w'])(?:[A-Za-z_]\w*|\d+)")  # not the digits of 8'hff
_PART = re.compile(r"[A-Z]{2,}(?=[A-Z][a-z]|\d|_|$)|[A-Z]?[a-z]+|[A-Z]+|\d+")
_VOWEL = re.compile(r"[aeiouy]")
_KNOWN = JOINED | {key for key in LEXICON if key.isalpha()}
_SHORTEST_JOINED = 4
_LONGEST_WORD = 64  # a name longer than that is data

# Endings and what stays in their place, the longest first; at least so many letters stay.
_ENDINGS = (
    ("izations", "", 4), ("ization", "", 4), ("ations", "", 4), ("ation", "", 4),
    ("ators", "", 4), ("ator", "", 4), ("ities", "", 4), ("ments", "", 4), ("ment", "", 4),
    ("ating", "", 4), ("ated", "", 4), ("ates", "", 4), ("ate", "", 4), ("izes", "", 4),
    ("izer", "", 4), ("ized", "", 4), ("izing", "", 4), ("ize", "", 4), ("ity", "", 4),
    ("ives", "", 4), ("ive", "", 4), ("ions", "", 4), ("ion", "", 4), ("ings", "", 3),
    ("ing", "", 3),
    ("ally", "", 4), ("ably", "", 4), ("able", "", 4), ("ible", "", 4), ("ers", "", 4),
    ("er", "", 4), ("ors", "", 4), ("or", "", 4), ("ies", "y", 2), ("ied", "y", 2), ("ed", "", 3),
    ("ly", "", 4), ("ous", "", 5), ("es", "", 3), ("us", "us", 2), ("s", "", 3),
)  # fmt: skip
_KEPT = ("ss", "is", "eed")  # access, basis, speed


def split(name: str) -> tuple[str, ...]:
    """A name's parts, in lower case: `rdPtr_q2` is `rd ptr q 2`, `AXIStream` is `axi stream`."""
    return tuple([part.lower() for part in _PART.findall(name)])


_INFLECTED = ("ed", "ing", "ings")  # what is left may have another ending: `registered`


@lru_cache(65536)
def stem(word: str) -> str:
    """A word without its ending, so that `counter`, `counts` and `counting` are one."""
    if len(word) < 4 or not word.isalpha():
        return word
    word, ending = _shortened(word)
    if ending in _INFLECTED:
        word, _ = _shortened(_single(word))
    word = _single(word)
    if len(word) > 3 and word[-1] == "e":
        word = word[:-1]
    return word[:-1] + "i" if len(word) > 2 and word[-1] == "y" else word


def _shortened(word: str) -> tuple[str, str]:
    """A word without its ending, and that ending."""
    if not word.endswith(_KEPT):
        for ending, rest, least in _ENDINGS:
            if word.endswith(ending):
                base = word[: -len(ending)]
                if len(base) >= least and _VOWEL.search(base):
                    return base + rest, ending
    return word, ""


def _single(word: str) -> str:
    """A word without the double consonant that an ending leaves: `transferr`."""
    doubled = len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls"
    return word[:-1] if doubled else word


def terms_of(name: str) -> tuple[str, ...]:
    """The terms of one word or name: its parts written out and without endings.

    A name of several parts is a term itself, too. A word without meaning has none.
    """
    if len(name) > _LONGEST_WORD:
        return ()
    if name.isdigit():
        return (name.lstrip("0") or "0",)
    low = name.lower()
    if low in STOP or (low in KEYWORDS and low == name):
        return ()
    parts = split(name)
    found: list[str] = []
    for position, part in enumerate(parts):
        found += _part_terms(part, position == len(parts) - 1 and position > 0)
    if len(parts) > 1:
        found.append(low)
    return tuple(found)


def terms(text: str) -> Iterator[str]:
    """The terms of a text, code or prose, in order."""
    for word in WORD.findall(text):
        yield from terms_of(word)


def question_terms(text: str) -> tuple[str, ...]:
    """The terms of a question. Keywords count in it: `case`, `default`, `priority` are words."""
    words: Iterable[str] = (w.lower() if w.lower() in KEYWORDS else w for w in WORD.findall(text))
    found: list[str] = []
    for word in words:
        found += (stem(word),) if word in KEYWORDS and word not in STOP else terms_of(word)
    return tuple(found)


@lru_cache(65536)
def _part_terms(part: str, last: bool) -> tuple[str, ...]:
    return tuple(stem(word) for word in _words(part, last) if word not in STOP)


def _words(part: str, last: bool) -> tuple[str, ...]:
    """What a part stands for."""
    if last and part in SUFFIXES:
        return SUFFIXES[part]
    if part in LEXICON:
        return LEXICON[part]
    if len(part) == 1 and part.isalpha():
        return ()
    if part.endswith("s") and len(part) >= _SHORTEST_JOINED and part[:-1] in _KNOWN:
        return LEXICON.get(part[:-1], (part,))
    if len(part) >= _SHORTEST_JOINED and part not in JOINED and part not in WHOLE:
        for cut in range(len(part) - 2, 1, -1):
            left, right = part[:cut], part[cut:]
            if left in _KNOWN and right in _KNOWN:
                return (*_words(left, False), *_words(right, False))
    return (part,)
