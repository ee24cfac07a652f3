"""`gatewright audit`: how much testbenches see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from gatewright.cli.console import print_json, say, stdout_console
from gatewright.cli.evaluate import Jobs, Problems
from gatewright.cli.exits import ExitCode
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
    GatewrightError,
    Language,
    Problem,
    Provenance,
    SandboxUnavailable,
    Source,
    TestbenchSpec,
    ToolCrashed,
    ToolMissing,
    UsageError,
    language_of,
)

if TYPE_CHECKING:
    from gatewright.eval.audit import Audit
    from gatewright.eval.audit_coverage import Cover
    from gatewright.sandbox.harness import Harness
    from gatewright.sandbox.isolation import Isolation
    from gatewright.sandbox.mutants import Measure

PROOF_S = 20.0
SIMULATION_S = 10.0
_PATIENCE = 10  # a mutant that takes so many times longer than the reference has failed


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


@dataclass(frozen=True, slots=True)
class Wish:
    """What the flags say is to be audited."""

    subject: str
    reference: tuple[str, ...]
    data: tuple[str, ...]
    rules: str
    problems: str
    top: str


@contextmanager
def measuring(isolation: Isolation, seed: int, most: int, formal: bool) -> Iterator[Measure]:
    """How strength is measured: co-simulation looks for differences, proofs rule them out."""
    from gatewright.sandbox.harness.reference import ReferenceHarness
    from gatewright.sandbox.mutants import Measure

    measure = Measure(seed, most, comparison=ReferenceHarness(isolation, reproducible=True))
    if not formal:
        yield measure
        return
    from gatewright.sandbox.harness.equivalence import ENTRY, PROOF, EquivalenceHarness
    from gatewright.sandbox.tools.yosys import Yosys

    budget = replace(PROOF, cpu_s=PROOF_S)
    with Yosys(isolation, ENTRY) as yosys:
        yield replace(measure, equivalence=EquivalenceHarness(isolation, yosys, budget))


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
        harness = _patient(problem, design, isolation)
        return audit_testbench(problem, harness, design, measure, executor, progress, cover)


def _patient(problem: Problem, design: Candidate, isolation: Isolation) -> Harness:
    """The check of a testbench, bounded by what it takes on the reference: mutants may run on."""
    generous = harness_of(problem, isolation, SIMULATION_S)
    generous.check(problem, design)  # looks into the testbench, too
    seconds = min(SIMULATION_S, 1 + _PATIENCE * generous.check(problem, design).cpu_s)
    return harness_of(problem, isolation, seconds)


def harness_of(problem: Problem, isolation: Isolation, seconds: float) -> Harness:
    """The check of a testbench whose simulations end after so many CPU seconds."""
    if isinstance(problem.harness, CocotbSpec):
        from gatewright.sandbox.harness.cocotb import LIMITS, CocotbHarness

        limits = replace(LIMITS, cpu_s=SIMULATION_S + seconds)
        return CocotbHarness(isolation, limits, reproducible=True)
    from gatewright.sandbox.harness.testbench import SIMULATION, TestbenchHarness

    return TestbenchHarness(isolation, limits=replace(SIMULATION, cpu_s=seconds))


def subject_of(wish: Wish) -> tuple[Problem, Candidate]:
    """A testbench as a problem, and its reference as a design for it.

    A testbench that also instantiates the reference gets both, the design under the name it wants.
    Raises UsageError where the two do not fit together.
    """
    if not wish.reference:
        raise UsageError("a testbench needs the design that is right", hint="--reference FILE")
    sources = read_sources(wish.reference)
    name = Path(wish.subject).stem
    if language_of(wish.subject) is Language.PYTHON:
        from gatewright.cli.checking import check_spec

        spec = check_spec(None, None, [wish.subject], list(wish.data))
        return (
            Problem(name, "", top=wish.top, harness=spec, reference=sources),
            Candidate(sources, Provenance.REFERENCE),
        )
    return _around(wish, name, sources)


def _around(wish: Wish, name: str, sources: tuple[Source, ...]) -> tuple[Problem, Candidate]:
    from gatewright.cli.checking import check_spec
    from gatewright.cli.naming import missing_modules, modules_of
    from gatewright.sandbox.tools.slang import top_modules

    spec = check_spec([wish.subject], None, None, list(wish.data))
    if not isinstance(spec, TestbenchSpec):
        raise TypeError(spec)
    missing, defined, tops = missing_modules(spec), modules_of(sources), top_modules(sources)
    wanted = [m for m in missing if m not in defined] or list(missing)
    if wish.top and wish.top in missing:
        wanted = [wish.top]
    if len(wanted) != 1 or len(missing) > 2 or (wanted[0] not in defined and len(tops) != 1):
        raise UsageError(
            f"the testbench instantiates {', '.join(missing) or 'nothing'}, and the reference "
            f"defines {', '.join(defined) or 'nothing'}",
            hint="name the design's module: --top",
        )
    if len(missing) == 2:
        spec = replace(spec, reference=sources)
    if wanted[0] not in defined:
        sources = tuple(_renamed(source, tops[0], wanted[0]) for source in sources)
    problem = Problem(name, "", top=wanted[0], harness=spec, reference=sources)
    return problem, Candidate(sources, Provenance.REFERENCE)


def _renamed(source: Source, old: str, new: str) -> Source:
    return replace(source, text=re.sub(rf"\b{re.escape(old)}\b", new, source.text))
