"""The columns of a schematic, and the order in each: layered drawing after Sugiyama et al. (1981).

A wire that passes through a column does so at a *track*, an item of its own in that column.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gatewright.pictures.circuit import Circuit, End, Net

_SWEEPS = 16


@dataclass(frozen=True, slots=True)
class Item:
    """What stands in a column: the symbol `node`, or, for `node` -1, the track of the wire `net`.

    `back` tracks lead to the left, to sinks that are not to the right of their source.
    """

    node: int
    net: int = -1
    column: int = 0
    back: bool = False


@dataclass(frozen=True, slots=True)
class Tap:
    """Where a wire meets an item, seen from a channel: at its left or right side, at which pin."""

    item: Item
    pin: int = 0
    part: str = ""


@dataclass(slots=True)
class Channel:
    """The wires between two columns: by net, what they meet to the left and to the right."""

    left: dict[int, list[Tap]] = field(default_factory=dict)
    right: dict[int, list[Tap]] = field(default_factory=dict)


@dataclass(slots=True)
class Layers:
    """The columns, top to bottom each, and `channels[i]` to the left of column i."""

    columns: list[list[Item]]
    channels: list[Channel]


def layered(circuit: Circuit) -> Layers:
    """Columns with as few crossings as some sweeps find; the same every time."""
    column = _columns(circuit)
    layers = _with_tracks(circuit, column)
    best, fewest = [list(c) for c in layers.columns], _crossings(layers)
    for sweep in range(_SWEEPS):
        _sweep(layers, forward=sweep % 2 == 0)
        found = _crossings(layers)
        if found < fewest:
            best, fewest = [list(c) for c in layers.columns], found
    layers.columns = best
    return layers


def _columns(circuit: Circuit) -> list[int]:
    """Each symbol one column right of what feeds it; inputs first, outputs last."""
    count = len(circuit.nodes)
    after: list[set[int]] = [set() for _ in range(count)]
    for net in circuit.nets:
        for sink in net.sinks:
            if sink.node != net.source.node:
                after[net.source.node].add(sink.node)
    group = _components(after)
    for node in range(count):
        if circuit.nodes[node].is_register:
            after[node] = {other for other in after[node] if group[other] != group[node]}
    order = _acyclic_order(after)
    place = {node: i for i, node in enumerate(order)}
    column = [0 if n.kind in ("input", "inout") else 1 for n in circuit.nodes]
    for node in order:
        for other in after[node]:
            if place[other] > place[node]:
                column[other] = max(column[other], column[node] + 1)
    _pulled_right(circuit, after, place, order, column)
    last = max(column, default=0)
    for node, symbol in enumerate(circuit.nodes):
        if symbol.kind == "output":
            column[node] = max(last, 1)
    return column


def _pulled_right(
    circuit: Circuit,
    after: Sequence[set[int]],
    place: dict[int, int],
    order: Sequence[int],
    column: list[int],
) -> None:
    """What hangs on constants and inputs alone moves beside what it feeds."""
    fed = [0] * len(circuit.nodes)
    for net in circuit.nets:
        for sink in net.sinks:
            fed[sink.node] += 1
    for node in reversed(order):
        later = [column[o] for o in after[node] if place[o] > place[node]]
        kind = circuit.nodes[node].kind
        if later and kind not in ("input", "inout") and fed[node] <= len(later):
            column[node] = max(column[node], min(later) - 1)


def _components(after: Sequence[set[int]]) -> list[int]:
    """The strongly connected component of each node (Kosaraju), without recursion."""
    finished = _finish_order(after)
    before: list[set[int]] = [set() for _ in after]
    for node, others in enumerate(after):
        for other in others:
            before[other].add(node)
    group = [-1] * len(after)
    for root in reversed(finished):
        stack = [root] if group[root] < 0 else []
        while stack:
            node = stack.pop()
            if group[node] < 0:
                group[node] = root
                stack += [other for other in before[node] if group[other] < 0]
    return group


def _finish_order(after: Sequence[set[int]]) -> list[int]:
    seen, finished = [False] * len(after), list[int]()
    for root in range(len(after)):
        if seen[root]:
            continue
        seen[root] = True
        stack = [(root, iter(sorted(after[root])))]
        while stack:
            node, others = stack[-1]
            other = next((o for o in others if not seen[o]), None)
            if other is None:
                finished.append(node)
                stack.pop()
            else:
                seen[other] = True
                stack.append((other, iter(sorted(after[other]))))
    return finished


def _acyclic_order(after: Sequence[set[int]]) -> list[int]:
    """Topological but for loops, of which an edge each goes backwards."""
    return _finish_order(after)[::-1]


def _with_tracks(circuit: Circuit, column: Sequence[int]) -> Layers:
    columns: list[list[Item]] = [[] for _ in range(max(column, default=0) + 1)]
    symbols = [Item(node, -1, column[node]) for node in range(len(circuit.nodes))]
    for item in symbols:
        columns[item.column].append(item)
    channels = [Channel() for _ in range(len(columns) + 1)]
    for number, net in enumerate(circuit.nets):
        if net.sinks:
            for track in _tracks(number, net, column):
                columns[track.column].append(track)
            _wire(number, net, symbols, column, channels)
    return Layers(columns, channels)


def _tracks(number: int, net: Net, column: Sequence[int]) -> Iterator[Item]:
    start = column[net.source.node]
    goals = [column[sink.node] for sink in net.sinks]
    for c in range(start + 1, max(goals)):
        yield Item(-1, number, c)
    for c in range(min(goals), start + 1):
        yield Item(-1, number, c, back=True)


def _wire(
    number: int,
    net: Net,
    symbols: Sequence[Item],
    column: Sequence[int],
    channels: Sequence[Channel],
) -> None:
    source = symbols[net.source.node]
    start = source.column
    goals = [column[sink.node] for sink in net.sinks]
    _tap(channels[start + 1].left, number, Tap(source, net.source.pin))
    for c in range(start + 1, max(goals)):
        _tap(channels[c].right, number, Tap(Item(-1, number, c)))
        _tap(channels[c + 1].left, number, Tap(Item(-1, number, c)))
    for c in range(min(goals), start + 1):
        track = Item(-1, number, c, back=True)
        _tap(channels[c].right, number, Tap(track))
        _tap(channels[c + 1].left, number, Tap(track))
    for sink in net.sinks:
        end = _end(symbols, sink)
        _tap(channels[end.item.column].right, number, end)


def _end(symbols: Sequence[Item], sink: End) -> Tap:
    return Tap(symbols[sink.node], sink.pin, sink.part)


def _tap(side: dict[int, list[Tap]], net: int, tap: Tap) -> None:
    side.setdefault(net, []).append(tap)


def _sweep(layers: Layers, *, forward: bool) -> None:
    """Sort each column by the mean place of what its items are wired to."""
    count = len(layers.columns)
    for c in range(1, count) if forward else range(count - 2, -1, -1):
        channel = layers.channels[c if forward else c + 1]
        near, far = (channel.right, channel.left) if forward else (channel.left, channel.right)
        rank = {item: i for i, item in enumerate(layers.columns[c - 1 if forward else c + 1])}
        sums: dict[Item, list[float]] = {}
        for net, taps in near.items():
            places = [rank[tap.item] + tap.pin / 32 for tap in far.get(net, ()) if tap.item in rank]
            for tap in taps:
                sums.setdefault(tap.item, []).extend(p - tap.pin / 64 for p in places)
        own = {item: i for i, item in enumerate(layers.columns[c])}
        scale = max(len(rank), 1) / max(len(own), 1)
        layers.columns[c].sort(
            key=lambda item: (
                sum(sums[item]) / len(sums[item]) if sums.get(item) else own[item] * scale
            )
        )


def _crossings(layers: Layers) -> int:
    total = 0
    for c in range(1, len(layers.columns)):
        left = {item: i for i, item in enumerate(layers.columns[c - 1])}
        right = {item: i for i, item in enumerate(layers.columns[c])}
        channel = layers.channels[c]
        pairs = sorted(
            (left[a.item] + a.pin / 64, right[b.item] + b.pin / 64)
            for net in channel.left
            for a in channel.left[net]
            for b in channel.right.get(net, ())
        )
        seen: list[float] = []
        for _, y in pairs:
            total += len(seen) - bisect_right(seen, y)
            insort(seen, y)
    return total
