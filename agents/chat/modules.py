"""Which designs a text defines, told by their headers alone."""

from __future__ import annotations

import re

# A module with ports, or a Chisel module: what a contract is owed for; a testbench has no ports.
_DESIGN = re.compile(
    r"^[ \t]*(?:module\s+(\w+)\s*(?:import\b[^;]*;\s*)*(?:#\s*\(|\(\s*[^)\s])"
    r"|class\s+(\w+)\b[^\n]*\bextends\s+(?:Raw)?Module\b)",
    re.MULTILINE,
)


def modules_of(text: str) -> tuple[str, ...]:
    """The modules with ports that a text defines; a testbench has none."""
    return tuple(found[1] or found[2] for found in _DESIGN.finditer(text))
