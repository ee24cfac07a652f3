"""`gatewright translate`: Verilog into Chisel, proved equal; Chisel into Verilog."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli.console import print_json, say
from gatewright.cli.exits import ExitCode, exit_of
from gatewright.cli.generate import _deliver, _model, _no_model_no_answer
from gatewright.cli.inputs import one_standard_input, read_sources
from gatewright.cli.options import (
    BaseUrl,
    IsolationLevel,
    Json,
    ModelName,
    isolation_from,
    settings_from,
)
from gatewright.cli.output import OutputFile
from gatewright.cli.terminal import as_is_unless_seen
from gatewright.core import Language, Outcome, Source, Trajectory, UsageError

if TYPE_CHECKING:
    from gatewright.agents.variability import Variability
    from gatewright.core.config import Settings
    from gatewright.sandbox.chisel.builder import Build

_TARGETS = ("chisel", "verilog")


def translate(
    inputs: Annotated[list[str], typer.Argument(metavar="IN...", help="Files, or -.")],
    to: Annotated[str, typer.Option("--to", help="chisel or verilog.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write it here.", show_default="stdout"),
    ] = None,
    top: Annotated[str, typer.Option(help="The top, where there are several.")] = "",
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="To Verilog: constructor arguments of the top. To Chisel, with --variability: "
            "another value of a parameter, at which equality is proved, too.",
        ),
    ] = None,
    rounds: Annotated[int | None, typer.Option(min=0, help="Edit rounds.")] = None,
    samples: Annotated[int | None, typer.Option(min=1, help="First attempts.")] = None,
    variability: Annotated[
        bool,
        typer.Option(
            "--variability",
            help="To Chisel: have the judge rate how easily it can be varied, 1-10.",
        ),
    ] = False,
    model: ModelName = None,
    base_url: BaseUrl = None,
    isolation: IsolationLevel = None,
    json: Json = False,
) -> None:
    """Translate a design between Verilog and Chisel.

    Into Chisel a model writes it, and a proof of equivalence with the input decides. Into Verilog
    no model is needed. Exit status: 0 proved (emitted), 1 not, 3 undecided, 2 error.
    """
    if to not in _TARGETS:
        raise UsageError(f"cannot translate to {to!r}", hint=f"to one of: {', '.join(_TARGETS)}")
    settings = settings_from(
        model=model, base_url=base_url, rounds=rounds, samples=samples, isolation=isolation
    )
    one_standard_input(inputs)
    sources = read_sources(inputs)
    file = OutputFile(output) if output else None
    if file:
        file.try_out()
    if to == "verilog":
        if variability:
            raise UsageError("--variability is for --to chisel", hint="leave it out")
        _emit(sources, top, parameters or [], settings, file, json)
        return
    if parameters and not variability:
        raise UsageError(
            "--parameters are for --to verilog, or with --variability", hint="leave them out"
        )
    if any(source.language is Language.CHISEL for source in sources):
        raise UsageError("the input is Chisel already", hint="--to verilog emits it")
    wanted = tuple(parameters or ()) if variability else None
    trajectory, found = _written(sources, top, settings, wanted)
    _no_model_no_answer(trajectory)
    if json and found is not None:
        _deliver_rated(trajectory, found, file)
    else:
        _deliver(trajectory, file, json)
        if found is not None:
            say(found.text())
    outcome = trajectory.verdict.outcome if trajectory.verdict else Outcome.FAIL
    raise typer.Exit(exit_of(outcome))


def _deliver_rated(trajectory: Trajectory, found: Variability, file: OutputFile | None) -> None:
    from dataclasses import asdict

    from gatewright.cli.told import document_of

    text = trajectory.best.text if trajectory.best else ""
    if file and text:
        file.write(text)
    document = document_of(trajectory, str(file.path) if file and text else None)
    print_json({**document, "variability": asdict(found)})


def _written(
    sources: tuple[Source, ...], top: str, settings: Settings, wanted: tuple[str, ...] | None
) -> tuple[Trajectory, Variability | None]:
    """The translation, and how it can be varied: asked of what is proved, where `wanted` says so,
    and tried at the parameters' values in it.
    """
    from gatewright.agents.engine import solve
    from gatewright.agents.translate import Proving, to_chisel
    from gatewright.agents.variability import Variability, rate, try_at, with_parameter
    from gatewright.cli.answering import policy_from
    from gatewright.cli.narrator import Narrator
    from gatewright.sandbox.chisel.arguments import scala_arguments
    from gatewright.sandbox.harness.equivalence import ENTRY
    from gatewright.sandbox.tools.yosys import Yosys

    problem = to_chisel(sources, top)
    for setting in wanted or ():
        scala_arguments([setting])
        name, _, value = setting.partition("=")
        with_parameter(sources, problem.top, name.strip(), value)  # before a model is asked
    confined = isolation_from(settings)
    model = _model(settings)
    if model is None:
        raise UsageError(
            "a translation into Chisel needs a model", hint="name one with -m provider:name"
        )
    with Yosys(confined, ENTRY) as yosys:
        proving = Proving(confined, yosys)
        trajectory = solve(
            problem,
            model=model,
            harnesses=proving,
            policy=policy_from(settings, "", False, settings.samples),
            listener=Narrator(),
        )
        best, verdict = trajectory.best, trajectory.verdict
        if wanted is None or best is None or verdict is None or not verdict.passed:
            return trajectory, None
        proof = proving(problem.harness)
        trials = tuple(try_at(setting, problem, best, proof) for setting in wanted)
        return trajectory, Variability(rate(sources, best, model), trials)


def _emit(
    sources: tuple[Source, ...],
    top: str,
    parameters: list[str],
    settings: Settings,
    file: OutputFile | None,
    json: bool,
) -> None:
    from dataclasses import replace

    from gatewright.sandbox.chisel.arguments import scala_arguments
    from gatewright.sandbox.chisel.builder import Request
    from gatewright.sandbox.harness.chisel import open_builder

    chisel = tuple(replace(source, language=Language.CHISEL) for source in sources)
    request = Request(chisel, top, scala_arguments(parameters))
    built = open_builder(isolation_from(settings)).build(request)
    text = "\n".join(source.text for source in built.verilog)
    if json:
        print_json(_document(built, text))
    for found in built.diagnostics:
        place = f"{found.file}:{found.line}: " if found.line else ""
        say(f"{place}{found.severity}: {found.message}")
    if built.failure is not None:
        raise typer.Exit(ExitCode.FAILED)
    if file:
        file.write(text)
        say(f"wrote {file.path}")
    elif not json:
        print(as_is_unless_seen(text, sys.stdout), end="")


def _document(built: Build, text: str) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "ok": built.failure is None,
        "failure_class": str(built.failure) if built.failure else None,
        "top": built.top,
        "text": text,
        "diagnostics": [asdict(found) for found in built.diagnostics],
    }
