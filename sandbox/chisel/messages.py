"""What Chisel and firtool say, as diagnostics at the candidate's lines. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from gatewright.core import Diagnostic, Severity, Source
from gatewright.sandbox.chisel.elaborator import Elaboration
from gatewright.sandbox.chisel.hints import hinted

_LOGGED = re.compile(r"^\[(error|warn)\]\s+(?:(\S+\.scala)\s+(\d+)(?::(\d+))?:\s+)?(.*)$")
_FIRTOOL = re.compile(r"^(\S+?\.scala):(\d+):(\d+): (warning|error): (.*)$")
_CYCLE = re.compile(r"combinational cycle.*\{(.*)\}", re.DOTALL)
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
_COUNT = re.compile(r"There were \d+ ")
_UNDRIVEN = re.compile(r'"(\w+)[^"]*" not fully initialized')
_UNWRAPPED = "without wrapping it in Module()"
_CODE = re.compile(r"^\[(W\d+)\]\s*")
_MOST = 20
# Exceptions that only say "see the errors above", and those that have a name of their own.
_SUMMARY = "chisel3.internal.Errors"
_PLAIN = {"chisel3.ChiselException", "chisel3.package$ChiselException", "java.lang.Exception"}


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
        heading = severity is Severity.ERROR or _COUNT.match(message)
        if heading and not match[2]:
            continue  # headings and stack traces of what stands with its place already
        found.append(
            Diagnostic(severity, hinted(message), *place, code[1] if code else "", "chisel")
        )
    return tuple(found[:_MOST])


def thrown(elaboration: Elaboration, texts: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """The exception that ended the elaboration, at the candidate's own line; `texts` by file."""
    said = logged(elaboration.output)
    if elaboration.exception == _SUMMARY and any(d.severity is Severity.ERROR for d in said):
        return said
    name = elaboration.exception.removeprefix("java.lang.")
    message = _ESCAPES.sub("", elaboration.message).strip().removeprefix("Error: ")
    own = elaboration.exception in _PLAIN or name.startswith("chisel3.")
    text = message if own else f"{name}: {message}"
    places = [place for frame in elaboration.frames if (place := _frame(frame, texts))]
    file, line = places[0] if places else ("", 0)
    if _UNWRAPPED in message:  # its own constructor was running then; where is it called?
        called = (place for place in places if _unwrapped(texts[place[0]], place[1]))
        file, line = next(called, (file, line))
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
    """A combinational cycle, moved from its module to where its first named signal is declared;
    what is not driven likewise, if it is a part of something; and told what hides it.
    """
    undriven = _UNDRIVEN.search(diagnostic.message)
    if undriven is not None:
        return _at_undriven(diagnostic, undriven[1], sources)
    path = _CYCLE.search(diagnostic.message)
    if path is None:
        return diagnostic
    names = [n for n in re.findall(r"[A-Za-z_]\w*", path[1]) if not n.startswith("_")]
    for name, source in ((name, source) for name in names for source in sources):
        declared = _declared(source.text, name)
        if declared:
            return replace(diagnostic, file=source.name, line=declared[0], column=0)
    return diagnostic


def _at_undriven(diagnostic: Diagnostic, name: str, sources: Sequence[Source]) -> Diagnostic:
    """`d_bits` is a part of `d`. A second value of the name gets the connections meant for it."""
    source = next((each for each in sources if each.name == diagnostic.file), None)
    if source is None:
        return diagnostic
    lines = _declared(source.text, name)
    if diagnostic.line in lines:
        others = [line for line in lines if line > diagnostic.line]
        hidden = f"; line {others[0]} declares another {name}, which hides it" if others else ""
        return replace(diagnostic, message=diagnostic.message + hidden)
    while not lines and "_" in name:
        name = name.rpartition("_")[0]
        lines = _declared(source.text, name)
    return replace(diagnostic, line=lines[0], column=0) if lines else diagnostic


def _declared(text: str, name: str) -> list[int]:
    """The lines that declare a value of that name."""
    found = re.finditer(rf"\bval\s+{re.escape(name)}\b", text)
    return [text.count("\n", 0, match.start()) + 1 for match in found]


def _unwrapped(text: str, line: int) -> bool:
    lines = text.splitlines()
    return 0 < line <= len(lines) and bool(re.search(r"(?<!Module\()\bnew\b", lines[line - 1]))


def _frame(frame: str, texts: Mapping[str, str]) -> tuple[str, int] | None:
    file, _, line = frame.rpartition(":")
    return (file, int(line)) if file in texts and line.isdigit() else None
