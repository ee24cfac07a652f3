"""Puts together what the sentences say: every output driven once, every input used, or Abstain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.circuit import (
    Choice,
    Circuit,
    Drive,
    Equal,
    Inverse,
    Number,
    Part,
    Sum,
    Word,
    parts_of,
)
from gatewright.agents.symbolic.ir import Clock, Level, Notation, Reset, Span
from gatewright.agents.symbolic.roles import named_asynchronous, named_low
from gatewright.agents.symbolic.wording.statements import (
    CarryKept,
    ClockEdge,
    Counter,
    Drives,
    Enables,
    Flops,
    Held,
    Latch,
    Multiplexer,
    Otherwise,
    Resets,
    Statement,
    Takes,
    WiderSum,
)
from gatewright.agents.symbolic.wording.terms import Terms, inverted, steering

_ENABLES = ("en", "ena", "enable", "e", "g", "le", "gate")
_RESETS = ("r", "ar", "sr")
_MOST_WAYS = 256
# Counts that are not plain binary, or not upwards, by the output's name.
_OTHER_CODE = re.compile(r"gray|one_?hot|johnson|ring|lfsr|down|remain|left", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Settled:
    """The circuit, and what had to be assumed."""

    circuit: Circuit
    assumptions: tuple[str, ...]


def settle(said: Sequence[Statement], terms: Terms, span: Span) -> Settled:
    """The circuit that the sentences describe together. Raises Abstain where they do not."""
    kinds = [s for s in said if isinstance(s, Flops | Latch | Counter)]
    timing = [s for s in said if isinstance(s, ClockEdge | Resets | Enables | Held)]
    wires = _wires(said, terms)
    if len(kinds) > 1 or (kinds and wires):
        raise Abstain("the text describes more than one circuit")
    if not kinds:
        if timing or terms.clock is not None:
            raise Abstain("the text does not say what the clock does")
        return Settled(_covered(Circuit(Notation.WORDS, wires, span), terms), ())
    assumptions: tuple[str, ...] = ()
    if isinstance(kinds[0], Latch):
        drive, assumptions = _latch(terms)
        if timing:
            raise Abstain("the text gives a latch a clock edge or a reset")
    else:
        drive, assumptions = _register(kinds[0], timing, terms)
    return Settled(_covered(Circuit(Notation.WORDS, (drive,), span), terms), assumptions)


def _covered(circuit: Circuit, terms: Terms) -> Circuit:
    """Every bit of every output driven once, every input read."""
    driven = [
        (d.output.port, bit)
        for d in circuit.drives
        for bit in range(d.output.low, d.output.high + 1)
    ]
    wanted = {(o.port, bit) for o in terms.outputs for bit in range(o.width)}
    if len(driven) != len(set(driven)):
        raise Abstain("the text drives an output twice")
    if set(driven) != wanted:
        raise Abstain("the text does not say what drives every output")
    used = {part.port for drive in circuit.drives for part in parts_of(drive.word)}
    for drive in circuit.drives:
        used |= {drive.trigger.port} if drive.trigger else set()
        used |= {drive.reset.port} if drive.reset else set()
    unused = {port.name for port in terms.interface.inputs} - used
    if unused:
        raise Abstain(f"the text does not say what {', '.join(sorted(unused))} does")
    return circuit


def _wires(said: Sequence[Statement], terms: Terms) -> tuple[Drive, ...]:
    if any(isinstance(s, WiderSum) for s in said) != any(isinstance(s, CarryKept) for s in said):
        raise Abstain("whether the sum includes the carry is not settled")
    wires = list(dict.fromkeys(Drive(s.output, s.word) for s in said if isinstance(s, Drives)))
    takes = list(dict.fromkeys(s for s in said if isinstance(s, Takes)))
    rests = list(dict.fromkeys(s for s in said if isinstance(s, Otherwise)))
    muxes = [s for s in said if isinstance(s, Multiplexer)]
    if takes:
        wires.append(_selected(takes, rests, terms))
    elif rests:
        raise Abstain("the text says what happens otherwise, not what otherwise means")
    if muxes and len(wires) != 1:
        raise Abstain("the text does not say what selects which input of the multiplexer")
    for mux in muxes:
        _check_multiplexer(mux, wires[0], terms)
    return tuple(wires)


def _selected(takes: Sequence[Takes], rests: Sequence[Otherwise], terms: Terms) -> Drive:
    select = takes[0].select
    numbers = [take.number for take in takes]
    if any(take.select != select for take in takes) or len(set(numbers)) != len(numbers):
        raise Abstain("the text selects in more than one way")
    if len(rests) > 1 or len(numbers) > _MOST_WAYS:
        raise Abstain("the text says twice what happens otherwise")
    complete = len(numbers) == 1 << select.width
    if complete == bool(rests):
        raise Abstain(f"the text does not say exactly what each value of {select} selects")
    ordered = sorted(takes, key=lambda take: take.number)
    word: Word = rests[0].word if rests else ordered.pop().word
    for take in reversed(ordered):
        test: Word = Equal(select, Number(take.number, select.width))
        if select.width == 1:
            test = select if take.number else Inverse(select)
        word = Choice(test, take.word, word)
    return Drive(terms.outputs[0], word)


def _check_multiplexer(mux: Multiplexer, wire: Drive, terms: Terms) -> None:
    """There are as many data inputs, and as wide, as the sentence says."""
    width = wire.output.width
    if mux.width not in (None, width):
        raise Abstain("the multiplexer's width is not that of its output")
    data = [part for part in terms.inputs if part.width == width]
    packed = [part for part in terms.inputs if part.width == mux.ways * width]
    read = parts_of(wire.word)
    if not isinstance(wire.word, Choice):
        if not packed:
            raise Abstain("the multiplexer has not as many inputs as the text says")
        return
    ports = [part for part in data if part in _data(wire.word)]
    if len(ports) != mux.ways or any(not part.whole for part in read):
        raise Abstain("the multiplexer has not as many inputs as the text says")


def _data(word: Word) -> frozenset[Part]:
    """What a chain of choices chooses from."""
    if isinstance(word, Choice):
        return _data(word.yes) | _data(word.no)
    return frozenset({word}) if isinstance(word, Part) else frozenset()


def _latch(terms: Terms) -> tuple[Drive, tuple[str, ...]]:
    enables = [p for p in terms.interface.inputs if p.width == 1 and p.name.lower() in _ENABLES]
    data = [part for part in terms.inputs if not enables or part.port != enables[0].name]
    if len(enables) != 1 or len(data) != 1 or terms.clock is not None:
        raise Abstain("which input enables the latch is not clear")
    drive = Drive(_kept(terms), _stored(data[0], terms), Level(enables[0].name))
    return drive, (f"the latch is open while {enables[0].name} is 1",)


def _kept(terms: Terms) -> Part:
    """The only output, unless its name says that it is a complement."""
    ports = terms.interface.outputs
    if len(ports) != 1 or inverted(ports[0]):
        raise Abstain("which output the register drives is not clear")
    return terms.outputs[0]


def _stored(data: Part, terms: Terms) -> Part:
    port = terms.interface.port(data.port)
    if port is None or steering(port) or inverted(port) or data.width != _kept(terms).width:
        raise Abstain("which input the register stores is not clear")
    return data


def _register(
    kind: Flops | Counter, timing: Sequence[Statement], terms: Terms
) -> tuple[Drive, tuple[str, ...]]:
    clock, output = terms.clock, _kept(terms)
    edges = {s.falling for s in timing if isinstance(s, ClockEdge)}
    if clock is None or len(edges) > 1:
        raise Abstain("the register's clock is not clear")
    assumptions = () if edges else (f"the register takes the rising edge of {clock.name}",)
    trigger = Clock(clock.name, edges == {True})
    resets = _merged([s for s in timing if isinstance(s, Resets)])
    drive, more = _with_reset(kind, Drive(output, output, trigger), resets, terms)
    data = [part for part in terms.inputs if drive.reset is None or part.port != drive.reset.port]
    if isinstance(kind, Flops):
        if len(data) != 1 or kind.count != output.width:
            raise Abstain("which inputs the flip-flops store is not clear")
        word: Word = _stored(data[0], terms)
        if any(isinstance(s, Enables | Held) for s in timing):
            raise Abstain("an enable of flip-flops is not read")
    else:
        word, held = _enabled(_counted(kind, drive, output), drive, timing)
        more = (*more, *held)
    return replace(drive, word=word), (*assumptions, *more)


def _merged(said: Sequence[Resets]) -> Resets | None:
    """All that is said about the reset; None where nothing is, or that there is none."""

    def one(name: str) -> set[object]:
        return {getattr(s, name) for s in said} - {None}

    if any(len(one(name)) > 1 for name in ("port", "asynchronous", "low", "value", "absent")):
        raise Abstain("the text contradicts itself about the reset")
    if not said or said[0].absent:
        return None

    def flag(name: str) -> bool | None:
        values = one(name)
        return bool(values.pop()) if values else None

    ports = [s.port for s in said if s.port is not None]
    numbers = [s.value for s in said if s.value is not None]
    return Resets(
        ports[0] if ports else None,
        flag("asynchronous"),
        flag("low"),
        numbers[0] if numbers else None,
    )


def _with_reset(
    kind: Flops | Counter, drive: Drive, said: Resets | None, terms: Terms
) -> tuple[Drive, tuple[str, ...]]:
    if said is None:
        if isinstance(kind, Counter):
            raise Abstain("the text does not say where the counter starts")
        return drive, ()
    lettered = [p for p in terms.interface.inputs if p.width == 1 and p.name.lower() in _RESETS]
    port = terms.interface.port(said.port) if said.port else terms.reset
    if port is None and len(lettered) == 1:
        port = lettered[0]
    if port is None:
        raise Abstain("which input resets is not clear")
    by_name = named_asynchronous(port)
    asynchronous = said.asynchronous if said.asynchronous is not None else by_name
    if asynchronous is None:
        raise Abstain("whether the reset is synchronous is not said")
    if by_name not in (None, asynchronous) or (named_low(port) and said.low is False):
        raise Abstain(f"the text contradicts the name of the reset {port.name}")
    assumptions: list[str] = []
    if said.low is None and not named_low(port):
        assumptions.append(f"the reset {port.name} is active-high")
    low = said.low if said.low is not None else named_low(port)
    if said.value is None:
        if isinstance(kind, Counter) and kind.first:
            raise Abstain("the text does not say what the counter is reset to")
        if re.fullmatch(r"(?:pre)?set\w*", port.name, re.IGNORECASE):
            raise Abstain(f"what {port.name} sets the register to is not said")
        assumptions.append("the reset brings zero")
    reset = Reset(port.name, low, asynchronous)
    return replace(drive, reset=reset, value=said.value or 0), tuple(assumptions)


def _enabled(word: Word, drive: Drive, timing: Sequence[Statement]) -> tuple[Word, tuple[str, ...]]:
    """The count that is taken only while the counter is enabled."""
    enables = {s for s in timing if isinstance(s, Enables)}
    if not enables and Held() not in timing:
        return word, ()
    if len(enables) != 1:
        raise Abstain("which input enables the counter is not clear")
    (enable,) = enables
    reset = drive.reset
    if reset is not None and reset.port == enable.part.port:
        raise Abstain(f"{reset.port} both resets and enables")
    test: Word = Inverse(enable.part) if enable.low else enable.part
    waits = reset is None or reset.asynchronous
    told = () if waits else (f"the reset does not wait for {enable.part.port}",)
    return Choice(test, word, drive.output), told


def _counted(kind: Counter, drive: Drive, output: Part) -> Word:
    """The next count: one more, or the first one after the last one."""
    if kind.first is None or kind.period is None:
        raise Abstain("the counter's range is not clear")
    last = kind.first + kind.period - 1 if kind.last is None else kind.last
    if _OTHER_CODE.search(output.port):
        raise Abstain(f"the name {output.port} says that the counter counts in another way")
    if kind.decimal and output.width != 4:
        raise Abstain("a decimal counter of several digits is not read")
    if kind.width not in (None, output.width) or last >= 1 << output.width:
        raise Abstain("the counter's range does not fit its output")
    if not kind.first <= drive.value <= last:
        raise Abstain("the reset is outside the counter's range")
    following = Sum((output, Number(1, 1)), output.width)
    if kind.first == 0 and last == (1 << output.width) - 1:
        return following
    end = Equal(output, Number(last, output.width))
    return Choice(end, Number(kind.first, output.width), following)
