"""The Chisel in a model's answer, however it is wrapped."""

from __future__ import annotations

import re

from gatewright.agents.extract import Extraction, code_blocks
from gatewright.models import without_reasoning

_CLASS = re.compile(
    r"^[ \t]*(?:(?:final|sealed|abstract|case)\s+)*(?:class|object|trait)\s+(\w+)", re.M
)
# A list of parameters may go on over many lines, but not into another definition.
_HARDWARE = re.compile(
    r"^[ \t]*class\s+(\w+)\b(?:(?!\b(?:class|object|trait)\b)[^{}])*?\bextends\s+\w*Module\b", re.M
)
_IMPORTS = "import chisel3._\nimport chisel3.util._\n"
_IMPORT = re.compile(r"^[ \t]*import\s+[\w.]+[^\n]*$", re.M)


def extract_chisel(answer: str, top: str = "", header: str = "") -> Extraction:
    """The block that defines class `top` ('' = any module), with what other blocks define besides.

    Takes fenced blocks of any tag and bare text; of several that define the top, the last whole
    one. Where none does, any module: the check then says what the name should be. `header` is not
    used: Chisel has no bodies without their class. Never raises.
    """
    text, cut = without_reasoning(answer)
    *marked, whole = code_blocks(text)
    for blocks, name in ((marked, top), ([whole], top), (marked, ""), ([whole], "")):
        defining = [block for block in blocks if _defines(block, name)]
        if defining:
            closed = [block for block in defining if _balanced(block)]
            chosen = (closed or defining)[-1]
            code = _trimmed(chosen) if blocks is not marked else chosen
            others = [block for block in blocks if block is not chosen and _helps(block, code)]
            return Extraction(_whole(_joined(code, others)), not closed)
    return Extraction("", cut)


def _defines(block: str, top: str) -> bool:
    names = {match[1] for match in _HARDWARE.finditer(block)}
    return top in names if top else bool(names)


def _helps(block: str, code: str) -> bool:
    """Whether a block defines something that the code uses and does not define itself."""
    defined = {match[1] for match in _CLASS.finditer(block)}
    own = {match[1] for match in _CLASS.finditer(code)}
    used = set(re.findall(r"\b[A-Z]\w*", code))
    return bool(defined & used) and not defined & own


def _joined(code: str, others: list[str]) -> str:
    parts = [code.strip("\n"), *(_IMPORT.sub("", other).strip("\n") for other in others)]
    return "\n\n".join(parts) + "\n"


def _whole(code: str) -> str:
    """With its imports, where a model left them out: the file should compile elsewhere, too."""
    return code if "import chisel3" in code else f"{_IMPORTS}\n{code}"


def _trimmed(text: str) -> str:
    """Bare text from its first import or class to the last brace: prose around it is dropped."""
    starts = [m.start() for m in (_IMPORT.search(text), _CLASS.search(text)) if m is not None]
    end = text.rfind("}") + 1
    return text[min(starts) : end] + "\n" if starts and end else text


def _balanced(block: str) -> bool:
    """Every brace is closed; strings and comments are close enough to code for this."""
    return block.count("{") == block.count("}") and block.count("(") == block.count(")")
