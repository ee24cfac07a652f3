"""`gatewright eval` and `gatewright preflight`: numbers that one can trust."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli.console import print_json, say, stdout_console
from gatewright.cli.embedding import EmbeddingName
from gatewright.cli.exits import ExitCode
from gatewright.cli.options import (
    BaseUrl,
    IsolationLevel,
    Json,
    ModelName,
    isolation_from,
    settings_from,
)
from gatewright.core import UsageError

if TYPE_CHECKING:
    from gatewright.core.config import Settings
    from gatewright.eval import Answers, RunRequest
    from gatewright.eval.opinion import Opinions
    from gatewright.eval.suites import Suite
    from gatewright.sandbox.harness.simulators import SimulatorChoice

SuiteName = Annotated[str, typer.Argument(metavar="SUITE", help="See `gatewright datasets list`.")]
Data = Annotated[
    Path | None,
    typer.Option(help="The benchmark's folder.", show_default="what `datasets get` brought"),
]
Rules = Annotated[str, typer.Option(help="Rule sets with commas between, or all.")]
Problems = Annotated[str, typer.Option(help="Only the problems of this shell pattern.")]
Jobs = Annotated[int | None, typer.Option("--jobs", "-j", help="Checks that run at a time.")]


def evaluate(
    suite: SuiteName,
    data: Data = None,
    samples: Annotated[int | None, typer.Option(min=1, help="Answers a problem.")] = None,
    temperature: Annotated[float | None, typer.Option(help="How the model is sampled.")] = None,
    problems: Problems = "*",
    generations: Annotated[
        Path | None, typer.Option(help="Score the answers in this JSONL file; no model.")
    ] = None,
    references: Annotated[bool, typer.Option(help="Score the golden answers.")] = False,
    rules: Rules = "",
    agent: Annotated[
        str,
        typer.Option(
            help="single: one answer; loop: coder and judge; of lines also aided: as complete -m, "
            "and bare: the same with the file alone."
        ),
    ] = "",
    oracle: Annotated[
        str,
        typer.Option(help="The most the loop sees: golden, reference, derived, generated, none."),
    ] = "derived",
    rounds: Annotated[int | None, typer.Option(min=0, help="Edit rounds of the loop.")] = None,
    symbolic: Annotated[
        bool, typer.Option(help="Let the loop read structured specifications without the model.")
    ] = True,
    optimise: Annotated[
        bool,
        typer.Option(help="Of kernels: the loop makes what passes faster, while rounds are left."),
    ] = False,
    static: Annotated[
        bool,
        typer.Option(help="Of kernels: nvcc and the counters, too: the share of the roofline."),
    ] = False,
    gpu: Annotated[
        str,
        typer.Option(help="Of kernels: the GPU that they are for.", show_default="H100"),
    ] = "",
    formal: Annotated[
        bool, typer.Option("--formal", help="A second opinion by proof on every scored answer.")
    ] = False,
    generate_only: Annotated[bool, typer.Option(help="Get answers, score none.")] = False,
    score_only: Annotated[bool, typer.Option(help="Score the answers that --out holds.")] = False,
    simulator: Annotated[
        str, typer.Option(help="icarus, auto or verilator; the last two: --rules hardened only.")
    ] = "icarus",
    out: Annotated[
        Path | None, typer.Option(help="Where the run is kept.", show_default="runs/SUITE-…")
    ] = None,
    jobs: Jobs = None,
    model: ModelName = None,
    base_url: BaseUrl = None,
    isolation: IsolationLevel = None,
    embedding: EmbeddingName = None,
    json: Json = False,
) -> None:
    """Run, resume and score a benchmark. An interrupted run goes on where it stopped."""
    from gatewright.cli.answering import LoopWish, answers_of
    from gatewright.cli.progress import RunProgress
    from gatewright.datasets.pins import folder_of
    from gatewright.eval import RunRequest, run, summary_json
    from gatewright.eval.suites.registry import open_suite
    from gatewright.sandbox.harness.simulators import simulator_named

    choice = simulator_named(simulator)
    settings = settings_from(
        model=model,
        base_url=base_url,
        temperature=temperature,
        rounds=rounds,
        jobs=jobs,
        isolation=isolation,
        embedding=embedding,
    )
    opened = open_suite(suite)
    baseline = _baseline(opened, settings, embedding)
    baseline |= _estimated(opened, gpu, wished=static or optimise)
    isolation_from(settings)
    wish = LoopWish(agent, oracle, symbolic, optimise, gpu)
    answers = None
    if not score_only:
        answers = answers_of(opened, settings, wish, generations, references)
    elif generations or references or generate_only:
        raise UsageError("--score-only scores what --out holds", hint="leave the other flag out")
    folder = out or _default_folder(opened, answers)
    request = RunRequest(
        suite=opened,
        out=folder,
        answers=answers,
        data=data or folder_of(suite),
        samples=samples,
        rules=[name.strip() for name in rules.split(",") if name.strip()],
        problems=problems,
        jobs=settings.jobs,
        generate_only=generate_only,
        tools=_tools(opened, settings, choice) | baseline,
        simulator=choice,
    )
    with RunProgress() as progress:
        summary = run(request, progress)
    opinions = _opinions(opened, request, settings) if formal else None
    if json:
        from gatewright.eval.opinion import opinions_json

        more = {"formal": opinions_json(opinions)} if opinions else {}
        print_json(summary_json(summary) | more)
    else:
        from gatewright.eval.tables import print_opinions, print_summary

        print_summary(summary, stdout_console())
        if opinions:
            print_opinions(opinions, stdout_console())
    if not summary.complete and not generate_only:
        say(f"not finished: run the same command again to go on (kept in {folder})")
        raise typer.Exit(ExitCode.ERROR)


def preflight(
    suite: SuiteName,
    data: Data = None,
    rules: Rules = "all",
    problems: Problems = "*",
    jobs: Jobs = None,
    json: Json = False,
) -> None:
    """Check that a benchmark's references pass and that nothing hostile or empty does."""
    from gatewright.cli.progress import CheckProgress
    from gatewright.datasets.pins import folder_of
    from gatewright.eval.executors.local import LocalExecutor
    from gatewright.eval.preflight import preflight as check
    from gatewright.eval.preflight import preflight_json
    from gatewright.eval.suites.registry import open_suite

    settings = settings_from(jobs=jobs)
    with CheckProgress() as progress:
        result = check(
            open_suite(suite),
            data or folder_of(suite),
            rules=[name.strip() for name in rules.split(",")],
            problems=problems,
            executor=LocalExecutor(settings.jobs),
            progress=progress,
        )
    if json:
        print_json(preflight_json(result))
    else:
        from gatewright.eval.tables import print_preflight

        print_preflight(result, stdout_console())
    raise typer.Exit(ExitCode.OK if result.ok else ExitCode.FAILED)


def _opinions(suite: Suite, request: RunRequest, settings: Settings) -> Opinions:
    from gatewright.cli.progress import CheckProgress
    from gatewright.eval.executors.local import LocalExecutor
    from gatewright.eval.opinion import second_opinions
    from gatewright.sandbox.harness.chisel import ChiselHarness
    from gatewright.sandbox.harness.equivalence import ENTRY, EquivalenceHarness
    from gatewright.sandbox.tools.yosys import Yosys

    isolation = isolation_from(settings)
    with Yosys(isolation, ENTRY) as yosys, CheckProgress() as progress:
        proof = EquivalenceHarness(isolation, yosys, confirm=False)
        harness = ChiselHarness(isolation, proof)
        executor = LocalExecutor(settings.jobs)
        return second_opinions(suite, request.data, request.out, harness, executor, progress)


def _tools(suite: Suite, settings: Settings, choice: SimulatorChoice) -> dict[str, str]:
    """The versions that a figure depends on; a run on another simulator is another run."""
    from contextlib import suppress

    from gatewright.core import ToolMissing
    from gatewright.eval.suites.base import HoldsKernels
    from gatewright.sandbox.harness.simulators import SimulatorChoice
    from gatewright.sandbox.tools.icarus import open_icarus
    from gatewright.sandbox.tools.verilator import open_verilator

    isolation = isolation_from(settings)
    tools = {"isolation": str(isolation.level)}
    if isinstance(suite, HoldsKernels):
        return tools | suite.versions()
    if choice is not SimulatorChoice.ICARUS:
        tools["simulator"] = str(choice)
        with suppress(*([ToolMissing] if choice is SimulatorChoice.AUTO else [])):
            tools["verilator"] = open_verilator(isolation).version
    if choice is not SimulatorChoice.VERILATOR:
        tools["iverilog"] = open_icarus(isolation).version
    return tools


def _baseline(suite: Suite, settings: Settings, wished: str | None) -> dict[str, str]:
    """Tell a suite whose baseline compares vectors which; the name to record."""
    from gatewright.eval.suites.base import ComparesVectors

    if isinstance(suite, ComparesVectors):
        from gatewright.cli.embedding import model_named

        return {"baseline": suite.compare_with(model_named(settings))}
    if wished is not None:
        raise UsageError(f"{suite.name} compares no vectors", where="--embedding")
    return {}


def _estimated(suite: Suite, gpu: str, *, wished: bool) -> dict[str, str]:
    """Have a suite of kernels estimate how good they are, where that is wished; what to record."""
    from gatewright.eval.suites.base import HoldsKernels

    if not wished and not gpu:
        return {}
    if not isinstance(suite, HoldsKernels):
        raise UsageError(
            f"{suite.name} holds no kernels", where="--optimise, --static and --gpu are of those"
        )
    if not wished:
        raise UsageError("--gpu names the GPU of --static or --optimise", hint="give one of them")
    return {"static": suite.estimate_for(gpu)}


def _default_folder(suite: Suite, answers: Answers | None) -> Path:
    if answers is None:
        raise UsageError("--score-only needs --out", hint="name the folder of the run")
    origins = answers.origins
    parts = [suite.name, origins.agent or str(origins.kind), origins.model]
    name = "-".join(part for part in parts if part)
    safe = "".join(c if c.isalnum() or c in "-._" else "_" for c in name)
    return Path("runs") / safe
