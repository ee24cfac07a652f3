"""What g++ says, in the user's terms."""

from __future__ import annotations

import re
from collections.abc import Collection

from gatewright.core import Diagnostic, Severity
from gatewright.sandbox.emulator.unsupported import Unsupported

TOOL = "g++"
_MESSAGE = re.compile(
    r"(?P<file>[^\s:][^:\n]*):(?P<line>\d+):(?:(?P<column>\d+):)? "
    r"(?P<kind>fatal error|error|warning|note): (?P<text>.*)"
)
_INSTANTIATED = re.compile(r"(?P<file>[^\s:][^:\n]*):(?P<line>\d+):\d+:   required from")
_UNDEFINED = re.compile(r"(?P<file>[\w.+-]+):(?P<line>\d+): (?P<text>undefined reference to .*)")
# What torch or CUDA has and our headers have not: whose fault it is cannot be told from here.
_ABSENT = re.compile(
    r"[‘'](?P<name>\w+)[’'] is not a member of "
    r"[‘'](?P<of>torch|at|c10|cub|cooperative_groups|nvcuda)\b[^’']*[’']"
    r"|[‘'](?:class |struct )?(?P<of2>at::Tensor)[’'] has no member named [‘'](?P<name2>\w+)[’']"
    r"|(?P<name3>[\w./]+\.(?:h|hpp|cuh)): No such file"
)


def parse_messages(text: str, known: Collection[str]) -> tuple[Diagnostic, ...]:
    """Errors as diagnostics in the user's files (`known`), at most 30.

    An error in our headers is moved to the user's line that used them, which g++ tells before it
    ("required from") or after it (a note).
    """
    found: dict[Diagnostic, None] = {}
    via: tuple[str, int] | None = None
    for line in text.splitlines():
        used = _INSTANTIATED.match(line)
        if used is not None and used["file"] in known and via is None:
            via = (used["file"], int(used["line"]))
        match = _MESSAGE.match(line)
        if match is None:
            undefined = _UNDEFINED.search(line)
            if undefined is not None and undefined["file"] in known:
                place = (undefined["file"], int(undefined["line"]))
                found[Diagnostic(Severity.ERROR, undefined["text"], *place, 0, "link", TOOL)] = None
            continue
        if match["kind"] in ("warning", "note"):
            continue
        if match["file"] in known:
            place3 = (match["file"], int(match["line"]), int(match["column"] or 0))
        else:
            place3 = (*via, 0) if via is not None else ("", 0, 0)
        via = None
        found[Diagnostic(Severity.ERROR, match["text"], *place3, _code(match["text"]), TOOL)] = None
        if len(found) >= 30:
            break
    return tuple(found)


def _code(text: str) -> str:
    if re.match(r"expected .*(before|after)|missing terminating|unterminated|stray ", text):
        return "syntax"
    return "undeclared" if "was not declared" in text else "compile"


def absent_in(diagnostics: tuple[Diagnostic, ...]) -> tuple[Unsupported, ...]:
    """Names of torch's or CUDA's that the emulator's headers do not have."""
    found = []
    for diagnostic in diagnostics:
        match = _ABSENT.search(diagnostic.message)
        if match is not None:
            name = match["name"] or match["name2"] or match["name3"]
            of = match["of"] or match["of2"] or "a header"
            reason = f"{name} ({of}) is not in the emulator's headers, or does not exist"
            found.append(Unsupported(name, reason, diagnostic.file, diagnostic.line))
    return tuple(found)
