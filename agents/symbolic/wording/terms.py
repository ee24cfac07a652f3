"""What sentences name: ports and their parts, numbers, levels, counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from gatewright.agents.symbolic.circuit import Part
from gatewright.agents.symbolic.roles import clock_port, reset_port
from gatewright.agents.symbolic.values import literal
from gatewright.core import Interface, Port

_COUNTS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"),
)
# Patterns of what a sentence may name.
COUNT = rf"(?:\d+|{'|'.join(_COUNTS[1:])})"
PART = r"[A-Za-z_]\w*(?:\[\d+(?::\d+)?\])?"
NAMED = rf"(?:the )?(?:(?:in|out)put )?(?:(?:port|signal|vector|bit) )?{PART}"
LISTED = rf"{NAMED}(?:, {NAMED})*(?:,? and {NAMED})?"
NUMBER = r"(?:\d+'[bdhBDH][0-9a-fA-F_]+|0x[0-9a-fA-F]+|\d+|zero|one)"
LEVEL = r"(?:(?:a )?(?:logic(?:al)?[- ])?(?:low|high|0|1|zero|one)|true|false|1'b[01])"
VALUE = rf"(?:{LEVEL}|{NUMBER}|all (?:zeros|ones|0s|1s))"
_ONES = re.compile(r"high|one|1|true|1'b1")
_KINDS = ("port", "signal", "vector", "bit")
# One-bit inputs that steer rather than carry data, by the names that hardware gives them.
_STEERING = re.compile(
    r"(?:\w+_)?(?:en|ena|enable|ce|cen|le|we|oe|g|gate|load|ld|set|preset|clr|clear|rst|reset"
    r"|areset|aresetn|resetn|sel|select|s|mode|start|stall|valid|hold|inv|invert|up|down|dir"
    r"|up_?down|sl|sr|shift|cin|ci)\d*(?:_\w+)?",
    re.IGNORECASE,
)
_LOW = re.compile(r"n?q_?(?:n|b|bar)|n_\w+|\w+_(?:n|b|l|bar|inv|not)|\w+bar|not_?\w+", re.I)


def steering(port: Port) -> bool:
    """The name says that the port steers."""
    return bool(_STEERING.fullmatch(port.name))


def inverted(port: Port) -> bool:
    """The name says that the signal is active-low or a complement."""
    return bool(_LOW.fullmatch(port.name))


def count_of(word: str | None) -> int | None:
    """A count in digits or in words."""
    if word is None:
        return None
    word = word.lower()
    return int(word) if word.isdigit() else _COUNTS.index(word) if word in _COUNTS else None


def level_of(text: str) -> int:
    """0 or 1."""
    return int(bool(_ONES.fullmatch(re.sub(r"^(?:a )?(?:logic(?:al)?[- ])?", "", text.lower()))))


def number_of(text: str, width: int) -> int | None:
    """The constant of that width, None where it has none or where its base is open.

    Bare digits that are binary or decimal (`10`) are open.
    """
    text = text.lower()
    everything = (1 << width) - 1
    if text in ("all ones", "all 1s"):
        return everything
    if re.fullmatch(rf"0+|{LEVEL}|all (?:zeros|0s)", text) and (level_of(text) == 0):
        return 0
    if re.fullmatch(LEVEL, text):
        bare = text in ("1", "one", "1'b1")
        return 1 if width == 1 or (bare and text != "1'b1") else None
    exact = literal(text, width)
    if exact is not None:
        return exact
    if text.startswith("0x"):
        number = int(text[2:], 16)
    elif text.isdigit() and not (len(text) > 1 and (text[0] == "0" or set(text) <= set("01"))):
        number = int(text)
    else:
        return None
    return number if number <= everything else None


@dataclass(frozen=True)
class Terms:
    """Resolves what sentences name against an interface. Letter case counts."""

    interface: Interface

    @property
    def usual(self) -> bool:
        """All vectors count down to zero, as sentences about them assume."""
        return all(
            port.left is None or (port.left == port.width - 1 and port.right == 0)
            for port in self.interface.ports
        )

    @cached_property
    def clock(self) -> Port | None:
        """The port named like a clock."""
        return clock_port(self.interface)

    @cached_property
    def reset(self) -> Port | None:
        """The port named like a reset."""
        return reset_port(self.interface)

    @cached_property
    def inputs(self) -> tuple[Part, ...]:
        """The inputs besides the clock, whole."""
        return tuple(whole(port) for port in self.interface.inputs if port != self.clock)

    @cached_property
    def outputs(self) -> tuple[Part, ...]:
        """The outputs, whole."""
        return tuple(whole(port) for port in self.interface.outputs)

    def part(self, text: str) -> Part | None:
        """`a`, `a[3]`, `a[7:4]`, `the output z`, `the input` (where there is one only)."""
        words = text.split()
        if words and words[0].lower() == "the":
            words = words[1:]
        if len(words) > 1 and words[-1].lower() in _KINDS and not self._port(words[-1]):
            words = words[:-1]
        side = words[0].lower() if words else ""
        if side in ("input", "output"):
            ports = self.inputs if side == "input" else self.outputs
            if len(words) == 1:
                return ports[0] if len(ports) == 1 else None
            words = words[1:]
        else:
            ports = (*self.inputs, *self.outputs)
        if len(words) == 2 and words[0].lower() in _KINDS:
            words = words[1:]
        part = self._bits(words[0]) if len(words) == 1 else None
        return part if part and any(part.port == port.port for port in ports) else None

    def _port(self, name: str) -> Port | None:
        return self.interface.port(name)

    def _bits(self, text: str) -> Part | None:
        match = re.fullmatch(r"(\w+)(?:\[(\d+)(?::(\d+))?\])?", text)
        port = self._port(match[1]) if match else None
        if match is None or port is None:
            return None
        if match[2] is None:
            return whole(port)
        high = int(match[2])
        low = int(match[3]) if match[3] else high
        if port.left is None or not low <= high < port.width:
            return None
        return Part(port.name, high, low, high - low + 1 == port.width)

    def listed(self, text: str) -> tuple[Part, ...] | None:
        """`a, b and c`."""
        names = re.split(r",? and |, ", text)
        parts = [self.part(re.sub(r"^both ", "", name)) for name in names]
        found = tuple(part for part in parts if part)
        return found if len(found) == len(parts) else None

    def output(self, text: str) -> Part | None:
        """The part, if it belongs to an output."""
        part = self.part(text)
        return part if part and any(part.port == o.port for o in self.outputs) else None


def whole(port: Port) -> Part:
    """All of a port."""
    return Part(port.name, port.width - 1, 0, True)
