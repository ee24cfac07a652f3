"""What a synthesis front end reads of a design: vetted tokens, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gatewright.core import Candidate, Diagnostic, FailureClass, Severity, Source
from gatewright.sandbox.harness.testbench_design import Refused, gated
from gatewright.sandbox.integrity import (
    GatePolicy,
    Kind,
    Layout,
    Token,
    definitions,
    has_delays,
    lay_out,
    leave_out,
    needed,
    preprocess,
)
from gatewright.sandbox.integrity.delays import Use, uses
from gatewright.sandbox.tools.slang_sensitivity import unwatched

TOOL = "equivalence"
# Synthesis takes the author's word that other cases do not happen; simulators only warn.
_PROMISES = frozenset({"unique", "unique0", "priority"})
_INFERRED = frozenset({"always_comb", "always_latch"})
# `assign #0 y = a`, `q <= #0 d`: later in the same moment, whose end is all that is compared.
_SETTLES = frozenset({"assign", "<="})


@dataclass(frozen=True, slots=True)
class FormalText:
    """A design's text for a proof; `doubts` are why a proof would not speak of its simulation.

    `waits`: it has delays.
    """

    layout: Layout
    doubts: tuple[Diagnostic, ...] = ()
    waits: bool = False


def readable(
    candidate: Candidate, top: str, includes: Sequence[Source] = (), *, waits: bool = True
) -> FormalText | Refused:
    """The candidate's text for a proof, or why it goes no further.

    Where the reference does not wait for time, the candidate's delays are left out, as they are
    where it is simulated.
    """
    done = preprocess(candidate.sources, includes=includes)
    found = definitions(done.tokens)
    names = [d.name for d in found if d.is_module]
    if not names:
        said = "the design defines no module" if done.tokens else "the design holds no code"
        return Refused(FailureClass.NO_CODE, (remark(said, "no-code"), *done.diagnostics))
    if top not in names:
        said = f"a module {top} is expected; the design defines {', '.join(names)}"
        return Refused(FailureClass.INTERFACE, (remark(said, "no-top"),))
    policy = GatePolicy(delays=waits)
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
    plain = _plain(_settled(tokens))
    return FormalText(lay_out(plain, files), tuple(_doubts(as_written, top)), has_delays(tokens))


def _doubts(layout: Layout, top: str) -> Iterator[Diagnostic]:
    for found in unwatched(layout.text, top):
        place = layout.place(found.line)
        file, line = (place.file, place.line) if place else ("", 0)
        said = (
            f"does not wait for {', '.join(found.names)}: simulation keeps an old value where "
            "hardware would not"
        )
        yield Diagnostic(Severity.ERROR, said, file, line, 0, "sensitivity", TOOL)


def _settled(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens without delays of zero, where these mean nothing."""
    zeros = (index for index, use in uses(tokens) if use is Use.ZERO and index)
    dropped = {i for at in zeros if tokens[at - 1].text in _SETTLES for i in (at, at + 1)}
    return (token for index, token in enumerate(tokens) if index not in dropped)


def _plain(tokens: Iterable[Token]) -> Iterator[Token]:
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


def never_known(bits: Sequence[tuple[str, int]]) -> str:
    """The rest of a sentence that names bits of the reference that match anything; often empty."""
    places: dict[str, list[int]] = {}
    for name, bit in bits:
        places.setdefault(name, []).append(bit)
    named = [f"{_numbered(found)} of {name}" for name, found in places.items()]
    if not named:
        return ""
    return f"; the reference was never seen to know {' and '.join(named)}, which match anything"


def _numbered(places: Sequence[int]) -> str:
    """Such as "bit 3" or "bits 0, 2-5"; the lowest bit of a port is 0, whatever its range."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    text = ", ".join(f"{low}-{high}" if high > low else f"{low}" for low, high in runs)
    return f"{'bit' if len(places) == 1 else 'bits'} {text}"
