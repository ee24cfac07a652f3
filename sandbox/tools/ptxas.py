"""What ptxas says of each kernel: registers, spills, shared memory, barriers."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Resources:
    """What one kernel uses. Registers are a thread's; the stack and spills are bytes a thread,
    shared memory bytes a block.
    """

    symbol: str
    registers: int = 0
    barriers: int = 0
    static_shared: int = 0
    stack: int = 0
    spill_stores: int = 0
    spill_loads: int = 0


_ENTRY = re.compile(r"Compiling entry function '([\w$]+)'")
_PROPERTIES = re.compile(r"Function properties for ([\w$]+)")
_STACK = re.compile(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")
_USED = re.compile(r"Used (\d+) registers")
_BARRIERS = re.compile(r"used (\d+) barriers")
_SHARED = re.compile(r"(\d+)(?:\+\d+)? bytes smem")


def parse_resources(text: str) -> tuple[Resources, ...]:
    """Read the output of `ptxas -v`."""
    found: list[Resources] = []
    symbol, of, stack = "", "", (0, 0, 0)
    for line in text.splitlines():
        if match := _ENTRY.search(line):
            symbol, stack = match[1], (0, 0, 0)
        elif match := _PROPERTIES.search(line):
            of = match[1]
        elif (match := _STACK.search(line)) and of == symbol:
            stack = (int(match[1]), int(match[2]), int(match[3]))
        elif symbol and (match := _USED.search(line)):
            found.append(_resources(symbol, int(match[1]), line, stack))
            symbol = ""
    return tuple(found)


def _resources(symbol: str, registers: int, line: str, stack: tuple[int, int, int]) -> Resources:
    barriers, shared = _BARRIERS.search(line), _SHARED.search(line)
    return Resources(
        symbol,
        registers,
        int(barriers[1]) if barriers else 0,
        int(shared[1]) if shared else 0,
        *stack,
    )
