"""What a synthesis front end reads of a design: vetted tokens, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gatewright.core import Candidate, Diagnostic, FailureClass, Severity, Source
from gatewright.sandbox.harness.testbench_design import Refused, gated
from gatewright.sandbox.integrity import (
    GatePolicy,
    Kind,
    Layout,
    Token,
    definitions,
    lay_out,
    leave_out,
    needed,
    preprocess,
)
from gatewright.sandbox.tools.slang_sensitivity import unwatched

TOOL = "equivalence"
# Synthesis takes the author's word that other cases do not happen; simulators only warn.
_PROMISES = frozenset({"unique", "unique0", "priority"})
_INFERRED = frozenset({"always_comb", "always_latch"})


@dataclass(frozen=True, slots=True)
class FormalText:
    """A design's text for a proof; `doubts` are why a proof would not speak of its simulation."""

    layout: Layout
    doubts: tuple[Diagnostic, ...] = ()


def readable(
    candidate: Candidate, top: str, includes: Sequence[Source] = ()
) -> FormalText | Refused:
    """The candidate's text for a proof, or why it goes no further."""
    done = preprocess(candidate.sources, includes=includes)
    found = definitions(done.tokens)
    names = [d.name for d in found if d.is_module]
    if not names:
        said = "the answer defines no module" if done.tokens else "the answer holds no code"
        return Refused(FailureClass.NO_CODE, (remark(said, "no-code"), *done.diagnostics))
    if top not in names:
        said = f"a module {top} is expected; the design defines {', '.join(names)}"
        return Refused(FailureClass.INTERFACE, (remark(said, "no-top"),))
    policy = GatePolicy()
    tokens, _ = needed(done.tokens, found, {top})
    tokens = leave_out(tokens, done.files, policy).tokens
    refused = gated(tokens, done.files, done.diagnostics, policy)
    return refused or formal_text(tokens, done.files, top)


def of_reference(plain: Source, top: str) -> FormalText:
    """A reference's text for a proof."""
    done = preprocess((plain,))
    return formal_text(done.tokens, done.files, top)


def formal_text(tokens: Sequence[Token], files: Sequence[str], top: str) -> FormalText:
    """The tokens as text in which a latch is a latch.

    For `always_comb` the front end takes the author's word that nothing is kept, and closes a loop
    where a value is: simulators keep the value.
    """
    as_written = lay_out([t for t in tokens if t.kind is not Kind.ATTRIBUTE], files)
    return FormalText(lay_out(_plain(tokens), files), tuple(_doubts(as_written, top)))


def _doubts(layout: Layout, top: str) -> Iterator[Diagnostic]:
    for found in unwatched(layout.text, top):
        place = layout.place(found.line)
        file, line = (place.file, place.line) if place else ("", 0)
        said = (
            f"does not wait for {', '.join(found.names)}: simulation keeps an old value where "
            "hardware would not"
        )
        yield Diagnostic(Severity.ERROR, said, file, line, 0, "sensitivity", TOOL)


def _plain(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.text in _INFERRED and token.kind is Kind.IDENT:
            yield token._replace(text="always")
            yield token._replace(kind=Kind.OPERATOR, text="@")
            yield token._replace(kind=Kind.OPERATOR, text="*")
        elif token.kind is not Kind.ATTRIBUTE and token.text not in _PROMISES:
            yield token


def remark(message: str, code: str, severity: Severity = Severity.ERROR) -> Diagnostic:
    """A finding of the harness itself."""
    return Diagnostic(severity, message, code=code, tool=TOOL)
