"""State diagrams drawn as arrows, one transition a line.

A (0) --x=1--> B          S0 [out=0] -(x=1)-> S1       A -> B : x=1 / z=0
A --0/1--> B              A -->|x=1| B                 "A" -> "B" [label="x=1"];
state A: out=0            [*] --> A                    A -> B when x=1
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gatewright.agents.symbolic.abstain import Abstain, on_line
from gatewright.agents.symbolic.conditions import Condition, is_else, parse
from gatewright.agents.symbolic.ir import Notation, Signal
from gatewright.agents.symbolic.page import Page
from gatewright.agents.symbolic.readers.find import (
    DraftArc,
    Emission,
    Find,
    MachineDraft,
    StateOutput,
    span_of,
)
from gatewright.agents.symbolic.readers.machine_ports import (
    condition_inputs,
    emissions,
    machine_outputs,
)
from gatewright.agents.symbolic.signals import Names
from gatewright.agents.symbolic.text import listed_otherwise

_STATE = r"\"?(?P<{0}>[A-Za-z_]\w*|[01]{{2,}})\"?"
_NOTE = r"(?:\s*[\[(](?P<{0}>[^\])]*)[\])]|\s*/\s*(?P<{0}_bare>[01]+))?"
_ARROW = re.compile(
    r"^\s*(?:[-*•]\s+|\d+[.)]\s+)?(?:(?:state|from)\s+)?"
    + _STATE.format("source")
    + _NOTE.format("output")
    + r"\s*(?P<tail>[-=~]+)(?P<label>.*?)(?P<head>[-=~]*>)\s*"
    + r"(?:\|(?P<flow>[^|]*)\|\s*)?(?:(?:state|to)\s+)?"
    + _STATE.format("target")
    + r"(?P<rest>.*)$"
)
_INITIAL = re.compile(
    r"^\s*(?:\[\*\]|\(?(?:start|reset|init(?:ial)?)\)?)\s*[-=]+>\s*"
    + _STATE.format("state")
    + r"\s*(?::\s*(?:reset|start|init(?:ial)?|power[- ]?up)?)?\s*;?\s*$",
    re.IGNORECASE,
)
_OUTPUT = re.compile(
    r"^\s*(?:[-*•]\s+)?(?:state\s+)?"
    + _STATE.format("state")
    + r"\s*(?::|->|\[label\s*=|\()\s*\"?(?P<text>[^\"]*?)\"?\s*[\])]?;?\s*$",
    re.IGNORECASE,
)
_FRAME = re.compile(
    r"^\s*(?:stateDiagram(?:-v2)?|digraph\b[^{]*\{|graph\s+\w+|flowchart\s+\w+|direction\s+\w+"
    r"|[{}]|rankdir\s*=.*|node\s*\[.*\];?|edge\s*\[.*\];?|@startuml|@enduml)\s*;?\s*$",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"^\s*(?:(?:present|current)\s+)?state\b[^>]*-+>\s*(?:next\s+)?state\b[\s()\w]*$", re.IGNORECASE
)
_CAPTION_WORDS = frozenset(
    ("state", "next", "present", "current", "input", "inputs", "output", "outputs", "condition")
)
# No arrow is drawn as long as this, and matching one takes cubic time.
_ENDLESS = re.compile(r"[-=~<>]{80}")
_WORDED = re.compile(r"^(?:on|when|if|for|:|,)\s*(?P<label>.+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Line:
    """One arrow as written."""

    number: int
    source: str
    target: str
    label: str
    outputs: tuple[tuple[str, str], ...]
    """(state, text) of the outputs noted beside either end."""


def _label(match: re.Match[str]) -> tuple[str, str | None]:
    """The transition's label, and the note beside the target."""
    inside = match["label"].strip()
    rest = match["rest"].strip().rstrip(";").strip()
    note: str | None = None
    labels = [inside, (match["flow"] or "").strip()]
    attribute = re.fullmatch(r"\[\s*(?:label\s*=\s*)?\"?([^\"\]]*)\"?[^\]]*\]", rest)
    parenthesised = re.match(r"[\[(]([^\])]*)[\])]\s*", rest)
    if parenthesised and parenthesised.end() < len(rest):
        note, rest = parenthesised[1], rest[parenthesised.end() :]
        parenthesised = re.match(r"[\[(]([^\])]*)[\])]\s*", rest)
    worded = _WORDED.match(rest)
    if attribute and not inside:
        labels.append(attribute[1].strip())
    elif is_else(rest):
        labels.append(rest)
    elif worded:
        labels.append(worded["label"].strip().strip("\"'").strip())
    elif parenthesised and parenthesised.end() == len(rest):
        if (inside or labels[1]) and note is None:
            note = parenthesised[1]
        else:
            labels.append(parenthesised[1].strip())
    elif rest:
        raise Abstain(f"the text {rest!r} after an arrow was not understood")
    written = [label for label in labels if label]
    if len(written) > 1:
        raise Abstain("an arrow has two labels")
    text = written[0] if written else ""
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1].strip()
    return text, note


def _arrow(number: int, text: str) -> _Line | None:
    match = None if _ENDLESS.search(text) else _ARROW.match(text)
    if not match:
        return None
    label, note = _label(match)
    outputs: list[tuple[str, str]] = []
    own = match["output"] if match["output"] is not None else match["output_bare"]
    if own is not None:
        outputs.append((match["source"], own))
    if note is not None:
        outputs.append((match["target"], note))
    return _Line(number, match["source"], match["target"], label, tuple(outputs))


def _split_label(label: str, names: Names) -> tuple[str, tuple[Emission, ...]]:
    """The condition and the Mealy outputs of a label."""
    match = re.fullmatch(r"(?P<when>.*?)\s*[\[(](?P<out>[^\])]*=[^\])]*)[\])]", label)
    if match and match["when"]:
        return match["when"], emissions(match["out"], names)
    parts = re.split(r"\s*/\s*", label)
    if len(parts) == 2 and parts[0]:
        return parts[0], emissions(parts[1], names)
    if len(parts) > 1:
        raise Abstain(f"the label {label!r} was not understood")
    pieces = re.split(r"\s*,\s*", label)
    written = [p for p in pieces if "=" in p and _is_output(p.split("=")[0], names)]
    if written:
        rest = [p for p in pieces if p not in written]
        return ", ".join(rest), tuple(e for p in written for e in emissions(p, names))
    return label, ()


def _is_output(name: str, names: Names) -> bool:
    signal = names.resolve(name)
    return signal is not None and not names.is_input(signal)


def read(page: Page, names: Names) -> list[Find]:
    """The diagram on the page, if there is one. Raises Abstain for a damaged one."""
    arrows: list[_Line] = []
    initial: str | None = None
    lines: set[int] = set()
    for line in page.lines:
        first = _INITIAL.match(line.text)
        if first:
            if initial not in (None, first["state"]):
                raise Abstain("the diagram marks two initial states")
            initial = first["state"]
            lines.add(line.number)
            continue
        if _CAPTION.match(line.text) and _only_names(line.text, names):
            lines.add(line.number)
            continue
        with on_line(line.number):
            arrow = _arrow(line.number, line.text) if ">" in line.text else None
        if arrow:
            arrows.append(arrow)
            lines.add(line.number)
        elif _FRAME.match(line.text):
            lines.add(line.number)
    if len(arrows) < 2:
        return []
    return [_find(arrows, initial, lines, page, names)]


def _only_names(caption: str, names: Names) -> bool:
    """The caption says which thing stands where, and nothing else."""
    said = {word for word in re.findall(r"[A-Za-z_]\w*", caption) if not names.resolve(word)}
    return {word.lower() for word in said} <= _CAPTION_WORDS


def _find(
    arrows: list[_Line], initial: str | None, lines: set[int], page: Page, names: Names
) -> Find:
    ends = [arrow.source for arrow in arrows] + [arrow.target for arrow in arrows]
    states = tuple(dict.fromkeys(ends))
    if len({s.lower() for s in states}) != len(states):
        raise Abstain("two states have names that differ only in case")
    inputs = condition_inputs(names)
    settled = names.counted_from(_references(arrows))
    arcs = [_arc(arrow, inputs, settled) for arrow in arrows]
    _check_output_order(arrows, page, names)
    noted = _noted(arrows, states, settled) + _separate(page, states, lines, settled)
    draft = MachineDraft(
        Notation.STATE_DIAGRAM,
        states,
        inputs,
        tuple(arcs),
        tuple(noted),
        span_of(frozenset(lines)),
        initial,
    )
    return Find(draft, frozenset(lines))


def _check_output_order(arrows: list[_Line], page: Page, names: Names) -> None:
    """Bare output values follow the ports' order; a text that lists another order is not read."""
    bare = any("=" not in text and text.strip() for arrow in arrows for _, text in arrow.outputs)
    bare |= any(re.search(r"/\s*[01]{2,}|/\s*[01]\s*,", arrow.label) for arrow in arrows)
    outputs = [str(signal) for signal in machine_outputs(names)]
    if bare and listed_otherwise(outputs, re.sub(r"\s+", " ", page.text)):
        raise Abstain("the outputs are listed in another order than the ports")


def _references(arrows: list[_Line]) -> list[str]:
    texts = [a.label for a in arrows] + [text for a in arrows for _, text in a.outputs]
    return [m for text in texts for m in re.findall(r"[A-Za-z_]\w*(?:\[\d+\])?", text)]


def _arc(arrow: _Line, inputs: tuple[Signal, ...], names: Names) -> DraftArc:
    with on_line(arrow.number):
        when, emits = _split_label(arrow.label, names)
        condition: Condition | None = None if is_else(when) else parse(when, inputs, names)
    return DraftArc(arrow.source, arrow.target, condition, emits)


def _noted(arrows: list[_Line], states: tuple[str, ...], names: Names) -> list[StateOutput]:
    """Outputs written beside the states; every mention must say the same."""
    texts: dict[str, str] = {}
    for arrow in arrows:
        for state, text in arrow.outputs:
            if texts.setdefault(state, text).replace(" ", "") != text.replace(" ", ""):
                raise Abstain(f"state {state} is given two different outputs")
    if not machine_outputs(names, states) and all(
        re.fullmatch(r"[01]*", t.strip()) for t in texts.values()
    ):
        # A module that only computes next-state bits has no port for the drawn output.
        return []
    return [StateOutput(state, emissions(text, names)) for state, text in texts.items()]


def _separate(
    page: Page, states: tuple[str, ...], lines: set[int], names: Names
) -> list[StateOutput]:
    """Outputs on lines of their own: `A : z=0`, `A [label="A/0"]`, `state A (out=1)`."""
    found: list[StateOutput] = []
    for line in page.lines:
        match = _OUTPUT.match(line.text) if line.number not in lines else None
        if not match or match["state"] not in states:
            continue
        text = re.sub(rf"^{re.escape(match['state'])}\s*(?:/|\\n|\n|:)\s*", "", match["text"])
        text = re.sub(r"^outputs?\s*(?:is|:|=)?\s*(?=[\w])", "", text, flags=re.IGNORECASE)
        if not re.fullmatch(r"[\w\s=,\[\]()']*", text) or not re.search(r"[01]\s*\)?$", text):
            raise Abstain(f"line {line.number}: a remark on a state was not understood")
        found.append(StateOutput(match["state"], emissions(text, names)))
        lines.add(line.number)
    given = [s.state for s in found]
    if len(set(given)) != len(given):
        raise Abstain("a state is given its outputs twice")
    return found
