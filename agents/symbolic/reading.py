"""The door: a specification in, exactly one complete and consistent structure out, or a reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from gatewright.agents.symbolic import laws, machine, prose, waves
from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.beside import check_rest
from gatewright.agents.symbolic.facts import Facts, gather
from gatewright.agents.symbolic.interface import checked, read_heading
from gatewright.agents.symbolic.ir import (
    Clock,
    Equations,
    Notation,
    Strength,
    Table,
)
from gatewright.agents.symbolic.page import Page, open_page
from gatewright.agents.symbolic.readers import (
    automaton,
    equation,
    kmap,
    lookup,
    minterms,
    state_diagram,
    state_table,
    truth_table,
    waveform,
    words,
)
from gatewright.agents.symbolic.readers.find import (
    AutomatonDraft,
    Find,
    MachineDraft,
    WaveDraft,
)
from gatewright.agents.symbolic.roles import clock_port, reset_port
from gatewright.agents.symbolic.signals import Names
from gatewright.agents.symbolic.structure import Structure
from gatewright.agents.symbolic.text import sentences
from gatewright.core import Interface

# Beyond this a text is no page with one structure, and reading it would take long.
MAX_CHARACTERS = 40_000
MAX_LINES = 1_000
# One character 300 times, or a word that long: no specification, and slow to match.
_ENDLESS = re.compile(r"\w{300}|([^\n])\1{299}")
_NUMBERED = re.compile(r"line (\d+): ")
_SHOWN = 60
_RADIX = re.compile(r"\b(?:hex\w*|octal\w*|base[- ](?:8|16|eight|sixteen)|radix)\b", re.IGNORECASE)
# A machine with more (state, input) pairs than this is written by no hand.
MAX_MOVES = 1_024
_FORMULAS = (Notation.MINTERMS, Notation.EQUATIONS)
_CELLS = (Notation.TRUTH_TABLE, Notation.CHARACTERISTIC, Notation.LOOKUP)
# A name after these in a sentence about the reset is the name of a state.
_RESET_STATE = re.compile(
    r"\b(?:(?P<cue>state)\s+|(?:to|into|in|enters?|is)\s+(?:the\s+)?(?:state\s+)?)"
    r"[\"']?(?P<name>[A-Za-z_]\w*)"
)
Reader = Callable[[Page, Names], list[Find]]
# Drawn notations first; each reader sees only the lines that those before it have left.
_DRAWN: tuple[Reader, ...] = (
    state_diagram.read,
    state_table.read,
    kmap.read,
    waveform.read,
    automaton.read,
    truth_table.read,
    lookup.read,
)
_WRITTEN: tuple[Reader, ...] = (minterms.read, equation.read)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: one structure, or the reason for abstaining.

    `strength` says how far the structure settles the design; `assumptions` names the conventions
    that had to be assumed (with strength ASSUMED).
    """

    interface: Interface | None = None
    structure: Structure | None = None
    strength: Strength | None = None
    assumptions: tuple[str, ...] = ()
    abstained: str = ""

    @property
    def complete(self) -> bool:
        """There is a structure, complete and consistent."""
        return self.structure is not None


@dataclass(frozen=True, slots=True)
class _Settled:
    structure: Structure
    strength: Strength
    assumptions: tuple[str, ...]


def read(spec: str, interface: Interface | None = None) -> Reading:
    """Read a specification. Never raises for what the text says: it abstains with a reason.

    `interface` is believed over ports named in the text.
    """
    known = interface
    try:
        if len(spec) > MAX_CHARACTERS or spec.count("\n") > MAX_LINES or _ENDLESS.search(spec):
            raise Abstain("the text is too long for a structured specification")
        heading = read_heading(open_page(spec))
        known = interface or heading.interface
        if known is None:
            raise Abstain(heading.lack)
        checked(known)
        if interface is not None and heading.interface is not None:
            _agree(interface, heading.interface)
        settled = _read(heading.page, known)
    except Abstain as abstain:
        return Reading(known, abstained=_with_text(abstain.reason, spec))
    return Reading(known, settled.structure, settled.strength, settled.assumptions)


def _with_text(reason: str, spec: str) -> str:
    """A reason that names a line shows its text too."""
    match = _NUMBERED.match(reason)
    if match is None:
        return reason
    lines = spec.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    text = lines[int(match[1]) - 1].strip()
    said = reason[match.end() :]
    if text[:_SHOWN] in said or said.startswith("'"):
        return reason
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return f"{match[0][:-2]} ({shown!r}): {said}"


def _agree(given: Interface, told: Interface) -> None:
    """The text's ports and the given ones have the same names, directions and widths."""
    ports = {(p.name, p.direction, p.width) for p in given.ports}
    if ports != {(p.name, p.direction, p.width) for p in told.ports}:
        raise Abstain("the ports in the text differ from the given interface")


def _read(page: Page, interface: Interface) -> _Settled:
    if re.search(r"^\s*(?:always\w*\b.*@|begin\b|endcase\b|initial\s+begin)", page.text, re.M):
        raise Abstain("the text holds code")
    names = Names(interface)
    finds, rest = _finds(page, names, _DRAWN)
    if not finds:
        finds, rest = _finds(page, names, _WRITTEN)
    if not finds:
        finds, rest = _described(page, names)
    if not finds:
        raise Abstain(words.why_not(page, names))
    if len(finds) > 1:
        raise Abstain(f"the text holds {len(finds)} structures")
    unread = prose.leftover([line.text for line in rest.lines if not line.rule])
    if unread is not None:
        raise Abstain(f"the line {unread!r} looks like part of a structure and was not understood")
    _beside(page, rest, finds[0], names)
    reset = reset_port(interface)
    facts = gather(sentences(rest), reset.name if reset else None)
    settled = _settle(finds[0], names, facts)
    context = prose.Context(interface, settled.structure, reset.name if reset else None)
    prose.check(sentences(rest), context)
    return settled


def _described(page: Page, names: Names) -> tuple[list[Find], Page]:
    """A description in words, else equations without a word about them."""
    try:
        finds, rest = _finds(page, names, (words.read,))
    except Abstain as reason:
        try:
            finds, rest = _finds(page, names, (equation.read_bare,))
        except Abstain:
            finds = []
        if not finds:
            raise reason from None
    return (finds, rest) if finds else _finds(page, names, (equation.read_bare,))


def _beside(page: Page, rest: Page, find: Find, names: Names) -> None:
    """Raise Abstain where lines that were not read look as if they belonged to the structure."""
    notation = find.draft.notation if isinstance(find.draft, Table | Equations) else None
    lines = [x for x in page.lines if x.number in find.lines and not x.blank and not x.rule]
    # Lists of numbers in words are prose, and are judged as such.
    formula = notation in _FORMULAS and any("=" in line.text for line in lines)
    check_rest(rest, names, formula=formula, minterms=notation is Notation.MINTERMS and formula)
    if len({line.commented for line in lines}) > 1:
        raise Abstain("some lines of the structure are commented out")
    numbers = re.compile(r"(?<![\w'])(?:\d{2,}|[89])(?!\w)")
    if (
        notation in _CELLS
        and _RADIX.search(rest.text)
        and any(numbers.search(line.text) for line in lines)
    ):
        raise Abstain("the text names a number base, the table's cells do not show it")


def _small(draft: MachineDraft) -> None:
    if len(draft.states) << len(draft.inputs) > MAX_MOVES or len(draft.arcs) > MAX_MOVES:
        raise Abstain("the machine is too large")


def _check_reset_states(machine_states: tuple[str, ...], names: Names, facts: Facts) -> None:
    """Raise Abstain where a sentence about the reset names a state that the machine lacks."""
    known = {state.lower() for state in machine_states}
    known |= {port.name.lower() for port in names.interface.ports}
    for text in facts.resetting:
        for match in _RESET_STATE.finditer(text):
            name = match["name"]
            shaped = re.fullmatch(r"[A-Z]|[A-Z][A-Z_]+\d*|[A-Za-z_]+\d+", name)
            if shaped and name.lower() not in known | {"a", "i"}:
                raise Abstain(f"{text!r} names {name}, which is no state of the machine")


def _finds(page: Page, names: Names, readers: tuple[Reader, ...]) -> tuple[list[Find], Page]:
    finds: list[Find] = []
    for reader in readers:
        new = reader(page, names)
        for find in new:
            page = page.without(find.lines).replaced(dict(find.remainders))
        finds += new
    return finds, page


def _settle(find: Find, names: Names, facts: Facts) -> _Settled:
    draft = find.draft
    if isinstance(draft, MachineDraft):
        _small(draft)
        fitted = machine.fit(draft, names, facts)
        _check_reset_states(draft.states, names, facts)
        return _settled(fitted.machine, find.assumptions + fitted.assumptions)
    if isinstance(draft, AutomatonDraft):
        structure, assumptions = automaton.settle(draft, names, facts.text)
        return _settled(structure, find.assumptions + assumptions)
    if isinstance(draft, WaveDraft):
        return _wave(draft, names, facts)
    if isinstance(draft, Table) and isinstance(draft.trigger, Clock) and facts.falling:
        draft = replace(draft, trigger=Clock(draft.trigger.port, falling=True))
    return _settled(draft, find.assumptions)


def _settled(structure: Structure, assumptions: tuple[str, ...]) -> _Settled:
    strength = Strength.ASSUMED if assumptions else Strength.PROVED
    return _Settled(structure, strength, assumptions)


def _wave(draft: WaveDraft, names: Names, facts: Facts) -> _Settled:
    said = bool(re.search(r"\bcombinational\b", facts.text, re.IGNORECASE))
    said &= not re.search(r"\bsequential\b|\bmemory\b|\bflip-?flop", facts.text, re.IGNORECASE)
    if clock_port(names.interface) is not None:
        return _Settled(laws.sequential(draft, names, facts), Strength.CONSISTENT, ())
    table = waves.combinational(draft, names)
    total = 1 << sum(port.width for port in names.inputs())
    proved = said and len(table.rows) == total
    return _Settled(table, Strength.PROVED if proved else Strength.CONSISTENT, ())
