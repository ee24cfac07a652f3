"""A specification that comes piece by piece, read without a model: what is known, what lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING

from gatewright.agents.chat.events import Contract
from gatewright.agents.naming import named_module, restated
from gatewright.agents.view import header_of

if TYPE_CHECKING:
    from gatewright.agents.symbolic import Reading

_MOST_LINES = 40
_MOST_TRIED = 10
# What a person says around a specification, where its readers want none of it.
_REQUEST = re.compile(
    r"\A\s*(?:(?:hi|hello|hey|please|plz|pls|actually|ok(?:ay)?|so|now)[,!.\s]+)*"
    r"(?:(?:(?:can|could) you|i(?:'d| would)? (?:want|need|like)(?: to have)?|we need|let'?s)\s+)?"
    r"(?:please\s+)?(?:(?:make|build|create|write|design|implement|give|do)(?:\s+(?:me|us))?\s+)?"
    r"(?=(?:an?|the)\s)",
    re.IGNORECASE,
)
# What nobody would want otherwise without saying so: told, but not asked.
_CONVENTION = re.compile(r"the register takes the rising edge of ")
PORTS = "ports"
BEHAVIOUR = "behaviour"
ASSUMED = "assumed"

ASK_PORTS = (
    "Which ports does it have? One a line, for instance:\n"
    "- input clk\n- input d (8 bits)\n- output q (8 bits)"
)
ASK_PORTS_AGAIN = "That names no ports that I can read. One a line, such as: - input d (8 bits)"
ASK_BEHAVIOUR_AGAIN = (
    "Can you say that otherwise? `help` lists what I read, `start over` forgets all of it; a model "
    "that you name (-m) understands more."
)
ASK_BEHAVIOUR = (
    "What are the outputs, as a function of the inputs or in each cycle? I read equations "
    "(`y = a & b | c`), truth tables, Karnaugh maps, minterms, state tables and diagrams, "
    "waveforms, and short sentences of the field, such as: `Implement an 8-bit binary counter. The "
    "reset is synchronous and active high, and resets the counter to 0. It counts when en is 1.`"
)


@dataclass(frozen=True, slots=True)
class Specified:
    """The text that was read and what came of it."""

    text: str
    reading: Reading

    @property
    def lacks(self) -> str:
        """What has to be asked for: PORTS, BEHAVIOUR, ASSUMED, or '' where nothing lacks."""
        if self.reading.interface is None:
            return PORTS
        if not self.reading.complete:
            return BEHAVIOUR
        open_ = [each for each in self.reading.assumptions if not _CONVENTION.match(each)]
        return ASSUMED if open_ else ""

    @property
    def module(self) -> str:
        """The module's name, `top` where nobody named it."""
        interface = self.reading.interface
        return named_module(self.text) or (interface.module if interface else "") or "top"

    def contract(self, top: str = "") -> Contract:
        """What the module will be, called `top` if that is given; the reading is complete."""
        from gatewright.agents import symbolic
        from gatewright.agents.symbolic.ir import Clock, Level, Reset

        reading = self.reading
        assert reading.interface is not None
        parts = list(_parts(reading.structure))
        clock = next((part.edge for part in parts if isinstance(part, Clock)), "")
        latch = next((part for part in parts if isinstance(part, Level)), None)
        reset = next((part for part in parts if isinstance(part, Reset)), None)
        told = [
            line
            for line in symbolic.normalise(reading).splitlines()
            if not line.startswith("Assumed")
        ]
        behaviour = "\n".join(told[:_MOST_LINES])
        if len(told) > _MOST_LINES:
            behaviour += f"\n… and {len(told) - _MOST_LINES} more lines"
        if clock:
            latency = f"registers change at {clock}"
        else:
            latency = f"latch, open with {latch.port}" if latch else "combinational"
        return Contract(
            top or self.module,
            reading.interface.ports,
            clock or "none",
            _reset(reset),
            latency,
            behaviour,
            reading.assumptions,
        )


def specify(before: str, more: str) -> Specified:
    """What is specified when `more` is said after `before`: the reading that gets furthest.

    The new text may stand alone, go on from the old one, or take the place of its first parts,
    all but the ports.
    """
    from gatewright.agents import symbolic

    best: Specified | None = None
    for text in _texts(before, phrased(more)):
        found = Specified(text, symbolic.read(restated(text)))
        if found.reading.complete:
            return found
        if best is None or (best.lacks == PORTS and found.lacks != PORTS):
            best = found
    assert best is not None
    return best


def phrased(text: str) -> str:
    """A request as specifications say it: `plz make me an and gate`: `Implement an and gate`."""
    found = _REQUEST.match(text)
    return f"Implement {text[found.end() :]}" if found and found[0].strip() else text


def _texts(before: str, more: str) -> Iterator[str]:
    from gatewright.agents import symbolic

    yield more
    if not before.strip():
        return
    yield f"{before.rstrip()}\n\n{more}"
    known = symbolic.read(restated(before)).interface
    if known is None:
        return
    header = header_of(known, named_module(before) or "")
    pieces = [piece for piece in before.split("\n\n") if piece.strip()]
    for first in range(max(1, len(pieces) - _MOST_TRIED), len(pieces) + 1):
        yield "\n\n".join((header, *pieces[first:], more))


def _reset(reset: object) -> str:
    from gatewright.agents.symbolic.ir import Reset

    if not isinstance(reset, Reset):
        return "none"
    level = "active low" if reset.active_low else "active high"
    return f"{reset.port}, {level}, {'asynchronous' if reset.asynchronous else 'synchronous'}"


def _parts(value: object) -> Iterator[object]:
    """A structure's parts, however deep."""
    if is_dataclass(value) and not isinstance(value, type):
        yield value
        for each in fields(value):
            yield from _parts(getattr(value, each.name))
    elif isinstance(value, tuple):
        for item in value[:200]:
            yield from _parts(item)
