"""A judgement read off the verdict alone: what keeps the loop going when a judge does not."""

from __future__ import annotations

from gatewright.agents import view
from gatewright.core import FailureClass, Fault, FirstMismatch, Judgement, Severity, Verdict

_FIXES = {
    FailureClass.NO_CODE: "Write the complete module.",
    FailureClass.UNSAFE: "Leave out what is not allowed: a design needs no system tasks.",
    FailureClass.SYNTAX: "Correct the syntax at that place.",
    FailureClass.ELABORATION: "Correct the declaration or connection that is named.",
    FailureClass.INTERFACE: "Use exactly the module name and ports that were asked for.",
    FailureClass.NO_CHECKS: "Remove whatever ends the simulation early.",
    FailureClass.TIMEOUT: "Look for a combinational loop, or a loop that never ends.",
    FailureClass.MEMORY: "Use smaller arrays and fewer generated instances.",
    FailureClass.CRASH: "Write the construct in a plainer way.",
}


def judgement_from(verdict: Verdict, cone: str) -> Judgement:
    """One issue, from the first mismatch, or else from the first error, or else the outcome."""
    if verdict.first_mismatch is not None:
        return _from_mismatch(verdict, verdict.first_mismatch, cone)
    errors = [d for d in verdict.diagnostics if d.severity is Severity.ERROR]
    failing = [test for test in verdict.tests if test.message]
    fix = _FIXES.get(verdict.failure_class or FailureClass.MISMATCH, "Re-read the specification.")
    if errors:
        first = errors[0]
        place = f"line {first.line}" if first.line else (first.file or "the code")
        return Judgement(Fault.DESIGN, place, first.message, view.result_line(verdict), fix)
    if failing:
        issue = f"{failing[0].name}: {failing[0].message}"
        return Judgement(Fault.DESIGN, failing[0].name, issue, view.result_line(verdict), fix)
    return Judgement(Fault.DESIGN, "the code", view.result_line(verdict), verdict.log[-300:], fix)


def _from_mismatch(verdict: Verdict, first: FirstMismatch, cone: str) -> Judgement:
    wrong = [
        value
        for cycle in first.window[-1:]
        for value in cycle.values
        if value.expected is not None and not view.agree(value.value, value.expected)
    ]
    signal = wrong[0].signal if wrong else ", ".join(first.signals) or "an output"
    issue = f"`{signal}` is wrong at time {first.time}"
    if wrong and wrong[0].expected is not None:
        got, expected = view.short(wrong[0].value), view.short(wrong[0].expected)
        issue = f"`{signal}` is {got} where {expected} is expected, at time {first.time}"
    lines = [line.split("|", 1)[0].strip() for line in cone.splitlines()[:6]]
    place = f"`{signal}`" + (f", lines {', '.join(lines)}" if lines else "")
    fix = f"Compare what the specification says about `{signal}` with those lines, for that cycle."
    return Judgement(Fault.DESIGN, place, issue, view.result_line(verdict), fix)
