"""From a grader's session to a Verdict, by either rule set."""

from __future__ import annotations

import re
from dataclasses import replace

from gatewright.core import Diagnostic, FailureClass, Outcome, Verdict
from gatewright.sandbox.harness.cocotb_design import error
from gatewright.sandbox.harness.cocotb_judge import STOPPED, capped
from gatewright.sandbox.harness.grader_report import Session
from gatewright.sandbox.isolation import Ending, Finished
from gatewright.sandbox.tools.icarus import gave_up_parsing, parse_messages

_TAIL = 100_000
_TOOLS = "yosys|verilator|verible-verilog-lint|nextpnr-ice40|openroad|sta|abc|make"
_MISSING = re.compile(
    rf"No such file or directory: '({_TOOLS})'|\b({_TOOLS}): (?:command )?not found|"
    rf"ERROR: ({_TOOLS}) executable not found"
)
_PACKAGE = re.compile(r"No module named '([\w.]+)'")


def official(finished: Finished, session: Session) -> Verdict:
    """The exit status alone: 0 passes."""
    if finished.ok:
        return Verdict(Outcome.PASS)
    return _failure(finished, session)


def hardened(finished: Finished, session: Session) -> Verdict:
    """The exit status, and what was reported over the channel: tests ran, and all passed."""
    if not finished.ok or session.status != 0 or not session.clean:
        return _failure(finished, session)
    if session.complete:
        return Verdict(Outcome.PASS)
    if any(not report.complete for report in session.simulations):
        said = error("the grader passes, but a simulation ended before its tests did")
        return Verdict(Outcome.FAIL, FailureClass.CRASH, diagnostics=(said,))
    said = error("the grader passes, but no test was seen to run")
    return Verdict(Outcome.INCONCLUSIVE, FailureClass.NO_CHECKS, diagnostics=(said,))


def _failure(finished: Finished, session: Session) -> Verdict:
    if finished.ending is not Ending.EXITED:
        stage, what = STOPPED[finished.ending]
        said = error(f"the grader {what}")
        return Verdict(Outcome.FAIL, stage, diagnostics=(said,))
    lacking = _lacking(session) or _tool(finished, session)
    if lacking is not None:
        return Verdict(Outcome.INCONCLUSIVE, FailureClass.NO_CHECKS, diagnostics=(lacking,))
    if session.builds_failed:
        log = session.builds_failed[0] or finished.output
        stage = FailureClass.SYNTAX if gave_up_parsing(log) else FailureClass.ELABORATION
        said = error("the grader's build of the design failed")
        diagnostics = parse_messages(log) or (said,)
        return Verdict(Outcome.FAIL, stage, diagnostics=diagnostics)
    stage = FailureClass.INTERFACE if session.ports_differ else FailureClass.MISMATCH
    return Verdict(Outcome.FAIL, stage)


def _lacking(session: Session) -> Diagnostic | None:
    """The grader's own fault: its files do not load, before any design is looked at."""
    faults = [*session.unloaded]
    faults += [r.fault.message for r in session.simulations if r.fault is not None]
    if not faults:
        return None
    package = _PACKAGE.search(faults[0])
    if package is not None:
        return error(f"the grader needs the Python package {package[1]}, which is not installed")
    return error(f"the grader does not load: {faults[0]}")


def _tool(finished: Finished, session: Session) -> Diagnostic | None:
    """A program that the grader starts and that is not here: no word about the design."""
    said = "\n".join([finished.output[-_TAIL:], *(case.message for case in session.cases)])
    found = _MISSING.search(said)
    if found is None:
        return None
    name = next(filter(None, found.groups()))
    return error(f"the grader needs the program {name}, which is not installed")


def explained(verdict: Verdict, finished: Finished, session: Session) -> Verdict:
    """The verdict with counts, tests and log; `code` is the exit status where there is one."""
    results = session.results
    wrong = sum(result.outcome is Outcome.FAIL for result in results)
    right = sum(result.outcome is Outcome.PASS for result in results)
    run = wrong + right
    score = right / run if run else float(verdict.passed)
    return replace(
        verdict,
        score=score if verdict.outcome is not Outcome.INCONCLUSIVE else 0.0,
        checks=run,
        mismatches=wrong if run else None,
        tests=results,
        metrics={"assertions": float(session.assertions)},
        log=capped(finished.output),
        code=f"exit {finished.returncode}",
    )
