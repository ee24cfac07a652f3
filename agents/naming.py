"""The module's name, as a specification gives it in passing: a title, a field, half a sentence."""

from __future__ import annotations

import re

# What a module is called that nothing names.
NAMELESS = "top"
# All repetitions are possessive, so that no text takes long.
_QUOTES = r"[`\"'*]*+"
_NAME = rf"{_QUOTES}(?P<name>[A-Za-z_]\w*+){_QUOTES}"
_KIND = r"(?:module|circuit|design|component|entity|block|machine|top[- ]?level)"
_MARKS = r"[ \t#>*-]*+"

# A line that says nothing but the name.
_FIELD = re.compile(
    rf"^{_MARKS}(?:(?:the|verilog|systemverilog|rtl|top|top[- ]level)\s++)*"
    rf"(?:{_KIND}(?:'s)?\s++name|module|entity|top[- ]?level){_MARKS}[:=]{_MARKS}{_NAME}"
    r"[ \t]*+[.;]?[ \t]*+$",
    re.IGNORECASE | re.MULTILINE,
)
_FIELD_ABOVE = re.compile(
    rf"^{_MARKS}(?:top\s++)?{_KIND}\s++name{_MARKS}:?{_MARKS}\n[ \t]*+{_NAME}[ \t]*+$",
    re.IGNORECASE | re.MULTILINE,
)
_ALONE = re.compile(
    rf"^{_MARKS}(?:module|circuit|design)[ \t]++{_NAME}[ \t]*+[.:]?{_MARKS}$",
    re.IGNORECASE | re.MULTILINE,
)
_TITLE = re.compile(rf"\A\s*+#++[ \t]++{_NAME}[ \t#]*+$", re.MULTILINE)
# Words within a sentence.
_HEADER = re.compile(r"^[ \t]*+module\s++(?P<name>[A-Za-z_]\w*+)\s*+(?:#\s*+\(|\(|;)", re.MULTILINE)
_IS = (
    r"(?:\s*+,)?\s++(?:(?:that\s++is|which\s++is|is|should\s++be|must\s++be|to\s++be)\s++)?"
    r"(?:named|called)\s++"
)
# "A circuit called Johnson counter" names no module Johnson.
_NO_NOUN = (
    rf"(?={_QUOTES}(?:[ \t]*+(?:$|[^\w\s`\"'*])"
    r"|\s++(?:that|with|which|whose|having|for|to|in|and|is|has)\b))"
)
_BE = r"\s++(?:is|should\s++be|must\s++be)\s++"
_SAID = re.compile(
    rf"\bmodule{_IS}{_NAME}"
    rf"|\b{_KIND}{_IS}{_QUOTES}(?P<name2>[A-Za-z_]\w*+){_NO_NOUN}"
    rf"|\b(?:name|call)\s++(?:the|your)\s++{_KIND}\s++{_QUOTES}(?P<name3>[A-Za-z_]\w*+)"
    rf"|\b{_KIND}(?:'s)?\s++name{_BE}{_QUOTES}(?P<name4>[A-Za-z_]\w*+)",
    re.IGNORECASE | re.MULTILINE,
)
_CITED = re.compile(
    r"\b(?:module|circuit|design|component|entity)\s++"
    r"(?:`(?P<name>[A-Za-z_]\w*+)`|\"(?P<name2>[A-Za-z_]\w*+)\")"
    r"|`(?P<name3>[A-Za-z_]\w*+)`\s++(?:module|circuit|component|entity)\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:implement|write|design|build|create|make|complete)\s++(?:(?:an?|the)\s++)?"
    r"(?:(?:verilog|systemverilog)\s++)?module\s++(?P<name>[A-Za-z_]\w*+)"
    r"(?=\s*+(?:[.,:(]|$)|\s++(?:that|with|which|having|for|to|as)\b)",
    re.IGNORECASE,
)
# Words that follow "module" or stand in a title and name nothing.
_WORDS = frozenset(
    """a an and are as at behavior behaviour below by called circuit code declaration definition
    description design details example following for function functional functionality has have
    header implementation in inputs instance instances interface is it its logic module must name
    named notes of on only or outputs overview parameters ports problem purpose question
    requirements rules should signals spec specification specifications structure summary
    systemverilog table task that the these this title to top_level using verilog which will with
    """.split()  # noqa: SIM905 (prose reads better)
)
_WHOLE_LINES = (_FIELD, _FIELD_ABOVE, _ALONE)


def named_module(text: str) -> str:
    """The name that a specification gives its module; '' where it gives none that is certain.

    Lines that hold only the name count first, then what is called or named so, then a Verilog
    header (it may be an example's), then other sentences, then a title.
    """
    for pattern in (*_WHOLE_LINES, _SAID, _HEADER, _CITED, _ASKED):
        for match in pattern.finditer(text):
            if name := _name(match):
                return name
    title = _TITLE.search(text)
    # A title of one common word is a title, not a name.
    return _name(title) if title and not re.fullmatch(r"[A-Z][a-z]*", title["name"]) else ""


def restated(text: str) -> str:
    """The text with every line that holds only the module's name turned into a sentence.

    So that whoever reads sentences need not know the layouts of such lines. Lines stay in place.
    """
    name = named_module(text)
    if not name:
        return text
    sentence = f"Write a module named {name}."

    def spoken(match: re.Match[str]) -> str:
        if _name(match) != name:
            return match[0]
        return sentence + "\n" * match[0].count("\n")

    for pattern in (*_WHOLE_LINES, _TITLE):
        text = pattern.sub(spoken, text)
    return text


def _name(match: re.Match[str]) -> str:
    name = next((v for k, v in match.groupdict().items() if k.startswith("name") and v), "")
    return "" if name.lower() in _WORDS else name
