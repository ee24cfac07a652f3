"""`gatewright audit`: how much testbenches see."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from gatewright.cli.audit_subject import Wish, patient_harness, subject_of
from gatewright.cli.console import print_json, say, stdout_console
from gatewright.cli.evaluate import Jobs, Problems
from gatewright.cli.exits import ExitCode
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
    GatewrightError,
    Problem,
    SandboxUnavailable,
    ToolCrashed,
    ToolMissing,
    UsageError,
)

if TYPE_CHECKING:
    from gatewright.eval.audit import Audit
    from gatewright.eval.audit_coverage import Cover
    from gatewright.sandbox.isolation import Isolation
    from gatewright.sandbox.mutants import Measure


def audit(
    subject: Annotated[
        str, typer.Argument(metavar="SUITE|TESTBENCH", help="A benchmark's name, or a file.")
    ],
    reference: Annotated[
        list[str] | None,
        typer.Option("--reference", "-r", help="The right design for a TESTBENCH."),
    ] = None,
    mutants: Annotated[
        int, typer.Option(min=0, help="Wrong designs to try on each testbench, at most.")
    ] = 40,
    seed: Annotated[int, typer.Option(help="Which of them are drawn.")] = 0,
    formal: Annotated[
        bool, typer.Option(help="Sort out survivors that are proved equivalent.")
    ] = True,
    coverage: Annotated[
        bool, typer.Option(help="Measure line, branch and toggle coverage, by Verilator.")
    ] = True,
    at_least: Annotated[
        float, typer.Option(min=0, max=100, help="The mutation score, in percent, to demand.")
    ] = 0.0,
    data: Annotated[
        list[str] | None,
        typer.Option(help="A benchmark's folder; a file that a testbench reads."),
    ] = None,
    rules: Annotated[str, typer.Option(help="A benchmark's rule set.")] = "",
    problems: Problems = "*",
    top: Top = "",
    jobs: Jobs = None,
    isolation: IsolationLevel = None,
    unsafe: Unsafe = False,
    json: Json = False,
) -> None:
    """Try wrong designs on a testbench, or on all of a benchmark's.

    Exit status: 0 every testbench passes its reference and the score is reached, 1 not, 2 error.
    """
    from gatewright.eval.audit import audit_json
    from gatewright.eval.audit_coverage import uncovered
    from gatewright.sandbox.mutants.measuring import measuring

    settings = settings_from(jobs=jobs, isolation=isolation)
    confined = isolation_from(settings, unsafe)
    wish = Wish(subject, tuple(reference or ()), tuple(data or ()), rules, problems, top)
    with measuring(confined, seed, mutants, formal) as measure:
        cover = covering(confined) if coverage else None
        found = _carried_out(wish, confined, measure, cover, settings.jobs)
    for line in uncovered((row.problem, row.reached) for row in found.rows):
        say(line)
    if json:
        print_json(audit_json(found))
    else:
        from gatewright.eval.audit_table import print_audit

        print_audit(found, stdout_console())
    reached = found.score is None or 100 * found.score >= at_least
    raise typer.Exit(ExitCode.OK if found.sound and reached else ExitCode.FAILED)


def covering(isolation: Isolation) -> Cover:
    """How coverage is measured; where that cannot be, what says why of every testbench."""
    from gatewright.sandbox.harness.verilator_coverage import coverage
    from gatewright.sandbox.tools.verilator import open_verilator
    from gatewright.sandbox.tools.verilator_runtime import open_runtime

    try:
        open_runtime(open_verilator(isolation), isolation, say)
    except (ToolMissing, ToolCrashed, SandboxUnavailable) as error:
        return partial(_no_coverage, error)
    except OSError as error:
        said = f"Verilator's runtime cannot be kept: {error}"
        return partial(_no_coverage, ToolCrashed(said, hint="choose a folder: XDG_CACHE_HOME"))
    return partial(coverage, isolation=isolation)


def _no_coverage(why: GatewrightError, problem: Problem, candidate: Candidate) -> NoReturn:
    from gatewright.sandbox.harness.verilator_coverage import verilog_testbench

    verilog_testbench(problem)
    raise why


def _carried_out(
    wish: Wish, isolation: Isolation, measure: Measure, cover: Cover | None, jobs: int
) -> Audit:
    from gatewright.cli.progress import CheckProgress
    from gatewright.datasets.pins import folder_of
    from gatewright.eval.audit import audit_suite, audit_testbench
    from gatewright.eval.executors.local import LocalExecutor
    from gatewright.eval.suites.registry import open_suite, suite_names

    executor = LocalExecutor(jobs)
    if wish.subject in suite_names() and not Path(wish.subject).is_file():
        if wish.reference:
            raise UsageError("--reference is for a testbench; a benchmark has its own")
        folder = Path(wish.data[0]) if wish.data else folder_of(wish.subject)
        with CheckProgress() as progress:
            return audit_suite(
                open_suite(wish.subject),
                folder,
                rules=wish.rules,
                problems=wish.problems,
                measure=measure,
                cover=cover,
                executor=executor,
                progress=progress,
            )
    if not Path(wish.subject).is_file():
        raise UsageError(
            f"neither a benchmark nor a file: {wish.subject}",
            hint=f"benchmarks: {', '.join(suite_names())}",
        )
    problem, design = subject_of(wish)
    with CheckProgress() as progress:
        harness = patient_harness(problem, design, isolation)
        return audit_testbench(problem, harness, design, measure, executor, progress, cover)
