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
    Severity,
    Source,
    Verdict,
    language_of,
)
from gatewright.sandbox.harness.cocotb_design import error, refusal
from gatewright.sandbox.harness.cocotb_judge import failed
from gatewright.sandbox.integrity import (
    GatePolicy,
    Kind,
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
    headers = tuple(replace(s, name=PurePosixPath(s.name).name) for s in context if _is_hdl(s))
    written: list[Source] = []
    modules: list[Module] = []
    notes: list[Diagnostic] = []
    for source in answer:
        if not _is_hdl(source):
            written.append(source)
            continue
        checked = _gated(source, headers)
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


def _gated(source: Source, headers: Sequence[Source]) -> Ready | Verdict:
    """One file. What was left out of it is left out of what is compiled, else it stays as it is."""
    policy = GatePolicy()
    others = [h for h in headers if h.name != PurePosixPath(source.name).name]
    done = preprocess((source,), includes=others, defines=_MACROS)
    left = leave_out(done.tokens, done.files, policy)
    refused = refusal(done, left.tokens, policy)
    if refused is not None and refused.failure is FailureClass.UNSAFE:
        return failed(refused.failure, *refused.diagnostics)
    compiled = [t for t in left.tokens if t.kind is not Kind.ATTRIBUTE]
    if any(d.severity is Severity.ERROR for d in done.diagnostics):
        # A macro that another file defines, say: the grader's own compiler decides.
        return Ready((source,))
    text = lay_out(compiled, done.files).text
    parsed = slang.parse(compiled, done.files)
    return Ready((replace(source, text=text),), parsed.modules, left.notes)
