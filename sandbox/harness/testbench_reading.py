"""Reads a testbench's own transcript: what it checked, what it found wrong.

Three dialects: VerilogEval's closing line `Mismatches: E in N samples`; RTLLM's `Your Design
Passed` and `… with E /N failures`; and plain self-checking testbenches, which print PASS and FAIL
in their own words, or raise $error and $fatal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gatewright.sandbox.harness.testbench_ends import pattern
from gatewright.sandbox.harness.testbench_run import Nonces

_SAMPLES = re.compile(r"^Mismatches: +(\d+) in +(\d+) samples", re.MULTILINE)
_OUT_OF = re.compile(r"(\d+) */ *(\d+) +(?:failures|errors|mismatches)", re.IGNORECASE)
_COUNTED = re.compile(
    r"(\d+) +(?:\w+ +)?(?:failures?|errors?|mismatch(?:es)?|failed)\b"
    r"|(?:failures?|errors?|mismatch(?:es)?|failed)\b\s*[:=]\s*(\d+)",
    re.IGNORECASE,
)
_NONE_WRONG = re.compile(
    r"\b(?:0+|no|zero|without(?: any)?)\s+(?:\w+\s+)?(?:fail\w*|errors?|mismatch\w*)"
    r"|\b(?:fail\w*|errors?|mismatch\w*)(?:\s+count)?\s*[:=]\s*0+\b"
    r"|\b0+ */ *\d+ +(?:failures|errors|mismatches)",
    re.IGNORECASE,
)
_WRONG = re.compile(
    r"\bfail(?:ed|s|ure|ures|ing)?\b|\bmismatch(?:es|ed)?\b|\bincorrect\b|\bwrong\b"
    r"|^\W*error\b|\berrors?\s*[:=]|\berror\W*$|\d+\s+errors?\b|\bviolat",
    re.IGNORECASE,
)
_SHOUTED = re.compile(r"\bERRORS?\b")
_LOUD = re.compile(r"\bERRORS?\b|\bFAIL|\b[Ff]ailed\b")
_RIGHT = re.compile(
    r"\bpass(?:ed|es)?\b|\bsuccess(?:ful|fully|es)?\b|\ball\b.*\b(?:ok|correct)\b|\bOK\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|never|no|none)\b[^.;]{0,24}\b(?:pass\w*|ok|correct)\b|n't\s+pass"
    r"|(?:^|[^\w\s\[#])[^\w\[#]*0+\b[^.;:]{0,24}\b(?:pass\w*|ok|correct)\b"
    r"|\bnot +ok\b|\bNOK\b"
    r"|\b[1-9]\d*\s+(?:discrepanc\w+|differences?)\b|\bfail\w*\s*[:=]\s*[1-9]",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"(\d+) *(?:/|of|out of) *(\d+)(?: +\w+)? +(?:pass\w*|ok|correct)"
    r"|(?:pass\w*|ok|correct)\W+(\d+) *(?:/|of|out of) *(\d+)",
    re.IGNORECASE,
)
_HINT_TIME = re.compile(r"first mismatch occurred at time\s+(\d+)", re.IGNORECASE)
_CLOSING = re.compile(r"^\S+:\d+: \$(?:finish|stop)\S* called at .*\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Line:
    """A line the testbench printed; `severity` is set where a severity task raised it."""

    text: str
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What the testbench itself printed, in order, without marks."""

    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """For a reader."""
        return "".join(
            f"{line.severity}: {line.text}\n" if line.severity else f"{line.text}\n"
            for line in self.lines
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """What the transcript says.

    `verdicts` counts the closing lines of VerilogEval's dialect (None = another dialect) and
    `samples` is what the last one says; `complaints` and `praises` count lines.
    """

    verdicts: int | None = None
    mismatches: int | None = None
    samples: int | None = None
    complaints: int = 0
    praises: int = 0
    first_time: int | None = None


def transcribe(output: str, nonces: Nonces) -> Transcript:
    """Pick the testbench's own output out of everything that was printed."""
    mark = re.escape(nonces.mark)
    # Not anchored to a line's start: a design may have left a line open. Nothing but the path may
    # stand between the word and the file, or a design could put a milder word in front.
    pattern = re.compile(
        rf"(?P<severity>ERROR|FATAL|WARNING|INFO): (?:[^\s:]*/)?"
        rf"{re.escape(nonces.bench_file)}:\d+: (?:{mark}<(?P<said>.*?)>{mark})?"
        rf"|{mark}<(?P<body>.*?)(?:>{mark}(?P<end>\n?)|(?={mark}<)|\Z)",
        re.DOTALL,
    )
    lines: list[Line] = []
    pending = ""
    for match in pattern.finditer(output):
        if match["severity"]:
            said = nonces.cleared(match["said"] or "assertion failed")
            lines.append(Line(said, match["severity"]))
            continue
        pending += nonces.cleared(match["body"])
        if match["end"]:
            lines += map(Line, pending.split("\n"))
            pending = ""
    if pending:
        lines += map(Line, pending.split("\n"))
    return Transcript(tuple(lines))


def read(transcript: Transcript) -> Reading:
    """Understand a transcript."""
    text = "\n".join(line.text for line in transcript.lines if not line.severity)
    first = min(map(int, _HINT_TIME.findall(text)), default=None)
    closing = _SAMPLES.findall(text)
    if closing:
        mismatches, samples = map(int, closing[-1])
        return Reading(len(closing), mismatches, samples, first_time=first)
    complaints = [line for line in transcript.lines if _complains(line)]
    praises = [line for line in transcript.lines if not _complains(line) and _praises(line)]
    mismatched, samples_ = _counted(complaints)
    return Reading(None, mismatched, samples_, len(complaints), len(praises), first)


def _complains(line: Line) -> bool:
    if line.severity:
        return line.severity in ("ERROR", "FATAL")
    text = _NONE_WRONG.sub(" ", line.text)
    if _DENIED.search(text) or _is_part(text):
        return True
    if not _WRONG.search(text) and not _SHOUTED.search(text):
        return False
    return not _RIGHT.search(text) or bool(_LOUD.search(text))


def _is_part(text: str) -> bool:
    """`9 of 10 tests passed`."""
    match = _SHARE.search(text)
    if match is None:
        return False
    passed, tests = (int(n) for n in match.groups() if n is not None)
    return passed < tests


def _praises(line: Line) -> bool:
    return bool(_RIGHT.search(line.text) or _NONE_WRONG.search(line.text))


def _counted(complaints: Sequence[Line]) -> tuple[int | None, int | None]:
    """How many checks failed, and of how many, where the testbench says so."""
    for line in reversed(complaints):
        match = _OUT_OF.search(line.text)
        if match:
            return int(match[1]), int(match[2])
    for line in reversed(complaints):
        match = _COUNTED.search(line.text)
        if match:
            return int(match[1] or match[2]), None
    return (len(complaints) or None), None


def own_words(transcript: Transcript, output: str, nonces: Nonces) -> str:
    """The log for a reader: what the testbench said, then what anything else printed."""
    mark = re.escape(nonces.mark)
    rest = re.sub(rf"{mark}<.*?(?:>{mark}\n?|\Z)", "", output, flags=re.DOTALL)
    rest = pattern(nonces.mark).sub("", rest)
    rest = nonces.cleared(_CLOSING.sub("", rest)).replace(nonces.bench_file, "testbench")
    return f"{transcript.text}--- printed besides ---\n{rest}" if rest.strip() else transcript.text
