"""What a short request in words asks for: told by its shape, without a model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Intent:
    """A tool, an action (`/name`), or help, reset, yes, no, verdict,
    bench, rename, save; with its arguments."""

    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, str]:
        """The arguments that are texts."""
        return {name: str(value) for name, value in self.arguments.items()}


_FILE = r"[`'\"]?(?P<{0}>(?:draft:)?[\w./-]+\.(?:sv|v|svh|vh|scala|py|vcd|fst|md|txt))[`'\"]?"
_WORD = r"[`'\"]?(?P<{0}>[A-Za-z_][\w$]*)[`'\"]?"
_SIGNAL = r"[`'\"]?(?P<signal>[A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$\[\]:]*)+)[`'\"]?"
_END = r"(?:[,\s]+(?:please|plz|pls|thanks|thank\s+you))?\s*[.?!]*\s*"
_PLEASE = (
    r"(?:(?:please|plz|pls|can\s+you|could\s+you|now|hm+|ok(?:ay)?|well|so|then|and|actually|"
    r"just|let'?s)[,\s]+)*"
)
# "verify it with tb.sv": the design that was made last.
IT = "it"
_DESIGN = rf"(?:{_FILE.format('design')}|(?P<it>it|that|this|the design))"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(rf"\s*{_PLEASE}(?:{text}){_END}", re.IGNORECASE)


_SIMPLE = {
    "help": _pattern(
        r"(?:hi|hello|hey|help|what can (?:you|i|we) do(?: here)?|how does this work)"
    ),
    "reset": _pattern(r"(?:start (?:over|again|anew)|forget (?:it|that|this|all)|new design)"),
    "yes": _pattern(
        r"(?:yes|y|yep|ok(?:ay)?|sure|right|correct|go on|go ahead|do it|that is right)"
    ),
    "no": _pattern(r"(?:no|n|nope|wrong)"),
    "verdict": _pattern(
        r"(?:is|are) (?:it|that|this|you)(?: now| really)? "
        r"(?:right|correct|verified|ok(?:ay)?|sure|proved|proven)(?: now)?"
        r"|it(?:'s| is) (?:right|correct|verified)(?:,? (?:right|yes))?"
        r"|what (?:is|was) the verdict|did it pass|does it (?:pass|work)"
    ),
    "bench": _pattern(
        r"(?:write|make|generate|give me|create) (?:a|the|its) test ?bench"
        r"(?: for (?:it|that|this|the design))?"
    ),
    "undo": _pattern(r"(?:undo|take (?:it|that) back)(?: the last (?:change|edit))?"),
}
_ANYTHING = r"(?:[\w ,]+?\s)?"
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "verify",
        _pattern(
            rf"(?:verify|check|test|simulate|run)\s+{_ANYTHING}{_DESIGN}\s+"
            rf"(?:with|against|by|using|on)\s+{_ANYTHING}{_FILE.format('check')}"
        ),
    ),
    (
        "equivalence",
        _pattern(
            rf"(?:prove|is|are|show)\s+{_ANYTHING}{_FILE.format('design')}\s+"
            rf"(?:and|equivalent to|equal to|is equivalent to|is equal to|the same as)\s+"
            rf"{_ANYTHING}{_FILE.format('reference')}"
            r"(?:\s+(?:are\s+)?(?:equivalent|equal|the same))?"
        ),
    ),
    ("lint", _pattern(rf"(?:lint|check)\s+{_ANYTHING}{_DESIGN}")),
    (
        "synth_stats",
        _pattern(
            rf"(?:how (?:big|large) is|synthesi[sz]e|(?:the )?(?:area|size|statistics|cells) of|"
            rf"how many (?:cells|flip-?flops|registers|gates) (?:is|are|has|does|in))\s+"
            rf"{_ANYTHING}{_DESIGN}(?:\s+have)?"
        ),
    ),
    (
        "read_file",
        _pattern(rf"(?:read|open|print|cat|show(?: me)?)\s+{_ANYTHING}{_FILE.format('path')}"),
    ),
    (
        "drivers",
        _pattern(rf"(?:what|which \w+|who)\s+(?:drives?|sets?|writes?|assigns?)\s+{_SIGNAL}"),
    ),
    ("loads", _pattern(rf"(?:what|which \w+|who)\s+(?:reads?|uses?|loads?)\s+{_SIGNAL}")),
    (
        "cone",
        _pattern(
            rf"(?:what\s+(?:decides|determines|affects)|(?:show )?(?:the )?cone of)\s+{_SIGNAL}"
        ),
    ),
    (
        "/document",
        _pattern(
            rf"document\s+(?:the\s+)?(?:interface\s+(?:of\s+)?)?(?:the\s+)?(?:module\s+)?"
            rf"(?:{_FILE.format('file')}|{_WORD.format('block')})"
        ),
    ),
    (
        "/explain",
        _pattern(
            r"(?:explain|describe|show(?: me)?|what (?:is|does))\s+"
            r"(?:the\s+)?(?:module\s+|block\s+)?"
            rf"(?:{_FILE.format('file')}|{_WORD.format('block')})(?:\s+(?:do|for|module))?"
        ),
    ),
    (
        "search",
        _pattern(
            r"(?:find|search(?: for)?|where (?:is|are)|look for|which (?:module|block)s?)\s+"
            r"(?P<query>[^\n]{3,200}?)"
        ),
    ),
    (
        "rename",
        _pattern(
            rf"(?:call|name|rename)\s+(?:it|this|that|(?:the\s+)?(?:module|design|circuit))\s+"
            rf"(?:to\s+|as\s+)?{_WORD.format('top')}"
        ),
    ),
    (
        "save",
        _pattern(
            rf"(?:write|save|store|put)\s+{_ANYTHING}(?:(?:in)?to|as|in)\s+{_FILE.format('path')}"
        ),
    ),
    (
        "list_files",
        _pattern(
            r"(?:list|show(?: me)?|which|what)\s+(?:are\s+)?(?:the\s+)?files(?: are there)?"
            r"|what(?:'s| is)(?: in)? here"
        ),
    ),
)
_SEVERAL = ("design", "reference")
_LONGEST = 300


def intent_of(text: str) -> Intent | None:
    """What a line asks for; None where it is something else, such as a specification."""
    if len(text) > _LONGEST or "\n" in text.strip():
        return None
    for name, pattern in _SIMPLE.items():
        if pattern.fullmatch(text):
            return Intent(name)
    for name, pattern in _SHAPES:
        if found := pattern.fullmatch(text):
            return _made(name, {k: v for k, v in found.groupdict().items() if v})
    return None


def _made(name: str, said: dict[str, str]) -> Intent:
    if name == "verify":
        key = "cocotb" if said["check"].endswith(".py") else "testbench"
        return Intent(name, {"design": [said.get("design", IT)], key: [said["check"]]})
    if name.startswith("/"):
        return Intent(name, {"block": said.get("file") or said.get("block", "")})
    if said.pop("it", ""):
        said["design"] = IT
    several = {k: [v] if k in _SEVERAL else v for k, v in said.items()}
    return Intent(name, several)
