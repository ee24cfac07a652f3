"""One moment of a testbench: every input driven, every output's expected digits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from gatewright.agents.symbolic.ir import Signal, Value
from gatewright.agents.symbolic.roles import clock_port
from gatewright.core import Interface, Port


@dataclass(frozen=True, slots=True)
class Beat:
    """Digits (`0 1 x`, most significant first) for the clock, the other inputs and the outputs.

    `clock` is '' in a design without one. An `x` among the outputs is not checked.
    """

    clock: str
    inputs: str
    outputs: str

    @property
    def checks(self) -> bool:
        """At least one output bit is checked."""
        return "0" in self.outputs or "1" in self.outputs


def _low(port: Port) -> int:
    return min(port.left or 0, port.right or 0)


@dataclass(frozen=True)
class Vectors:
    """Lays values out in the order of an interface's ports."""

    interface: Interface

    @cached_property
    def clock(self) -> Port | None:
        """The port that is driven first."""
        return clock_port(self.interface)

    @cached_property
    def inputs(self) -> tuple[Port, ...]:
        """The inputs besides the clock, in header order."""
        return tuple(port for port in self.interface.inputs if port != self.clock)

    def beat(
        self,
        clock: Mapping[str, int] | None,
        inputs: Mapping[Signal, int],
        outputs: Mapping[Signal, Value],
    ) -> Beat:
        """A beat from values of whole ports or single bits; inputs not named are 0."""
        words = {port.name: [0, (1 << port.width) - 1] for port in self.inputs}
        for signal, number in inputs.items():
            if signal.port in words:
                _place(words[signal.port], signal, number, self._shift(signal))
        expected = {port.name: [0, 0] for port in self.interface.outputs}
        for signal, value in outputs.items():
            shift = self._shift(signal)
            expected[signal.port][0] |= value.bits << shift
            expected[signal.port][1] |= value.known << shift
        ticks = "".join(str(level) for level in (clock or {}).values())
        if self.clock is not None and not ticks:
            ticks = "0"
        return Beat(
            ticks,
            "".join(_digits(words[p.name], p.width) for p in self.inputs),
            "".join(_digits(expected[p.name], p.width) for p in self.interface.outputs),
        )

    def written(self, clock: Mapping[str, str], digits: Mapping[str, str]) -> Beat:
        """A beat from whole ports' digits."""
        return Beat(
            "".join(clock.values()),
            "".join(digits[p.name] for p in self.inputs),
            "".join(digits[p.name] for p in self.interface.outputs),
        )

    def _shift(self, signal: Signal) -> int:
        port = self.interface.port(signal.port)
        if signal.index is None or port is None:
            return 0
        if port.left is not None and port.right is not None and port.left < port.right:
            return port.right - signal.index
        return signal.index - _low(port)


def _place(word: list[int], signal: Signal, number: int, shift: int) -> None:
    mask = ((1 << signal.width) - 1) << shift
    word[0] = word[0] & ~mask | number << shift


def _digits(word: list[int], width: int) -> str:
    bits, known = word
    return "".join(str(bits >> at & 1) if known >> at & 1 else "x" for at in reversed(range(width)))
