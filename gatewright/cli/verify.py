"""`gatewright verify`: one design, one check, one Verdict."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli.console import print_json, verdict_text
from gatewright.cli.exits import exit_of
from gatewright.cli.inputs import read_sources
from gatewright.cli.options import (
    IsolationLevel,
    Json,
    Top,
    Unsafe,
    isolation_from,
    settings_from,
)
from gatewright.core import (
    Candidate,
    CocotbSpec,
    HarnessSpec,
    Problem,
    ReferenceSpec,
    TestbenchSpec,
    UsageError,
    Verdict,
    verdict_json,
)

if TYPE_CHECKING:
    from gatewright.sandbox.harness.reference import ReferenceHarness
    from gatewright.sandbox.harness.testbench import TestbenchHarness
    from gatewright.sandbox.isolation import Isolation


def verify(
    designs: Annotated[list[str], typer.Argument(metavar="DESIGN...", help="Files, or -.")],
    testbench: Annotated[
        list[str] | None, typer.Option("--testbench", "-t", help="A self-checking testbench.")
    ] = None,
    reference: Annotated[
        list[str] | None,
        typer.Option("--reference", "-r", help="A trusted design; alone: compare with it."),
    ] = None,
    cocotb: Annotated[
        list[str] | None, typer.Option("--cocotb", help="A cocotb test_*.py.")
    ] = None,
    data: Annotated[
        list[str] | None, typer.Option("--data", help="A file that the testbench reads.")
    ] = None,
    top: Top = "",
    wave: Annotated[Path | None, typer.Option(help="Keep the waveform (VCD) here.")] = None,
    isolation: IsolationLevel = None,
    unsafe: Unsafe = False,
    json: Json = False,
) -> None:
    """Check a design. Exit status: 0 pass, 1 fail, 3 inconclusive, 2 error."""
    spec = check_spec(testbench, reference, cocotb, data)
    candidate = Candidate(read_sources(designs))
    problem = Problem(id=Path(designs[0]).stem or "stdin", spec="", top=top, harness=spec)
    confined = isolation_from(settings_from(isolation=isolation), unsafe)
    verdict = checked(spec, problem, candidate, confined, wave)
    if json:
        print_json(verdict_json(verdict))
    else:
        print(verdict_text(verdict))
    raise typer.Exit(exit_of(verdict.outcome))


def check_spec(
    testbench: list[str] | None,
    reference: list[str] | None,
    cocotb: list[str] | None,
    data: list[str] | None = None,
) -> HarnessSpec:
    """The check that the flags ask for. Raises UsageError for none, or for two at once."""
    files = read_sources(data or ())
    if cocotb:
        if testbench or reference:
            raise UsageError("--cocotb stands alone", hint="leave --testbench and --reference out")
        return CocotbSpec(read_sources(cocotb), data=files)
    if testbench:
        return TestbenchSpec(read_sources(testbench), read_sources(reference or ()), data=files)
    if reference:
        return ReferenceSpec(read_sources(reference))
    raise UsageError(
        "nothing to check the design against",
        hint="give --testbench FILE, --reference FILE or --cocotb FILE",
    )


def checked(
    spec: HarnessSpec,
    problem: Problem,
    candidate: Candidate,
    isolation: Isolation,
    wave: Path | None = None,
) -> Verdict:
    """Carry the check out; a failing simulation is looked into, and its waveform kept in `wave`."""
    from gatewright.sandbox.isolation import scratch

    if isinstance(spec, CocotbSpec):
        from gatewright.sandbox.harness.cocotb import CocotbHarness

        return CocotbHarness(isolation, waveform=wave).check(problem, candidate)
    harness: TestbenchHarness | ReferenceHarness
    if isinstance(spec, TestbenchSpec):
        from gatewright.sandbox.harness.testbench import TestbenchHarness

        harness = TestbenchHarness(isolation)
    else:
        from gatewright.sandbox.harness.reference import ReferenceHarness

        harness = ReferenceHarness(isolation)
    if wave is not None:
        return harness.check(problem, candidate, waveform=wave)
    with scratch("verify") as folder:
        verdict = harness.check(problem, candidate, waveform=folder / "wave.vcd")
    return replace(verdict, waveform=None)
