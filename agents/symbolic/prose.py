"""Does the text around a structure add behaviour that the structure does not show?

A closed world: every clause must match one of the patterns here, in `facts` or in the automaton's
reader, and what it says (names, counts, levels, edges, codes) must agree with what was read.
Anything else makes the reading abstain: a hybrid of structure and prose is not for this reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gatewright.agents.symbolic import facts
from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.ir import (
    Automaton,
    Clocked,
    Logic,
    Machine,
    NextBit,
    NextIs,
    Notation,
    Table,
    Trace,
)
from gatewright.agents.symbolic.phrases import CODES, EXAMPLES, LOGIC, MACHINES, PLAIN, TRACES
from gatewright.agents.symbolic.readers import automaton
from gatewright.agents.symbolic.roles import clock_port, named_low
from gatewright.agents.symbolic.structure import Structure
from gatewright.agents.symbolic.text import Sentence, listed_otherwise
from gatewright.agents.symbolic.titles import is_title
from gatewright.agents.symbolic.vocabulary import clauses, slots
from gatewright.core import Interface, Port

_NUMBERS = (
    *("zero", "one", "two", "three", "four", "five"),
    *("six", "seven", "eight", "nine", "ten"),
)


@dataclass(frozen=True, slots=True)
class Context:
    """What the sentences may mention: the module's names, the states, and the reset's port."""

    interface: Interface
    structure: Structure
    reset: str | None
    # A diagram that leaves outputs out names those it gives; their list may stand in any order.
    named_outputs: bool = False

    @property
    def states(self) -> tuple[str, ...]:
        """The machine's states, if it is one."""
        return self.structure.states if isinstance(self.structure, Machine) else ()

    @property
    def machine(self) -> Machine | None:
        """The structure, if it is a machine."""
        return self.structure if isinstance(self.structure, Machine) else None

    @property
    def form(self) -> Clocked | Logic | None:
        """The machine's form, if the structure is one."""
        return self.structure.form if isinstance(self.structure, Machine) else None

    @property
    def sequential(self) -> bool:
        """There are registers or latches in the design."""
        if isinstance(self.structure, Table):
            return self.structure.trigger is not None
        return isinstance(self.structure, Automaton | Trace) or isinstance(self.form, Clocked)


def check(sentences: Iterable[Sentence], context: Context) -> None:
    """Raise Abstain, naming the sentence, where one adds behaviour or is not understood."""
    sentences = list(sentences)
    if any(
        pattern.fullmatch(clause)
        for sentence in sentences
        for clause in clauses(sentence.text)
        for pattern in facts.ZERO
    ):
        context = replace(context, named_outputs=True)
    for sentence in sentences:
        for clause in clauses(sentence.text):
            if not _understood(clause, context):
                text = re.sub(r"\s+", " ", sentence.text)[:200]
                raise Abstain(f"line {sentence.line}: {text!r} may add behaviour to the structure")


def _understood(clause: str, context: Context) -> bool:
    """Some pattern that is at home beside this structure matches, and nothing it says is false."""
    _check_order(clause, context)
    if isinstance(context.structure, Automaton) and automaton.understood(
        clause, context.structure, context.interface
    ):
        return True
    if _describes_next_state(clause, context) or is_title(clause, context.structure):
        return True
    if not _agrees(clause, context):
        return False
    for pattern in _patterns(context):
        match = pattern.fullmatch(clause)
        if match and _example(match, context) and _all_so(match, context):
            return True
    return False


def _patterns(context: Context) -> Iterable[re.Pattern[str]]:
    """The patterns that may stand beside the structure."""
    yield from PLAIN
    yield from EXAMPLES
    if context.machine:
        yield from (*facts.RESETS, facts.WITH_RESET, *facts.ZERO, *MACHINES, *CODES)
    if isinstance(context.form, Logic):
        yield from LOGIC
    if isinstance(context.structure, Trace):
        yield from TRACES
    if context.sequential:
        yield from facts.CLOCKS


def _check_order(text: str, context: Context) -> None:
    """A list of all the machine's inputs in another order would turn its labels round."""
    if not isinstance(context.structure, Machine):
        return
    if listed_otherwise([str(signal) for signal in context.structure.inputs], text):
        raise Abstain(f"{text!r} lists the inputs in another order than the ports")


def _agrees(clause: str, context: Context) -> bool:
    """What kind of structure the clause speaks of is the kind that was read."""

    def says(pattern: str) -> bool:
        return bool(re.search(rf"\b(?:{pattern})\b", clause, re.IGNORECASE))

    machine, form = context.machine, context.form
    mealy = machine is not None and any(arc.emits for arc in machine.arcs)
    moore = machine is not None and bool(machine.moore)
    if (says("moore") and (machine is None or mealy)) or (
        says("mealy") and (machine is None or moore)
    ):
        return False
    if says("synchronous|asynchronous|sync|async|active[- ](?:low|high)") and (
        isinstance(form, Clocked) and form.reset is None
    ):
        return False
    if says(r"(?:transition|next[- ]state|output|state) logic") and isinstance(form, Clocked):
        return False
    drawn = says("combinational|combinatorial") and not says("logic")
    if drawn and context.sequential:
        return False
    if says("sequential") and not context.sequential:
        return not says(r"sequential (?:circuit|logic|system|function)")
    if says("negative|falling") and isinstance(context.structure, Automaton):
        return False
    return _polarity_named(clause, context)


def _polarity_named(clause: str, context: Context) -> bool:
    """A reset that its name calls active-low is not asserted by a one."""
    port = context.interface.port(context.reset) if context.reset else None
    return not (port and named_low(port) and re.search(r"active[- ]high", clause, re.IGNORECASE))


def _all_so(match: re.Match[str], context: Context) -> bool:
    return all(_is_so(kind, text, context) for kind, text in slots(match))


def _example(match: re.Match[str], context: Context) -> bool:
    """The numbers of an example agree with the ports."""
    said = dict(slots(match, "example", "ports", "bitlist"))
    if "example" in said:
        table = context.structure
        names = re.split(r",? and |, ?", said["ports"])
        bits = "".join(re.findall("[01]", said["bitlist"]))
        return (
            isinstance(table, Table)
            and names == [str(signal) for signal in table.inputs]
            and len(bits) == len(names)
            and int(bits, 2) == int(said["example"])
        )
    return True


def _is_so(kind: str, text: str, context: Context) -> bool:
    """What a pattern's slot holds is the thing that the slot says."""
    name = text.strip("_")
    ports = context.interface.ports
    match kind:
        case "port":
            return context.interface.port(re.sub(r"\[\d+\]$", "", name)) is not None
        case "output":
            return any(p.name == name for p in context.interface.outputs)
        case "ports" | "ins" | "outs":
            return _listed(kind, re.split(r",? and |, ?", text), context)
        case "run":
            return text in _input_runs(context)
        case "range":
            return any(text == _range(port) for port in ports)
        case "state" | "start":
            return facts.state_named(text, context.states) is not None
        case "reset":
            return text == context.reset or text.lower() == "reset"
        case "clock":
            clock = clock_port(context.interface)
            return clock is not None and text == clock.name
        case "module":
            return text.lower() == context.interface.module.lower()
        case "nin" | "nout":
            return _number(text) in _amounts(kind == "nin", context)
        case "count":
            return _number(text) == len(context.states)
        case "msb" | "lsb":
            return _end_of_minterms(name, kind, context)
        case _:
            return True


def _listed(kind: str, names: Sequence[str], context: Context) -> bool:
    """The names are such ports, and stand in their order."""
    sides = {
        "ports": context.interface.ports,
        "ins": context.interface.inputs,
        "outs": context.interface.outputs,
    }
    ports = [port.name for port in sides[kind]]
    if kind == "outs" and context.named_outputs:
        return set(names) <= set(ports)
    return _in_order(names, ports)


def _in_order(names: Sequence[str], ports: Sequence[str]) -> bool:
    """The names are ports, and stand in the ports' order."""
    places = [ports.index(name) for name in names if name in ports]
    return len(places) == len(names) and places == sorted(places)


def _input_runs(context: Context) -> set[str]:
    signals = context.machine.inputs if context.machine else ()
    names = [str(signal) for signal in signals]
    return {"".join(names), *(names if len(names) == 1 else ())} - {""}


def _amounts(inward: bool, context: Context) -> set[int]:
    """How many inputs (outputs) there are: with clock and reset or without, as ports or as bits."""
    ports = context.interface.inputs if inward else context.interface.outputs
    clock = clock_port(context.interface)
    data = [port for port in ports if port != clock]
    plain = [port for port in data if port.name != context.reset]
    counted = (ports, data, plain)
    amounts = {len(some) for some in counted} | {sum(p.width for p in some) for some in counted}
    if context.machine:
        amounts.add(len(context.machine.inputs if inward else context.machine.outputs))
    return amounts


def _range(port: Port) -> str:
    return f"{port.name}[{port.left}:{port.right}]"


def _number(word: str) -> int | None:
    return _NUMBERS.index(word.lower()) if word.lower() in _NUMBERS else _digits(word)


def _digits(word: str) -> int | None:
    return int(word) if word.isdigit() else None


def _end_of_minterms(name: str, kind: str, context: Context) -> bool:
    """The input is the first (last) of a minterm's bits."""
    table = context.structure
    if not isinstance(table, Table) or table.notation is not Notation.MINTERMS:
        return False
    return str(table.inputs[0 if kind == "msb" else -1]) == name


def _describes_next_state(text: str, context: Context) -> bool:
    """`B3_next: assert when next-state is B3`, `The output Y1 is y[1]`: agrees with the reading.

    Raises Abstain where it disagrees.
    """
    machine = context.structure
    if not isinstance(machine, Machine) or not isinstance(machine.form, Logic):
        return False
    for drive in machine.form.drives:
        name = re.escape(drive.port.port)
        if isinstance(drive, NextIs):
            match = re.match(
                rf"^\W*{name}\W+(?:is\s+)?(?:assert(?:ed|s)?|1|high|true)\s+(?:when|if)\s+"
                rf"(?:the\s+)?next[- ]state\s+is\s+(?:the\s+)?(?:state\s+)?(\w+)(?:\s+state)?\W*$",
                text,
                re.IGNORECASE,
            )
            if match and match[1].lower() != drive.state.lower():
                raise Abstain(f"{text!r} contradicts the name of output {drive.port}")
            if match:
                return True
        elif isinstance(drive, NextBit):
            match = re.match(
                rf"^\W*(?:note\s+(?:that\s+)?)?(?:the\s+)?(?:output\s+)?(?:signal\s+)?"
                rf"{name}\s+(?:is|should\s+be|corresponds\s+to)\s+(?:the\s+)?"
                rf"(?:input\s+(?:of|to)\s+(?:the\s+)?(?:state\s+)?(?:flip-?flop\s+)?|bit\s+)?"
                rf"\w+\[(\d+)\](?:\s+of\s+the\s+next[- ]state(?:\s+signal)?)?\W*$",
                text,
                re.IGNORECASE,
            )
            if match and not _same_bit(int(match[1]), drive, machine.form, context.interface):
                raise Abstain(f"{text!r} contradicts the name of output {drive.port}")
            if match:
                return True
    return False


def _same_bit(index: int, drive: NextBit, form: Logic, interface: Interface) -> bool:
    port = interface.port(form.state.port)
    lowest = min(port.left or 0, port.right or 0) if port else 0
    return index - lowest == drive.bit


def leftover(lines: Sequence[str]) -> str | None:
    """The first line that looks like part of a table or diagram nobody has read."""
    for line in lines:
        text = re.sub(r"\|\|", " ", line)
        cells = re.findall(r"(?<!\S)[01xX-](?!\S)", line.replace("|", " "))
        if text.count("|") >= 1 or re.search(r"[-=~]+>", text) or len(cells) >= 3:
            return line.strip()
    return None
