"""State codes as a text gives them: assignments, lists with an ellipsis, tuples, one-hot."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gatewright.agents.symbolic.abstain import Abstain


def _natural(name: str) -> list[tuple[int, str]]:
    return [
        (int(piece), "") if piece.isdigit() else (-1, piece)
        for piece in re.findall(r"\d+|\D+", name)
    ]


def _explicit(states: Sequence[str], width: int, text: str) -> dict[str, int]:
    """Codes written beside a state's name: `A=4'b0001`, `A: 00`, `000001(A)`."""
    codes: dict[str, int] = {}
    for state in states:
        name = re.escape(state)
        found = {
            int(match, 2)
            for pattern in (
                rf"(?<![\w(,]){name}\s*(?:=|:|->)\s*(?:{width}'b)?([01]{{{width}}})(?![\w])",
                rf"\(\s*{name}\s*(?:=|:|->)\s*(?:{width}'b)?([01]{{{width}}})(?![\w])",
                rf",\s*{name}\s*(?:=|:|->)\s*(?:{width}'b)?([01]{{{width}}})(?![\w])",
                rf"(?<![01]){{0}}([01]{{{width}}})\s*\(\s*{name}\s*\)".replace("{0}", ""),
            )
            for match in re.findall(pattern, text)
        }
        if len(found) > 1:
            raise Abstain(f"state {state} is given two codes")
        if found:
            codes[state] = found.pop()
    return codes


def _code_lists(width: int, text: str) -> list[list[str]]:
    """Lists of codes, perhaps with an ellipsis in them."""
    code = rf"(?:{width}'b)?[01]{{{width}}}(?!\w)"
    lists = re.findall(rf"(?<![\w]){code}(?:\s*,?\s*(?:and\s+)?(?:\.\.\.|{code}))+", text)
    return [re.findall(rf"\.\.\.|(?<!\d)[01]{{{width}}}(?!\w)", found) for found in lists]


def _expanded(codes: Sequence[str], count: int) -> list[int] | None:
    """The full list: as written, or counted on over an ellipsis in ones or in powers of two."""
    numbers = [int(code, 2) for code in codes if code != "..."]
    if "..." not in codes:
        return numbers if len(numbers) == count else None
    if codes.count("...") > 1 or len(numbers) < 2:
        return None
    for full in (list(range(count)), [1 << i for i in range(count)]):
        at = codes.index("...")
        tail = len(codes) - at - 1
        if full[:at] == numbers[:at] and (not tail or full[-tail:] == numbers[at:]):
            return full
    return None


def _name_order(states: Sequence[str], text: str) -> list[str] | None:
    """The states' order where the text lists them all, or all but for an ellipsis."""
    for match in re.finditer(r"\b\w+(?:\s*,\s*(?:and\s+)?(?:\w+|\.\.\.))+", text):
        names = re.split(r"\s*,\s*(?:and\s+)?", match[0])
        if len(names) == len(states) and set(names) == set(states):
            return names
    ordered = sorted(states, key=_natural)
    return ordered if list(states) == ordered else None


def codes_for(
    states: Sequence[str], width: int, text: str, one_hot: bool, port: str
) -> tuple[int, ...]:
    """Each state's code. Raises Abstain where the text leaves a code open or repeats one."""
    if all(re.fullmatch(rf"[01]{{{width}}}", state) for state in states):
        return tuple(int(state, 2) for state in states)
    codes = _explicit(states, width, text)
    if len(codes) != len(states):
        codes = _listed(states, width, text) or _indexed(states, width, text, one_hot, port)
    if len(set(codes.values())) != len(states):
        raise Abstain("two states have the same code")
    return tuple(codes[state] for state in states)


def _listed(states: Sequence[str], width: int, text: str) -> dict[str, int]:
    order = _name_order(states, text)
    found = {
        tuple(full)
        for codes in _code_lists(width, text)
        if (full := _expanded(codes, len(states))) is not None
    }
    if order is None or len(found) != 1:
        return {}
    return dict(zip(order, next(iter(found)), strict=True))


def _indexed(
    states: Sequence[str], width: int, text: str, one_hot: bool, port: str
) -> dict[str, int]:
    """One-hot, where bit k of the port is said to stand for the k-th state."""
    order = _name_order(states, text)
    name = re.escape(port)
    said = re.search(
        rf"\b{name}\[0\]\s*(?:through|to|-|\.\.\.?|,)\s*{name}\[{width - 1}\][^.]*"
        rf"\bstates?\s+{re.escape(states[0])}\b",
        text,
    )
    if order is None or not said or not one_hot or width != len(states):
        raise Abstain("the text does not give every state a code")
    return {state: 1 << i for i, state in enumerate(order)}
