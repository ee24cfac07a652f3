"""The Chisel shell of a module with exactly these ports: clocks, resets, names that Scala reserves.

Pure. Every case here was emitted and its header compared; see the tests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from gatewright.core import Direction, Interface, Port
from gatewright.core.keywords import KEYWORDS as VERILOG_KEYWORDS

_SCALA = """
abstract case catch class def do else enum export extends false final finally for forSome given
if implicit import lazy match new null object override package private protected return sealed
super then this throw trait try true type val var while with yield
"""
# Members that every Scala object or Chisel module has: a value of that name does not compile.
_INHERITED = """
asInstanceOf atModuleBodyEnd circuitName clone compileOptions define desiredName endsWith
equals finalize getClass getCommands getIds getModulePorts getPublicFields hasSeed hashCode
implicitClock implicitReset instanceName isInstanceOf layer localModulePrefix name namePorts
notify notifyAll parentModName parentPathName pathName portsSize suggestName synchronized
toAbsoluteTarget toNamed toRelativeTarget toString toTarget typeName wait
"""
_KEYWORDS, _MEMBERS = frozenset(_SCALA.split()), frozenset(_INHERITED.split())
_CLOCK = re.compile(
    r"^(?:i_)?(?:clk|clock)(?:_i|_in)?$|^\w*_(?:clk|clock)$|^(?:clk|clock)_\w+$", re.I
)
_RESET = re.compile(r"^(?:i_)?(a|async_?|s)?(?:rst|reset)(_?n|_b|_l)?(?:_i|_in|_ni)?$", re.I)


class ResetKind(StrEnum):
    """When a reset acts."""

    SYNCHRONOUS = "synchronous"
    ASYNCHRONOUS = "asynchronous"


@dataclass(frozen=True, slots=True)
class Clocking:
    """Which ports clock and reset the registers; '' = none."""

    clock: str = ""
    reset: str = ""
    kind: ResetKind = ResetKind.SYNCHRONOUS
    active_low: bool = False
    negative_edge: bool = False


def clocking(interface: Interface) -> Clocking:
    """What the ports' names say: `clk`, `rst`, `areset` (asynchronous), `rst_n` (active low)."""
    scalars = [port.name for port in interface.inputs if port.width == 1]
    clock = next((name for name in scalars if _CLOCK.match(name)), "")
    found = next(((name, m) for name in scalars if (m := _RESET.match(name))), None)
    if not clock or found is None:
        return Clocking(clock)
    name, match = found
    asynchronous = (match[1] or "").lower().startswith("a") or name.lower().endswith("_ni")
    kind = ResetKind.ASYNCHRONOUS if asynchronous else ResetKind.SYNCHRONOUS
    return Clocking(clock, name, kind, bool(match[2]) or name.lower().endswith("_ni"))


def unnameable(interface: Interface) -> tuple[str, ...]:
    """Ports that firtool renames, as SystemVerilog reserves their names."""
    return tuple(port.name for port in interface.ports if port.name in VERILOG_KEYWORDS)


def scala_name(name: str) -> str:
    """The name of the value that holds a port: the port's own wherever Scala allows it."""
    if name in _MEMBERS:
        return f"{name}_"
    return f"`{name}`" if name in _KEYWORDS or "$" in name else name


def scaffold(interface: Interface, clock: Clocking | None = None) -> str:
    """A class with exactly these ports and an empty body, as Chisel source."""
    known = clocking(interface) if clock is None else clock
    lines = ["import chisel3._", "import chisel3.util._", ""]
    if any(port.direction is Direction.INOUT for port in interface.ports):
        lines.insert(1, "import chisel3.experimental.Analog")
    lines.append(f"class {interface.module} extends RawModule {{")
    lines += [f"  {declaration(port, known.clock)}" for port in interface.ports]
    lines += _body(known)
    return "\n".join([*lines, "}"]) + "\n"


def declaration(port: Port, clock: str) -> str:
    """A port as a value of its class; the port named `clock` is one."""
    name = scala_name(port.name)
    suggested = f'.suggestName("{port.name}")' if port.name in _MEMBERS else ""
    if port.direction is Direction.INOUT:
        return f"val {name} = IO(Analog({port.width}.W)){suggested}"
    kind = "Input" if port.direction is Direction.INPUT else "Output"
    return f"val {name} = IO({kind}({_type(port, clock)})){suggested}"


def _type(port: Port, clock: str) -> str:
    if port.name == clock:
        return "Clock()"
    # One-bit vectors too: the emitted port of width 1 has no range.
    return "Bool()" if port.width == 1 else f"UInt({port.width}.W)"


def _body(known: Clocking) -> list[str]:
    if not known.clock:
        return ["", "  // combinational logic: drive every output"]
    clock = scala_name(known.clock)
    if known.negative_edge:
        clock = f"(!{clock}.asBool).asClock"
    if not known.reset:
        return ["", f"  withClock({clock}) {{", "    // registers and logic", "  }"]
    reset = scala_name(known.reset)
    if known.active_low:
        reset = f"(!{reset})"
    if known.kind is ResetKind.ASYNCHRONOUS:
        reset = f"{reset}.asAsyncReset"
    return ["", f"  withClockAndReset({clock}, {reset}) {{", "    // registers and logic", "  }"]
