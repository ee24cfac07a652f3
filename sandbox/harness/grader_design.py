"""An answer made ready for a grader: its files at their places, gated, its modules known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from gatewright.core import (
    Candidate,
    Diagnostic,
    FailureClass,
    GraderSpec,
    Language,
    Source,
    Verdict,
    language_of,
)
from gatewright.sandbox.harness.cocotb_design import error, refusal
from gatewright.sandbox.harness.cocotb_judge import failed
from gatewright.sandbox.integrity import (
    GatePolicy,
    Kind,
    Preprocessed,
    lay_out,
    leave_out,
    preprocess,
)
from gatewright.sandbox.tools import slang
from gatewright.sandbox.tools.slang_modules import Module

_HDL = (Language.VERILOG, Language.SYSTEMVERILOG)
_MACROS = {"__ICARUS__": "1", "COCOTB_SIM": "1"}


@dataclass(frozen=True, slots=True)
class Ready:
    """The answer's files as they are written, and the modules to put into wrappers."""

    sources: tuple[Source, ...]
    modules: tuple[Module, ...] = ()
    notes: tuple[Diagnostic, ...] = ()


def placed(candidate: Candidate, spec: GraderSpec) -> tuple[Source, ...]:
    """The candidate's files under their paths below `/code`.

    One without a path goes where an answer of its name is expected; to the only answer that is
    expected, several texts as one; else below `rtl`.
    """
    bare = [s for s in candidate.sources if "/" not in s.name and s.text.strip()]
    found = [s for s in candidate.sources if "/" in s.name and s.text.strip()]
    if bare and len(spec.answers) == 1:
        text = "\n".join(source.text for source in bare)
        return (*found, Source(spec.answers[0], text, bare[0].language))
    for source in bare:
        named = [a for a in spec.answers if PurePosixPath(a).name == source.name]
        found.append(replace(source, name=named[0] if named else f"rtl/{source.name}"))
    return tuple(s for s in found if _below(s.name))


def _below(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and bool(path.parts)


def ready(answer: Sequence[Source], context: Sequence[Source], spec: GraderSpec) -> Ready | Verdict:
    """Gate the answer: only files of HDL, or those that are asked for, and nothing hostile."""
    foreign = [s.name for s in answer if s.name not in spec.answers and not _is_design(s.name)]
    if foreign:
        message = f"the answer may not bring {', '.join(foreign)}: only the files asked for"
        return failed(FailureClass.UNSAFE, error(message))
    files = [s for s in (*context, *answer) if _is_hdl(s)]
    written: list[Source] = []
    modules: list[Module] = []
    notes: list[Diagnostic] = []
    for source in answer:
        if not _is_hdl(source):
            written.append(source)
            continue
        bare = {PurePosixPath(f.name).name: f for f in files if f.name != source.name}
        others = [replace(file, name=name) for name, file in bare.items()]
        checked = _gated(source, others)
        if isinstance(checked, Verdict):
            return checked
        written.append(checked.sources[0])
        modules += checked.modules
        notes += checked.notes
    return Ready(tuple(written), tuple(modules), tuple(notes))


def _is_hdl(source: Source) -> bool:
    return language_of(source.name) in _HDL


def _is_design(name: str) -> bool:
    return PurePosixPath(name).parts[0] == "rtl" and language_of(name) in _HDL


def _gated(source: Source, others: Sequence[Source]) -> Ready | Verdict:
    """One file, written anew from the tokens that passed: a macro of another cannot change it."""
    policy = GatePolicy()
    done = _preprocessed(source, others)
    left = leave_out(done.tokens, done.files, policy)
    refused = refusal(done, left.tokens, policy)
    if refused is not None:
        return failed(refused.failure, *refused.diagnostics)
    compiled = [t for t in left.tokens if t.kind is not Kind.ATTRIBUTE]
    text = lay_out(compiled, done.files).text
    parsed = slang.parse(compiled, done.files)
    return Ready((replace(source, text=text),), parsed.modules, left.notes)


def _preprocessed(source: Source, others: Sequence[Source]) -> Preprocessed:
    """A file by itself; where that has errors, after the others, whose macros it may use."""
    alone = preprocess((source,), includes=others, defines=_MACROS)
    if alone.ok:
        return alone
    before = preprocess(others, defines=_MACROS)
    after = preprocess((*others, source), defines=_MACROS)
    own = [d for d in after.diagnostics if d.file == source.name or d.code == "macro-budget"]
    return replace(after, tokens=after.tokens[len(before.tokens) :], diagnostics=tuple(own))
