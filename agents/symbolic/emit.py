"""A reading as a design: Verilog-2001 that every simulator and synthesiser takes, or Chisel."""

from __future__ import annotations

from gatewright.agents.symbolic.circuit import Circuit
from gatewright.agents.symbolic.emit_chisel import chisel
from gatewright.agents.symbolic.emit_circuit import circuit_body
from gatewright.agents.symbolic.emit_machine import machine_body
from gatewright.agents.symbolic.emit_table import (
    automaton_body,
    equations_body,
    table_body,
    trace_body,
)
from gatewright.agents.symbolic.ir import Automaton, Equations, Machine, Table
from gatewright.agents.symbolic.reading import Reading
from gatewright.agents.symbolic.structure import Structure
from gatewright.agents.symbolic.verilog import Body, module
from gatewright.core import Candidate, Interface, Language, Provenance, Source, UsageError


def emit(reading: Reading, top: str = "", language: Language = Language.SYSTEMVERILOG) -> Candidate:
    """The design a complete reading describes, as module `top` ('' = the interface's name).

    In `language`, which may be Chisel: then Abstain is raised for what Chisel cannot say.

    Registers have an initial value only where the specification gives one. The candidate's note
    names the notation, its lines, the strength and the assumptions. Raises UsageError for a reading
    that abstained.
    """
    structure, interface = reading.structure, reading.interface
    if structure is None or interface is None:
        raise UsageError(f"nothing to emit: the reading abstained ({reading.abstained})")
    name = top or interface.module
    if language is Language.CHISEL:
        source = Source(f"{name}.scala", chisel(structure, interface, name), language)
    else:
        text = module(interface, name, _body(structure, interface))
        source = Source(f"{name}.sv", text, Language.SYSTEMVERILOG)
    return Candidate((source,), Provenance.SYMBOLIC, note=_note(reading, structure))


def _body(structure: Structure, interface: Interface) -> Body:
    if isinstance(structure, Table):
        return table_body(structure, interface)
    if isinstance(structure, Equations):
        return equations_body(structure)
    if isinstance(structure, Machine):
        return machine_body(structure, interface)
    if isinstance(structure, Automaton):
        return automaton_body(structure, interface)
    if isinstance(structure, Circuit):
        return circuit_body(structure)
    return trace_body(structure, interface)


def _note(reading: Reading, structure: Structure) -> str:
    span = structure.span
    where = f"line {span.first}" if span.first == span.last else f"lines {span.first}-{span.last}"
    note = f"{structure.notation}, {where}: {reading.strength}"
    if reading.assumptions:
        note += " (" + "; ".join(reading.assumptions) + ")"
    return note
