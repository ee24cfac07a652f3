"""Names of cocotb 1.x that cocotb 2 dropped, for tests and graders written for the older one.

This file is copied beside the tests and imported in their process, so it uses nothing but the
standard library and cocotb. What cocotb 2 still has, if only as deprecated, is left as it is. Bits
of a value are counted as cocotb 2 does (1.x counted a vector's from its left end): that cannot be
told from the text of a test.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any


class BinaryValue(int):
    """An integer that was given as a number, as bytes or as digits: `cocotb.binary.BinaryValue`."""

    n_bits: int | None

    def __new__(
        cls,
        value: int | str | bytes | None = None,
        n_bits: int | None = None,
        bigEndian: bool = True,  # noqa: N803 (cocotb's spelling)
        **_: object,
    ) -> BinaryValue:
        """Digits may hold no x or z: those have no number."""
        if isinstance(value, bytes):
            value = int.from_bytes(value, "big" if bigEndian else "little")
        made = super().__new__(cls, int(value, 2) if isinstance(value, str) else int(value or 0))
        made.n_bits = n_bits
        return made

    @property
    def integer(self) -> int:
        """The number."""
        return int(self)

    @property
    def binstr(self) -> str:
        """Its binary digits, as many as there are bits."""
        return f"{int(self):0{self.n_bits or 1}b}"


def add_runner() -> None:
    """`cocotb.runner`, which became `cocotb_tools.runner`."""
    import cocotb
    from cocotb_tools import runner

    sys.modules.setdefault("cocotb.runner", runner)
    if not hasattr(cocotb, "runner"):
        cocotb.runner = runner  # type: ignore[attr-defined]


def add_all() -> None:
    """Everything that tests inside a simulation may use."""
    import cocotb
    import cocotb.result

    if not hasattr(cocotb, "fork"):
        cocotb.fork = cocotb.start_soon  # type: ignore[attr-defined]
    for name in ("TestFailure", "TestError"):
        if not hasattr(cocotb.result, name):
            setattr(cocotb.result, name, type(name, (AssertionError,), {}))
    _add_module("cocotb.binary", BinaryValue=BinaryValue)
    _add_values()
    _add_cycles()


def _add_module(name: str, **members: object) -> None:
    if name not in sys.modules:
        module = ModuleType(name)
        module.__dict__.update(members)
        sys.modules[name] = module
        parent, _, last = name.rpartition(".")
        setattr(sys.modules[parent], last, module)


def _add_values() -> None:
    """Values of one bit as vectors have them, and arithmetic and order on both."""
    from cocotb.types import Logic, LogicArray

    logic: Any = Logic
    for name, read in (("integer", int), ("signed_integer", int), ("binstr", str)):
        if not hasattr(logic, name):
            setattr(logic, name, property(_reading(read)))
    for kind in (Logic, LogicArray):
        for name in ("lt", "le", "gt", "ge", "add", "sub", "mul", "mod", "floordiv"):
            method = f"__{name}__"
            # Every class inherits an order that only says no.
            if getattr(kind, method, None) in (None, getattr(object, method, None)):
                setattr(kind, method, _by_number(getattr(operator, name)))
        for name in ("add", "sub", "mul"):
            if not hasattr(kind, f"__r{name}__"):
                setattr(kind, f"__r{name}__", _by_number(getattr(operator, name), swapped=True))


def _reading(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: read(value)


def _by_number(compute: Callable[[Any, Any], Any], *, swapped: bool = False) -> Callable[..., Any]:
    def method(self: Any, other: Any) -> Any:
        left, right = (int(other), int(self)) if swapped else (int(self), int(other))
        return compute(left, right)

    return method


def _add_cycles() -> None:
    """`Clock.start(cycles)`: the number is not kept; the clock runs until the test ends."""
    from cocotb.clock import Clock

    original = Clock.start

    def start(self: Any, cycles: Any = None, start_high: bool = True) -> Any:
        if isinstance(cycles, bool):
            start_high = cycles
        return original(self, start_high=start_high)

    Clock.start = start  # type: ignore[assignment,method-assign]
