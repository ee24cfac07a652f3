"""`gatewright generate`: from a specification to a verified module."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.agents.kernel_problem import KERNELS, kernel_spec
from gatewright.cli.console import print_json, say
from gatewright.cli.exits import ExitCode
from gatewright.cli.inputs import (
    one_standard_input,
    read_source,
    read_sources,
    read_specification,
)
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
from gatewright.cli.told import document_of, outcome_text
from gatewright.core import (
    Candidate,
    DataError,
    HarnessSpec,
    KernelSpec,
    Language,
    ModelError,
    Problem,
    StopReason,
    Trajectory,
    UsageError,
)

if TYPE_CHECKING:
    from gatewright.agents.library import Library
    from gatewright.core.config import Settings
    from gatewright.models import Model

GENERATED = (Language.VERILOG, Language.SYSTEMVERILOG, Language.CHISEL, *KERNELS)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What the flags say about the run."""

    oracle: str
    symbolic: bool
    init_registers: bool
    optimise: bool
    gpu: str
    stream: bool


def generate(
    spec: Annotated[
        str, typer.Argument(metavar="SPEC", help="The specification: a file, a text, or -.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the module here.", show_default="stdout"),
    ] = None,
    language: Annotated[
        str, typer.Option(help="verilog, systemverilog, chisel, cuda or triton.")
    ] = "systemverilog",
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
    repo: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="The repository it will live in: its modules, packages and macros may be used.",
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GLOB",
            help="Neither show nor use files of the repository whose path, name or folder fits.",
        ),
    ] = None,
    oracle: Annotated[
        str,
        typer.Option(
            help="The most it is checked with; generated: a testbench that the model writes.",
            show_default="the best there is: what is given, the specification's tables, none",
        ),
    ] = "",
    rounds: Annotated[int | None, typer.Option(min=0, help="Edit rounds.")] = None,
    samples: Annotated[int | None, typer.Option(min=1, help="First attempts.")] = None,
    temperature: Annotated[float | None, typer.Option(help="How the model is sampled.")] = None,
    symbolic: Annotated[
        bool, typer.Option(help="Read structured specifications without the model.")
    ] = True,
    init_registers: Annotated[
        bool, typer.Option(help="Give registers without a reset the initial value 0.")
    ] = True,
    optimise: Annotated[
        bool,
        typer.Option(help="Of a kernel: make what passes faster, while edit rounds are left."),
    ] = True,
    gpu: Annotated[
        str,
        typer.Option(help="Of a kernel: the GPU that it is for.", show_default="H100"),
    ] = "",
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
    from gatewright.cli.library import library_of
    from gatewright.cli.naming import wanted_name
    from gatewright.sandbox.harness.modules import require_name

    settings = settings_from(
        model=model,
        base_url=base_url,
        rounds=rounds,
        samples=samples,
        temperature=temperature,
        isolation=isolation,
    )
    one_standard_input([spec], testbench, reference, cocotb, context)
    require_name(top)
    if exclude and repo is None:
        raise UsageError("--exclude leaves out files of a repository", hint="name it by --repo")
    text = words = read_specification(spec)
    check: HarnessSpec | None
    wanted = _language(language)
    if wanted in KERNELS:
        check, text = _kernel_check(spec, text, reference, [*(testbench or ()), *(cocotb or ())])
        name = top
    else:
        check = _check(testbench, reference, cocotb)
        name = top or wanted_name(text, check)
    problem = Problem(
        id=name or (Path(spec).stem if words.strip() != spec.strip() else "kernel"),
        spec=text,
        language=wanted,
        top=name,
        context=read_sources(context or ()),
        harness=check,
    )
    file = OutputFile(output) if output else None
    if file:
        file.try_out()
    golden = (*(testbench or ()), *(reference or ()), *(cocotb or ()))
    try:
        with library_of(repo, exclude or (), golden) as library:
            wish = _Wish(oracle, symbolic, init_registers, optimise, gpu, stream)
            trajectory = _solve(problem, settings, wish, library)
    except LoopInterrupted as interrupted:
        _deliver(interrupted.trajectory, file, json)
        raise KeyboardInterrupt from None
    _no_model_no_answer(trajectory)
    _deliver(trajectory, file, json)
    passed = trajectory.verdict is not None and trajectory.verdict.passed
    raise typer.Exit(ExitCode.OK if passed else ExitCode.FAILED)


def _solve(
    problem: Problem, settings: Settings, wish: _Wish, library: Library | None
) -> Trajectory:
    from dataclasses import replace

    from gatewright.agents.engine import solve
    from gatewright.agents.harnesses import Harnesses
    from gatewright.cli.answering import policy_from
    from gatewright.cli.narrator import Narrator, StreamingNarrator
    from gatewright.sandbox.harness.modules import better_told

    policy = policy_from(settings, wish.oracle, wish.symbolic, settings.samples)
    policy = replace(policy, init_registers=wish.init_registers, optimise=wish.optimise)
    model = _model(settings)
    try:
        return solve(
            problem,
            model=model,
            harnesses=Harnesses(isolation_from(settings), wish.gpu),
            policy=policy,
            listener=StreamingNarrator() if wish.stream else Narrator(),
            library=library,
        )
    except DataError as error:
        raise better_told(error, problem.harness, Candidate(())) from error


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


def _kernel_check(
    spec: str, text: str, reference: list[str] | None, benches: list[str]
) -> tuple[KernelSpec | None, str]:
    """The module that a kernel is compared with, and the specification that shows it.

    Raises UsageError for a check of another kind.
    """
    if benches or len(reference or ()) > 1:
        raise UsageError(
            "a kernel is compared with one PyTorch module", hint="name its file by --reference"
        )
    if not reference:
        return kernel_spec(spec, text), text
    source = read_source(reference[0], Language.PYTHON)
    check = kernel_spec(Path(reference[0]).with_suffix(".py").name, source.text)
    words = "".join(f"# {line}\n" for line in text.strip().splitlines())
    return check, f"{words}\n{source.text}"


def _check(
    testbench: list[str] | None, reference: list[str] | None, cocotb: list[str] | None
) -> HarnessSpec | None:
    from gatewright.cli.checking import check_spec

    if not (testbench or reference or cocotb):
        return None
    return check_spec(testbench, reference, cocotb)


def _no_model_no_answer(trajectory: Trajectory) -> None:
    """A model that never answered is an error, not a failed design. Raises ModelError."""
    written = trajectory.best is not None and trajectory.best.sources
    if trajectory.stop is StopReason.MODEL_FAILED and not written:
        raise ModelError("nothing was written: the model failed")


def _deliver(trajectory: Trajectory, file: OutputFile | None, json: bool) -> None:
    """The module to its file or stdout, what came out to stderr. Raises UsageError.

    Where the file cannot be written after all, the module goes to stdout: it may have cost money.
    """
    text = trajectory.best.text if trajectory.best else ""
    if text and not text.endswith("\n"):
        text += "\n"
    failure = _written(file, text) if file else None
    if json:
        print_json(document_of(trajectory, str(file.path) if file and not failure else None))
    else:
        if file is None or failure:
            print(as_is_unless_seen(text, sys.stdout), end="")
        say(outcome_text(trajectory))
        if file and text and not failure:
            say(f"wrote {file.path}")
    if failure:
        sys.stdout.flush()
        failure.hint = "the module was printed on standard output instead"
        raise failure


def _written(file: OutputFile, text: str) -> UsageError | None:
    try:
        if text:
            file.write(text)
    except UsageError as error:
        return error
    return None
