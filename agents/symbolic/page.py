"""A specification as clean numbered lines: comment marks, fences, boxes and Unicode normalised."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

_CHARACTERS = {
    **dict.fromkeys("│┃║¦❘∣", "|"),
    **dict.fromkeys("─━═–—―−‐‑", "-"),
    **dict.fromkeys("┌┬┐├┼┤└┴┘╔╦╗╠╬╣╚╩╝╒╤╕╞╪╡╘╧╛╭╮╰╯┏┳┓┣╋┫┗┻┛", "+"),
    **dict.fromkeys("→⟶➔➜▶►⇒⟹", "->"),
    **dict.fromkeys("¬", "~"),
    **dict.fromkeys("∧·⋅∙", "&"),
    **dict.fromkeys("∨", "|"),
    **dict.fromkeys("⊕", "^"),
    **dict.fromkeys("’′‘", "'"),
    **dict.fromkeys("“”", '"'),
    **dict.fromkeys("\u00a0\u2009\u202f", " "),
    **dict.fromkeys("∑Σ", "Sum "),
    **dict.fromkeys("∏Π", "Prod "),
    "Ø": "-",
    "…": "...",
    "\ufeff": "",
    "\u200b": "",
}
_SUBSCRIPTS = {ord(c): str(i) for i, c in enumerate("₀₁₂₃₄₅₆₇₈₉")}
_TRANSLATION = str.maketrans(_CHARACTERS) | _SUBSCRIPTS
_COMMENT = re.compile(r"^(\s*)(//+|/\*+|\*/|#+(?=\s|$)|;+(?=\s|$)|%+(?=\s|$)|--(?=\s+[^-\s>]))")
_STARRED = re.compile(r"^(\s*)\*(?=\s|$)")
_RULE = re.compile(r"^[\s|+:\-=_]*$")
_MERMAID = re.compile(r"^\s*(?:stateDiagram|flowchart\b|graph\s)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number in the specification (from 1) and its cleaned text."""

    number: int
    text: str
    commented: bool = False
    """A comment mark stood at its start."""

    @property
    def blank(self) -> bool:
        """Nothing on it."""
        return not self.text.strip()

    @property
    def rule(self) -> bool:
        """A drawn line: only dashes, bars, pluses, colons, with at least two dashes."""
        text = self.text
        return bool(_RULE.match(text)) and (text.count("-") >= 2 or text.count("=") >= 2)


@dataclass(frozen=True, slots=True)
class Page:
    """The specification's lines, in order."""

    lines: tuple[Line, ...]

    def without(self, numbers: Iterable[int]) -> Page:
        """The page with those lines blanked; numbering stays."""
        gone = set(numbers)
        return self.replaced(dict.fromkeys(gone, ""))

    def replaced(self, texts: dict[int, str]) -> Page:
        """The page with some lines' texts replaced."""
        return Page(tuple(replace(x, text=texts.get(x.number, x.text)) for x in self.lines))

    @property
    def text(self) -> str:
        """All lines again as one text."""
        return "\n".join(line.text for line in self.lines)


def _clean(line: str, boxed: bool) -> str:
    text = line.translate(_TRANSLATION).replace("**", "").replace("`", "").rstrip()
    text = _COMMENT.sub(lambda m: m[1] + " " * len(m[2]), text)
    if boxed:
        text = _STARRED.sub(lambda m: m[1] + " ", text)
    if text.rstrip().endswith("*/"):
        text = text.rstrip()[:-2].rstrip()
    return text


def open_page(spec: str) -> Page:
    """Clean a specification.

    Comment marks at a line's start (`//`, `#`, `;`, `%`, `/* … */`), code fences, bold and
    back-quotes go; box-drawing characters become `|`, `-` and `+`; arrows become `->`.
    Tabs stay: they may separate a table's cells. Remarks in a Mermaid diagram (`%% …`) go wholly.
    """
    lines: list[Line] = []
    boxed = False
    mermaid = bool(_MERMAID.search(spec))
    for number, raw in enumerate(spec.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if raw.strip().startswith("/*"):
            boxed = True
        fence = re.fullmatch(r"\s*(//\s*)?(```|~~~)\s*[\w{}+.-]*\s*", raw)
        remark = mermaid and raw.strip().startswith("%%")
        commented = boxed or bool(_COMMENT.match(raw))
        lines.append(Line(number, "" if fence or remark else _clean(raw, boxed), commented))
        if "*/" in raw:
            boxed = False
    return Page(tuple(lines))
