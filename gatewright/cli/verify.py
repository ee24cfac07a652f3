"""`gatewright verify`: one design, one check, one Verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gatewright.cli.console import print_json, say, verdict_text
from gatewright.cli.exits import exit_of
from gatewright.cli.inputs import one_standard_input, read_sources
from gatewright.cli.options import (
    IsolationLevel,
    Json,
    Top,
    Unsafe,
    isolation_from,
    seconds,
    settings_from,
)
from gatewright.core import (
    Candidate,
    FailureClass,
    Language,
    Problem,
    UsageError,
    Verdict,
    verdict_json,
)


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
        list[str] | None, typer.Option("--cocotb", help="A cocotb test_*.py, or a Makefile.")
    ] = None,
    formal: Annotated[
        bool, typer.Option("--formal", help="Prove equivalence with --reference, or refute it.")
    ] = False,
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="Of the random stimulus.", show_default="new in every run"),
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(
            "--data", help="A file that the testbench reads and that does not lie below its folder."
        ),
    ] = None,
    top: Top = "",
    wave: Annotated[
        Path | None, typer.Option(help="Keep the waveform (VCD) of a failing simulation here.")
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option(
            parser=seconds,
            metavar="SECONDS",
            help="CPU seconds the simulation, or the proof, may take.",
            show_default="60; proof 20",
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(help="Write a page: verdict, code, waveform, schematic."),
    ] = None,
    simulator: Annotated[
        str,
        typer.Option(
            help="auto, icarus or verilator; auto: Icarus, Verilator for what that cannot read."
        ),
    ] = "auto",
    parameters: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Of Chisel: constructor arguments of the top."),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(help="cuda or triton for a kernel; the suffix tells the others."),
    ] = None,
    rules: Annotated[
        str, typer.Option(help="Of a kernel: official (KernelBench's) or strict.")
    ] = "official",
    gpu: Annotated[
        str,
        typer.Option(
            help="Of a kernel: the GPU whose limits and roofline count.", show_default="H100"
        ),
    ] = "",
    static: Annotated[
        bool, typer.Option(help="Of a kernel: compile it with nvcc, count memory accesses.")
    ] = True,
    isolation: IsolationLevel = None,
    unsafe: Unsafe = False,
    json: Json = False,
) -> None:
    """Check a design. Exit status: 0 pass, 1 fail, 3 inconclusive, 2 error.

    It is the verdict's also where --wave or --html could not be written after all; stderr says so.
    """
    from gatewright.cli.checking import check_spec
    from gatewright.cli.kernel import KernelCheck, check_kernel, is_kernel
    from gatewright.cli.output import OutputFile
    from gatewright.cli.page import CheckPage, check_html
    from gatewright.cli.patience import Patience
    from gatewright.pictures.drawn import schematics_of
    from gatewright.sandbox.harness.checking import Check
    from gatewright.sandbox.harness.modules import checked_modules
    from gatewright.sandbox.harness.told import decided_by

    one_standard_input(designs, testbench, reference, cocotb, data)
    if is_kernel(language, designs):
        confined = isolation_from(settings_from(isolation=isolation), unsafe)
        check = KernelCheck(rules, seed, time_limit, gpu, static)
        verdict = check_kernel(confined, designs, reference, check)
        if json:
            print_json(verdict_json(verdict))
        else:
            print(verdict_text(verdict))
            say(decided_by(verdict))
        raise typer.Exit(exit_of(verdict.outcome))
    spec = check_spec(testbench, reference, cocotb, data, formal=formal, seed=seed)
    candidate = Candidate(read_sources(designs))
    arguments = _arguments(parameters or [], candidate)
    top, spec = checked_modules(candidate.sources, top, spec)
    for file in (wave, html):
        if file:
            OutputFile(file).try_out()
    problem = Problem(id=Path(designs[0]).stem or "stdin", spec="", top=top, harness=spec)
    confined = isolation_from(settings_from(isolation=isolation), unsafe)
    with Patience("checking"):
        design_check = Check(confined, wave, time_limit, formal, seed, simulator, arguments, say)
        carried = design_check.carry_out(spec, problem, candidate)
    verdict = carried.verdict
    if json:
        print_json(verdict_json(verdict))
    else:
        print(verdict_text(verdict, carried.unit))
    if carried.unkept:
        say(f"the waveform could not be written: {wave}: {carried.unkept}")
    else:
        for remark in _remarks(verdict, candidate, wave):
            say(remark)
    if html:
        drawn = schematics_of(confined, candidate.sources, top)
        page = CheckPage(problem.id, candidate, spec, verdict, formal, drawn)
        try:
            OutputFile(html).write(check_html(page))
        except UsageError as error:
            say(f"the page could not be written: {error}")
    raise typer.Exit(exit_of(verdict.outcome))


def _arguments(parameters: list[str], candidate: Candidate) -> str:
    """The Chisel top's constructor arguments. Raises UsageError for a design in no Chisel."""
    if not parameters:
        return ""
    from gatewright.sandbox.chisel.arguments import scala_arguments

    if all(source.language is not Language.CHISEL for source in candidate.sources):
        raise UsageError("--parameters are for designs in Chisel", hint="leave them out")
    return scala_arguments(parameters)


def _remarks(verdict: Verdict, candidate: Candidate, wave: Path | None) -> list[str]:
    from gatewright.sandbox.harness.modules import hint_of

    remarks = [hint_of(verdict, candidate)]
    if verdict.failure_class is FailureClass.TIMEOUT:
        remarks.append("if it only needs longer: --time-limit SECONDS")
        if "iverilog" in verdict.tools:
            remarks.append("long simulations are faster with --simulator verilator")
    if wave and not verdict.waveform:
        why = "only a failing one is kept" if verdict.passed else "nothing was simulated to an end"
        remarks.append(f"no waveform was written: {why}")
    return [remark for remark in remarks if remark]
