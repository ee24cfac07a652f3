"""The closed grammar that `prose` and `facts` read sentences by: fragments, slots, compilation.

A pattern is a regular expression over a sentence with single blanks, in which `<name>` stands for a
fragment below, or for a slot: a name in the text that must turn out to be what the slot says.
"""

from __future__ import annotations

import re
from itertools import count

# No understood sentence is longer; longer ones would only take time.
MAX_CLAUSE = 400
_LIST = (
    r"[A-Za-z_]\w*(?:, ?(?:and )?[A-Za-z_]\w*)*"
    r"(?: and (?!an? |the |(?:in|out)puts?\b)[A-Za-z_]\w*)?"
)
_NUMBERS = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|\d+)"
# What a slot's text looks like. Whether it is such a thing, `prose` and `facts` check.
SLOTS = {
    "port": r"_?\w+?_?(?:\[\d+\])?",
    "output": r"_?\w+?_?",
    **dict.fromkeys(("ports", "ins", "outs"), _LIST),
    "run": r"\w+",
    "range": r"\w+\[\d+:\d+\]",
    "state": r"(?:\d+'b)?\w+",
    "start": r"(?:\d+'b)?\w+",
    "reset": r"\w+",
    "clock": r"\w+",
    "module": r"\w+",
    "count": r"\w+",
    # How many inputs and outputs there are.
    **dict.fromkeys(("nin", "nout"), _NUMBERS),
    # What a register held before.
    "old": r"q\w*|\w*old",
    "falling": r"positive|negative|rising|falling",
    "msb": r"\w+(?:\[\d+\])?",
    "lsb": r"\w+(?:\[\d+\])?",
    "example": r"\d+",
    "bitlist": r"[01](?:, ?[01])*",
}

_HEADS = (
    r"(?:module|circuit|design|functions?|expressions?|equations?|k-map|kmap|karnaugh map"
    r"|(?:truth |characteristic |state(?:[- ]transition)? |state-assigned |transition |lookup )?"
    r"table"
    r"|(?:state )?diagram|(?:finite[- ])?state[- ]machine|(?:moore|mealy) machine|fsm|waveforms?"
    r"|system|logic|lookup|(?:(?:[jk]k|[dt]|sr) )?flip-flop|cellular automaton|interface"
    r"|(?:verilog )?codes?|implementation"
    r"|\d+-to-\d+ (?:multiplexer|mux|decoder)|multiplexer|decoder|detector|converter"
    r"|recogni[sz]er|traffic light controller)"
)
_ADJECTIVES = (
    r"(?:following|follow|given|combinational|sequential|boolean|logic|logical|digital|simple"
    r"|single-output|complete|elementary|one-dimensional|moore|mealy|verilog|systemverilog"
    r"|simulation|state[- ]transition|next[- ]state|state|output|sequence|gray code"
    r"|bcd to seven[- ]segment)"
)

FRAGMENTS = {
    "det": r"(?:an?|the|this|these|its|your)",
    "number": _NUMBERS,
    "machine": r"(?:the |this )?(?:(?:finite[- ])?state[- ]machine|machine|fsm|module|circuit"
    r"|automaton|state|it)",
    # Noun phrases.
    "np": rf"(?:<det> )?(?:{_ADJECTIVES} )*{_HEADS}",
    "nps": r"<np>(?:(?:,| and|, and) <np>)?",
    "place": r"(?:,? ?(?:as )?(?:shown|given|described|drawn|defined|specified|listed)"
    r"(?: below| above| here)?(?: (?:by|in|with) <np>)?(?: below| above)?"
    r"| below| above| according to (?:the )?(?:diagram|table)(?: described| shown)? below)",
    "bits": r"(?:(?:one|\d+)-bit )?",
    "amount": r"(?:<nin> <bits>inputs?(?: \(<ins>\))?|<nout> <bits>outputs?(?: \(<outs>\))?"
    r"|<count> states|(?:<det> )?inputs? <ins>|(?:<det> )?outputs? <outs>|inputs \(<ins>\)"
    r"|outputs \(<outs>\))",
    "amounts": r"<amount>(?:(?:,| and|, and) <amount>)?(?:(?:,| and|, and) <amount>)?",
    "care": r"(?:d|x|-|'d'|'x'|'-') (?:is|marks|denotes|means|stands for|represents|indicates)"
    r" (?:an? )?don'?t[- ]cares?",
    "after": r"(?:<place>| (?:with|using) <nps>| with <amounts>"
    r"| (?:of|for|in|from|by|implementing) <nps>| that implements <nps>| for <output>"
    r"| (?:named|called) \w+| (?:with|using) (?:assign|always|case) (?:statements?|blocks?)"
    r"|,? (?:in which|where) <care>| \(<care>\)"
    r"| in (?:verilog|systemverilog)| that detects [01]+(?: (?:with|without) overlap)?"
    r"| \(all ports are one bit unless a width is given\)"
    r"| \(the combinational logic portion\)| \(but not the (?:state )?flip-flops\)"
    r"| \(the outputs are given as \(<ports>\)\)|,? <output>)",
    "thing": r"<nps><after>??<after>??<after>??",
    "verb": r"(?:please )?(?:design|implement|build|create|write|develop|construct|derive)",
    "ask": r"(?:<verb>(?: only| just)?|i would like you to <verb>|your task is to <verb>"
    r"|(?:<det> )?(?:module|circuit) (?:(?:should|must|shall|will) implement|implements)"
    r"|consider|given|(?:this|it) is|<det> (?:module|circuit) is"
    r"|(?:<det> )?following(?: diagram)? is"
    r"|(?:<det> )?(?:module|circuit|function) (?:is|can be) (?:given|described|defined) by"
    r"|(?:<det> )?(?:module|circuit) (?:should|must) implement the following is"
    r"|<det> (?:module|circuit) is combinational and (?:implements|has))",
    # Reset and clock.
    "adj": r"(?:synchronous|asynchronous|sync|async|active[- ](?:high|low)"
    r"|positive edge triggered(?= asynchronous))",
    "adjs": r"<adj>(?:(?:,? and|,)? <adj>)?",
    "resetting": r"(?:(?:<det> )?(?:<adjs> )?reset(?: (?:signal|input))?(?: \(?(?!is\b|to\b|into\b"
    r"|in\b|resets\b|returns\b|puts\b|sets\b|brings\b|that\b|which\b)<reset>\)?)?)",
    "to": r"(?:to|into|in|at) (?:the )?(?:(?:initial|reset|start(?:ing)?) )?(?:state )?<start>"
    r"(?: state)?",
    "resets": r"(?:resets|returns|puts|sets|brings) (?:<machine>)(?: back)?",
    "level": r"(?:asserted|active|high|low|1|0|1'b1|1'b0|one|zero)",
    "when": r"(?:if|when|while|whenever)",
    "cond": r"(?:<when> (?:the )?<reset>(?: signal| input)?(?: is | goes | ?==? ?)<level>"
    r"|(?:on|upon|at|during) (?:an? |the )?(?:<adjs> )?reset(?: \(<adjs>\))?)",
    "how": r"(?:(?:synchronously|asynchronously) )?",
    "goes": r"(?:<how>(?:goes|returns|resets|enters|starts)(?: back)?|is <how>(?:reset|set)"
    r"|(?:should|must) <how>(?:go|return|reset|start)|resets <how>)",
    "edge": r"(?:(?:at|on|by) )?(?:the |each |every )?(?:next )?<falling>[- ]edge"
    r"(?: of (?:the )?(?:clock|<clock>))?",
    "next": r"(?: (?:at|on) the next (?:rising|positive) (?:clock )?edge)?",
    # Style.
    "block": r"(?:the )?(?:state (?:table|register|transitions|flip-flops)|next[- ]state logic"
    r"|output logic|outputs?)",
    "blocks": r"<block>(?:, <block>)*(?:,? and <block>)?",
    "means": r"(?:an? )?(?:continuous assignment|assign|always|case)"
    r" (?:statement|block)(?:s|\(s\))?",
    # State codes.
    "derived": r"(?:the )?(?:state transition|next-state|output|logic|verilog|implementation"
    r"|state output)(?: (?:and )?(?:state transition|next-state|output|logic|equations))*",
    "codelist": r"(?:\d+'b)?[01]+(?:\(\w+\))?(?:, ?(?:and )?"
    r"(?:\.\.\.|(?:\d+'b)?[01]+(?:\(\w+\))?))*",
    "codings": r"<state> ?= ?(?:\d+'b)?[01]+(?:, ?(?:and )?\w+ ?= ?(?:\d+'b)?[01]+)*",
    "names": r"\w+(?:, ?(?:and )?(?:\.\.\.|\w+))*",
    "hot": r"one-?hot (?:code|encoding)(?: is used)?",
}


def _expanded(pattern: str, numbers: count[int]) -> str:
    def slot(match: re.Match[str]) -> str:
        name = match[1]
        if name in SLOTS:
            return f"(?P<{name}_{next(numbers)}>{SLOTS[name]})"
        return f"(?:{_expanded(FRAGMENTS[name], numbers)})"

    return re.sub(r"(?<!\?P)<(\w+)>", slot, pattern)


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern of a whole sentence, its slots as groups `<slot>_<number>`."""
    return re.compile(_expanded(pattern, count()), re.IGNORECASE)


def slots(match: re.Match[str], *names: str) -> list[tuple[str, str]]:
    """The filled slots of those names (all if none is given) as (slot, text)."""
    return [
        (kind, text)
        for group, text in match.groupdict().items()
        if text is not None and (not names or group.rpartition("_")[0] in names)
        for kind in (group.rpartition("_")[0],)
    ]


def plain(text: str) -> str:
    """A sentence as the patterns expect it: single blanks, no list mark, quote or full stop."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"^[-*•]\s+", "", text)
    text = re.sub(r"\(\s*,?\s*\)", "", text).replace('"', "")
    text = re.sub(r"\s+([.,;:)])", r"\1", text)
    text = re.sub(r"(?:\s[|+:=-]*(?:--|==)[|+:=-]*)+$", "", text)  # a drawn line
    return text.rstrip(" .:;,")


def clauses(text: str) -> list[str]:
    """The parts of a sentence that are read by themselves.

    A part too long to be understood is cut to a text that no pattern matches.
    """
    parts = re.split(r";\s*|(?<=[01])\.(?=[A-Z])", re.sub(r"\s+", " ", text))
    return [
        part if len(part) <= MAX_CLAUSE else "..." + part[:40]
        for part in map(plain, parts)
        if re.search(r"[^\s|+:\-=_.,;()$]", part)
    ]
