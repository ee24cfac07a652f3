"""Heights at which symbols and tracks stand: wires as straight as their order allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gatewright.pictures.circuit import Circuit
from gatewright.pictures.layers import Item, Layers, Tap
from gatewright.pictures.symbols import shape_of

_ROUNDS, _ONE_SIDED = 12, 5
_APART, _TRACKS_APART = 26, 14


@dataclass(frozen=True, slots=True)
class Pull:
    """A height that an item is drawn to, and how strongly."""

    y: float
    weight: float


def placed(circuit: Circuit, layers: Layers) -> dict[Item, float]:
    """The top of each item; those of one column keep their order and their distance."""
    heights = {
        item: 0.0 if item.node < 0 else shape_of(circuit.nodes[item.node]).height
        for column in layers.columns
        for item in column
    }
    top = {
        item: offset
        for column in layers.columns
        for item, offset in zip(column, _offsets(column, heights), strict=True)
    }
    best, least = dict(top), _bend(circuit, layers, top)
    for number in range(_ROUNDS):
        rightwards = number % 2 == 0
        columns = range(len(layers.columns))
        for c in columns if rightwards else reversed(columns):
            pulls = _pulls(circuit, layers, c, top, both=number >= _ONE_SIDED, right=rightwards)
            _settle(layers.columns[c], heights, pulls, top)
        found = _bend(circuit, layers, top)
        if found < least:
            best, least = dict(top), found
    highest = min(best.values(), default=0)
    return {item: y - highest for item, y in best.items()}


def _bend(circuit: Circuit, layers: Layers, top: dict[Item, float]) -> float:
    """How far all wires together are from straight."""
    return sum(
        abs(pin_y(circuit, a, top, left=False) - pin_y(circuit, b, top, left=True))
        for channel in layers.channels
        for net, taps in channel.left.items()
        for a in taps
        for b in channel.right.get(net, ())
    )


def pin_y(circuit: Circuit, tap: Tap, top: dict[Item, float], *, left: bool) -> float:
    """The height at which a wire meets an item, at its left side or at its right side."""
    if tap.item.node < 0:
        return top[tap.item]
    shape = shape_of(circuit.nodes[tap.item.node])
    pins = shape.inputs if left else shape.outputs
    return top[tap.item] + pins[tap.pin]


def _offsets(column: Sequence[Item], heights: dict[Item, float]) -> list[float]:
    """The tops of a column packed as closely as may be."""
    offsets: list[float] = []
    y = 0.0
    for before, item in zip([None, *column], column, strict=False):
        if before is not None:
            track = before.node < 0 or item.node < 0
            y += heights[before] + (_TRACKS_APART if track else _APART)
        offsets.append(y)
    return offsets


def _pulls(
    circuit: Circuit, layers: Layers, c: int, top: dict[Item, float], *, both: bool, right: bool
) -> dict[Item, list[Pull]]:
    pulls: dict[Item, list[Pull]] = {}

    def add(net: int, mine: Tap, others: Sequence[Tap], left: bool, theirs: bool) -> None:
        own = pin_y(circuit, mine, top, left=left) - top[mine.item]
        for other in others:
            straight = 4 if mine.item.node < 0 and other.item.node < 0 else 1
            y = pin_y(circuit, other, top, left=theirs)
            pulls.setdefault(mine.item, []).append(Pull(y - own, straight / len(others)))

    if both or right:
        channel = layers.channels[c]
        for net, taps in channel.right.items():
            for mine in taps:
                add(net, mine, channel.left.get(net, ()), True, False)
    if both or not right:
        channel = layers.channels[c + 1]
        for net, taps in channel.left.items():
            for mine in taps:
                add(net, mine, channel.right.get(net, ()), False, True)
    return pulls


def _settle(
    column: Sequence[Item],
    heights: dict[Item, float],
    pulls: dict[Item, list[Pull]],
    top: dict[Item, float],
) -> None:
    """The least total bend with the order kept: isotonic regression by pooling, with medians."""
    offsets = _offsets(column, heights)
    blocks: list[tuple[list[Pull], int]] = []
    for item, offset in zip(column, offsets, strict=True):
        mine = [Pull(p.y - offset, p.weight) for p in pulls.get(item, ())]
        blocks.append((mine or [Pull(top[item] - offset, 0.01)], 1))
        while len(blocks) > 1 and _median(blocks[-2][0]) > _median(blocks[-1][0]):
            last, before = blocks.pop(), blocks.pop()
            blocks.append((before[0] + last[0], before[1] + last[1]))
    levels = [_median(block) for block, count in blocks for _ in range(count)]
    for item, offset, level in zip(column, offsets, levels, strict=True):
        top[item] = level + offset


def _median(pulls: Sequence[Pull]) -> float:

    half, total = sum(p.weight for p in pulls) / 2, 0.0
    for pull in sorted(pulls, key=lambda p: p.y):
        total += pull.weight
        if total >= half - 1e-9:
            return pull.y
    return pulls[-1].y
