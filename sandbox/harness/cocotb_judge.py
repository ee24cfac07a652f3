"""From a cocotb run's report and ending to a Verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gatewright.core import Diagnostic, Direction, FailureClass, Outcome, Port, Verdict
from gatewright.sandbox.harness.cocotb_design import error
from gatewright.sandbox.harness.cocotb_report import Report
from gatewright.sandbox.isolation import Ending, Finished
from gatewright.sandbox.tools.slang_modules import Module

MAX_LOG = 20_000
STOPPED = {
    Ending.CPU: (FailureClass.TIMEOUT, "used up its CPU time"),
    Ending.WALL: (FailureClass.TIMEOUT, "did not end in time"),
    Ending.MEMORY: (FailureClass.MEMORY, "used up its memory"),
    Ending.DISK: (FailureClass.CRASH, "filled its disk"),
    Ending.OUTPUT: (FailureClass.CRASH, "printed more than the log may hold"),
    Ending.SIGNAL: (FailureClass.CRASH, "was killed by a signal"),
}


def not_compiled(finished: Finished, said: Sequence[Diagnostic], *, unparsed: bool) -> Verdict:
    """The compiler refused the design with these messages; `unparsed`: at its syntax."""
    stage = FailureClass.ELABORATION
    if finished.ending is not Ending.EXITED:
        stage = STOPPED[finished.ending][0]
    if unparsed or any(d.code == "syntax" for d in said):
        stage = FailureClass.SYNTAX
    return timed(replace(failed(stage, *said), log=finished.output[:MAX_LOG]), finished)


def judged(finished: Finished, report: Report, module: Module, may: frozenset[str]) -> Verdict:
    """Judge a run. `may` are signals that the tests may write."""
    verdict = _outcome(finished, report)
    outputs = {p.name for p in module.interface.outputs}
    wrong = tuple(_miswritten(report, module, may))
    if wrong and verdict.outcome is Outcome.PASS:
        verdict = Verdict(Outcome.INCONCLUSIVE, FailureClass.INTERFACE, diagnostics=wrong)
    elif wrong and verdict.outcome is Outcome.FAIL:
        verdict = replace(verdict, diagnostics=(*verdict.diagnostics, *wrong))
    if wrong and any(name in outputs for name in report.written):
        verdict = replace(verdict, outcome=Outcome.FAIL, failure_class=FailureClass.INTERFACE)
    run = report.passed + report.failed
    return replace(
        verdict,
        score=report.passed / run if run else 0.0,
        checks=run,
        mismatches=report.failed if run else None,
        tests=report.results,
        metrics={"assertions": float(report.assertions)},
        log=capped(finished.output),
    )


def _outcome(finished: Finished, report: Report) -> Verdict:
    if report.fault is not None:
        return _unchecked(report.fault)
    if report.collected == ():
        return _unchecked(error("the test files hold no cocotb test"))
    if report.complete:
        if report.failed:
            return Verdict(Outcome.FAIL, _failure(report))
        if report.passed:
            return Verdict(Outcome.PASS)
        return _unchecked(error("every test was skipped"))
    return _stopped(finished, report)


def _stopped(finished: Finished, report: Report) -> Verdict:
    """The run came to no end of its own: whose fault that is depends on how far it got."""
    status = f"ended with status {finished.returncode} before the tests did"
    stage, what = STOPPED.get(finished.ending, (FailureClass.CRASH, status))
    if report.loading and report.collected is None:
        message = f"the tests' loading {what}"
        return Verdict(Outcome.INCONCLUSIVE, stage, diagnostics=(error(message),))
    left = [n for n in report.collected or () if n not in {r.name for r in report.results}]
    during = f" during {left[0]}" if left else ""
    return failed(stage, error(f"the simulation {what}{during}"))


def _miswritten(report: Report, module: Module, may: frozenset[str]) -> Iterator[Diagnostic]:
    """Signals of the design itself that the tests wrote: only its inputs are theirs to write."""
    inputs = ", ".join(p.name for p in module.interface.inputs) or "none"
    for name, released in report.written.items():
        port = module.interface.port(name)
        if port is None:
            if not may & {name, "*"}:
                yield error(
                    f"the tests write '{name}', which is no port of {module.name} (its inputs: "
                    f"{inputs}): it cannot be told from an input that is missing"
                )
        elif port.direction is Direction.OUTPUT:
            yield error(f"the tests drive '{name}': it must be an input of {module.name}")
        elif port.direction is Direction.INOUT and not released:
            yield error(f"'{name}' is an inout, but the tests never let go of it (write z)")


def _failure(report: Report) -> FailureClass:
    """All failed for want of a signal: the ports differ; else the behaviour does."""
    if report.kinds.get("port", 0) == report.failed:
        return FailureClass.INTERFACE
    return FailureClass.MISMATCH


def without_checks(verdict: Verdict) -> Verdict:
    """The same, for tests that pass anything."""
    message = "the tests pass designs with constant outputs too: they check nothing"
    return replace(
        verdict,
        outcome=Outcome.INCONCLUSIVE,
        failure_class=FailureClass.NO_CHECKS,
        score=0.0,
        diagnostics=(*verdict.diagnostics, error(message)),
    )


def failed(stage: FailureClass, *diagnostics: Diagnostic) -> Verdict:
    """A failure at a stage."""
    return Verdict(Outcome.FAIL, stage, diagnostics=diagnostics)


def undrivable(ports: Sequence[Port]) -> Verdict:
    """Nothing is decided where inputs are of a kind that a wrapper cannot drive."""
    names = ", ".join(port.name for port in ports)
    said = error(f"these inputs are no plain vectors, and nothing else is driven: {names}")
    return Verdict(Outcome.INCONCLUSIVE, FailureClass.INTERFACE, diagnostics=(said,))


def timed(verdict: Verdict, *runs: Finished | Verdict) -> Verdict:
    """The verdict with the seconds of runs added."""
    return replace(
        verdict,
        cpu_s=verdict.cpu_s + sum(run.cpu_s for run in runs),
        wall_s=verdict.wall_s + sum(run.wall_s for run in runs),
    )


def _unchecked(diagnostic: Diagnostic) -> Verdict:
    return Verdict(Outcome.INCONCLUSIVE, FailureClass.NO_CHECKS, diagnostics=(diagnostic,))


def capped(log: str) -> str:
    """The start and the end of a log that is too long to keep."""
    if len(log) <= MAX_LOG:
        return log
    return f"{log[: MAX_LOG // 2]}\n…\n{log[-MAX_LOG // 2 :]}"
