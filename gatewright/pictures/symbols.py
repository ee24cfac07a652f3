"""The symbols of a schematic: their sizes, where their pins are, and how they look."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from gatewright.pictures.circuit import Node

CHARACTER = 6.1
_PITCH = 20.0
_HEAD = 18.0
_GATES = {
    "$and": "and",
    "$logic_and": "and",
    "$reduce_and": "and",
    "$or": "or",
    "$logic_or": "or",
    "$reduce_or": "or",
    "$reduce_bool": "or",
    "$xor": "xor",
    "$reduce_xor": "xor",
    "$xnor": "xnor",
    "$reduce_xnor": "xnor",
    "$not": "not",
    "$logic_not": "not",
}
_GLYPHS = {
    "$add": "+", "$sub": "−", "$mul": "×", "$div": "÷", "$mod": "%", "$neg": "−", "$eq": "=",
    "$eqx": "≡", "$ne": "≠", "$nex": "≢", "$lt": "<", "$le": "≤", "$gt": ">", "$ge": "≥",
    "$shl": "≪", "$sshl": "≪", "$shr": "≫", "$sshr": "≫", "$pow": "^",
}  # fmt: skip
_PORTS = ("input", "output", "inout")


@dataclass(frozen=True, slots=True)
class Shape:
    """A size, and the heights of the pins at the left and the right side, from the top."""

    width: float
    height: float
    inputs: tuple[float, ...]
    outputs: tuple[float, ...]


def cut(text: str, room: int) -> str:
    """The text, its middle left out where it is longer than `room` characters."""
    if len(text) <= room:
        return text
    return f"{text[: room // 2]}…{text[len(text) - (room - 1 - room // 2) :]}"


def shape_of(node: Node) -> Shape:
    """The room that a symbol takes."""
    if node.kind in _PORTS:
        width = CHARACTER * len(_port_text(node)) + 22
        return Shape(width, 20, (10,) * len(node.inputs), (10,) * len(node.outputs))
    if node.kind == "join":
        return _even(node, 8, 14)
    if node.kind in _GATES or node.kind in _GLYPHS:
        return _even(node, 36, _PITCH)
    if node.kind == "$mux":
        return _even(node, 34, _PITCH)
    return _box(node)


def _even(node: Node, width: float, pitch: float) -> Shape:
    """Pins at equal distances, an output in the middle."""
    count = max(len(node.inputs), 1)
    height = max(pitch * count, 24)
    first = (height - pitch * (count - 1)) / 2
    inputs = tuple(first + pitch * i for i in range(len(node.inputs)))
    return Shape(width, height, inputs, (height / 2,) * len(node.outputs))


def _box(node: Node) -> Shape:
    rows = max(len(node.inputs), len(node.outputs), 1)
    left = max((len(_pin_text(pin.name)) for pin in node.inputs), default=0)
    right = max((len(_pin_text(pin.name)) for pin in node.outputs), default=0)
    width = CHARACTER * max(left + right + 2, len(cut(node.title, 24))) + 18
    places = tuple(_HEAD + _PITCH * (i + 0.5) for i in range(rows))
    return Shape(
        max(width, 56),
        _HEAD + _PITCH * rows + 2,
        places[: len(node.inputs)],
        places[: len(node.outputs)],
    )


def symbol_svg(node: Node, x: float, y: float) -> str:
    """The symbol, its top left corner at (x, y)."""
    shape = shape_of(node)
    hint = f"<title>{escape(node.title)}</title>" if node.title else ""
    return f'<g transform="translate({x:.1f} {y:.1f})">{hint}{_drawn(node, shape)}</g>'


def _drawn(node: Node, shape: Shape) -> str:
    if node.kind in _PORTS:
        return _port(node, shape)
    if node.kind == "join":
        return f'<path d="M0 0V{shape.height:g}" class="bus"/>' + _stubs(shape, 8)
    if node.kind in _GATES:
        return _gate(_GATES[node.kind], node, shape)
    if node.kind in _GLYPHS:
        middle = shape.height / 2
        return (
            f'<path d="{_leads(shape, middle)}M32 {middle:g}H36" class="wire"/>'
            f'<circle cx="18" cy="{middle:g}" r="14" class="body"/>'
            + _text(18, middle + 5, _GLYPHS[node.kind], size=16)
        )
    return _mux(node, shape) if node.kind == "$mux" else _boxed(node, shape)


def _port(node: Node, shape: Shape) -> str:
    w = shape.width
    outline = f"M0 2H{w - 9:g}L{w:g} 10L{w - 9:g} 18H0Z"
    if node.kind == "inout":
        outline = f"M0 10L9 2H{w - 9:g}L{w:g} 10L{w - 9:g} 18H9Z"
    return f'<path d="{outline}" class="port"/>' + _text(w / 2 - 2, 14, _port_text(node))


def _port_text(node: Node) -> str:
    pin = [*node.inputs, *node.outputs][0]
    size = f"[{pin.width - 1}:0]" if pin.width > 1 else ""
    return cut(node.title, 24) + size


def _stubs(shape: Shape, width: float) -> str:
    """What leads from a join to its one output."""
    return f'<path d="M0 {shape.height / 2:g}H{width:g}" class="bus"/>'


def _leads(shape: Shape, middle: float) -> str:
    """From pins that are higher or lower than a round body to it."""
    return "".join(f"M0 {y:g}L12 {middle + (y - middle) * 0.6:.1f}" for y in shape.inputs)


def _gate(kind: str, node: Node, shape: Shape) -> str:
    h, m = shape.height, shape.height / 2
    parts = []
    if kind == "and":
        parts.append(f'<path d="M0 0H18A18 {m:g} 0 0 1 18 {h:g}H0Z" class="body"/>')
    elif kind == "not":
        parts.append(f'<path d="M2 {m - 11:g}L27 {m:g}L2 {m + 11:g}Z" class="body"/>')
        parts.append(f'<path d="M0 {m:g}H2" class="wire"/>')
    else:
        parts.append(
            f'<path d="M0 0Q10 {m:g} 0 {h:g}Q24 {h:g} {30 if kind == "xnor" else 36} {m:g}'
            f'Q24 0 0 0Z" class="body"/>'
        )
        parts += [f'<path d="M0 {y:g}H5" class="wire"/>' for y in shape.inputs]
        if kind != "or":
            parts.append(f'<path d="M-4 0Q6 {m:g} -4 {h:g}" class="wire"/>')
    if kind in ("not", "xnor"):
        parts.append(f'<circle cx="32" cy="{m:g}" r="3.5" class="body"/>')
    mark = {"$logic_and": "&&", "$logic_or": "||", "$logic_not": "!"}.get(node.kind, "")
    mark = mark or {"$reduce_and": "&", "$reduce_or": "|", "$reduce_bool": "|"}.get(node.kind, "")
    if node.kind in ("$reduce_xor", "$reduce_xnor"):
        mark = "^"
    return "".join(parts) + (_text(11 if kind == "not" else 16, m + 4, mark) if mark else "")


def _mux(node: Node, shape: Shape) -> str:
    h = shape.height
    labels = {"A": "0", "B": "1", "S": "s"}
    names = [
        _text(9, y + 4, labels.get(pin.name, pin.name), size=9)
        for pin, y in zip(node.inputs, shape.inputs, strict=True)
    ]
    return f'<path d="M0 -4L34 8V{h - 8:g}L0 {h + 4:g}Z" class="body"/>' + "".join(names)


def _boxed(node: Node, shape: Shape) -> str:
    w, h = shape.width, shape.height
    parts = [f'<rect width="{w:g}" height="{h:g}" rx="3" class="body"/>']
    parts.append(_text(w / 2, 13, cut(node.title, 24), weight=True))
    for pin, y in zip(node.inputs, shape.inputs, strict=True):
        x = 5.0
        if pin.name == "CLK":
            parts.append(f'<path d="M0 {y - 5:g}L8 {y:g}L0 {y + 5:g}" class="wire"/>')
            x = 12
        parts.append(_text(x, y + 4, _pin_text(pin.name), anchor="start", size=10))
    for pin, y in zip(node.outputs, shape.outputs, strict=True):
        parts.append(_text(w - 5, y + 4, _pin_text(pin.name), anchor="end", size=10))
    return "".join(parts)


def _pin_text(name: str) -> str:
    return cut(name, 16)


def _text(
    x: float, y: float, text: str, *, anchor: str = "middle", size: int = 11, weight: bool = False
) -> str:
    bold = ' font-weight="700"' if weight else ""
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size}"{bold}>'
        f"{escape(text)}</text>"
    )
