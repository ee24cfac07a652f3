"""A schematic as SVG: symbols in columns, wires between them, drawn without a library.

Text and lines take the page's own colour (`currentColor`). Every name is escaped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape

from gatewright.core import DataError
from gatewright.pictures.circuit import Circuit, Net, circuit_of
from gatewright.pictures.layers import Channel, Item, Layers, Tap, layered
from gatewright.pictures.placing import pin_y, placed
from gatewright.pictures.routing import Clash, Trunk, routed
from gatewright.pictures.symbols import CHARACTER, cut, shape_of, symbol_svg

MOST_CELLS = 150
_MOST_PINS, _MOST_ITEMS, _MOST_WIRES = 3000, 2000, 400  # the last in one channel
_TRACK = 9.0
_MARGIN = 16.0
_NAME_ROOM, _FLAG_ROOM = 16, 20
_NUDGE, _MOST_NUDGES = 7.0, 60
_STYLE = (
    ".wire{stroke:currentColor;stroke-width:1.1;fill:none}"
    ".bus{stroke:currentColor;stroke-width:2.4;fill:none;stroke-linecap:square}"
    ".body{stroke:currentColor;stroke-width:1.3;fill:currentColor;fill-opacity:.05}"
    ".port{stroke:#3b8eea;stroke-width:1.3;fill:#3b8eea;fill-opacity:.12}"
    ".dim{fill-opacity:.6}.flag{fill:#3b8eea}"
)


def modules_of(netlist: str) -> tuple[str, ...]:
    """The modules in what Yosys' `write_json` wrote, the top one first."""
    modules = json.loads(netlist)["modules"]
    return tuple(sorted(modules, key=lambda name: "top" not in modules[name]["attributes"]))


def schematic_svg(netlist: str, module: str) -> str:
    """The picture of one module of what Yosys' `write_json` wrote.

    Raises DataError for a module with more than MOST_CELLS cells, or with too many wires.
    """
    found = json.loads(netlist)["modules"][module]
    cells = len(found["cells"])
    if cells > MOST_CELLS:
        raise DataError(
            f"{cells:,} cells are too many for a schematic; up to {MOST_CELLS} are drawn",
            where=module,
            hint="draw a smaller module: --top NAME",
        )
    circuit = circuit_of(found)
    if sum(len(node.inputs) + len(node.outputs) for node in circuit.nodes) > _MOST_PINS:
        raise DataError("there are too many pins for a schematic", where=module)
    layers = layered(circuit)
    widest = max(len({**channel.left, **channel.right}) for channel in layers.channels)
    if sum(map(len, layers.columns)) > _MOST_ITEMS or widest > _MOST_WIRES:
        raise DataError("there are too many wires for a schematic", where=module)
    return _Sheet(circuit, layers).svg()


class _Sheet:
    def __init__(self, circuit: Circuit, layers: Layers) -> None:
        self._circuit = circuit
        self._layers = layers
        self._top = placed(circuit, layers)
        self._trunks = [self._routed(c) for c in range(len(layers.channels))]
        self._least = min(self._top.values(), default=0.0)
        self._left: list[float] = []  # of each column
        self._tracks: list[float] = []  # of each channel: the x of its first track
        self._width = self._set_out()

    def svg(self) -> str:
        """The whole picture."""
        height = self._height()
        body = "".join((*self._wires(), *self._symbols()))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self._width:.0f}" '
            f'height="{height:.0f}" viewBox="0 0 {self._width:.0f} {height:.0f}" role="img" '
            'aria-label="schematic" fill="currentColor" font-size="11" font-family="ui-monospace,'
            'SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace">'
            f"<style>{_STYLE}</style>{body}</svg>"
        )

    def _y(self, tap: Tap, left: bool) -> float:
        return pin_y(self._circuit, tap, self._top, left=left)

    def _routed(self, c: int) -> list[Trunk]:
        """The channel's trunks; where wires would hide each other, a column moves a little."""
        channel = self._layers.channels[c]
        for _ in range(_MOST_NUDGES):
            found = routed(channel, self._y)
            if not isinstance(found, Clash):
                return found
            column = self._layers.columns[c]
            for item in column[column.index(found.tap.item) :]:
                self._top[item] += _NUDGE
        raise DataError("its wires cannot be told apart in a schematic")

    def _set_out(self) -> float:
        x = _MARGIN
        for c, channel in enumerate(self._layers.channels):
            count = max((t.track + 1 for t in self._trunks[c] if t.track is not None), default=0)
            x += self._name_room(channel)
            self._tracks.append(x)
            x += count * _TRACK + self._flag_room(c) + 6
            if c < len(self._layers.columns):
                self._left.append(x)
                x += self._column_width(c)
        return x + _MARGIN

    def _column_width(self, c: int) -> float:
        nodes = [item.node for item in self._layers.columns[c] if item.node >= 0]
        return max((shape_of(self._circuit.nodes[n]).width for n in nodes), default=0)

    def _name_room(self, channel: Channel) -> float:
        names = [
            len(self._net_label(self._circuit.nets[net]))
            for net, taps in channel.left.items()
            if any(tap.item.node >= 0 for tap in taps)
        ]
        return CHARACTER * max(names, default=0) + 12

    def _net_label(self, net: Net) -> str:
        node = self._circuit.nodes[net.source.node]
        if node.kind in ("input", "inout"):
            return ""
        size = f"[{net.width - 1}:0]" if net.width > 1 else ""
        return f"{cut(net.name, _NAME_ROOM)}{size}" if net.name else size

    def _flag_room(self, c: int) -> float:
        """Room at the left of a column for what is written at its pins."""
        if c >= len(self._layers.columns):
            return 0
        texts = [tap.part for taps in self._layers.channels[c].right.values() for tap in taps]
        texts += [
            pin.flag
            for item in self._layers.columns[c]
            if item.node >= 0
            for pin in self._circuit.nodes[item.node].inputs
        ]
        return CHARACTER * max((len(cut(t, _FLAG_ROOM)) for t in texts), default=0) + 10

    def _height(self) -> float:
        least = min(self._top.values(), default=0.0)
        tallest = 20.0
        for item, y in self._top.items():
            high = 0.0 if item.node < 0 else shape_of(self._circuit.nodes[item.node]).height
            tallest = max(tallest, y + high - least)
        return tallest + 2 * _MARGIN

    def _down(self, y: float) -> float:
        return y - self._least + _MARGIN

    def _symbols(self) -> Iterator[str]:
        for c, column in enumerate(self._layers.columns):
            for item in column:
                if item.node >= 0:
                    node = self._circuit.nodes[item.node]
                    yield symbol_svg(node, self._left[c], self._down(self._top[item]))
                    yield from self._flags(item, c)

    def _flags(self, item: Item, c: int) -> Iterator[str]:
        node = self._circuit.nodes[item.node]
        for number, pin in enumerate(node.inputs):
            if pin.flag:
                y = self._down(self._y(Tap(item, number), True))
                kind = "dim" if pin.flag[0].isdigit() or pin.flag in ("x", "z") else "flag"
                yield f'<path d="M{self._left[c] - 5:.1f} {y:.1f}h5" class="wire"/>'
                yield self._written(self._left[c] - 8, y + 4, pin.flag, "end", kind, _FLAG_ROOM)
        for net in self._circuit.nets:
            if net.source.node == item.node and not net.sinks and self._net_label(net):
                y = self._down(self._y(Tap(item, net.source.pin), False))
                right = self._left[c] + shape_of(node).width
                yield f'<path d="M{right:.1f} {y:.1f}h8" class="wire"/>'
                yield self._written(right + 11, y + 4, self._net_label(net), "start", "flag", 40)

    def _wires(self) -> Iterator[str]:
        for c, trunks in enumerate(self._trunks):
            for trunk in trunks:
                yield self._wire(c, trunk)
        for c, column in enumerate(self._layers.columns):
            for item in column:
                if item.node < 0:
                    y = self._down(self._top[item])
                    kind = self._kind(item.net)
                    right = self._left[c] + self._column_width(c)
                    yield f'<path d="M{self._left[c]:.1f} {y:.1f}H{right:.1f}" '
                    yield f'class="{kind}" data-net="{item.net}"/>'

    def _kind(self, net: int) -> str:
        return "bus" if self._circuit.nets[net].width > 1 else "wire"

    def _wire(self, c: int, trunk: Trunk) -> str:
        channel, kind = self._layers.channels[c], self._kind(trunk.net)
        x = self._tracks[c] + (trunk.track or 0) * _TRACK
        d, texts = list[str](), list[str]()
        for tap in channel.left.get(trunk.net, ()):
            y = self._down(self._y(tap, False))
            start = self._left[c - 1] + self._column_width(c - 1)
            if tap.item.node >= 0:
                node = self._circuit.nodes[tap.item.node]
                label = self._net_label(self._circuit.nets[trunk.net])
                right = self._left[c - 1] + shape_of(node).width
                texts.append(self._written(start + 5, y - 4, label, "start", "dim", 40))
                start = right
            d.append(f"M{start:.1f} {y:.1f}H{x:.1f}")
        thin: list[str] = []
        for tap in channel.right.get(trunk.net, ()):
            y = self._down(self._y(tap, True))
            step = f"M{x:.1f} {y:.1f}H{self._left[c]:.1f}"
            (thin if tap.part and ":" not in tap.part else d).append(step)
            if tap.part:
                texts.append(
                    self._written(self._left[c] - 5, y - 4, tap.part, "end", "dim", _FLAG_ROOM)
                )
        if trunk.track is not None:
            d.append(f"M{x:.1f} {self._down(trunk.top):.1f}V{self._down(trunk.bottom):.1f}")
        lines = f'<path d="{"".join(d)}" class="{kind}" data-net="{trunk.net}"/>'
        if thin:
            lines += f'<path d="{"".join(thin)}" class="wire" data-net="{trunk.net}"/>'
        return lines + self._dots(trunk, x) + "".join(texts)

    def _dots(self, trunk: Trunk, x: float) -> str:
        """A dot where a wire branches."""
        if trunk.track is None:
            return ""
        ys = sorted({*trunk.left, *trunk.right})
        ends = {y for y in (ys[0], ys[-1]) if y in trunk.left and y in trunk.right}
        return "".join(
            f'<circle cx="{x:.1f}" cy="{self._down(y):.1f}" r="3"/>'
            for y in sorted({*ys[1:-1], *ends})
        )

    def _written(self, x: float, y: float, text: str, anchor: str, kind: str, room: int) -> str:
        if not text:
            return ""
        return (
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}" font-size="10">'
            f"{escape(cut(text, room))}</text>"
        )
