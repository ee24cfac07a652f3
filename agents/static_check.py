"""The check without an oracle: syntax, safety, interface, elaboration. Never a pass."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from gatewright.agents.kernel_problem import KERNELS
from gatewright.agents.library import HEADERS
from gatewright.core import (
    Candidate,
    Diagnostic,
    FailureClass,
    Interface,
    Outcome,
    Problem,
    Severity,
    Source,
    Verdict,
)
from gatewright.sandbox.harness.cut_short import CUT_SHORT
from gatewright.sandbox.isolation import Command, Ending, Finished, Isolation, Limits, scratch

RULES = "static"
_LIMITS = Limits(cpu_s=20, wall_s=60)
_LONGEST_LOG = 4000


def _gated(source: Source, entry: str) -> Verdict:
    """Of a kernel: what is refused before anything of it runs."""
    from gatewright.sandbox.harness.kernel_judge import refused
    from gatewright.sandbox.kernel.gate import gate

    found = gate(source.text, source.name, entry=entry, is_function=False)
    return refused(found) if found else Verdict(Outcome.INCONCLUSIVE)


class StaticHarness:
    """What the tools say of a design by itself.

    A design without a fault is inconclusive, with no failure class: nothing was proved.
    """

    def __init__(self, isolation: Isolation) -> None:
        self._isolation = isolation

    @property
    def rules(self) -> str:
        """The name of the rule set."""
        return RULES

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        """Stop at the first stage that finds an error. Raises ToolMissing without Icarus."""
        started = time.monotonic()
        verdict = self._check(problem, candidate)
        return replace(verdict, rules=RULES, wall_s=time.monotonic() - started)

    def _check(self, problem: Problem, candidate: Candidate) -> Verdict:
        from gatewright.sandbox import integrity
        from gatewright.sandbox.tools import slang

        if not candidate.sources:
            return Verdict(Outcome.FAIL, FailureClass.NO_CODE)
        if problem.language in KERNELS:
            return _gated(candidate.sources[0], problem.top or "ModelNew")
        context = [s for s in problem.context if not s.name.endswith(HEADERS)]
        sources = (*context, *candidate.sources)
        done = integrity.preprocess(sources, includes=problem.context)
        parsed = slang.parse(done.tokens, done.files)
        found = (*done.diagnostics, *parsed.diagnostics)
        if _errors(found):
            return Verdict(Outcome.FAIL, FailureClass.SYNTAX, diagnostics=found)
        theirs = {source.name for source in problem.context}
        written = [token for token in done.tokens if done.files[token.file] not in theirs]
        left = integrity.leave_out(written, done.files)
        unsafe = integrity.check(left.tokens, done.files)
        if _errors(unsafe):
            return Verdict(Outcome.FAIL, FailureClass.UNSAFE, diagnostics=unsafe)
        wrong = _interface_errors(problem, {m.name: m.interface for m in parsed.modules})
        if wrong:
            return Verdict(Outcome.FAIL, FailureClass.INTERFACE, diagnostics=(*wrong, *found))
        verdict = self._elaborate(problem, sources, found)
        return _excused(verdict, theirs)

    def _elaborate(
        self, problem: Problem, sources: Sequence[Source], found: tuple[Diagnostic, ...]
    ) -> Verdict:
        from gatewright.sandbox.tools import icarus, slang

        tool = icarus.open_icarus(self._isolation)
        names = {f"{number}.sv": source for number, source in enumerate(sources)}
        with scratch("static") as folder:
            for name, source in names.items():
                (folder / name).write_text(source.text, errors="replace")
            for source in problem.context:  # as includes name them
                if source.name == Path(source.name).name:
                    (folder / source.name).write_text(source.text, errors="replace")
            tops = (problem.top,) if problem.top else ()
            command = Command(tool.lint(list(names), *tops), folder, mounts=tool.mounts)
            finished = self._isolation.run(command, _LIMITS)
        said = tuple(
            replace(remark, file=names[remark.file].name if remark.file in names else remark.file)
            for remark in icarus.parse_messages(finished.output)
        )
        verdict = _verdict(finished, (*found, *said))
        return replace(verdict, tools={"iverilog": tool.version, "slang": slang.version()})


def _verdict(finished: Finished, found: tuple[Diagnostic, ...]) -> Verdict:
    log = finished.output[:_LONGEST_LOG]
    failure: FailureClass | None = None
    if finished.ending is not Ending.EXITED:
        failure = CUT_SHORT[finished.ending]
    elif finished.returncode != 0:
        failure = FailureClass.ELABORATION
    outcome = Outcome.INCONCLUSIVE if failure is None else Outcome.FAIL
    return Verdict(outcome, failure, diagnostics=found, log=log, cpu_s=finished.cpu_s)


def _excused(verdict: Verdict, theirs: set[str]) -> Verdict:
    """What only fails in the task's own files says nothing of the candidate: inconclusive.

    Icarus does not know all of SystemVerilog.
    """
    errors = [d for d in verdict.diagnostics if d.severity is Severity.ERROR and d.file]
    stopped = (FailureClass.ELABORATION, FailureClass.CRASH)
    if verdict.failure_class not in stopped or not errors:
        return verdict
    if any(error.file not in theirs for error in errors):
        return verdict
    first = errors[0]
    note = Diagnostic(
        Severity.NOTE,
        f"not elaborated: the tool cannot read this file ({first.message})",
        first.file,
        first.line,
        tool=first.tool,
    )
    others = tuple(d for d in verdict.diagnostics if d.severity is not Severity.ERROR)
    return replace(
        verdict, outcome=Outcome.INCONCLUSIVE, failure_class=None, diagnostics=(note, *others)
    )


def _errors(found: Sequence[Diagnostic]) -> bool:
    return any(diagnostic.severity is Severity.ERROR for diagnostic in found)


def _interface_errors(
    problem: Problem, interfaces: Mapping[str, Interface]
) -> tuple[Diagnostic, ...]:
    """What differs between the wanted top and the one found, one remark a difference."""
    if not problem.top:
        return ()
    found = interfaces.get(problem.top)
    if found is None:
        names = ", ".join(interfaces) or "none"
        return (_remark(f"there is no module {problem.top}; modules found: {names}"),)
    if problem.interface is None:
        return ()
    return tuple(_remark(text) for text in _differences(problem.interface, found))


def _differences(wanted: Interface, found: Interface) -> list[str]:
    remarks = []
    for port in wanted.ports:
        other = found.port(port.name)
        if other is None:
            remarks.append(f"port {port.name} is missing")
        elif other.direction is not port.direction:
            remarks.append(f"port {port.name} must be {port.direction}, not {other.direction}")
        elif other.left is not None and other.width != port.width:
            remarks.append(f"port {port.name} must be {port.width} bits wide, not {other.width}")
    extra = [port.name for port in found.ports if wanted.port(port.name) is None]
    return remarks + [f"port {name} was not asked for" for name in extra]


def _remark(message: str) -> Diagnostic:
    return Diagnostic(Severity.ERROR, message, tool="interface")
