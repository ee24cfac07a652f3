"""What a block does, in the words an engineer would use: rules over its facts and its text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from gatewright.retrieval.facts.types import Block, BlockKind, Instance, Module

_KINDS = {
    BlockKind.ASSIGN: "continuous assignment combinational assigns wire",
    BlockKind.ALWAYS: "always process",
    BlockKind.ALWAYS_COMB: "always combinational logic process",
    BlockKind.ALWAYS_FF: "always sequential flip flop register process",
    BlockKind.ALWAYS_LATCH: "always latch transparent process",
    BlockKind.INITIAL: "initial initialize simulation start",
    BlockKind.FINAL: "final simulation end",
    BlockKind.FUNCTION: "function compute return",
    BlockKind.TASK: "task procedure",
    BlockKind.GATE: "gate primitive",
    BlockKind.DECLARATION: "declare initial value initialize",
    BlockKind.ASSERTION: "assertion property check verify",
    BlockKind.COVERGROUP: "coverage group sample",
    BlockKind.CONSTRAINT: "constraint random",
    BlockKind.KERNEL: "kernel thread",
}
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_CASE = re.compile(r"\bcase[xz]?\b")
_WORDS = "case[xz]?|default|if|else|for|while|repeat|forever|signed|posedge|negedge"
# Every alternative begins with the one character that it has to: so the others are passed over at
# once, in half the time. Hence the words' beginning is looked at behind their first letter.
_TOKEN = re.compile(
    "|".join(
        (
            *(rf"{word[0]}(?<!\w{word[0]}){word[1:]}\b" for word in _WORDS.split("|")),
            *(r"\$\w+", "'[bdh]?[zZ]", "===?", "!==?", "&&", r"\|\|", "<<", ">>", ">=", "<="),
            *map(re.escape, "-+*/%?^~!&|<>{#"),
            r"\[(?= *\w+ *\])",
        )
    )
)
_LOOP, _PRINT, _RANDOM = "loop iterate each", "display message print simulation", "random stimulus"
# What a token of the language is called where it stands in a block.
_MEANINGS: dict[str, str] = {
    **dict.fromkeys(("case", "casex", "casez"), "case select decode depending value"),
    "default": "default otherwise",
    "if": "condition conditional if when",
    "else": "otherwise",
    **dict.fromkeys(("for", "while", "repeat", "forever"), _LOOP),
    **dict.fromkeys(("signed", "$signed"), "signed arithmetic"),
    "posedge": "rising edge",
    "negedge": "falling edge",
    **dict.fromkeys(("$display", "$write", "$monitor", "$error", "$fdisplay"), _PRINT),
    **dict.fromkeys(("$finish", "$stop"), "finish simulation"),
    **dict.fromkeys(("$readmemh", "$readmemb"), "load memory file initialize"),
    **dict.fromkeys(("$random", "$urandom", "$urandom_range"), _RANDOM),
    **dict.fromkeys(("'z", "'bz", "'hz", "'Z", "'bZ", "'hZ"), "high impedance tristate"),
    **dict.fromkeys(("==", "==="), "equal compare match"),
    **dict.fromkeys(("!=", "!=="), "not equal compare differ"),
    **dict.fromkeys(("&", "&&"), "and both combine"),
    **dict.fromkeys(("|", "||"), "or either any"),
    **dict.fromkeys(("<<", ">>"), "shift"),
    **dict.fromkeys(("/", "%"), "divide remainder"),
    **dict.fromkeys(("<", ">"), "compare less greater than"),
    **dict.fromkeys(("~", "!"), "invert negate not"),
    ">=": "compare greater equal threshold",
    "+": "add sum",
    "-": "subtract difference",
    "*": "multiply product",
    "?": "multiplexer select conditional choose based",
    "^": "xor exclusive parity toggle",
    "#": "delay wait time",
    "[": "index element array",
}
# What is assigned to what it is made of, by which operator: four forms in one look.
_AGAIN = re.compile(r"\b(\w+)(?=\s*<?=\s*(?:\1\s*([-+])|([~!])\s*\1\b))")
# Common forms: a token without which there is none, how they look ('' = as _AGAIN finds with the
# token), what they are called.
_FORMS: tuple[tuple[str, re.Pattern[str] | None, str], ...] = tuple(
    (token, re.compile(pattern) if pattern else None, words)
    for token, pattern, words in (
        ("+", "", "increment counter add"),
        ("-", "", "decrement counter subtract"),
        ("+", r"\+\s*(?:\d+'[bdh])?0*1\b", "increment plus one"),
        ("-", r"-\s*(?:\d+'[bdh])?0*1\b", "decrement minus one"),
        ("{", r"\{[^{}?]*,", "concatenate combine"),
        ("{", r"\{\s*\w+\s*\{", "replicate extend"),
        ("{", r"\{\s*\w+\[[^\]]*:[^\]]*\]\s*,|,\s*\w+\[[^\]]*:[1-9]\w*\]\s*\}", "shift register"),
        ("|", r"[=(?:]\s*\|\s*[\w({]", "reduce or any"),
        ("&", r"[=(?:]\s*&\s*[\w({]", "reduce and all"),
        ("~", "", "toggle"),
        ("!", "", "toggle"),
        ("[", r"\w\s*\[\s*[A-Za-z_]\w*\s*\]\s*<?=(?!=)", "write store save"),
        ("[", r"=\s*\w+\s*\[\s*[A-Za-z_]\w*\s*\]", "read fetch lookup"),
        ("", r"=\s*(?:\d+'[bdh]0+|'0|0|\{[^{}]*\{1'b0\}\})\s*;", "clear zero"),
        ("", r"=\s*(?:1'b1|'1|1)\s*;", "set assert high one"),
    )
)
_WIDTH = re.compile(r"\[\s*(\d{1,4})\s*:\s*0\s*\]")
_STATE = re.compile(r"state|fsm|\b(?:cs|ns|cur|nxt)_st", re.IGNORECASE)
_MEMORY = re.compile(r"mem|ram|rom|storage", re.IGNORECASE)


class Ways(NamedTuple):
    """A module's ports by direction."""

    inputs: frozenset[str]
    outputs: frozenset[str]


def ways_of(module: Module) -> Ways:
    """A module's ports, for the rules about its blocks."""
    named = [
        frozenset(port.name for port in module.ports if port.direction == direction)
        for direction in ("input", "output")
    ]
    return Ways(*named)


def without_comments(text: str) -> str:
    """Code alone."""
    return _COMMENT.sub(" ", text) if "//" in text or "/*" in text else text


def block_words(block: Block, ways: Ways, text: str) -> Iterator[str]:
    """Phrases that tell what a block does. `text` is its source, `ways` its module's ports."""
    code = without_comments(text)
    kind, *role = role_words(block, ways, code)
    yield kind
    yield from code_words(code)
    yield from role
    yield from widths(code)


def role_words(block: Block, ways: Ways, code: str) -> Iterator[str]:
    """Those of them that its facts tell."""
    yield _KINDS[block.kind]
    yield from _timing(block)
    yield from _purpose(block, ways, code)


def code_words(code: str) -> Iterator[str]:
    """Those that its text alone tells, but for the widths."""
    tokens = set(_TOKEN.findall(code))
    yield from (_MEANINGS[token] for token in sorted(tokens & _MEANINGS.keys()))
    again: set[str] = set()
    if not tokens.isdisjoint("+-~!"):
        again = {before or behind for _, before, behind in _AGAIN.findall(code)}
    for token, pattern, words in _FORMS:
        if token and token not in tokens:
            continue
        if token in again if pattern is None else pattern.search(code):
            yield words


def widths(code: str) -> Iterator[str]:
    """The widths that stand in it."""
    yield from (f"{int(high) + 1} bit" for high in set(_WIDTH.findall(code)))


def _timing(block: Block) -> Iterator[str]:
    """How it waits: clocked, reset, or on every change."""
    if block.clock:
        yield "synchronous sequential clock register update"
    elif block.kind is BlockKind.ALWAYS and not any(event.edge for event in block.events):
        yield "combinational logic"
    for event in block.events:
        if event.edge and event.signal == block.clock:
            yield "rising edge" if event.edge == "posedge" else "falling edge"
    if block.reset:
        edges = {event.signal for event in block.events if event.edge}
        yield "asynchronous reset" if block.reset in edges else "synchronous reset"


def _purpose(block: Block, ways: Ways, code: str) -> Iterator[str]:
    """What it is for, by what it drives."""
    if not ways.outputs.isdisjoint(block.drives):
        yield "output port drive"
    if not ways.inputs.isdisjoint(block.loads):
        yield "input port"
    if _STATE.search(" ".join(block.drives)):
        yield "state machine transition"
        if _CASE.search(code):
            yield "next state finite state machine"
    if _MEMORY.search(" ".join((*block.drives, *block.loads))):
        yield "memory access"
    if set(block.drives) & set(block.loads) and block.clock:
        yield "hold keep accumulate"
    if block.conditions and block.clock and not block.reset:
        yield "enable"


def instance_words(instance: Instance) -> Iterator[str]:
    """Phrases that tell what an instance is."""
    yield "instance instantiate module connect submodule component"
    if instance.overrides:
        yield "parameter configure"
    if instance.scope:
        yield "generate each"
