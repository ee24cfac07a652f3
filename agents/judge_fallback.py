"""A judgement read off the verdict alone: what keeps the loop going when a judge does not."""

from __future__ import annotations

from gatewright.agents import view
from gatewright.core import (
    FailureClass,
    Fault,
    FirstMismatch,
    Judgement,
    Outcome,
    Severity,
    Verdict,
)

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

_METHODS = {
    "spills": "Keep fewer values alive at once, or use smaller tiles.",
    "local-memory": "Index the array by constants only: unroll the loops over it.",
    "uncoalesced": "Let neighbouring threads access neighbouring addresses, through shared memory.",
    "redundant-traffic": "Read each value once: keep it in registers or shared memory.",
    "bank-conflicts": "Pad the rows of the shared array by one element.",
    "double-precision": "Write the literals and functions in single precision: 1.0f, expf.",
    "atomics": "Reduce within the warp and the block first, then one atomic a block.",
    "divergence": "Let all threads of a warp take the same branch; keep none idle.",
    "occupancy": "Use less of what limits the blocks on a multiprocessor.",
    "narrow-access": "Access 16 bytes a thread (float4), and the tail by itself.",
    "division": "Multiply by the reciprocal, or use the approximate function.",
}


def judgement_from(verdict: Verdict, cone: str) -> Judgement:
    """One issue, from the first mismatch, or else from the first error, or else the outcome.

    Of what passes, the costliest thing that its remarks name.
    """
    if verdict.passed:
        return _from_remark(verdict)
    if verdict.first_mismatch is not None:
        return _from_mismatch(verdict, verdict.first_mismatch, cone)
    errors = [d for d in verdict.diagnostics if d.severity is Severity.ERROR]
    failing = [t for t in verdict.tests if t.message and t.outcome is Outcome.FAIL]
    fix = _FIXES.get(verdict.failure_class or FailureClass.MISMATCH, "Re-read the specification.")
    if errors:
        first = errors[0]
        place = f"line {first.line}" if first.line else (first.file or "the code")
        return Judgement(Fault.DESIGN, place, first.message, view.result_line(verdict), fix)
    if failing:
        issue = f"{failing[0].name}: {failing[0].message}"
        return Judgement(Fault.DESIGN, failing[0].name, issue, view.result_line(verdict), fix)
    return Judgement(Fault.DESIGN, "the code", view.result_line(verdict), verdict.log[-300:], fix)


def _from_remark(verdict: Verdict) -> Judgement:
    named = [d for d in verdict.diagnostics if d.code in _METHODS]
    if not named:
        result = view.result_line(verdict)
        return Judgement(Fault.DESIGN, "the code", result, result, "Do less work, or fuse kernels.")
    first = named[0]
    place = f"line {first.line}" if first.line else "the code"
    why = view.result_line(verdict)
    return Judgement(Fault.DESIGN, place, first.message, why, _METHODS[first.code])


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
