"""What Chisel and firtool say, as diagnostics at the candidate's lines. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from gatewright.core import Diagnostic, Severity, Source
from gatewright.sandbox.chisel.elaborator import Elaboration

_LOGGED = re.compile(r"^\[(error|warn)\]\s+(?:(\S+\.scala)\s+(\d+)(?::(\d+))?:\s+)?(.*)$")
_FIRTOOL = re.compile(r"^(\S+?\.scala):(\d+):(\d+): (warning|error): (.*)$")
_CYCLE = re.compile(r"combinational cycle.*\{(.*)\}", re.DOTALL)
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
_CODE = re.compile(r"^\[(W\d+)\]\s*")
_MOST = 20
# Exceptions that only say "see the errors above", and those that have a name of their own.
_SUMMARY = "chisel3.internal.Errors"
_PLAIN = {"chisel3.ChiselException", "chisel3.package$ChiselException", "java.lang.Exception"}
_HINTS = (
    (
        "No implicit clock",
        "a register needs withClock(...) or withClockAndReset(...) around it in a RawModule",
    ),
    ("No implicit reset", "RegInit needs withClockAndReset(...) around it in a RawModule"),
    ("not found: value Chisel", "the compatibility layer is gone in Chisel 7: import chisel3._"),
    ("not fully initialized", "give it a value on every path: := a default before the when"),
    ("reassignment to val", "hardware is connected by :="),
    ("found : Boolean required: chisel3.Bool", "hardware is compared by === and =/="),
    ("found : Int(", "a number becomes hardware by .U, as in 3.U(8.W)"),
    ("found : chisel3.UInt required: chisel3.Bool", "one bit of it: x(0), x.orR or x === 1.U"),
    ("required: chisel3.Clock", "a Bool becomes a clock by .asClock"),
    (
        "clock: Option[chisel3.Clock]",
        "the first argument is a Clock; a Bool becomes one by .asClock",
    ),
    ("reassign to read-only", "bits are not assigned: collect Bools in a Wire(Vec(n, Bool()))"),
    ("symbol literal found", 'not Verilog\'s literals: "h3f".U(8.W), "b101".U(3.W)'),
    ("source (", "both sides must be of one type: .asUInt, .asSInt, .asBool, .asClock convert"),
)


def logged(output: str) -> tuple[Diagnostic, ...]:
    """The errors and warnings that Chisel printed while it elaborated."""
    found = []
    for line in _ESCAPES.sub("", output).splitlines():
        match = _LOGGED.match(line.strip())
        if match is None or not match[5].strip():
            continue
        severity = Severity.ERROR if match[1] == "error" else Severity.WARNING
        code = _CODE.match(match[5])
        message = match[5][code.end() :] if code else match[5]
        place = (match[2] or "", int(match[3] or 0), int(match[4] or 0))
        if severity is Severity.ERROR and not match[2]:
            continue  # headings and stack traces of what stands with its place already
        found.append(
            Diagnostic(severity, hinted(message), *place, code[1] if code else "", "chisel")
        )
    return tuple(found[:_MOST])


def thrown(elaboration: Elaboration, files: Iterable[str]) -> tuple[Diagnostic, ...]:
    """The exception that ended the elaboration, at the candidate's own line."""
    known = set(files)
    said = logged(elaboration.output)
    if elaboration.exception == _SUMMARY and any(d.severity is Severity.ERROR for d in said):
        return said
    name = elaboration.exception.removeprefix("java.lang.")
    message = _ESCAPES.sub("", elaboration.message).strip()
    text = message if elaboration.exception in _PLAIN else f"{name}: {message}"
    file, line = _frame(elaboration.frames, known)
    return (*said, Diagnostic(Severity.ERROR, hinted(text), file, line, 0, "", "chisel"))


def firtool_diagnostics(rows: Sequence[object]) -> tuple[Diagnostic, ...]:
    """firtool's errors, from the file it writes them to."""
    found = []
    for row in rows:
        if not isinstance(row, dict):
            continue
        places = row.get("location")
        place = places[0] if isinstance(places, list) and places else {}
        message = str(row.get("message", "")).strip()
        found.append(
            Diagnostic(
                Severity.ERROR,
                hinted(message),
                str(place.get("file", "")),
                int(place.get("line", 0)),
                int(place.get("column", 0)),
                tool="firtool",
            )
        )
    return tuple(found[:_MOST])


def firtool_warnings(output: str) -> tuple[Diagnostic, ...]:
    """firtool's warnings: a narrowing connection is one."""
    matches = (_FIRTOOL.match(line) for line in output.splitlines())
    return tuple(
        Diagnostic(Severity.WARNING, m[5], m[1], int(m[2]), int(m[3]), tool="firtool")
        for m in matches
        if m is not None and m[4] == "warning"
    )[:_MOST]


def at_its_signal(diagnostic: Diagnostic, sources: Sequence[Source]) -> Diagnostic:
    """A combinational cycle, moved from its module to where its first named signal is declared."""
    path = _CYCLE.search(diagnostic.message)
    if path is None:
        return diagnostic
    names = [n for n in re.findall(r"[A-Za-z_]\w*", path[1]) if not n.startswith("_")]
    for name, source in ((name, source) for name in names for source in sources):
        declared = re.search(rf"\bval\s+{re.escape(name)}\b", source.text)
        if declared is not None:
            line = source.text.count("\n", 0, declared.start()) + 1
            return replace(diagnostic, file=source.name, line=line, column=0)
    return diagnostic


def hinted(message: str) -> str:
    """With what to do, where that is known."""
    plain = " ".join(message.split())
    for words, hint in _HINTS:
        if words in plain:
            return f"{message.rstrip('.')} ({hint})"
    return message


def _frame(frames: Sequence[str], known: set[str]) -> tuple[str, int]:
    for frame in frames:
        file, _, line = frame.rpartition(":")
        if file in known and line.isdigit():
            return file, int(line)
    return "", 0
