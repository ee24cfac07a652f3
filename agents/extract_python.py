"""The Python file in a model's answer, however it is wrapped."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gatewright.agents.extract import Extraction, code_blocks
from gatewright.models import without_reasoning

_ENTRY = "ModelNew"
_TRITON = re.compile(r"^\s*@(?:triton\.)?jit\b", re.MULTILINE)


def extract_kernel(answer: str, top: str = "", header: str = "") -> Extraction:
    """The last block that defines `top` ('' = ModelNew) and parses, else the last that defines it.

    `header` is not used. Never raises.
    """
    return _defining(answer, [top or _ENTRY])


def extract_triton(answer: str, top: str = "", header: str = "") -> Extraction:
    """As `extract_kernel`, of the blocks that hold a Triton kernel."""
    return _defining(answer, [top or _ENTRY], _TRITON)


def extract_function(answer: str, top: str = "", header: str = "") -> Extraction:
    """The last block of CUDA that defines the function `top` and binds it."""
    text, cut = without_reasoning(answer)
    defines = re.compile(rf"\b{re.escape(top or 'forward')}\s*\(")
    *marked, everything = code_blocks(text)
    found = [block for block in marked or [everything] if defines.search(block)]
    whole = [block for block in found if "PYBIND11_MODULE" in block]
    if whole:
        return Extraction(whole[-1].strip("\n") + "\n")
    return Extraction(found[0].strip("\n") + "\n" if found else "", bool(found) or cut)


def extract_problem(answer: str) -> Extraction:
    """The same for a problem file: a module in PyTorch, and what makes its inputs."""
    return _defining(answer, ["Model", "get_inputs"])


def _defining(
    answer: str, names: Sequence[str], holds: re.Pattern[str] | None = None
) -> Extraction:
    text, cut = without_reasoning(answer)
    wanted = [re.compile(rf"^(?:class|def)\s+{re.escape(n)}\b", re.MULTILINE) for n in names]
    wanted += [holds] if holds else []
    blocks = code_blocks(text)
    found = [block for block in blocks if all(pattern.search(block) for pattern in wanted)]
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
