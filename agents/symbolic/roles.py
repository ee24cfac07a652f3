"""Which port is the clock, which the reset: by the names hardware gives them."""

from __future__ import annotations

import re

from gatewright.core import Interface, Port

_CLOCK = re.compile(r"(?:i_|in_|sys_?)?(?:clk|clock|ck|cp|cclk)(?:_i|_in)?", re.IGNORECASE)
_RESET = re.compile(
    r"(?:i_|in_|sys_?)?(?P<low>n)?_?(?P<kind>a|async|s|sync)?_?"
    r"(?:rst|reset|clear|clr)(?P<low2>_?n|_?b|_l|_low)?(?:_i|_in)?",
    re.IGNORECASE,
)


def clock_port(interface: Interface) -> Port | None:
    """The one-bit input named like a clock; None if there is none or more than one."""
    found = [p for p in interface.inputs if p.width == 1 and _CLOCK.fullmatch(p.name)]
    return found[0] if len(found) == 1 else None


def reset_port(interface: Interface) -> Port | None:
    """The one-bit input named like a reset; None if there is none or more than one."""
    found = [p for p in interface.inputs if p.width == 1 and _RESET.fullmatch(p.name)]
    return found[0] if len(found) == 1 else None


def named_low(port: Port) -> bool:
    """The name says active-low (`rst_n`, `resetn`, `nrst`)."""
    match = _RESET.fullmatch(port.name)
    return bool(match and (match["low"] or match["low2"]))


def named_asynchronous(port: Port) -> bool | None:
    """The name says asynchronous (`areset`, `arst_n`) or synchronous; None: it does not say."""
    match = _RESET.fullmatch(port.name)
    kind = (match["kind"] or "").lower() if match else ""
    return {"": None, "a": True, "async": True}.get(kind, False)
