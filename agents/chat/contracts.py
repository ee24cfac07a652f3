"""What a module is to be: shown to the user before there is code, and kept to by the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from gatewright.agents.chat.events import Contract
from gatewright.agents.chat.modules import modules_of
from gatewright.agents.chat.toolbox import Hands
from gatewright.core import GatewrightError, Interface, Port, Source, UsageError

_SHOW = "call show_contract first: ports, clock, reset, latency"


def show_contract(hands: Hands, contract: Contract) -> None:
    """Show it, and remember that it was shown."""
    hands.turn.tell(contract)
    hands.turn.change(
        lambda state: replace(
            state, contracts=tuple(dict.fromkeys((*state.contracts, contract.module)))
        )
    )


def owed_contract(hands: Hands, text: str, before: str = "") -> None:
    """Raises UsageError where a text defines a module that is new and has no contract yet, or one
    with other ports than its contract."""
    shown = {*hands.turn.state.contracts, *modules_of(before)}
    lacking = [name for name in modules_of(text) if name not in shown]
    if lacking:
        raise UsageError(f"the user has seen no contract of {', '.join(lacking)}", hint=_SHOW)
    if broken := departures(hands, text):
        raise UsageError(
            f"the user has seen another contract: {'; '.join(broken)}",
            hint="keep to it, or call show_contract with what changes first",
        )


def owed_to_generate(hands: Hands, module: str) -> None:
    """Raises UsageError where a design is to be written that no contract was shown of."""
    shown = hands.turn.state.contracts
    if not shown or (module and module not in shown):
        what = f"the user has seen no contract of {module or 'the module'}"
        raise UsageError(what, where="generate", hint=_SHOW)


def shown_contract(hands: Hands, module: str) -> Contract | None:
    """The last contract of that module that the user was shown."""
    turn = hands.turn
    for kept in reversed(turn.store.events(turn.conversation)):
        if isinstance(kept.event, Contract) and kept.event.module == module:
            return kept.event
    return None


def with_ports(hands: Hands, spec: str, module: str) -> str:
    """A specification that names its ports: those of the contract, where it names none."""
    from gatewright.agents import symbolic
    from gatewright.agents.naming import restated

    shown = hands.turn.state.contracts
    contract = shown_contract(hands, module or shown[-1]) if shown else None
    if contract is None or symbolic.read(restated(spec)).interface is not None:
        return spec
    ports = (
        f"- {port.direction} {port.name}" + (f" ({port.width} bits)" if port.width > 1 else "")
        for port in contract.ports
    )
    return "\n".join((spec.rstrip(), "", *ports)) + "\n"


def departures(hands: Hands, text: str) -> tuple[str, ...]:
    """Where the ports of a text's modules are not those of the contracts that were shown."""
    from gatewright.sandbox.tools.slang import parse_interfaces

    if not set(modules_of(text)) & set(hands.turn.state.contracts):
        return ()
    try:
        found = parse_interfaces([Source("text.sv", text)])
    except GatewrightError:
        return ()  # what cannot be read has no ports to compare; the checks say what is wrong
    return tuple(
        f"{interface.module}: {each}"
        for interface in found
        if interface.ports and (contract := shown_contract(hands, interface.module))
        for each in _differing(contract, interface, text)
    )


def _differing(contract: Contract, made: Interface, text: str) -> Iterator[str]:
    names = [port.name for port in contract.ports]
    yield from (f"no port {name}" for name in names if made.port(name) is None)
    yield from (f"port {port.name} is new" for port in made.ports if port.name not in names)
    for promised in contract.ports:
        port = made.port(promised.name)
        if port is None:
            continue
        if port.direction != promised.direction:
            yield f"{port.name} is an {port.direction}, not an {promised.direction}"
        elif port.width != promised.width and _is_known(port, text):
            yield f"{port.name} has {port.width} bits, not {promised.width}"


def _is_known(port: Port, text: str) -> bool:
    """Its width can be told: no type of the user's, no array, no range that nothing evaluates."""
    if port.left is not None:
        return True
    name = re.escape(port.name)
    return not re.search(rf"::|\btypedef\b|\bimport\b|\]\s*{name}\b|\b{name}\s*\[", text)
