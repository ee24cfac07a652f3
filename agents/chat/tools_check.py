"""Tools that check: their verdicts are the only ones that are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from gatewright.agents.chat.events import PROVER, Verified
from gatewright.agents.chat.given import given, sources
from gatewright.agents.chat.toolbox import DRAFT, Arguments, Hands, Result, Tool
from gatewright.core import Oracle, UsageError, Verdict

if TYPE_CHECKING:
    from gatewright.agents.workbench import Checked

_FILES = "paths inside the folder, or draft:NAME"


class LintArguments(Arguments):
    """Of lint."""

    design: list[str] = Field(min_length=1, description=_FILES)
    top: str = Field(default="", description="the module that is meant, if there are several")


class VerifyArguments(Arguments):
    """Of verify."""

    design: list[str] = Field(min_length=1, description=_FILES)
    testbench: list[str] = Field(default=[], description=f"a self-checking testbench: {_FILES}")
    reference: list[str] = Field(default=[], description=f"what it must behave as: {_FILES}")
    cocotb: list[str] = Field(default=[], description=f"cocotb test modules: {_FILES}")
    top: str = ""
    time_limit_s: float | None = Field(default=None, gt=0, le=3600)


class EquivalenceArguments(Arguments):
    """Of equivalence."""

    design: list[str] = Field(min_length=1, description=_FILES)
    reference: list[str] = Field(min_length=1, description=_FILES)
    top: str = ""
    time_limit_s: float | None = Field(default=None, gt=0, le=3600)


class StatisticsArguments(Arguments):
    """Of synth_stats."""

    design: list[str] = Field(min_length=1, description=_FILES)
    top: str = ""


class WaveArguments(Arguments):
    """Of wave_window."""

    wave: str = Field(description="the wave of a failed check, or a .vcd or .fst file")
    signals: list[str] = Field(
        default=[],
        description="full names or their ends; if none is given, those of the outermost scope",
    )
    start: int = Field(default=0, ge=0)
    end: int | None = Field(default=None, ge=0)


def _lint(hands: Hands, wanted: LintArguments) -> Result:
    verdict = hands.workbench.lint(
        given(hands, wanted.design), top=wanted.top, stop=hands.turn.stopping
    )
    remarks = [str(remark) for remark in verdict.diagnostics]
    fault = verdict.failure_class or ("a fault" if verdict.outcome == "fail" else "")
    summary = f"{fault or 'no fault found'}"
    if remarks:
        summary += f", {len(remarks)} remark{'s' if len(remarks) > 1 else ''}"
    return Result(summary, "\n".join([summary, *remarks[:40]]))


def _verify(hands: Hands, wanted: VerifyArguments) -> Result:
    check = (*wanted.testbench, *wanted.reference, *wanted.cocotb)
    if not check:
        raise UsageError(
            "nothing to verify against",
            where="verify",
            hint="name a testbench, a reference or cocotb tests; lint looks without any",
        )
    found = hands.workbench.verify(
        given(hands, wanted.design),
        testbench=given(hands, wanted.testbench),
        reference=given(hands, wanted.reference),
        cocotb=given(hands, wanted.cocotb),
        top=wanted.top,
        time_limit_s=wanted.time_limit_s,
        wave_of_pass=True,
        stop=hands.turn.stopping,
    )
    return _told(hands, found, "verify", _oracle(wanted), wanted.design, _named(check))


def _equivalence(hands: Hands, wanted: EquivalenceArguments) -> Result:
    found = hands.workbench.equivalence(
        given(hands, wanted.design),
        given(hands, wanted.reference),
        top=wanted.top,
        time_limit_s=wanted.time_limit_s,
        stop=hands.turn.stopping,
    )
    against = _named(wanted.reference)
    return _told(hands, found, "equivalence", Oracle.REFERENCE, wanted.design, against)


def _oracle(wanted: VerifyArguments) -> Oracle:
    """What it is checked by; a draft of a testbench is this conversation's own, not the user's."""
    tests = (*wanted.testbench, *wanted.cocotb)
    if any(test.startswith(DRAFT) for test in tests):
        return Oracle.GENERATED
    return Oracle.GOLDEN if tests else Oracle.REFERENCE


def _named(check: Sequence[str]) -> str:
    """What it is checked against; who reads a verdict must see that it is of our own making."""
    own = any(name.startswith(DRAFT) for name in check)
    return ", ".join(check) + (" (made in this conversation)" if own else "")


def _told(
    hands: Hands, found: Checked, tool: str, oracle: Oracle, design: list[str], against: str
) -> Result:
    verdict = found.verdict
    hands.turn.pulse()
    checked = sources(hands, design)
    hands.turn.tell(
        Verified(verdict, tool, oracle, checked, against, found.wave, given=tuple(design))
    )
    wave = f"\nwave: {found.wave}" if found.wave else ""
    return Result(verdict_line(verdict, against), f"{found.text}{wave}")


def verdict_line(verdict: Verdict, against: str = "") -> str:
    """One line: what came out, and against what."""
    from gatewright.sandbox.harness.told import told

    headline = told(verdict).partition("\n")[0]
    proof = next((each.message for each in verdict.diagnostics if each.tool == PROVER), "")
    if proof:
        # How it was proved, or why not, says more than that there was one check.
        headline = f"{headline.partition(': ')[0]}: {proof}"
    return headline + (f", against {against}" if against else "")


def _statistics(hands: Hands, wanted: StatisticsArguments) -> Result:
    found = hands.workbench.synth_stats(
        given(hands, wanted.design), top=wanted.top, stop=hands.turn.stopping
    )
    told = [
        f"{found.gates} gates of two inputs, {found.registers} registers",
        f"{found.luts} LUTs, at most {found.levels} one after another",
    ]
    told += [f"{found.latches} latches"] if found.latches else []
    told += [f"{found.memory_bits} bits of memory"] if found.memory_bits else []
    cells = ", ".join(f"{cell.count} {cell.kind}" for cell in found.cells)
    note = "estimates: no library and no placement is behind them"
    summary = f"{found.top}: {', '.join(told)}"
    return Result(summary, "\n".join([summary, f"cells: {cells}", *found.warnings, note]))


def _wave(hands: Hands, wanted: WaveArguments) -> Result:
    found = hands.workbench.wave_window(
        wanted.wave, signals=tuple(wanted.signals), start=wanted.start, end=wanted.end
    )
    shown = {signal.name for signal in found.signals}
    others = [name for name in found.known if name not in shown]
    known = f"\nother signals: {', '.join(others[:60])}" if others else ""
    summary = f"{len(found.signals)} signals from {found.start} to {found.end} of {found.last}"
    unit = f"times in units of {found.unit}"
    return Result(summary, f"{summary}; {unit}\n{found.text}{known}")


TOOLS = (
    Tool("lint", "Look for faults that need no simulation.", LintArguments, _lint),
    Tool(
        "verify",
        "Check a design by simulation against a testbench, a reference design or cocotb tests. "
        "Its verdict is the only proof there is that a design is right.",
        VerifyArguments,
        _verify,
    ),
    Tool(
        "equivalence",
        "Prove a design equivalent to a reference, or find a counterexample.",
        EquivalenceArguments,
        _equivalence,
    ),
    Tool("synth_stats", "Cells and registers after synthesis.", StatisticsArguments, _statistics),
    Tool("wave_window", "Values of signals in a window of a waveform.", WaveArguments, _wave),
)
