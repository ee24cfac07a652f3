"""The Verilog in a model's answer, however it is wrapped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gatewright.agents.extract_modules import Module, blank_comments, modules_in
from gatewright.models import without_reasoning


@dataclass(frozen=True, slots=True)
class Extraction:
    """The code of an answer ('' = it holds none); `truncated` = it breaks off before its end."""

    code: str
    truncated: bool = False


def extract_verilog(answer: str, top: str = "", header: str = "") -> Extraction:
    """The code that defines `top` ('' = any module) with the helper modules it instantiates.

    Takes fenced blocks of any tag, [BEGIN]…[DONE], <code>…</code> and bare text; drops reasoning
    in <think>…</think> and testbenches around the design; prefers the last complete definition. A
    body without its module header is put under `header`. Never raises.
    """
    text, cut = without_reasoning(answer)
    blocks = code_blocks(text)
    chosen = _defining(blocks, top)
    if chosen is None:
        body = _body(blocks, header)
        return Extraction(body, cut and not body.rstrip().endswith("endmodule"))
    code = _with_helpers(chosen, blocks, top)
    wanted = [m for m in modules_in(code) if m.name == top or not top]
    return Extraction(code, not all(module.complete for module in wanted))


_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n`]*\n(.*?)(?:^[ \t]*\1`*~*[ \t]*$|\Z)", re.S | re.M)
_TAGGED = (
    re.compile(r"\[BEGIN\](.*?)(?:\[DONE\]|\[END\]|\Z)", re.S),
    re.compile(r"\[CODE\](.*?)(?:\[/CODE\]|\Z)", re.S | re.I),
    re.compile(r"<(?:code|answer|verilog|systemverilog)>(.*?)(?:</\w+>|\Z)", re.S | re.I),
)
_STRAY = re.compile(
    r"^[ \t]*(?:`{3,}[^\n]*|~{3,}[^\n]*|\[(?:BEGIN|DONE|/?CODE)\]|</?(?:code|answer)>)[ \t]*$",
    re.M | re.I,
)


def code_blocks(text: str) -> list[str]:
    """Marked blocks in order, the whole text last: it serves when no block does."""
    text = text.replace("\r\n", "\n")
    found = [(m.start(), m.group(2)) for m in _FENCE.finditer(text)]
    for pattern in _TAGGED:
        found += [(m.start(), m.group(1)) for m in pattern.finditer(text)]
    marked = [_STRAY.sub("", block).strip("\n") for _, block in sorted(found)]
    return [block for block in marked if block.strip()] + [_STRAY.sub("", text)]


def _defining(blocks: Sequence[str], top: str) -> str | None:
    """The last block that defines the top completely, else the last that begins to, else any."""
    *marked, whole = blocks
    for choice in (marked, [whole]):
        defining = [b for b in choice if any(m.name == top for m in modules_in(b))] if top else []
        defining = defining or [b for b in choice if modules_in(b)]
        complete = [b for b in defining if all(m.complete for m in modules_in(b))]
        if defining:
            return (complete or defining)[-1]
    return None


def _with_helpers(block: str, blocks: Sequence[str], top: str) -> str:
    """The block without prose and testbenches, with the helpers that other blocks define."""
    modules: Sequence[Module] = modules_in(block)
    if top and any(module.name == top for module in modules):
        around = _users(modules, top)
        modules = [m for m in _last_of_each(modules) if m.name not in around]
    code = _between(block, modules)
    defined = {module.name for module in modules}
    for other in reversed(blocks[:-1]):
        for helper in modules_in(other):
            used = {name for m in modules_in(code) for name in m.instantiates}
            if helper.complete and helper.name in used - defined:
                code += "\n\n" + helper.text
                defined.add(helper.name)
    return code.strip("\n") + "\n"


def _users(modules: Sequence[Module], top: str) -> set[str]:
    """The modules that instantiate the top, at whatever distance: testbenches."""
    users = {top}
    while True:
        more = {m.name for m in modules if users & set(m.instantiates)} - users
        if not more:
            return users - {top}
        users |= more


def _last_of_each(modules: Sequence[Module]) -> list[Module]:
    """Where a module is defined twice, the last complete definition counts."""
    last: dict[str, Module] = {}
    for module in modules:
        if module.complete or module.name not in last:
            last[module.name] = module
    return sorted(last.values(), key=lambda module: module.start)


_DIRECTIVES = re.compile(
    r"^[ \t]*`(?:timescale|default_nettype|define|undef|ifn?def|else|elsif|endif|resetall)\b.*"
    r"|^[ \t]*(?:typedef|package|import|localparam|parameter|function|enum|struct|endpackage)\b.*",
    re.M,
)


def _between(block: str, modules: Sequence[Module]) -> str:
    """The chosen modules and what stands between them that is code, not prose or other modules."""
    if not modules:
        return block
    everything = modules_in(block)
    kept = {module.start for module in modules}
    pieces, position = [], 0
    for module in everything:
        pieces.append(_code_outside(block[position : module.start]))
        if module.start in kept:
            pieces.append(module.text)
        position = module.end
    pieces.append(_code_outside(block[position:]))
    return "\n".join(piece for piece in pieces if piece.strip())


def _code_outside(text: str) -> str:
    """Text between modules from its first directive or declaration on; prose is dropped.

    A comment right above the module stays with it.
    """
    start = _DIRECTIVES.search(text)
    if start is not None:
        return text[start.start() :]
    return _last_comment(text.rstrip())


def _last_comment(text: str) -> str:
    """The comment that a text ends with: a block, or lines that hold nothing else; '' = none."""
    if text.endswith("*/"):
        start = text.rfind("/*")
        return text[start:] if start >= 0 else ""
    lines = text.split("\n")
    first = len(lines)
    while first and lines[first - 1].lstrip().startswith("//"):
        first -= 1
    return "\n".join(lines[first:])


_STATEMENT = re.compile(
    r"\b(?:assign|always(?:_ff|_comb|_latch)?|endmodule|wire|reg|logic|initial|generate)\b[^\n]*"
)


def _body(blocks: Sequence[str], header: str) -> str:
    """A completion without its header, put under the given one; '' where nothing is code."""
    if not header:
        return ""
    *marked, whole = blocks
    for block in [*reversed(marked), whole]:
        start = _STATEMENT.search(blank_comments(block))
        if start is None:
            continue
        line = block.rfind("\n", 0, start.start()) + 1
        body = block if block is not whole else block[line:]
        return _closed(header.strip() + "\n" + body.strip("\n"))
    return ""


def _closed(code: str) -> str:
    end = blank_comments(code).rfind("endmodule")
    return code[: end + len("endmodule")] + "\n" if end >= 0 else code.rstrip() + "\nendmodule\n"
