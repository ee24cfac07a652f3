"""Which ports a machine's notation may speak of: condition inputs, Moore and Mealy outputs."""

from __future__ import annotations

import re

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.ir import Signal
from gatewright.agents.symbolic.readers.find import Emission
from gatewright.agents.symbolic.roles import clock_port, reset_port
from gatewright.agents.symbolic.signals import Names, bits_of, whole
from gatewright.agents.symbolic.values import cube
from gatewright.core import Interface, Port

_STATE = re.compile(
    r"(?:present_?|current_?|curr_?|cur_?|p_?|c_?)?(?:state|st)(?:_reg|_in|_i)?|y|ps|cs|s|q", re.I
)
_NEXT = re.compile(r"(?:next_?|n_?|nxt_?)(?:state|st|s)(?:_o|_out)?|state_?(?:next|n)|ns", re.I)


def state_port(interface: Interface) -> Port | None:
    """The input that carries the present state, where the module is only a machine's logic."""
    found = [p for p in interface.inputs if _STATE.fullmatch(p.name) and p.width > 1]
    if not found:
        found = [p for p in interface.inputs if re.fullmatch(r"(?:\w+_)?state", p.name, re.I)]
    return found[0] if len(found) == 1 else None


def next_word(port: Port, state: Port) -> bool:
    """The output carries the next state's whole code."""
    if port.width != state.width:
        return False
    return bool(_NEXT.fullmatch(port.name)) or port.name in _followers(state)


def _followers(state: Port) -> set[str]:
    """Names for the value that follows: `Y` for `y`, `next_q`, `q_next`, `q_d`."""
    name = state.name
    capital = {name.upper()} if len(name) == 1 and name.islower() else set()
    return capital | {f"next_{name}", f"{name}_next", f"{name}_nxt", f"{name}_d", f"n{name}"}


def next_bit(port: Port, state: Port) -> int | None:
    """The index in the name of an output that carries one bit of the next state (`Y1`)."""
    match = re.fullmatch(r"(\w*?[A-Za-z])_?(\d+)", port.name)
    if not match or port.width != 1:
        return None
    stem = match[1]
    return int(match[2]) if _NEXT.fullmatch(stem) or stem in _followers(state) else None


def next_is(port: Port, states: tuple[str, ...]) -> str | None:
    """The state in the name of an output that says "the next state is …" (`B3_next`)."""
    if port.width != 1:
        return None
    for state in states:
        forms = (f"{state}_next", f"next_{state}", f"{state}_nxt", f"nxt_{state}", f"n_{state}")
        if port.name.lower() in {form.lower() for form in forms}:
            return state
    return None


def condition_inputs(names: Names) -> tuple[Signal, ...]:
    """The bits that labels speak of: all inputs but clock, reset and present state."""
    interface = names.interface
    state = state_port(interface)
    apart = {clock_port(interface), reset_port(interface)}
    if state is not None and names.outputs():
        apart.add(state if _is_logic(interface, state) else None)
    return tuple(bit for port in interface.inputs if port not in apart for bit in bits_of(port))


def _is_logic(interface: Interface, state: Port) -> bool:
    """An input named like a state is one if some output looks like a next state, or nothing
    else could keep the state (no clock)."""
    if clock_port(interface) is None:
        return True
    return any(
        next_word(p, state) or next_bit(p, state) is not None or re.search(r"next", p.name, re.I)
        for p in interface.outputs
    )


def logic_state(interface: Interface) -> Port | None:
    """The present-state input if the module is only a machine's combinational part."""
    state = state_port(interface)
    return state if state is not None and _is_logic(interface, state) else None


def machine_outputs(names: Names, states: tuple[str, ...] = ()) -> tuple[Signal, ...]:
    """The outputs that the machine's own output column or labels give values to."""
    state = logic_state(names.interface)
    if state is None:
        return tuple(whole(port) for port in names.outputs())
    return tuple(
        whole(port)
        for port in names.outputs()
        if not (
            next_word(port, state) or next_bit(port, state) is not None or next_is(port, states)
        )
        and not re.search(r"_next$|^next_", port.name, re.IGNORECASE)
    )


def emissions(text: str, names: Names, *, bare: bool = True) -> tuple[Emission, ...]:
    """Outputs and values in `out=1`, `z=0, w=1`, `1`, `0, 1`, `01`; bare values in port order."""
    text = text.strip().strip("()[]").strip()
    if not text:
        return ()
    pieces = [p for p in re.split(r"\s*[,;]\s*|\s+(?=\w+\s*=)|\s+and\s+", text) if p]
    if all("=" in piece for piece in pieces):
        return tuple(e for piece in pieces for e in _assigned(piece, names))
    if not bare:
        raise Abstain(f"the outputs {text!r} were not understood")
    outputs = machine_outputs(names)
    if len(pieces) == 1 and len(outputs) > 1 and all(o.width == 1 for o in outputs):
        pieces = list(pieces[0].replace(" ", ""))
    if len(pieces) != len(outputs):
        raise Abstain(f"the outputs {text!r} do not match the module's outputs")
    found: list[Emission] = []
    for signal, piece in zip(outputs, pieces, strict=True):
        value = cube(piece, signal.width)
        if value is None:
            raise Abstain(f"the output value {piece!r} was not understood")
        found.append(Emission(signal, value))
    return tuple(found)


def _assigned(piece: str, names: Names) -> list[Emission]:
    name, _, text = (part.strip() for part in piece.partition("="))
    text = text.lstrip("=").strip()
    signal = names.resolve(name)
    if signal is None:
        group = names.group(name) or ()
        signals = [names.resolve(n) for n in group]
        if not signals or None in signals or len(text) != len(signals):
            raise Abstain(f"{name!r} is no output of the module")
        pairs = zip([s for s in signals if s is not None], text, strict=True)
    else:
        pairs = zip([signal], [text], strict=True)
    found: list[Emission] = []
    for target, digits in pairs:
        value = cube(digits, target.width)
        if value is None or names.is_input(target):
            raise Abstain(f"the output {piece!r} was not understood")
        found.append(Emission(target, value))
    return found
