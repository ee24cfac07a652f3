"""Carry a sequence on: numbers and numbered names that step, names that follow in a list."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gatewright.retrieval.complete.pool import Pool
from gatewright.retrieval.complete.respell import respell
from gatewright.retrieval.complete.setting import Order, Setting
from gatewright.retrieval.complete.tokens import is_name, is_number, value_of, with_value

PERIODS = (1, 2, 3, 4)
LONGEST_STEP = 3  # names skipped in a list
_NUMBERED = re.compile(r"^(.*?)(\d+)(\D*)$")


def sequences(setting: Setting, pool: Pool) -> None:
    """Propose the next line of every sequence of period 1 to 4 that runs up to the cursor."""
    lines = setting.lines
    for period in PERIODS:
        if len(lines) < 2 * period:
            return
        newer, older = lines[-period], lines[-2 * period]
        if newer.shape != older.shape or newer.text == older.text:
            continue
        tokens, failed = _next_tokens(older.tokens, newer.tokens, setting.orders)
        code = respell(newer.parsed.code, newer.tokens, tokens)
        if code is None:
            continue
        alike = sum(lines[-1 - k].shape == lines[-1 - k - period].shape for k in range(period))
        run = _run(setting, period)
        known = sum(t in setting.used for t in tokens if is_name(t))
        facts = {
            "seq_alike": alike / period,
            "seq_run": float(run),
            "seq_sure": -float(failed),
            "seq_known": float(known),
            "seq_period": -float(period),
        }
        score = 3 + alike / period + min(run, 3) - 3 * failed
        pool.add(code, f"sequence_{period}", score, facts, newer.parsed.indent)


def _run(setting: Setting, period: int) -> int:
    """How many steps back the shape has been repeating."""
    lines, run = setting.lines, 0
    while (run + 2) * period <= len(lines) and run < 12:
        if lines[-(run + 1) * period].shape != lines[-(run + 2) * period].shape:
            break
        run += 1
    return run


def _next_tokens(
    older: Sequence[str], newer: Sequence[str], orders: Sequence[Order]
) -> tuple[tuple[str, ...], int]:
    """The tokens one step on, and how many steps could not be told."""
    became: dict[str, str] = {}
    out: list[str | None] = []
    failed = 0
    for one, other in zip(older, newer, strict=True):
        if one == other:
            out.append(None)
            continue
        following = next_token(one, other, orders)
        failed += following is None
        out.append(following or other)
        became.setdefault(other, following or other)
    filled = (became.get(b, b) if o is None else o for b, o in zip(newer, out, strict=True))
    return tuple(filled), failed


def next_token(one: str, other: str, orders: Sequence[Order]) -> str | None:
    """What comes after two tokens: `a1`, `a2` → `a3`; `3'd1`, `3'd2` → `3'd3`; by list order."""
    if is_number(other):
        first, second = value_of(one), value_of(other)
        if first is None or second is None:
            return None
        return with_value(other, 2 * second - first)
    if not is_name(other):
        return None
    return (
        _next_numbered(one, other) or _next_lettered(one, other) or _next_listed(one, other, orders)
    )


def _next_numbered(one: str, other: str) -> str | None:
    first, second = _NUMBERED.match(one), _NUMBERED.match(other)
    if not first or not second or first[1] != second[1] or first[3] != second[3]:
        return None
    value = 2 * int(second[2]) - int(first[2])
    if value < 0:
        return None
    width = len(second[2]) if second[2][0] == "0" else 0
    return f"{second[1]}{str(value).zfill(width)}{second[3]}"


def _next_lettered(one: str, other: str) -> str | None:
    if len(one) != len(other):
        return None
    places = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(places) != 1:
        return None
    at = places[0]
    if not (one[at].isalpha() and other[at].isalpha() and ord(other[at]) - ord(one[at]) == 1):
        return None
    return None if other[at] in "zZ" else other[:at] + chr(ord(other[at]) + 1) + other[at + 1 :]


def _next_listed(one: str, other: str, orders: Sequence[Order]) -> str | None:
    for order in orders:
        first, second = order.places.get(one), order.places.get(other)
        if first is not None and second is not None and 0 < second - first <= LONGEST_STEP:
            following = order.after(other, second - first)
            if following:
                return following
    return None
