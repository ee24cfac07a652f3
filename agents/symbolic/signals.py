"""Names in a text as the interface's signals: `a`, `x[3]`, `x3`, `ab`, `x[1]x[2]`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.ir import Signal
from gatewright.core import Direction, Interface, Port

_LONGEST = 80  # characters of a name or a run of names
_INDEXED = re.compile(r"([A-Za-z_]\w*?)\s*\[\s*(\d+)\s*\]")
_RANGED = re.compile(r"([A-Za-z_]\w*?)\s*\[\s*(\d+)\s*:\s*(\d+)\s*\]")
_NUMBERED = re.compile(r"([A-Za-z_]\w*?)_?(\d+)")


def low(port: Port) -> int:
    """The lowest index of a port."""
    return min(port.left or 0, port.right or 0)


def whole(port: Port) -> Signal:
    """The port as one signal."""
    return Signal(port.name, port.width)


def bits_of(port: Port) -> tuple[Signal, ...]:
    """A port's bits as signals, most significant first."""
    if port.width == 1 and port.left is None:
        return (Signal(port.name),)
    left = port.left if port.left is not None else port.width - 1
    right = port.right if port.right is not None else 0
    step = -1 if left >= right else 1
    return tuple(Signal(port.name, 1, index) for index in range(left, right + step, step))


@dataclass(frozen=True)
class Names:
    """Resolves names against an interface.

    `shift` maps a vector port to what is subtracted from indices in the text: a text that counts
    x[1] to x[4] on a port x[3:0] counts from one.
    """

    interface: Interface
    shift: dict[str, int] = field(default_factory=dict)

    def port(self, name: str) -> Port | None:
        """The port of that name; letter case is ignored where that is unambiguous."""
        exact = self.interface.port(name)
        if exact:
            return exact
        near = [p for p in self.interface.ports if p.name.lower() == name.lower()]
        return near[0] if len(near) == 1 else None

    def counted_from(self, references: Iterable[str]) -> Names:
        """The same names, with every vector's index base settled from all references together.

        Raises Abstain where the indices fit the port under no single base.
        """
        seen: dict[str, set[int]] = {}
        for reference in references:
            if self.port(reference):
                continue
            match = _INDEXED.fullmatch(reference) or _NUMBERED.fullmatch(reference)
            port = self.port(match[1]) if match else None
            if match and port and port.width > 1:
                seen.setdefault(port.name, set()).add(int(match[2]))
        shift: dict[str, int] = {}
        for name, indices in seen.items():
            port = self.interface.port(name)
            if port is None:
                continue
            top = low(port) + port.width - 1
            if max(indices) <= top and min(indices) >= low(port):
                continue
            shift[name] = max(indices) - top
            if indices != set(range(min(indices), max(indices) + 1)) or (
                len(indices) != port.width
            ):
                raise Abstain(f"the indices of {name} do not fit its range {port.range_text}")
        return Names(self.interface, shift)

    def resolve(self, reference: str) -> Signal | None:
        """One reference as a signal, or None if the interface has no such thing."""
        text = reference.strip().strip("_").strip()
        if len(text) > _LONGEST:
            return None
        port = self.port(text)
        if port:
            return whole(port)
        match = _RANGED.fullmatch(text)
        if match:
            port = self.port(match[1])
            bounds = {int(match[2]), int(match[3])}
            fits = port and bounds == {low(port), low(port) + port.width - 1}
            return whole(port) if port and fits else None
        match = _INDEXED.fullmatch(text) or _NUMBERED.fullmatch(text)
        port = self.port(match[1]) if match else None
        if not match or not port or (port.width == 1 and port.left is None):
            return None
        index = int(match[2]) - self.shift.get(port.name, 0)
        inside = low(port) <= index < low(port) + port.width
        return Signal(port.name, 1, index) if inside else None

    def group(self, text: str) -> tuple[str, ...] | None:
        """Split a run of one-bit variables (`ab`, `x[1]x[2]`, `a b`, `a,b`, `x1x0`) into names.

        Names that are no ports are single letters, perhaps with digits. None if it is no such run
        or if it splits in two ways.
        """
        text = text.strip().strip("{}()").strip()
        if len(text) > _LONGEST:
            return None
        if re.search(r"[\s,]", text):
            parts = tuple(p for p in re.split(r"[\s,]+", text) if p)
            runs = [self.group(p) for p in parts]
            return tuple(n for run in runs for n in run or ()) if all(runs) else None
        bracketed = re.findall(r"[A-Za-z_]\w*\[\d+\]", text)
        if bracketed and "".join(bracketed) == text:
            return tuple(bracketed)
        signal = self.resolve(text)
        if signal is not None:
            return (text,) if signal.width == 1 else None
        splits = self._splits(text)
        if len(splits) == 1:
            return splits[0]
        letters = re.findall(r"[A-Za-z]\d*", text)
        if not splits and "".join(letters) == text and len(text) <= 8:
            return tuple(letters)
        return None

    def _splits(self, text: str) -> list[tuple[str, ...]]:
        """The ways to cut the text into one-bit signals; two at most, for more tell nothing new."""
        ways: list[list[tuple[str, ...]]] = [[] for _ in text] + [[()]]
        for start in reversed(range(len(text))):
            for end in range(start + 1, len(text) + 1):
                if not ways[end] or (text[end - 1].isdigit() and text[end : end + 1].isdigit()):
                    continue
                signal = self.resolve(text[start:end])
                if signal is not None and signal.width == 1:
                    ways[start] += [(text[start:end], *rest) for rest in ways[end]]
            del ways[start][2:]
        return ways[0]

    def inputs(self) -> tuple[Port, ...]:
        """The input ports."""
        return self.interface.inputs

    def outputs(self) -> tuple[Port, ...]:
        """The output ports."""
        return self.interface.outputs

    def is_input(self, signal: Signal) -> bool:
        """The signal is (part of) an input port."""
        port = self.interface.port(signal.port)
        return port is not None and port.direction is Direction.INPUT


def cover_ports(signals: Sequence[Signal], ports: Sequence[Port]) -> bool:
    """The signals together are exactly those ports, every bit once."""
    listed: list[Signal] = []
    for signal in signals:
        port = next((p for p in ports if p.name == signal.port), None)
        if port is None:
            return False
        listed += bits_of(port) if signal.index is None else [signal]
    wanted = [bit for port in ports for bit in bits_of(port)]
    return len(listed) == len(wanted) and set(listed) == set(wanted)
