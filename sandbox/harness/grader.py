"""The check with a benchmark's own grader, without the container that it was written for.

Two rule sets. `official` takes the exit statuses of the grader's commands, and nothing else.
`hardened` also asks that the candidate passes the integrity gate, that it is driven from a wrapper
it cannot reach, that tests were executed and that all of them were reported as passed over a
channel no design can write to.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from gatewright.core import (
    Candidate,
    DataError,
    Diagnostic,
    FailureClass,
    GraderService,
    GraderSpec,
    Outcome,
    Problem,
    Source,
    UsageError,
    Verdict,
)
from gatewright.sandbox.harness.cocotb_design import error
from gatewright.sandbox.harness.cocotb_judge import failed, timed
from gatewright.sandbox.harness.grader_design import Ready, placed, ready
from gatewright.sandbox.harness.grader_judge import explained, hardened, official
from gatewright.sandbox.harness.grader_report import read_session
from gatewright.sandbox.harness.grader_session import Place, Plan, run_plan
from gatewright.sandbox.harness.seeds import drawn_seed
from gatewright.sandbox.isolation import Isolation, Limits, Mount, scratch
from gatewright.sandbox.tools.cocotb import find_cocotb
from gatewright.sandbox.tools.icarus import Icarus, open_icarus

OFFICIAL, HARDENED = "official", "hardened"
LIMITS = Limits(
    cpu_s=600.0,
    wall_s=1800.0,
    address_space_mb=None,
    file_mb=200,
    disk_mb=256,
    output_kb=16384,
)
"""The published flow gives a service 600 s of wall time and 200 MB of files."""

_OWN = Path("/gatewright")
_FOLDERS = ("rtl", "verif", "docs", "rundir", "src")


@dataclass(frozen=True, slots=True)
class GraderHarness:
    """Runs the services of a GraderSpec on a candidate, each in the same work folders.

    `metrics["seed"]` seeds Python's and cocotb's random numbers; it follows from the candidate's
    text unless `seed` is given, so that a run can be repeated. Both rule sets use the same.
    """

    isolation: Isolation
    rules: str = HARDENED
    limits: Limits = LIMITS
    seed: int | None = None

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        """Place the files, run the services, judge. Raises UsageError without a GraderSpec.

        Raises SandboxUnavailable below level bwrap, ToolMissing where Icarus, cocotb or a shared
        libpython is not installed.
        """
        spec = problem.harness
        if not isinstance(spec, GraderSpec):
            raise UsageError("this check needs a problem with a grader")
        icarus = open_icarus(self.isolation)
        tools = {"iverilog": icarus.version, "cocotb": find_cocotb().version}
        seed = drawn_seed(candidate.sources, self.seed, reproducible=True)
        verdict = self._checked(problem, spec, candidate, icarus, seed)
        metrics = {**verdict.metrics, "seed": float(seed)}
        return replace(verdict, tools=tools, rules=self.rules, metrics=metrics)

    def _checked(
        self, problem: Problem, spec: GraderSpec, candidate: Candidate, icarus: Icarus, seed: int
    ) -> Verdict:
        answer = placed(candidate, spec)
        if not answer:
            return failed(FailureClass.NO_CODE, error("the design holds no code"))
        found = Ready(answer)
        if self.rules == HARDENED:
            gated = ready(answer, problem.context, spec)
            if isinstance(gated, Verdict):
                return gated
            found = gated
        with scratch("grader") as folder:
            place = _laid_out(folder, problem, spec, found.sources)
            return self._services(spec, found, place, icarus, seed)

    def _services(
        self, spec: GraderSpec, found: Ready, place: Place, icarus: Icarus, seed: int
    ) -> Verdict:
        judge = hardened if self.rules == HARDENED else official
        verdicts: list[Verdict] = []
        for service in spec.services:
            plan = Plan(
                service.command,
                service.folder,
                seed,
                modules=found.modules,
                nonce=secrets.token_hex(8),
            )
            environment = {"HOME": "/code/rundir", "TMPDIR": "/tmp", **_environment(service)}
            finished = run_plan(plan, place, self.isolation, icarus, self.limits, environment)
            session = read_session(finished.channel)
            verdict = explained(judge(finished, session), finished, session)
            verdicts.append(timed(replace(verdict, cpu_s=0.0, wall_s=0.0), finished))
        return _all(verdicts, found.notes)


def _environment(service: GraderService) -> dict[str, str]:
    return dict(service.environment)


def _all(verdicts: list[Verdict], notes: tuple[Diagnostic, ...]) -> Verdict:
    """One verdict of several services': the first that is no pass, with all their counts."""
    if not verdicts:
        raise DataError("the grader has no services")
    chosen = next((v for v in verdicts if v.outcome is not Outcome.PASS), verdicts[0])
    checks = sum(v.checks for v in verdicts)
    mismatches = [v.mismatches for v in verdicts if v.mismatches is not None]
    return replace(
        timed(replace(chosen, cpu_s=0.0, wall_s=0.0), *verdicts),
        score=sum(v.score for v in verdicts) / len(verdicts),
        checks=checks,
        mismatches=sum(mismatches) if mismatches else None,
        tests=tuple(result for v in verdicts for result in v.tests),
        metrics={"assertions": sum(v.metrics.get("assertions", 0.0) for v in verdicts)},
        diagnostics=(*chosen.diagnostics, *notes),
    )


def _laid_out(
    folder: Path, problem: Problem, spec: GraderSpec, answer: tuple[Source, ...]
) -> Place:
    """The folders of the published flow: /code with the task and the answer, /src, /rundir."""
    work, code, src, rundir = (folder / name for name in ("work", "code", "src", "rundir"))
    for made in (work, *(code / name for name in _FOLDERS), src, rundir / "harness"):
        made.mkdir(parents=True)
    for source in (*problem.context, *answer):
        _write(code, source)
    for source in spec.files:
        _write(folder, source)
    mounts = (
        Mount(code, writable=True, target=Path("/code")),
        Mount(src, target=Path("/code/src")),
        Mount(src, target=Path("/src")),
        Mount(rundir, writable=True, target=Path("/rundir")),
        Mount(folder / "own", target=_OWN),
    )
    (folder / "own").mkdir()
    return Place(work, folder / "own", _OWN, mounts)


def _write(root: Path, source: Source) -> None:
    path = root / PurePosixPath(source.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source.text, encoding="utf-8", errors="surrogateescape")
