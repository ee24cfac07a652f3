"""What to write instead, for what Scala's compiler, Chisel and firtool complain of most. Pure."""

from __future__ import annotations

import re

# Of several that fit, the first counts. Words are looked for with every run of spaces made one.
_HINTS = (
    (
        "No implicit clock",
        "a register needs withClock(...) or withClockAndReset(...) around it in a RawModule",
    ),
    ("No implicit reset", "RegInit needs withClockAndReset(...) around it in a RawModule"),
    ("not found: value Chisel", "the compatibility layer is gone in Chisel 7: import chisel3._"),
    ("not fully initialized", "give it a value on every path: := a default before the when"),
    ("combinational cycle", "it is computed from itself within a cycle: a register must intervene"),
    ("without wrapping it in Module()", "val inner = Module(new Inner)"),
    ("reassignment to val", "hardware is connected by :="),
    ("is already defined as value", "give a register beside a port a name of its own"),
    ("found : Boolean required: chisel3.", "hardware is compared by === and =/="),
    (
        "found : chisel3.Bool required: Boolean",
        "Scala's if chooses while the circuit is built; when and Mux choose by a signal",
    ),
    ("found : Unit required: chisel3.", "a when gives no value: Mux(c, a, b) does"),
    ("required: chisel3.Width", "a width is written with .W, as in UInt(8.W)"),
    ("found : Int(", "a number becomes hardware by .U, as in 3.U(8.W)"),
    ("found : chisel3.UInt required: chisel3.Bool", "one bit of it: x(0), x.orR or x === 1.U"),
    ("can't covert UInt", "one bit of it: x(0), x.orR or x === 1.U"),
    ("required: chisel3.Clock", "a Bool becomes a clock by .asClock"),
    (
        "clock: Option[chisel3.Clock]",
        "the first argument is a Clock; a Bool becomes one by .asClock",
    ),
    (
        "(mapping: Seq[(",
        "the pairs of MuxLookup stand in parentheses of their own: "
        "MuxLookup(sel, default)(Seq(0.U -> a))",
    ),
    ("reassign to read-only", "bits are not assigned: collect Bools in a Wire(Vec(n, Bool()))"),
    (
        "must be a Chisel type, not hardware",
        "Wire and Reg take a type, as in Wire(Bool()); WireDefault and RegInit a first value",
    ),
    ("symbol literal found", 'not Verilog\'s literals: "h3f".U(8.W), "b101".U(3.W)'),
    ("is negative", "(-1).S(8.W).asUInt holds the bits of a negative number"),
    ("but 'else' found", "hardware's else is .otherwise { }, its else if .elsewhen (c) { }"),
    ("not found: value default", "a switch has no default: connect one before the switch"),
    ("type MultiIOModule", "it is gone: RawModule for the top, Module for inner ones"),
    ("ChiselStage is not a member", "leave out the main object and its imports"),
    ("not a member of package chisel3.util.circt", "leave out the main object and its imports"),
    ("source (", "both sides must be of one type: .asUInt, .asSInt, .asBool, .asClock convert"),
)
_UTILITIES = """
Cat Counter Decoupled Enum Fill FillInterleaved Log2 Mux1H MuxCase MuxLookup OHToUInt Pipe PopCount
PriorityEncoder PriorityEncoderOH PriorityMux Queue RegEnable Reverse ShiftRegister UIntToOH Valid
is isPow2 log2Ceil log2Floor log2Up switch HasBlackBoxInline
"""
_LACKS_IMPORT = re.compile(rf"not found: (?:value|type) (?:{'|'.join(_UTILITIES.split())})\b")
_LONG = 160  # characters: what is longer is cut before a hint at its end is read


def hinted(message: str) -> str:
    """With what to do, where that is known: behind the message, before a long one."""
    plain = " ".join(message.split())
    hint = next((hint for words, hint in _HINTS if words in plain), "")
    if _LACKS_IMPORT.search(plain):
        hint = "import chisel3.util._"
    if not hint:
        return message
    return f"{message.rstrip('.')} ({hint})" if len(message) <= _LONG else f"{hint}; {message}"
