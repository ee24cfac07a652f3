"""What a timing diagram of a first mismatch, or of whole waves, shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from gatewright.core import FirstMismatch, Sampled
from gatewright.pictures.timing import (
    HEAD,
    WIDTH,
    Row,
    Segment,
    Spelled,
    Tick,
    document,
    fits,
    label_width,
    picture,
    text_at,
    ticks_apart,
)
from gatewright.sandbox.tools.wave import Wave, Waves

MAX_ROWS = 40
MAX_SEGMENTS = 400
MAX_SPELLED = 6

_PAIR_GAP = 7
_MAX_COLUMN = 120


def waveform_svg(shown: FirstMismatch | Waves) -> str:
    """An `<svg>` element, 800 px wide: bits as levels, buses in hexadecimal, x in red.

    A first mismatch gets one column a cycle, expected above got, and its last cycle highlighted.
    """
    if isinstance(shown, FirstMismatch):
        return _mismatch_svg(shown)
    return _waves_svg(shown)


def _mismatch_svg(found: FirstMismatch) -> str:
    window = found.window
    if not window:
        return document(HEAD, text_at(0, 20, f"first mismatch at time {found.time}"))
    names = _row_names(found)
    label = label_width(names, tag=len("expected [255:0]"))
    step = min(_MAX_COLUMN, (WIDTH - label - 8) / len(window))
    rows = list(_mismatch_rows(found, names, label, step))
    times, last = [f"{cycle.time}" for cycle in window], len(window) - 1
    apart = ticks_apart(times, step)
    ticks = [
        Tick(label + (i + 0.5) * step, "" if (last - i) % apart else time, i == last)
        for i, time in enumerate(times)
    ]
    glow = (label + (len(window) - 1) * step, step)
    hidden = len(_all_names(found)) - len(names)
    return picture(rows, ticks, label, glow, hidden=hidden, spelled=list(_spelled(found, step)))


def _spelled(found: FirstMismatch, step: float) -> Iterator[Spelled]:
    """Wrong values of the last cycle that are too long for their column."""
    wrong = [s for s in found.window[-1].values if s.expected is not None and not _same(s)]
    for sample in [s for s in wrong if len(s.value) > 1 and not fits(s.value, step)][:MAX_SPELLED]:
        expected = sample.expected or ""
        if len(expected) == len(sample.value):
            yield Spelled(sample.signal, expected, sample.value)


def _all_names(found: FirstMismatch) -> list[str]:
    return list(dict.fromkeys(s.signal for cycle in found.window for s in cycle.values))


def _row_names(found: FirstMismatch) -> list[str]:
    """What is shown: the signals at fault always, of the others as many as there is room for."""
    names = _all_names(found)
    room = MAX_ROWS // 2 - len(found.signals)
    others = [name for name in names if name not in found.signals][: max(room, 0)]
    return [name for name in names if name in found.signals or name in others][:MAX_ROWS]


def _mismatch_rows(
    found: FirstMismatch, names: Sequence[str], label: float, step: float
) -> Iterator[Row]:
    for name in names:
        samples = [_sample(cycle.values, name) for cycle in found.window]
        compared = any(s.expected is not None for s in samples)
        width = max(len(s.value) for s in samples)
        got = [(s.value, s.expected is not None and not _same(s)) for s in samples]
        if compared:
            expected = [(s.expected or "", False) for s in samples]
            yield Row(name, width, _columns(expected, label, step), "expected", gap=_PAIR_GAP)
            yield Row(name, width, _columns(got, label, step), "got")
        else:
            clock = name == names[0] and _is_clock(name) and width == 1
            yield Row(name, width, _columns(got, label, step, merge=not clock), clock=clock)


def _is_clock(name: str) -> bool:
    return "clk" in name.lower() or "clock" in name.lower()


def _sample(values: Sequence[Sampled], name: str) -> Sampled:
    return next((s for s in values if s.signal == name), Sampled(name, ""))


def _same(sample: Sampled) -> bool:
    expected = sample.expected or ""
    return all(e in ("x", g) for e, g in zip(expected, sample.value, strict=False))


def _columns(
    cells: Sequence[tuple[str, bool]], label: float, step: float, *, merge: bool = True
) -> tuple[Segment, ...]:
    """Equal neighbours become one segment."""
    segments: list[Segment] = []
    numbered = groupby(enumerate(cells), key=lambda c: c[1] if merge else (c[1], c[0]))
    for _, group in numbered:
        run = list(group)
        (first, (value, wrong)), last = run[0], run[-1][0]
        segments.append(Segment(label + first * step, label + (last + 1) * step, value, wrong))
    return tuple(segments)


def _waves_svg(waves: Waves) -> str:
    shown = waves.waves[:MAX_ROWS]
    label = label_width([wave.name for wave in shown])
    span = max(waves.end - waves.start, 1)
    scale = (WIDTH - label - 20) / span
    rows = [Row(wave.name, wave.width, tuple(_scaled(wave, waves, label, scale))) for wave in shown]
    step = _nice(span / 8)
    first = -(-waves.start // step) * step
    ticks = [
        Tick(label + (time - waves.start) * scale, f"{time}")
        for time in range(first, waves.end + 1, step)
    ]
    return picture(rows, ticks, label, None, hidden=len(waves.waves) - len(shown))


def _nice(rough: float) -> int:
    power = 1
    while power * 10 <= rough:
        power *= 10
    return max(1, next(power * m for m in (1, 2, 5, 10) if power * m >= rough or m == 10))


def _scaled(wave: Wave, waves: Waves, label: float, scale: float) -> Iterator[Segment]:
    changes = wave.changes[:MAX_SEGMENTS]
    ends = [time for time, _ in wave.changes[1 : MAX_SEGMENTS + 1]]
    for (time, value), end in zip(changes, [*ends, waves.end], strict=False):
        left, right = label + (time - waves.start) * scale, label + (end - waves.start) * scale
        yield Segment(left, max(left, right), value)
