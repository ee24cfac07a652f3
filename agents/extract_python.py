"""The Python file in a model's answer, however it is wrapped."""

from __future__ import annotations

import re

from gatewright.agents.extract import Extraction, code_blocks
from gatewright.models import without_reasoning

_ENTRY = "ModelNew"


def extract_kernel(answer: str, top: str = "", header: str = "") -> Extraction:
    """The last block that defines `top` ('' = ModelNew) and parses, else the last that defines it.

    `header` is not used. Never raises.
    """
    text, cut = without_reasoning(answer)
    defines = re.compile(rf"^(?:class|def)\s+{re.escape(top or _ENTRY)}\b", re.MULTILINE)
    found = [block for block in code_blocks(text) if defines.search(block)]
    whole = [block for block in found if _parses(block)]
    if whole:
        return Extraction(whole[-1].strip("\n") + "\n")
    return Extraction(found[0].strip("\n") + "\n" if found else "", bool(found) or cut)


def _parses(text: str) -> bool:
    try:
        compile(text, "<answer>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
