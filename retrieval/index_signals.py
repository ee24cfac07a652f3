"""What a signal is to its module, in the words an engineer would use: rules over its uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from gatewright.retrieval.facts.types import Block, Instance, Module, Port, Signal

_DIRECTIONS = {
    "input": "input port incoming receive",
    "output": "output port outgoing provide",
    "inout": "bidirectional input output port",
    "ref": "reference port",
    "interface": "interface port",
}
_CLOCK = "clock signal timing synchronize rising edge trigger"
_RESET = "reset signal initialize clear initial state"
_MEMORY = "memory array storage buffer store entry"
_REGISTER = "register store hold update"
_WIRE = "combinational wire intermediate logic"
_COUNTER = "counter count increment"
_CONTROL = "control condition enable determine trigger"
_FLAG = "flag indicate control signal assert bit"
_BUS = "data bus value"
_CONNECTED = "connect interface"


class Uses:
    """How a module uses its signals."""

    def __init__(self, module: Module) -> None:
        self._clocks: set[str] = set()
        self._resets: set[str] = set()
        self._registers: set[str] = set()
        self._wires: set[str] = set()
        self._counters: set[str] = set()
        self._conditions: set[str] = set()
        self._connected: dict[str, set[str]] = defaultdict(set)
        for block in module.blocks:
            self._block(block)
        for instance in module.instances:
            self._instance(instance)

    def _block(self, block: Block) -> None:
        for condition in block.conditions:
            self._conditions.update(condition.loads)
        if not block.clock:
            self._wires.update(block.drives)
            return
        self._clocks.add(block.clock)
        self._resets.add(block.reset)
        self._registers.update(block.drives)
        own = set(block.drives).intersection(block.loads)
        if own:
            for assignment in block.assignments:
                self._counters.update(own.intersection(assignment.targets, assignment.loads))

    def _instance(self, instance: Instance) -> None:
        for connection in instance.connections:
            for name in connection.names:
                self._connected[name] |= {connection.port, instance.module, instance.name}

    def connected(self, name: str) -> Iterable[str]:
        """The names of the ports, modules and instances that a signal leads to."""
        return self._connected.get(name, ())

    def words(self, signal: Port | Signal) -> Iterator[str]:
        """Phrases that tell what a signal is for."""
        name = signal.name
        if isinstance(signal, Port) and signal.direction:
            yield _DIRECTIONS.get(signal.direction, "port")
        if name in self._clocks:
            yield _CLOCK
        elif name in self._resets:
            yield _RESET
        else:
            yield from self._data(signal)

    def _data(self, signal: Port | Signal) -> Iterator[str]:
        """What a signal is that neither clocks nor resets."""
        name, wide = signal.name, "[" in signal.type
        if isinstance(signal, Signal) and signal.dimensions:
            yield _MEMORY
        if name in self._registers:
            yield _REGISTER
        if name in self._wires:
            yield _WIRE
        if name in self._counters:
            yield _COUNTER
        if name in self._conditions:
            yield _CONTROL
        if name in self._connected:
            yield _CONNECTED
        yield _BUS if wide else _FLAG
