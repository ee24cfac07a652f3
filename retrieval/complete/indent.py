"""Where a line begins: as at the like place, or as the blocks that are open say."""

from __future__ import annotations

from gatewright.retrieval.complete.pool import Proposal
from gatewright.retrieval.complete.setting import Setting

_CLOSERS = {
    "endmodule": ("module",),
    "endfunction": ("function",),
    "endtask": ("task",),
    "endgenerate": ("generate",),
    "endinterface": ("interface",),
    "endpackage": ("package",),
    "endclass": ("class",),
    "endcase": ("case", "casez", "casex"),
}


def indented(proposal: Proposal, setting: Setting) -> str:
    """The proposal as a whole line; what is typed already stands at its beginning unchanged."""
    if setting.typed.strip():
        return continued(setting.typed, proposal.code)
    if setting.typed:
        return setting.typed + proposal.code
    last = setting.last
    indent = proposal.indent
    if proposal.tokens[0] in _CLOSERS:
        opener = _opener(proposal.tokens[0], setting)
        indent = indent if opener is None else opener
    if indent is None:
        indent = last.parsed.indent if last else ""
    return indent + proposal.code


def continued(typed: str, code: str) -> str:
    """`typed` and then what the code has beyond it; blanks need not agree."""
    at = 0
    for character in typed:
        if character.isspace():
            continue
        while at < len(code) and code[at].isspace():
            at += 1
        if at == len(code) or code[at] != character:
            return typed
        at += 1
    return typed + (code[at:].lstrip() if typed[-1:].isspace() else code[at:])


def _opener(closer: str, setting: Setting) -> str | None:
    """The indentation of the line that opened what the word closes; None where none did."""
    depth = 1
    for line in reversed(setting.lines):
        for token in reversed(line.tokens):
            if token == closer:
                depth += 1
            elif token in _CLOSERS[closer]:
                depth -= 1
                if depth == 0:
                    return line.parsed.indent
    return None
