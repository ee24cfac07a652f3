"""What nvcc, its host compiler and ptxas say, as diagnostics with the user's lines."""

from __future__ import annotations

import re
from collections.abc import Callable

from gatewright.core import Diagnostic, Severity
from gatewright.sandbox.tools.ptx import Ptx

MOST = 50
MISSING_HEADER = "missing-header"

_FRONT = re.compile(
    r"(?P<file>[^\s():][^():]*)\((?P<line>\d+)\): "
    r"(?P<word>catastrophic error|error|warning|remark)"
    r"(?: #(?P<code>\d+(?:-D)?))?\s*: (?P<rest>.+)"
)
_HOST = re.compile(
    r"(?P<file>[^\s:][^:]*):(?P<line>\d+):(?:(?P<column>\d+):)? "
    r"(?P<word>fatal error|error|warning): (?P<rest>.+)"
)
_DRIVER = re.compile(r"(?P<tool>nvcc|cicc|gcc)\s*(?P<word>fatal|error|warning)\s*: (?P<rest>.+)")
_ASSEMBLER = re.compile(
    r"ptxas (?:(?P<file>\S+), line (?P<line>\d+); )?\s*"
    r"(?P<word>error|warning|fatal)\s*: (?P<rest>.+)"
)
_ENTRY = re.compile(r"[Ee]ntry function '(?P<name>[\w$]+)'|function (?:for )?'?(?P<other>_Z\w+)'?")
_ABSENT = re.compile(r"(?P<name>\S+): No such file or directory")
_SUMMARY = re.compile(r"Ptx assembly aborted|compilation terminated|errors? detected in")

Rename = Callable[[str], str]


def parse_front(text: str) -> tuple[Diagnostic, ...]:
    """The messages of nvcc's front end and of the preprocessor, repeated ones once."""
    found: dict[Diagnostic, None] = {}
    for line in text.splitlines():
        if _SUMMARY.search(line):
            continue
        match = _FRONT.fullmatch(line) or _HOST.fullmatch(line)
        if match is not None:
            found[_placed(match)] = None
        elif driver := _DRIVER.fullmatch(line.strip()):
            severity = Severity.WARNING if driver["word"] == "warning" else Severity.ERROR
            found[Diagnostic(severity, driver["rest"], tool="nvcc")] = None
    return tuple(found)[:MOST]


def _placed(match: re.Match[str]) -> Diagnostic:
    groups = match.groupdict()
    word, rest = groups["word"], groups["rest"].strip()
    severity = Severity.ERROR if word.endswith("error") else Severity.WARNING
    code = groups.get("code") or ""
    if _ABSENT.search(rest) and word == "fatal error":
        code = MISSING_HEADER
    column = int(groups.get("column") or 0)
    return Diagnostic(severity, rest, groups["file"], int(groups["line"]), column, code, "nvcc")


def parse_assembler(text: str, ptx: Ptx, rename: Rename = str) -> tuple[Diagnostic, ...]:
    """ptxas's errors and warnings; `ptx` tells the user's line, `rename` a kernel's name."""
    found: dict[Diagnostic, None] = {}
    for line in text.splitlines():
        match = _ASSEMBLER.match(line.strip())
        if match is None or _SUMMARY.search(line):
            continue
        severity = Severity.WARNING if match["word"] == "warning" else Severity.ERROR
        named = _ENTRY.search(match["rest"])
        symbol = (named["name"] or named["other"]) if named else ""
        place = ptx.at(int(match["line"])) if match["line"] else ptx.start(symbol)
        message = match["rest"].strip()
        if symbol:
            message = message.replace(symbol, rename(symbol))
        found[Diagnostic(severity, message, place.file, place.line, tool="ptxas")] = None
    return tuple(found)[:MOST]
