"""`gatewright testbench`: from a specification to a testbench that is itself judged."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli.console import print_json, say
from gatewright.cli.exits import ExitCode
from gatewright.cli.inputs import one_standard_input, read_sources, read_specification
from gatewright.cli.options import (
    BaseUrl,
    IsolationLevel,
    Json,
    ModelName,
    Unsafe,
    isolation_from,
    settings_from,
)
from gatewright.cli.output import OutputFile
from gatewright.cli.terminal import as_is_unless_seen
from gatewright.core import Language, Problem, ReferenceSpec, StopReason, UsageError

if TYPE_CHECKING:
    from gatewright.agents.library import Library
    from gatewright.agents.testbench import BenchPolicy, BenchRun
    from gatewright.core.config import Settings


def testbench(
    spec: Annotated[
        str, typer.Argument(metavar="SPEC", help="The specification: a file, a text, or -.")
    ],
    reference: Annotated[
        list[str] | None,
        typer.Option("--reference", "-r", help="A design that is right, to judge with."),
    ] = None,
    style: Annotated[str, typer.Option(help="verilog or cocotb.")] = "verilog",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the testbench here.", show_default="stdout"),
    ] = None,
    top: Annotated[str, typer.Option(help="The design's name, where the text does not say.")] = "",
    context: Annotated[
        list[str] | None, typer.Option(help="Sources of yours that the model should see.")
    ] = None,
    repo: Annotated[
        Path | None,
        typer.Option(
            "--repo",
            help="The repository that the design lives in: what the specification names of it is "
            "shown to the model, and the reference is compiled with what it uses of it.",
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", help="Files of REPO to leave out; may be repeated."),
    ] = None,
    rounds: Annotated[int, typer.Option(min=0, help="Judged corrections.")] = 1,
    designs: Annotated[
        int, typer.Option(min=1, help="Attempts at the design, where there is no reference.")
    ] = 3,
    mutants: Annotated[int, typer.Option(min=0, help="Wrong designs to try it on, at most.")] = 40,
    formal: Annotated[
        bool, typer.Option(help="Sort out wrong designs that are proved equivalent.")
    ] = True,
    symbolic: Annotated[
        bool, typer.Option(help="Read structured specifications without the model.")
    ] = True,
    temperature: Annotated[float | None, typer.Option(help="How the model is sampled.")] = None,
    model: ModelName = None,
    base_url: BaseUrl = None,
    isolation: IsolationLevel = None,
    unsafe: Unsafe = False,
    json: Json = False,
) -> None:
    """Write a self-checking testbench and judge it with mutants of a right design.

    Exit status: 0 it accepts a design that can be trusted (the reference, or the one read off the
    specification), 1 not (the best attempt is written all the same), 2 error.
    """
    if exclude and repo is None:
        raise UsageError("--exclude leaves out files of a repository", hint="name it by --repo")
    from gatewright.cli.library import library_of

    settings = settings_from(
        model=model, base_url=base_url, temperature=temperature, isolation=isolation
    )
    one_standard_input([spec], reference, context)
    problem = _problem(read_specification(spec), reference, context, top)
    policy = _policy(settings, style, rounds, designs, symbolic)
    file = OutputFile(output) if output else None
    if file:
        file.try_out()
    with library_of(repo, exclude or (), reference or ()) as library:
        run = _written(problem, settings, policy, mutants, formal, unsafe, library)
    text = run.best.source.text if run.best else ""
    if file and text:
        file.write(text)
    if json:
        print_json(document_of(run, str(output) if output and text else None))
    else:
        if file is None:
            print(as_is_unless_seen(text, sys.stdout), end="")
        say(outcome_text(run))
        if file and text:
            say(f"wrote {file.path}")
    raise typer.Exit(ExitCode.OK if run.verified else ExitCode.FAILED)


def _problem(
    text: str, reference: list[str] | None, context: list[str] | None, top: str
) -> Problem:
    from gatewright.cli.naming import wanted_name

    sources = read_sources(reference or ())
    check = ReferenceSpec(sources) if sources else None
    name = top or wanted_name(text, check)
    return Problem(
        id=name,
        spec=text,
        language=Language.SYSTEMVERILOG,
        top=name,
        context=read_sources(context or ()),
        reference=sources,
    )


def _policy(
    settings: Settings, style: str, rounds: int, designs: int, symbolic: bool
) -> BenchPolicy:
    from gatewright.agents.budget import Budget
    from gatewright.agents.testbench import BenchPolicy
    from gatewright.agents.testbench_author import Style

    known = [str(each) for each in Style]
    if style not in known:
        raise UsageError(f"no style {style!r}", hint=f"there is: {', '.join(known)}")
    return BenchPolicy(
        style=Style(style),
        rounds=rounds,
        designs=designs,
        temperature=settings.temperature,
        top_p=settings.top_p,
        max_tokens=settings.max_tokens,
        budget=Budget(settings.budget_tokens, settings.budget_usd, settings.budget_s),
        symbolic=symbolic,
    )


def _written(
    problem: Problem,
    settings: Settings,
    policy: BenchPolicy,
    mutants: int,
    formal: bool,
    unsafe: bool,
    library: Library | None,
) -> BenchRun:
    from dataclasses import replace

    from gatewright.agents.harnesses import Harnesses
    from gatewright.agents.testbench import write_testbench
    from gatewright.cli.narrator import Narrator
    from gatewright.eval.executors.local import LocalExecutor
    from gatewright.models.select import open_model, resolve
    from gatewright.sandbox.mutants.measuring import measuring

    choice = resolve(settings)
    say(f"model: {choice.name} ({choice.why})")
    confined = isolation_from(settings, unsafe)
    with measuring(confined, 0, mutants, formal) as measure:
        return write_testbench(
            problem,
            model=open_model(choice, settings),
            harnesses=Harnesses(confined),
            measure=replace(measure, mapper=LocalExecutor(settings.jobs).map),
            policy=policy,
            listener=Narrator(),
            library=library,
        )


def outcome_text(run: BenchRun) -> str:
    """How it ended, in a few lines."""
    from gatewright.agents.outcome import STOPS
    from gatewright.agents.testbench_findings import result_of
    from gatewright.cli.told import NAME_A_MODEL

    if run.best is None or run.right is None:
        if run.stop is StopReason.NO_CANDIDATE and not run.usage.calls:
            named = NAME_A_MODEL.replace("gatewright generate", "gatewright testbench")
            return f"nothing was written: this text needs a model\n{named}"
        return f"nothing was written: {STOPS[run.stop]}"
    strength = run.best.strength
    lines = []
    if not strength.sound:
        lines.append(f"NOT usable: it refuses {run.right.name}")
    else:
        state = "accepts" if run.right.trusted else "NOT verified: accepts"
        lines.append(f"{state} {run.right.name}. {result_of(strength)}")
    if strength.unwatched:
        lines.append(f"  never looks at: {', '.join(strength.unwatched)}")
    lines += [f"  lets through: {trial.mutant}" for trial in strength.survivors[:8]]
    if len(strength.survivors) > 8:
        lines.append(f"  and {len(strength.survivors) - 8} more")
    return "\n".join(lines)


def document_of(run: BenchRun, output: str | None) -> dict[str, object]:
    """The run as JSON; `output` is the file that the testbench went to."""
    from gatewright.eval.audit import AuditRow, row_json

    best = run.best
    return {
        "verified": run.verified,
        "code": best.source.text if best else "",
        "style": run.style,
        "judged_with": run.right.name if run.right else None,
        "trusted": run.right.trusted if run.right else False,
        "strength": row_json(AuditRow("", best.strength)) if best else None,
        "attempts": [
            {
                "sound": each.strength.sound,
                "score": each.strength.score,
                "checks": each.strength.checks,
                "kept": each.kept,
                "by_model": each.by_model,
            }
            for each in run.attempts
        ],
        "stop": run.stop,
        "usage": {
            "prompt_tokens": run.usage.prompt_tokens,
            "completion_tokens": run.usage.completion_tokens,
            "seconds": run.usage.seconds,
            "cost": run.usage.cost,
            "calls": run.usage.calls,
        },
        "notes": list(run.notes),
        "output": output,
    }
