"""Verdicts already known in this run: real answers to a problem repeat (about three in ten do).

A verdict is a function of the problem, the rule set, the tools and the candidate. Tools do not
change within a run, so the key is the other three. Two candidates count as the same when their
tokens are, unless the verdict depends on the text's layout: the harness says so, or it points at
lines, or it carries a benchmark's own code (which may come from any word in the text).
"""

from __future__ import annotations

import hashlib
import re
import threading
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol, runtime_checkable

from gatewright.core import Candidate, Language, Problem, Severity, Verdict
from gatewright.eval.trim import kept_verdict
from gatewright.sandbox.harness import Harness


@runtime_checkable
class ReadsRawText(Protocol):
    """A harness may say that its verdict depends on comments or layout (a letter code does)."""

    @property
    def reads_raw_text(self) -> bool:
        """True = only byte-equal candidates share a verdict."""
        ...


# Coarser than any Verilog lexer: what differs in its tokens differs here. A pair of texts that
# this keeps apart although they mean the same costs one more simulation, nothing else.
_TOKEN = re.compile(
    r"""
    (?P<gap> \s+ | //[^\n]* | /\*.*?\*/ )
  | "(?:[^"\\\n]|\\.)*"
  | \\\S+
  | \d[\w.]*[eE][+-]\d\w*
  | \.\* | \(\* | \*\) | '\{ | \[[*=+-]
  | [\w$'.]+
  | [;,(){}\[\]]
  | (?: [^\w\s$'."\\;,(){}\[\]/*] | /(?![/*]) | \*(?!\)) )+
    """,
    re.VERBOSE | re.DOTALL,
)
_VERILOG = (Language.VERILOG, Language.SYSTEMVERILOG)


@lru_cache(maxsize=64)  # several ask for the same text one after another
def token_text(text: str) -> str:
    """The text's tokens, a space between each; the text itself where that could mislead.

    A compiler directive ends with its line, an open comment or string has no end, an attribute may
    hold what looks like a comment, and blanks beyond ASCII are none: such texts are left alone.
    """
    if "`" in text or "(*" in text.replace("(*)", "") or not text.isascii():
        return text
    tokens: list[str] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            return text
        if match.lastgroup != "gap":
            tokens.append(match.group())
        position = match.end()
    return " ".join(tokens)


def verdict_key(problem: Problem, candidate: Candidate, harness: Harness, *, raw: bool) -> str:
    """What a verdict depends on, within one run; `raw` takes the text to the letter."""
    digest = hashlib.sha256(f"{problem.id}\0{harness.rules}\0{raw}".encode())
    for source in candidate.sources:
        alike = not raw and source.language in _VERILOG
        text = token_text(source.text) if alike else source.text
        digest.update(f"\0{source.name}\0{source.language}\0{text}".encode())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Checked:
    """A verdict, and the CPU seconds that getting it took now (0 = it was known)."""

    verdict: Verdict
    cpu_s: float


@dataclass(frozen=True, slots=True)
class _Known:
    text: str
    verdict: Verdict


class VerdictCache:
    """Checks each distinct candidate once, whichever threads ask and however soon."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Future[_Known]] = {}

    def check(self, problem: Problem, candidate: Candidate, harness: Harness) -> Checked:
        """The harness's verdict, from memory where it is known. Raises what the harness raises."""
        if not (isinstance(harness, ReadsRawText) and harness.reads_raw_text):
            checked, text = self._once(problem, candidate, harness, raw=False)
            if text == candidate.sha256:
                return checked
            if not _depends_on_layout(checked.verdict):
                return replace(checked, verdict=_without_lines(checked.verdict))
        return self._once(problem, candidate, harness, raw=True)[0]

    def _once(
        self, problem: Problem, candidate: Candidate, harness: Harness, *, raw: bool
    ) -> tuple[Checked, str]:
        key = verdict_key(problem, candidate, harness, raw=raw)
        with self._lock:
            known = self._known.get(key)
            if known is None:
                ours = self._known[key] = Future[_Known]()
        if known is not None:
            found = known.result()
            return Checked(found.verdict, 0.0), found.text
        try:
            verdict = kept_verdict(harness.check(problem, candidate))
        except BaseException as error:
            with self._lock:
                del self._known[key]
            ours.set_exception(error)
            raise
        ours.set_result(_Known(candidate.sha256, verdict))
        return Checked(verdict, verdict.cpu_s), candidate.sha256


def _depends_on_layout(verdict: Verdict) -> bool:
    points = any(d.severity is Severity.ERROR and d.line for d in verdict.diagnostics)
    return points or verdict.code != ""


def _without_lines(verdict: Verdict) -> Verdict:
    """The verdict of a text laid out differently: its warnings' places are not this text's."""
    placeless = tuple(replace(d, line=0, column=0) for d in verdict.diagnostics)
    return replace(verdict, diagnostics=placeless)
