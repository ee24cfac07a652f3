"""Timing diagrams as inline SVG, written by hand: no drawing library, a few milliseconds each.

Text and single bits take the page's own colour (`currentColor`), so that one picture suits light
and dark pages. Every name and value is escaped here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil

WIDTH = 800
HEAD = 34

_ROW = 26
_CHARACTER = 6.7
_MAX_DIGITS = 24
_SPELLED, _LINE = 54, 100  # the height of a value in full, and the digits of a line
_BUS, _BAD, _FLOAT, _GLOW = "#3b8eea", "#e5484d", "#d9822b", "#f5a524"
_GOOD = "#30a46c"


@dataclass(frozen=True, slots=True)
class Segment:
    """A value from one x to another; `wrong` is shown in red."""

    left: float
    right: float
    value: str
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the picture. `tag` is a word before the name: expected, got or nothing."""

    name: str
    width: int
    segments: tuple[Segment, ...]
    tag: str = ""
    clock: bool = False
    gap: int = 0


@dataclass(frozen=True, slots=True)
class Tick:
    """A time on the axis."""

    x: float
    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Spelled:
    """A wrong value that has no room in its row: both values in full, below the rows."""

    name: str
    expected: str
    got: str


def hexadecimal(value: str) -> str:
    """Binary digits, most significant first, in hexadecimal; a nibble with an x shows as x."""
    padded = value.rjust(-(-len(value) // 4) * 4, value[0] if value[:1] in ("x", "z") else "0")
    return "".join(_nibble(padded[i : i + 4]) for i in range(0, len(padded), 4))


def _nibble(bits: str) -> str:
    if "x" in bits:
        return "x"
    if "z" in bits:
        return "z" if bits == "zzzz" else "x"
    return f"{int(bits, 2):x}"


def label_width(names: Sequence[str], tag: int = 8) -> float:
    """Room for the names and `tag` characters beside each."""
    longest = max((len(name) for name in names), default=4)
    return min(250.0, (min(longest, 26) + tag) * _CHARACTER + 20)


def picture(
    rows: Sequence[Row],
    ticks: Sequence[Tick],
    label: float,
    glow: tuple[float, float] | None,
    *,
    hidden: int,
    spelled: Sequence[Spelled] = (),
) -> str:
    """The `<svg>` of some rows below a time axis.

    `label` is where their names end; `glow` is an x and a width to highlight; `hidden` rows had no
    room.
    """
    height = HEAD + sum(_ROW + row.gap for row in rows) + (22 if hidden > 0 else 6)
    below = height + 12
    parts = [_glow(*glow, height)] if glow else []
    parts += [_tick(tick, height) for tick in ticks]
    y = HEAD
    for row in rows:
        y += row.gap
        parts.append(_row_svg(row, y, label))
        y += _ROW
    if hidden > 0:
        parts.append(text_at(4, height - 7, f"and {hidden} more signals", opacity=0.6))
    parts += [_spelled(each, below + _SPELLED * i) for i, each in enumerate(spelled)]
    return document(below + _SPELLED * len(spelled) if spelled else height, "".join(parts))


def fits(value: str, width: float) -> bool:
    """Whether a bus value is shown in full in a segment that wide."""
    return -(-len(value) // 4) <= _room(width)


def ticks_apart(texts: Sequence[str], step: float) -> int:
    """Every how many columns there is room for a time."""
    longest = max((len(text) for text in texts), default=0)
    return max(1, ceil((longest * _CHARACTER + 8) / step))


def _spelled(each: Spelled, y: float) -> str:
    """Two lines of digits; from the first that differs on where not all have room."""
    expected, got = hexadecimal(each.expected), hexadecimal(each.got)
    start, lead = 0, ""
    if len(expected) > _LINE:
        pairs = list(zip(expected, got, strict=False))
        first = next((i for i, pair in enumerate(pairs) if _differ(*pair)), 0)
        start = max(0, min(first - 8, len(expected) - _LINE))
        lead = "…" if start else ""
    shown = slice(start, start + _LINE)
    tail = "…" if start + _LINE < len(expected) else ""
    pairs = list(zip(expected[shown], got[shown], strict=False))
    wanted = "".join(_digit(e, _GOOD if _differ(e, g) else "") for e, g in pairs)
    found = "".join(_digit(g, _BAD if _differ(e, g) else "") for e, g in pairs)
    size = f"{_shorten(each.name, 60)}[{len(each.got) - 1}:0]"
    return (
        text_at(4, y + 12, size)
        + _digits(y + 28, "expected", lead + wanted + tail)
        + _digits(y + 44, "got", lead + found + tail)
    )


def _differ(expected: str, got: str) -> bool:
    return expected not in ("x", got)


def _digit(digit: str, colour: str) -> str:
    return f'<tspan fill="{colour}" font-weight="700">{digit}</tspan>' if colour else digit


def _digits(y: float, tag: str, digits: str) -> str:
    return (
        text_at(20, y, tag, opacity=0.65)
        + f'<text x="84" y="{y}" fill="currentColor">{digits}</text>'
    )


def document(height: float, body: str) -> str:
    """An `<svg>` element, WIDTH wide, around what is drawn."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-label="waveform" fill="none" '
        'style="max-width:100%;height:auto" font-size="11" '
        'font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace">'
        f"{body}</svg>"
    )


def _glow(x: float, width: float, height: float) -> str:
    return (
        f'<rect x="{x:.1f}" y="2" width="{width:.1f}" height="{height - 4}" rx="4" '
        f'fill="{_GLOW}" fill-opacity=".16" stroke="{_GLOW}" stroke-opacity=".7"/>'
    )


def _tick(tick: Tick, height: float) -> str:
    weight = ' font-weight="700"' if tick.strong else ""
    return (
        f'<path d="M{tick.x:.1f} {HEAD - 6}V{height - 4}" stroke="currentColor" '
        'stroke-opacity=".12" stroke-dasharray="2 3"/>'
        f'<text x="{tick.x:.1f}" y="18" text-anchor="middle" fill="currentColor"'
        f' fill-opacity="{1 if tick.strong else 0.65}"{weight}>{escape(tick.text)}</text>'
    )


def _row_svg(row: Row, y: float, label: float) -> str:
    middle = y + _ROW / 2 + 4
    colour = {"expected": _GOOD, "got": "currentColor"}.get(row.tag, "currentColor")
    wrong = row.tag == "got" and any(segment.wrong for segment in row.segments)
    parts = [_label(row, label - 10, middle, _BAD if wrong else colour)]
    previous = ""
    for segment in row.segments:
        if row.clock:
            parts.append(_clock(segment, previous, y))
        elif row.width == 1:
            parts.append(_bit(segment, previous, y))
        else:
            parts.append(_bus(segment, y))
        previous = segment.value
    return "".join(parts)


def _label(row: Row, x: float, y: float, colour: str) -> str:
    shown = _shorten(row.name, 26)
    size = f"[{row.width - 1}:0]" if row.width > 1 and row.tag != "got" else ""
    tag = f'<tspan fill-opacity=".75">{row.tag} </tspan>' if row.tag else ""
    tail = f'<tspan fill-opacity=".55">{size}</tspan>'
    if row.tag and len(shown) + len(row.tag) + len(size) > 34:
        tail = ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="end" fill="{colour}">'
        f"{tag}{escape(shown)}{tail}<title>{escape(row.name)}{size}</title></text>"
    )


def _shorten(text: str, room: int) -> str:
    if len(text) <= room:
        return text
    keep = max(room - 1, 1)
    return f"{text[: keep // 2]}…{text[len(text) - (keep - keep // 2) :]}"


def _levels(y: float) -> tuple[float, float]:
    return y + 5, y + _ROW - 5


def _wrong(segment: Segment, y: float) -> str:
    if not segment.wrong:
        return ""
    return (
        f'<rect x="{segment.left + 1:.1f}" y="{y + 1.5}" '
        f'width="{max(segment.right - segment.left - 2, 1):.1f}" height="{_ROW - 3}" rx="3" '
        f'fill="{_BAD}" fill-opacity=".28"/>'
    )


def _clock(segment: Segment, previous: str, y: float) -> str:
    """The edge at which the column was sampled, in its middle."""
    high, low = _levels(y)
    start, end = (low, high) if segment.value == "1" else (high, low)
    middle = (segment.left + segment.right) / 2
    back = f"{end}V{start}" if previous == segment.value else f"{start}"
    return (
        f'<path d="M{segment.left:.1f} {back}H{middle:.1f}V{end}H{segment.right:.1f}" '
        'stroke="currentColor" stroke-opacity=".6" stroke-width="1.3"/>'
    )


def _bit(segment: Segment, previous: str, y: float) -> str:
    high, low = _levels(y)
    left, right = segment.left, segment.right
    if segment.value not in ("0", "1"):
        return _unknown_bit(segment, y)
    level = high if segment.value == "1" else low
    turned = previous in ("0", "1") and previous != segment.value
    edge = f"M{left:.1f} {high + low - level}V{level}" if turned else f"M{left:.1f} {level}"
    fill = (
        f'<rect x="{left:.1f}" y="{high}" width="{max(right - left, 0):.1f}" '
        f'height="{low - high}" fill="currentColor" fill-opacity=".07"/>'
        if segment.value == "1"
        else ""
    )
    colour = _BAD if segment.wrong else "currentColor"
    return (
        f"{_wrong(segment, y)}{fill}"
        f'<path d="{edge}H{right:.1f}" stroke="{colour}" stroke-width="1.5"/>'
    )


def _unknown_bit(segment: Segment, y: float) -> str:
    high, low = _levels(y)
    colour = _FLOAT if segment.value == "z" else _BAD
    width = max(segment.right - segment.left, 0)
    body = (
        f'<rect x="{segment.left:.1f}" y="{high}" width="{width:.1f}" height="{low - high}" '
        f'fill="{colour}" fill-opacity=".22" stroke="{colour}" stroke-opacity=".8"/>'
    )
    text = segment.value or "?"
    return _wrong(segment, y) + body + _value(segment, y, text, colour)


def _bus(segment: Segment, y: float) -> str:
    high, low = _levels(y)
    middle, left, right = (high + low) / 2, segment.left, segment.right
    unknown = not segment.value or bool(segment.value.strip("01"))
    floating = bool(segment.value) and not segment.value.strip("z")
    colour = _FLOAT if floating else _BAD if unknown or segment.wrong else _BUS
    slope = min(4.0, (right - left) / 2)
    shape = (
        f'<path d="M{left:.1f} {middle}L{left + slope:.1f} {high}H{right - slope:.1f}'
        f"L{right:.1f} {middle}L{right - slope:.1f} {low}H{left + slope:.1f}Z"
        f'" stroke="{colour}" stroke-width="1.3" fill="{colour}" fill-opacity=".1"/>'
    )
    text = hexadecimal(segment.value) if segment.value else "?"
    ink = _BAD if unknown and not floating else "currentColor"
    return _wrong(segment, y) + shape + _value(segment, y, text, ink)


def _value(segment: Segment, y: float, text: str, colour: str) -> str:
    room = _room(segment.right - segment.left)
    if room < min(3, len(text)):
        return ""
    x = (segment.left + segment.right) / 2
    weight = ' font-weight="700"' if segment.wrong else ""
    title = f"<title>{escape(text)}</title>" if len(text) > room else ""
    return (
        f'<text x="{x:.1f}" y="{y + _ROW / 2 + 4}" text-anchor="middle" fill="{colour}"{weight}>'
        f"{escape(_shorten(text, room))}{title}</text>"
    )


def _room(width: float) -> int:
    """Characters in a segment."""
    return min(_MAX_DIGITS, int((width - 12) / _CHARACTER))


def text_at(x: float, y: float, text: str, opacity: float = 1) -> str:
    """A text, escaped."""
    return (
        f'<text x="{x}" y="{y}" fill="currentColor" fill-opacity="{opacity}">{escape(text)}</text>'
    )
