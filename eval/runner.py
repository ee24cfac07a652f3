"""One run of a benchmark: what is missing is worked out, what is there is kept.

Everything goes to the run's folder at once and is read back from it, so a run that dies at any
moment goes on where it was. What an interruption can do to the files, and what is done about it:

* a half-written last line: recognised and dropped;
* rows in the order work happened to finish: rewritten in the benchmark's order at the end, in one
  step, so that a finished run's files depend on nothing but the answers (`cpu_s` aside);
* an answer without its verdicts, verdicts without their result: worked out again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

import gatewright
from gatewright.core import (
    DataError,
    GatewrightError,
    Problem,
    SandboxUnavailable,
    ToolMissing,
    UsageError,
)
from gatewright.eval.answers import MISSING, Asked, Given
from gatewright.eval.events import Answered, Failed, Listener, Noted, Planned, Scored, ignore
from gatewright.eval.executors.local import LocalExecutor
from gatewright.eval.folder import RunFolder
from gatewright.eval.manifest import Manifest, agree, read_manifest, write_manifest
from gatewright.eval.request import EVERY, RunRequest, chosen_problems, chosen_rules
from gatewright.eval.rowfile import RowFile
from gatewright.eval.rows import Key, ResultRow, SampleRow
from gatewright.eval.schedule import cost, in_order, longest_first
from gatewright.eval.simulators import check_simulator, harness_on
from gatewright.eval.suites import Dataset
from gatewright.eval.summary import RunError, Summary, summarise
from gatewright.eval.trim import kept_error
from gatewright.eval.work import Done, InternalError, Task, Worker

FAILURES_IN_A_ROW = 5  # then whatever fails is taken to be broken for all
MOST_SAMPLES = 10_000  # of a problem: a slip of the keyboard must not fill memory or disk
_SYSTEMIC = (ToolMissing, SandboxUnavailable, UsageError, DataError)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a request comes to, once its data is there."""

    request: RunRequest
    dataset: Dataset
    problems: tuple[Problem, ...]
    manifest: Manifest

    @property
    def keys(self) -> list[Key]:
        return in_order(self.manifest.problems, self.manifest.samples)


@dataclass(slots=True)
class _Troubles:
    """The failures of tools and models, and whether they are enough to stop."""

    errors: list[RunError] = field(default_factory=list)
    in_a_row: int = 0
    successes: int = 0
    last: GatewrightError | None = None
    stop: GatewrightError | None = None

    def note(self, done: Done) -> None:
        if done.error is None:
            self.successes += 1
            self.in_a_row = 0
            return
        self.last = done.error
        self.errors.append(RunError(done.key, type(done.error).__name__, str(done.error)))
        if isinstance(done.error, InternalError):
            return  # it says something of that one answer, nothing of the next
        self.in_a_row += 1
        if isinstance(done.error, _SYSTEMIC) or self.in_a_row >= FAILURES_IN_A_ROW:
            self.stop = self.stop or done.error

    def final(self) -> GatewrightError | None:
        """What to raise: the error that stopped the run, or that kept all of it from succeeding."""
        return self.stop or (None if self.successes else self.last)


def run(request: RunRequest, listener: Listener = ignore) -> Summary:
    """Carry a run out, or go on with it. Raises a GatewrightError; what is finished is kept.

    A tool's or the model's failure on one answer leaves it open and the run goes on; the summary
    counts it. So does a failure of our own, whose traceback is kept in `errors.jsonl`. The run
    stops where a tool or the sandbox is missing, where the disk is full, and after five failures
    of tools or the model in a row.
    """
    started = time.monotonic()
    dataset = request.suite.load(request.data)
    with RunFolder(request.out) as folder:
        plan = _plan(request, dataset, folder)
        given = _given(plan)
        for name in folder.torn():
            listener(Noted(f"{name} ended in a half-written line: it was dropped"))
        write_manifest(request.out, plan.manifest)
        troubles = _Troubles()
        try:
            _take(given, plan, folder, listener)
            _carry_out(plan, folder, troubles, listener)
        except BaseException as stopped:
            with suppress(DataError):
                _note_time(plan, started)
            if isinstance(stopped, KeyboardInterrupt):
                listener(Noted(_how_to_go_on(plan, folder)))
            raise
        manifest = _note_time(plan, started)
        error = troubles.final()
        if error is not None:
            raise error
        answered = len(folder.samples)
        return summarise(manifest, request.out, folder.results, answered, tuple(troubles.errors))


def _carry_out(plan: _Plan, folder: RunFolder, troubles: _Troubles, listener: Listener) -> None:
    for done in _work(plan, folder, troubles, listener):
        troubles.note(_kept(done, folder, listener))
    folder.put_in_order(plan.keys)
    finished = _finished(plan, folder)
    folder.keep_errors([key for key in plan.keys if key not in finished])


def _finished(plan: _Plan, folder: RunFolder) -> RowFile[SampleRow] | RowFile[ResultRow]:
    return folder.samples if plan.request.generate_only else folder.results


def _how_to_go_on(plan: _Plan, folder: RunFolder) -> str:
    done = len(_finished(plan, folder))
    return (
        f"interrupted with {done} of {plan.manifest.total} done, kept in {folder.path}: "
        "run the same command again to go on"
    )


def _note_time(plan: _Plan, started: float) -> Manifest:
    spent = plan.manifest.wall_s + time.monotonic() - started
    manifest = replace(plan.manifest, wall_s=round(spent, 3))
    write_manifest(plan.request.out, manifest)
    return manifest


def _plan(request: RunRequest, dataset: Dataset, folder: RunFolder) -> _Plan:
    rules = chosen_rules(request.suite, request.rules)
    check_simulator(request.suite, rules, request.simulator)
    old = read_manifest(request.out)
    pattern = request.problems
    if request.answers is None and old is not None and pattern == EVERY:
        pattern = ",".join(old.problems)
    problems = chosen_problems(request.suite, dataset, pattern)
    if request.answers is None:
        if old is None:
            raise UsageError(
                "holds no answers to score",
                where=str(request.out),
                hint="name a model, or answers with --generations or --references",
            )
        origins, samples = old.answers, request.samples or old.samples
    else:
        origins, samples = request.answers.origins, _samples(request)
    new = Manifest(
        gatewright=gatewright.__version__,
        suite=request.suite.name,
        dataset_sha256=dataset.sha256,
        dataset_path=dataset.path,
        problems=tuple(problem.id for problem in problems),
        samples=samples,
        rules=rules,
        answers=origins,
        tools=dict(sorted(request.tools.items())),
    )
    if old is not None:
        asking = request.answers is not None
        new = agree(old, new, request.out, asking=asking, scored=len(folder.results) > 0)
    return _Plan(request, dataset, problems, new)


def _samples(request: RunRequest) -> int:
    if request.samples is not None:
        if not 1 <= request.samples <= MOST_SAMPLES:
            raise UsageError(f"--samples must be from 1 to {MOST_SAMPLES}")
        return request.samples
    return request.answers.samples() if isinstance(request.answers, Given) else 1


def _given(plan: _Plan) -> Iterator[SampleRow]:
    """The answers that are there already. Raises for a request that they do not fit."""
    answers = plan.request.answers
    if not isinstance(answers, Given) or isinstance(answers, Asked):
        return iter(())
    suite, known = plan.request.suite, plan.dataset.problems
    return answers.rows(suite, known, plan.problems, plan.manifest.samples)


def _take(given: Iterator[SampleRow], plan: _Plan, folder: RunFolder, listener: Listener) -> None:
    missing = 0
    for row in given:
        missing += row.note == MISSING
        if Key(row.task, row.sample) not in folder.samples:
            folder.samples.append(row)
    if missing:
        total = plan.manifest.total
        listener(Noted(f"{missing} of {total} answers are missing: they count as failed"))


def _work(
    plan: _Plan, folder: RunFolder, troubles: _Troubles, listener: Listener
) -> Iterator[Done]:
    request, manifest = plan.request, plan.manifest
    asked = request.answers if isinstance(request.answers, Asked) else None
    rules = () if request.generate_only else manifest.rules
    worker = Worker(asked, [harness_on(request.suite, name, request.simulator) for name in rules])
    finished = _finished(plan, folder)
    costs = {problem.id: cost(request.suite, problem) for problem in plan.problems}
    todo = [
        key
        for key in longest_first(plan.problems, costs, manifest.samples)
        if key not in finished and (asked is not None or key in folder.samples)
    ]
    listener(
        Planned(
            manifest.suite,
            len(plan.problems),
            manifest.samples,
            manifest.rules,
            manifest.total,
            sum(1 for key in plan.keys if key in finished),
        )
    )
    executor = request.executor or LocalExecutor(request.jobs)
    tasks = _tasks(plan, folder, todo, lambda: troubles.stop is not None)
    return executor.map(worker, tasks)


def _tasks(
    plan: _Plan, folder: RunFolder, todo: list[Key], stopped: Callable[[], bool]
) -> Iterator[Task]:
    problems = {problem.id: problem for problem in plan.problems}
    for key in todo:
        if stopped():
            return
        sample = folder.samples.read(key) if key in folder.samples else None
        yield Task(key, problems[key.task], sample)


def _kept(done: Done, folder: RunFolder, listener: Listener) -> Done:
    """Write down what came of a task; what cannot be written down has failed."""
    try:
        _keep(done, folder, listener)
    except GatewrightError:
        raise
    except Exception as error:
        done = Done(done.key, error=InternalError(error))
    if done.error is not None:
        folder.errors.append(kept_error(done.key, done.error))
        listener(Failed(done.key, done.error))
    return done


def _keep(done: Done, folder: RunFolder, listener: Listener) -> None:
    # Each file's row counts only once the next file has its own: the order makes resuming safe.
    if done.sample is not None:
        if done.trajectory is not None:
            folder.trajectories.append(done.trajectory)
        folder.samples.append(done.sample)
        listener(Answered(done.key))
    if done.result is not None and done.verdicts is not None:
        folder.verdicts.append(done.verdicts)
        folder.results.append(done.result)
        listener(Scored(done.key, done.result.rules))
