"""Does the text around a structure add behaviour that the structure does not show?

A sentence is harmless if it holds no word that carries behaviour (conditions, delays, inversions,
extra storage …), or if it speaks, in a closed vocabulary, of something that the reading has
understood: reset, clock edge, state codes, don't-cares, coding style. Anything else makes the
reading abstain: a hybrid of structure and prose is not for this reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.ir import (
    Automaton,
    Logic,
    Machine,
    NextBit,
    NextIs,
    Structure,
    Table,
    Trace,
)
from gatewright.agents.symbolic.text import Sentence, listed_otherwise
from gatewright.agents.symbolic.vocabulary import (
    BASE,
    CARES,
    CLOCK,
    CODES,
    CUES,
    DEFAULTS,
    INERT,
    LOADING,
    RESET,
    STATEFUL,
    STYLE,
    SUBJECTS,
)
from gatewright.core import Interface

_CUE = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(map(re.escape, sorted(CUES, key=lambda w: (-len(w), w))))
    + r")(?![\w-])",
    re.IGNORECASE,
)

_IDIOMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:unless|except where|if not)\s+(?:otherwise\s+)?(?:specified|stated|noted|mentioned|"
        r"indicated|given|described)(?:\s+otherwise)?(?:\s+in\s+the\s+\w+(?:\s+below)?)?",
        r"\b(?:unless|except\s+where)\s+(?:an?\s+|the\s+)?(?:\w+\s+){0,2}(?:width|range|size)s?\s+"
        r"(?:is|are)\s+(?:given|shown|specified|stated|listed)",
        r"\bif\s+(?:they|it|these|any|such)\s+exist(?:s|ed)?\b",
        r"\bif-else(?:-?if)?\b|\bif\s*/\s*else\b",
        r"\bdo(?:es)?\s+not\s+(?:matter|care)\b|\bdon'?t[- ]?cares?\b|\bdo[- ]not[- ]cares?\b",
        r"\byou (?:may|can|are free to) (?:choose|output|use|assign)\b[^.;]*?"
        r"\b(?:convenient|like|wish|want|discretion)\b",
        r"\bone[- ]?hot\b",
        r"\bd?on'?t care\b",
        r"\b(?:each|every|per)\s+(?:clock\s+)?(?:cycle|tick)\b",
        r",?\s*(?:but\s+)?using\s+as\s+few\s+(?:\w+\s+)?as\s+possible\b",
        r"\bnot\s+allowed\s+to\s+use\b",
        r"\(?\bbut\s+not\s+the\s+(?:state\s+)?(?:flip-?flops?|registers?)\)?",
        r"\b(?:implement|derive|write|design|describe)\s+(?:only|just)\b",
        r"\b\w+\s*=\s*[01]+\s+is\s+connected\s+to\s+\w+\[\d+\]",
        r"\b(?:depends?\s+)?(?:only\s+)?on\s+itself\s+and\s+its\s+(?:two\s+)?(?:\w+\s+)?neighbou?rs\b",
        r"\b(?:the\s+)?(?:positive|negative|rising|falling)[- ]edge[- ]triggered\b",
        r"\b(?:before|after|at|on|upon|by|every|each)\s+(?:the\s+|each\s+|every\s+)*"
        r"(?:positive|negative|rising|falling|active)?[- ]?(?:clock|clk)?[- ]?edges?"
        r"(?:\s+of\s+(?:the\s+)?(?:clock|clk))?\b",
        r"\bnot\s+(?:required|needed|necessary)\b",
        r"\bdo not (?:write|use|include|add|output|give|provide|explain)\b[^.;]*",
        r"\bonly\s+(?:write|output|give|provide|return|the\s+(?:code|module|verilog))\b[^.;]*",
        r"\(on or off\)",
        r"\bminimum\b|\bminimal\b|\bsum[- ]of[- ]products?\b|\bproducts?[- ]of[- ]sums?\b",
        r"\bsums?\s+of\s+minterms\b|\bproducts?\s+of\s+maxterms\b",
    )
)
_INTRODUCTION = re.compile(
    r"^\W*(?:please\s+)?(?:design|implement|build|create|write|develop|construct|consider|suppose|"
    r"given|assume\s+(?:that\s+)?you|the\s+following|rule\s+\d+|"
    r"i would like|your task is|you are (?:asked|to)|here is|below is|this is|"
    r"(?:the|this)\s+(?:\w+\s+)?(?:module|circuit|design)\s+(?:should|must|shall|will)\s+"
    r"(?:implement|realise|realize|be|process|perform|compute))\b",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(r"^\W*(?:for example|for instance|e\.g\.)", re.IGNORECASE)
_CLAIM = re.compile(r"\b(?:gives?|equals?|yields?|becomes?)\b", re.IGNORECASE)
_HYBRID = re.compile(
    r"\bexample\s+(?:wave|timing|trace|simulation|table|diagram)|\b(?:sub)?modules?\s+[A-Z]\b"
    r"|\b(?:not|isn't|incomplete|partial)\s+(?:complete|all)\b"
    r"|\bpart of the (?:table|map|diagram)"
    r"|\bboth\s+(?:clock\s+)?edges|\boutputs?\b[^.]*\bnext\s+(?:clock|cycle)\b"
    r"|\bregister(?:ed)?\s+(?:the\s+|an?\s+)?outputs?\b|\boutputs?\b[^.]*\bregister(?:ed|s)?\b"
    r"|\boutputs?\b[^.]*\bfor\s+the\s+next\b|\border\b",
    re.IGNORECASE,
)
# What turns a structure round: polarity, order, timing, afterthoughts. A sentence with one of these
# is never taken for harmless, whatever else it is made of.
_TURNS = re.compile(
    r"\b(?:LSBs?|MSBs?|significant|endian|swap\w*|exchang\w*|interchang\w*|mirror\w*|dual|negat(?:e[ds]?|ion|ing)"
    r"|complement(?:ed|ary|s)?|contrary|opposite|polarity"
    r"|flip(?:s|ped)?(?![- ]?flop)|upside|revers\w+"
    r"|typo|misprint|corrections?|errat\w+|actually|latency|propagation|non-combinational|partly"
    r"|independent\w*|regardless|immediately|at once|unchanged|no change|twice)\b"
    r"|\b(?:not|low|zero)[- ](?:synchronous|active|true)\b"
    r"|(?<!active )(?<!active-)\blow\b(?!-pass)"
    r"|\b(?:high-to-low|1-to-0|becomes? 0|a 0 on|active:? 0|active when)\b"
    r"|\b(?:rst|reset|load)\w*\s*(?:=|(?:is|set|goes|at)\s+(?:\w+\s+){0,2})\s*0\b"
    r"|\bnegative\b(?![- ]edge)"
    r"|\b(?:every|each)\s+(?:two|other|second|edge|clock transition|transition)\b"
    r"|\bedge,?\s+(?:of \w+,?\s+)?(?:high|low)\b"
    r"|\b(?:labels?|columns?|rows?|bits?|values?|digits?|letters?|numbers?)\s+(?:\w+\s+){0,3}"
    r"(?:read|written|in the form|list|listed)\b"
    r"|\bwritten\s+(?:with|as|in)\b|\b\w+ is bit \d"
    r"|\b(?:zeros?|ones?|0s?|1s?|dash(?:es)?|entries|cells)\s+(?:\w+\s+){0,4}"
    r"(?:means?|becomes?|shown as|are to be|is to be)\s+(?:\w+\s+){0,2}"
    r"(?:zeros?|ones?|[01]|high|change)\b"
    r"|\b(?:high|low) (?:is|means) [01]\b|\bin state \w+ and [01]\b"
    r"|\bis (?:really|rather)\b",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"\b(?:first|left|right|left-hand|right-hand)\b|\blabels?\s+(?:are|is)\b"
    r"|\blabels?\b[^.]*\b(?:output|then)\b|,\s*then\s+\w+\.?$",
    re.IGNORECASE,
)
_TIMED_OUTPUT = re.compile(
    r"\boutputs?\b[^.]*\b(?:clocked|clock|edge|updates?|happens?)\b", re.IGNORECASE
)
_STATE_OF_ITS_OWN = re.compile(
    r"\b(?:asynchronous\w*|initial\w*|falling|negative|reset|active[- ]low|first|right)\b",
    re.IGNORECASE,
)
_TOPICS: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (
    (re.compile(r"\breset|\brst|\binitial|\bstarts?\b|\bpower", re.IGNORECASE), RESET | CLOCK),
    (re.compile(r"\bclock|\bclk|\bedge", re.IGNORECASE), CLOCK),
    (re.compile(r"\bcod(?:e|es|ed|ing)\b|encod|hot\b|assign", re.IGNORECASE), CODES),
    (re.compile(r"\balways\s+blocks?|\bstatements?\b|\bsynthesi", re.IGNORECASE), STYLE),
    (re.compile(r"don'?t[- ]?care|\bnever\s+occur", re.IGNORECASE), CARES),
    (re.compile(r"\bdefault|\botherwise\b", re.IGNORECASE), DEFAULTS),
)


@dataclass(frozen=True, slots=True)
class Context:
    """What the sentences may mention: the module's names, the states, and the reset's port."""

    interface: Interface
    structure: Structure
    reset: str | None

    @property
    def states(self) -> tuple[str, ...]:
        """The machine's states, if it is one."""
        return self.structure.states if isinstance(self.structure, Machine) else ()


def check(sentences: Iterable[Sentence], context: Context) -> None:
    """Raise Abstain, naming the sentence, where one adds behaviour or is not understood."""
    example = False
    for at, sentence in enumerate(sentences):
        text = re.sub(r"\s+", " ", sentence.text)
        _check_order(text, context)
        if example or _EXAMPLE.match(text):
            example = text.endswith(":") and not example
            if not (_HYBRID.search(text) or _turns(text, context) or _CLAIM.search(text)):
                continue
        if not _harmless(text, context, first=at == 0):
            raise Abstain(f"line {sentence.line}: {text!r} may add behaviour to the structure")


def _check_order(text: str, context: Context) -> None:
    """A list of all the machine's inputs in another order would turn its labels round."""
    if not isinstance(context.structure, Machine):
        return
    if listed_otherwise([str(signal) for signal in context.structure.inputs], text):
        raise Abstain(f"{text!r} lists the inputs in another order than the ports")


def _harmless(text: str, context: Context, *, first: bool) -> bool:
    """The first sentence, and others that ask for the module, may tell a story."""
    if _HYBRID.search(text) or _turns(text, context):
        return False
    if _describes_next_state(text, context):
        return True
    stripped = text
    for idiom in _IDIOMS:
        stripped = idiom.sub(" ", stripped)
    cues = {cue.lower() for cue in _CUE.findall(stripped)}
    names = {port.name.lower() for port in context.interface.ports} | {
        state.lower() for state in context.states
    }
    cues -= names | {context.interface.module.lower()}
    if isinstance(context.structure, Machine | Trace) or _characteristic(context.structure):
        cues -= STATEFUL
    if re.search(r"\bactive[- ]low\b", stripped, re.IGNORECASE):
        cues.add("active-low")
    marked = _marks(stripped) and not isinstance(context.structure, Automaton)
    quiet = not cues and not marked and not _defines_output(stripped, context)
    story = first or bool(_INTRODUCTION.match(stripped))
    if quiet and (story or _says_nothing(stripped, context)):
        return True
    return _within_a_topic(text, context)


def _turns(text: str, context: Context) -> bool:
    """The sentence may turn round what the structure says, in order, polarity or time."""
    # The name of such a reset says the same: it was read with this polarity.
    text = re.sub(r"\b\w*(?:reset|rst)_?n\b\s+(?:is|goes)\s+low\b", " ", text, flags=re.IGNORECASE)
    if _TURNS.search(text):
        return True
    structure = context.structure
    if isinstance(structure, Automaton):
        return bool(_STATE_OF_ITS_OWN.search(text))
    if _ORDER.search(text):
        return True
    if isinstance(structure, Machine):
        return bool(_TIMED_OUTPUT.search(text))
    return _characteristic(structure) and bool(_STATE_OF_ITS_OWN.search(text))


def _marks(text: str) -> bool:
    """Operators among the words: `OR`, `a=0`, `f'`, `~x`."""
    return bool(
        re.search(r"\b(?:AND|OR|XOR|NOT|NAND|NOR|XNOR)\b", text)
        or re.search(r"(?<![\w'])[A-Za-z_]\w*'(?![\w])|~\s*\w|\b[A-Za-z_]\w*\s*=\s*[01]\b", text)
    )


def _says_nothing(text: str, context: Context) -> bool:
    """It speaks of neither structure nor ports, or only in words that change nothing."""
    names = {port.name.lower() for port in context.interface.ports} - {"a", "i"}
    names |= {state.lower() for state in context.states if len(state) > 1}
    text = re.sub(r"\"\w+\"", " ", text)  # a quoted name
    words = [word.lower().strip("_").removesuffix("'s") for word in _words(text)]
    subjects = names | SUBJECTS
    if not any(word in subjects or word.isdigit() for word in words):
        return True
    plural = {f"{name}s" for name in names} | {context.interface.module.lower()}
    known = BASE | INERT | names | plural | {state.lower() for state in context.states}
    return all(_is_known(word, known) or _is_numbered(word, names) for word in words)


def _is_numbered(word: str, names: set[str]) -> bool:
    """A port's name with an index, or a run of one-letter ports."""
    if re.sub(r"\d+$", "", word) in names:
        return True
    return len(word) <= 8 and all(letter in names | {"a", "i"} for letter in word)


def _is_known(word: str, known: frozenset[str]) -> bool:
    """A known word, a compound or a torn-off piece of known words, or a size."""
    if word in known or word.isdigit() or len(word) == 1 or _is_size(word):
        return True
    if "-" in word:
        return all(_is_known(part, known) for part in word.split("-"))
    torn = len(word) > 3 and word.lower() not in CUES
    return torn and any(other.startswith(word) or other.endswith(word) for other in BASE)


def _is_size(word: str) -> bool:
    return bool(re.fullmatch(r"\d+-?(?:bits?|to-1|to|cells?|inputs?|hot|way)|\d+'[bhd]\w+", word))


def _characteristic(structure: Structure) -> bool:
    return isinstance(structure, Table) and structure.trigger is not None


def _defines_output(text: str, context: Context) -> bool:
    """The sentence says what an output is."""
    for port in context.interface.outputs:
        name = re.escape(port.name)
        verb = (
            r"(?:is|are|should|shall|must|equals?|goes|becomes?|will|stays?|remains?|gets|depends|"
            r"changes|updates|appears|toggles|follows|reflects|lags|carries|copies)"
        )
        if re.search(rf"(?<![\w'])[_\"']?{name}[_\"']?(?:\[[\d:]+\])?\s+(?:\w+\s+)?{verb}\b", text):
            return True
        if re.search(rf"(?<![\w'.]){name}(?:\[[\d:]+\])?\s*<?=(?!=)", text):
            return True
    return False


def _words(text: str) -> list[str]:
    text = re.sub(r"\d+'[bhd][0-9a-fA-F]+|\[[\d:]+\]", " ", text)
    return re.findall(r"[A-Za-z0-9_](?:[\w'-]*\w)?", text)


def _within_a_topic(text: str, context: Context) -> bool:
    """Every word belongs to one understood topic, or names a state, the clock or the reset."""
    clocks = {p.name for p in context.interface.ports if re.search("cl(?:oc)?k", p.name, re.I)}
    own = {context.interface.module, *clocks, *context.states}
    if context.reset:
        own.add(context.reset)
    if isinstance(context.structure, Machine) and isinstance(context.structure.form, Logic):
        own |= {p.name for p in context.interface.ports}
    words = [w for w in _words(text) if w not in own and not re.fullmatch(r"[01]+", w)]
    ports = {p.name for p in context.interface.ports}
    named = context.reset is not None and re.search(rf"\b{re.escape(context.reset)}\b", text)
    if isinstance(context.structure, Automaton) and re.search(r"\bload", text, re.IGNORECASE):
        words_left = [w for w in words if w not in ports]
        return all(w.lower() in BASE or w.lower() in LOADING for w in words_left)
    for at, (trigger, vocabulary) in enumerate(_TOPICS):
        if not trigger.search(text) and not (at == 0 and named):
            continue
        if at == 0 and not isinstance(context.structure, Machine):
            continue
        if vocabulary is STYLE:
            words = [w for w in words if w.strip("_") not in ports]
        if all(w.lower() in BASE or w.lower() in vocabulary or w in vocabulary for w in words):
            return True
    return False


def _describes_next_state(text: str, context: Context) -> bool:
    """`B3_next: assert when next-state is B3`, `The output Y1 is y[1]`: agrees with the reading.

    Raises Abstain where it disagrees.
    """
    machine = context.structure
    if not isinstance(machine, Machine) or not isinstance(machine.form, Logic):
        return False
    for drive in machine.form.drives:
        name = re.escape(drive.port.port)
        if isinstance(drive, NextIs):
            match = re.match(
                rf"^\W*{name}\W+(?:is\s+)?(?:assert(?:ed|s)?|1|high|true)\s+(?:when|if)\s+"
                rf"(?:the\s+)?next[- ]state\s+is\s+(?:the\s+)?(?:state\s+)?(\w+)(?:\s+state)?\W*$",
                text,
                re.IGNORECASE,
            )
            if match and match[1].lower() != drive.state.lower():
                raise Abstain(f"{text!r} contradicts the name of output {drive.port}")
            if match:
                return True
        elif isinstance(drive, NextBit):
            match = re.search(
                rf"\b{name}\s+(?:is|should\s+be|corresponds\s+to)\s+(?:the\s+)?"
                rf"(?:input\s+(?:of|to)\s+(?:the\s+)?(?:state\s+)?(?:flip-?flop\s+)?|bit\s+)?"
                rf"\w+\[(\d+)\](?:\s+of\s+the\s+next[- ]state(?:\s+signal)?)?\W*$",
                text,
                re.IGNORECASE,
            )
            if match and not _same_bit(int(match[1]), drive, machine.form, context.interface):
                raise Abstain(f"{text!r} contradicts the name of output {drive.port}")
            if match:
                return True
    return False


def _same_bit(index: int, drive: NextBit, form: Logic, interface: Interface) -> bool:
    port = interface.port(form.state.port)
    lowest = min(port.left or 0, port.right or 0) if port else 0
    return index - lowest == drive.bit


def leftover(lines: Sequence[str]) -> str | None:
    """The first line that looks like part of a table or diagram nobody has read."""
    for line in lines:
        text = re.sub(r"\|\|", " ", line)
        cells = re.findall(r"(?<!\S)[01xX-](?!\S)", line.replace("|", " "))
        if text.count("|") >= 1 or re.search(r"[-=~]+>", text) or len(cells) >= 3:
            return line.strip()
    return None
