"""What a reader hands over: a structure, or a machine still to be fitted to the interface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gatewright.agents.symbolic.abstain import on_line
from gatewright.agents.symbolic.circuit import Circuit
from gatewright.agents.symbolic.ir import (
    Equations,
    Literal,
    Notation,
    Sample,
    Signal,
    Span,
    Table,
    Value,
)
from gatewright.agents.symbolic.page import Line, Page
from gatewright.agents.symbolic.signals import Names


@dataclass(frozen=True, slots=True)
class MachineDraft:
    """A state table's or diagram's content, before reset, encoding and ports are settled.

    `arcs` are (source, target, condition, Mealy outputs); a condition is a disjunction of
    conjunctions, or None for "else". `outputs` are the signals that `moore` or the arcs give
    values to. `initial` is the state that the notation itself marks as the first. `state_name`
    is the vector that a state-assigned table calls its state column.
    """

    notation: Notation
    states: tuple[str, ...]
    inputs: tuple[Signal, ...]
    arcs: tuple[DraftArc, ...]
    moore: tuple[StateOutput, ...]
    span: Span
    initial: str | None = None
    state_name: str = ""


@dataclass(frozen=True, slots=True)
class DraftArc:
    """One written transition; `when` None means "else"."""

    source: str
    target: str
    when: tuple[tuple[Literal, ...], ...] | None
    emits: tuple[Emission, ...] = ()


@dataclass(frozen=True, slots=True)
class Emission:
    """An output and its value."""

    signal: Signal
    value: Value


@dataclass(frozen=True, slots=True)
class StateOutput:
    """A state and the outputs that the notation gives for it (perhaps none: `()`)."""

    state: str
    emissions: tuple[Emission, ...]


@dataclass(frozen=True, slots=True)
class WaveDraft:
    """A waveform's samples before anything is concluded from them."""

    columns: tuple[Signal, ...]
    samples: tuple[Sample, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class AutomatonDraft:
    """A neighbourhood table: bit k of `rule` for {left, centre, right} = k."""

    rule: int
    span: Span
    left_is_higher: bool | None


Draft = Table | Equations | Circuit | MachineDraft | WaveDraft | AutomatonDraft


@dataclass(frozen=True, slots=True)
class Find:
    """A structure found, the lines it takes up, and what had to be assumed to read it.

    `remainders` are the texts that are left of some of those lines beside the structure.
    """

    draft: Draft
    lines: frozenset[int]
    assumptions: tuple[str, ...] = ()
    remainders: tuple[tuple[int, str], ...] = ()


def span_of(lines: frozenset[int]) -> Span:
    """The span from the first to the last line."""
    return Span(min(lines), max(lines))


def scan(
    page: Page, names: Names, begins: Callable[[Page, Line, Names], Find | None]
) -> list[Find]:
    """The structures that begin on the page's lines, each behind the one before it.

    `begins` tells what begins on a line; its Abstain is made to name the line.
    """
    finds: list[Find] = []
    taken: set[int] = set()
    for line in page.lines:
        if line.number in taken or line.blank or line.rule:
            continue
        with on_line(line.number):
            found = begins(page, line, names)
        if found:
            taken |= found.lines
            finds.append(found)
    return finds
