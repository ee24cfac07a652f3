"""`gatewright generate`: from a specification to a verified module."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli.console import print_json, say, verdict_text
from gatewright.cli.exits import ExitCode
from gatewright.cli.inputs import read_sources, read_specification
from gatewright.cli.options import (
    BaseUrl,
    IsolationLevel,
    Json,
    ModelName,
    isolation_from,
    settings_from,
)
from gatewright.core import (
    HarnessSpec,
    Language,
    ModelError,
    Problem,
    StopReason,
    Trajectory,
    UsageError,
    verdict_json,
)

if TYPE_CHECKING:
    from gatewright.core.config import Settings
    from gatewright.models import Model

GENERATED = (Language.VERILOG, Language.SYSTEMVERILOG)


def generate(
    spec: Annotated[
        str, typer.Argument(metavar="SPEC", help="The specification: a file, a text, or -.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the module here.", show_default="stdout"),
    ] = None,
    language: Annotated[str, typer.Option(help="verilog or systemverilog.")] = "systemverilog",
    top: Annotated[str, typer.Option(help="The module's name, where the text does not say.")] = "",
    testbench: Annotated[
        list[str] | None, typer.Option("--testbench", "-t", help="What it must pass.")
    ] = None,
    reference: Annotated[
        list[str] | None, typer.Option("--reference", "-r", help="What it must equal.")
    ] = None,
    cocotb: Annotated[list[str] | None, typer.Option("--cocotb", help="What it must pass.")] = None,
    context: Annotated[
        list[str] | None, typer.Option(help="Sources of yours that the model should see.")
    ] = None,
    rounds: Annotated[int | None, typer.Option(min=0, help="Edit rounds.")] = None,
    samples: Annotated[int | None, typer.Option(min=1, help="First attempts.")] = None,
    temperature: Annotated[float | None, typer.Option(help="How the model is sampled.")] = None,
    symbolic: Annotated[
        bool, typer.Option(help="Read structured specifications without the model.")
    ] = True,
    init_registers: Annotated[
        bool, typer.Option(help="Give registers without a reset the initial value 0.")
    ] = True,
    stream: Annotated[bool, typer.Option(help="Show the model's answer as it comes.")] = False,
    model: ModelName = None,
    base_url: BaseUrl = None,
    isolation: IsolationLevel = None,
    json: Json = False,
) -> None:
    """Write a module and verify it.

    Exit status: 0 verified, 1 not verified (the best attempt is written all the same), 2 error.
    """
    from gatewright.agents.loop import LoopInterrupted

    settings = settings_from(
        model=model,
        base_url=base_url,
        rounds=rounds,
        samples=samples,
        temperature=temperature,
        isolation=isolation,
    )
    problem = Problem(
        id=top or "spec",
        spec=read_specification(spec),
        language=_language(language),
        top=top,
        context=read_sources(context or ()),
        harness=_check(testbench, reference, cocotb),
    )
    _writable(output)
    try:
        trajectory = _solve(problem, settings, symbolic, init_registers, stream)
    except LoopInterrupted as interrupted:
        _deliver(interrupted.trajectory, output, json)
        raise KeyboardInterrupt from None
    _no_model_no_answer(trajectory)
    _deliver(trajectory, output, json)
    passed = trajectory.verdict is not None and trajectory.verdict.passed
    raise typer.Exit(ExitCode.OK if passed else ExitCode.FAILED)


def _solve(
    problem: Problem, settings: Settings, symbolic: bool, init_registers: bool, stream: bool
) -> Trajectory:
    from dataclasses import replace

    from gatewright.agents.engine import solve
    from gatewright.agents.harnesses import Harnesses
    from gatewright.cli.answering import policy_from
    from gatewright.cli.narrator import Narrator

    policy = policy_from(settings, "", symbolic, settings.samples)
    return solve(
        problem,
        model=_model(settings),
        harnesses=Harnesses(isolation_from(settings)),
        policy=replace(policy, init_registers=init_registers),
        listener=Narrator(stream),
    )


def _model(settings: Settings) -> Model | None:
    from gatewright.models.select import open_model, resolve

    choice = resolve(settings)
    say(f"model: {choice.name} ({choice.why})")
    return open_model(choice, settings)


def _language(name: str) -> Language:
    known = [str(language) for language in GENERATED]
    if name not in known:
        raise UsageError(f"cannot generate {name!r}", hint=f"languages: {', '.join(known)}")
    return Language(name)


def _check(
    testbench: list[str] | None, reference: list[str] | None, cocotb: list[str] | None
) -> HarnessSpec | None:
    from gatewright.cli.verify import check_spec

    if not (testbench or reference or cocotb):
        return None
    return check_spec(testbench, reference, cocotb)


def _writable(output: Path | None) -> None:
    """Find out before the work whether its result can be kept. Raises UsageError."""
    import os

    if output is None:
        return
    folder = output.parent
    if output.is_dir():
        raise UsageError("is a folder", where=str(output), hint="name a file: -o design.sv")
    if not folder.is_dir():
        raise UsageError("no such folder", where=str(folder), hint=f"mkdir -p {folder}")
    if not os.access(output if output.exists() else folder, os.W_OK):
        raise UsageError("may not be written", where=str(output), hint="choose another place")


def _no_model_no_answer(trajectory: Trajectory) -> None:
    """A model that never answered is an error, not a failed design. Raises ModelError."""
    written = trajectory.best is not None and trajectory.best.sources
    if trajectory.stop is StopReason.MODEL_FAILED and not written:
        raise ModelError(trajectory.notes[-1] if trajectory.notes else "the model failed")


def _deliver(trajectory: Trajectory, output: Path | None, json: bool) -> None:
    text = trajectory.best.text if trajectory.best else ""
    if text and not text.endswith("\n"):
        text += "\n"
    if output is not None and text:
        output.write_text(text)
    if json:
        print_json(_document(trajectory, output))
        return
    if output is None:
        print(text, end="")
    say(_outcome(trajectory))
    if output is not None and text:
        say(f"wrote {output}")


def _outcome(trajectory: Trajectory) -> str:
    verdict = trajectory.verdict
    lines = [f"note: {note}" for note in trajectory.notes]
    if verdict is None or trajectory.best is None or not trajectory.best.sources:
        return "\n".join([*lines, f"nothing was written ({trajectory.stop})"])
    lines.append(verdict_text(verdict))
    how = f"oracle {trajectory.oracle}, {trajectory.best.provenance}"
    if trajectory.best.note:
        how += f", {trajectory.best.note}"
    state = "verified" if verdict.passed else f"NOT verified, stopped: {trajectory.stop}"
    lines.append(f"{state} ({how})")
    return "\n".join(lines)


def _document(trajectory: Trajectory, output: Path | None) -> dict[str, object]:
    best, verdict = trajectory.best, trajectory.verdict
    return {
        "verified": verdict is not None and verdict.passed,
        "code": best.text if best else "",
        "provenance": best.provenance if best else None,
        "note": best.note if best else "",
        "oracle": trajectory.oracle,
        "stop": trajectory.stop,
        "rounds": len(trajectory.rounds),
        "usage": {
            "prompt_tokens": trajectory.usage.prompt_tokens,
            "completion_tokens": trajectory.usage.completion_tokens,
            "seconds": trajectory.usage.seconds,
            "cost": trajectory.usage.cost,
            "calls": trajectory.usage.calls,
        },
        "notes": list(trajectory.notes),
        "verdict": verdict_json(verdict) if verdict else None,
        "output": str(output) if output else None,
    }
