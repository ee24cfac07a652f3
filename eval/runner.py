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
from gatewright.eval.answers import Asked, Given
from gatewright.eval.events import Answered, Failed, Listener, Noted, Planned, Scored, ignore
from gatewright.eval.executors.local import LocalExecutor
from gatewright.eval.folder import RunFolder
from gatewright.eval.manifest import Manifest, agree, read_manifest, write_manifest
from gatewright.eval.request import EVERY, RunRequest, chosen_problems, chosen_rules
from gatewright.eval.rows import Key
from gatewright.eval.schedule import cost, in_order, longest_first
from gatewright.eval.suites import Dataset
from gatewright.eval.summary import RunError, Summary, summarise
from gatewright.eval.work import Done, Task, Worker

FAILURES_IN_A_ROW = 5  # then whatever fails is taken to be broken for all
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
        self.in_a_row += 1
        self.last = done.error
        self.errors.append(RunError(done.key, type(done.error).__name__, str(done.error)))
        if isinstance(done.error, _SYSTEMIC) or self.in_a_row >= FAILURES_IN_A_ROW:
            self.stop = self.stop or done.error

    def final(self) -> GatewrightError | None:
        """What to raise: the error that stopped the run, or that kept all of it from succeeding."""
        return self.stop or (None if self.successes else self.last)


def run(request: RunRequest, listener: Listener = ignore) -> Summary:
    """Carry a run out, or go on with it. Raises a GatewrightError; what is finished is kept.

    A tool's or the model's failure on one answer leaves it open and the run goes on; the summary
    counts it. The run stops where a tool or the sandbox is missing, where the disk is full, and
    after five failures in a row.
    """
    started = time.monotonic()
    dataset = request.suite.load(request.data)
    with RunFolder(request.out) as folder:
        plan = _plan(request, dataset, folder)
        for name in folder.torn():
            listener(Noted(f"{name} ended in a half-written line: it was dropped"))
        write_manifest(request.out, plan.manifest)
        troubles = _Troubles()
        try:
            _carry_out(plan, folder, troubles, listener)
        except BaseException:
            with suppress(DataError):
                _note_time(plan, started)
            raise
        manifest = _note_time(plan, started)
        error = troubles.final()
        if error is not None:
            raise error
        answered = len(folder.samples)
        return summarise(manifest, request.out, folder.results, answered, tuple(troubles.errors))


def _carry_out(plan: _Plan, folder: RunFolder, troubles: _Troubles, listener: Listener) -> None:
    _take_given(plan, folder)
    for done in _work(plan, folder, troubles, listener):
        _keep(done, folder, listener)
        troubles.note(done)
    folder.put_in_order(plan.keys)


def _note_time(plan: _Plan, started: float) -> Manifest:
    spent = plan.manifest.wall_s + time.monotonic() - started
    manifest = replace(plan.manifest, wall_s=round(spent, 3))
    write_manifest(plan.request.out, manifest)
    return manifest


def _plan(request: RunRequest, dataset: Dataset, folder: RunFolder) -> _Plan:
    rules = chosen_rules(request.suite, request.rules)
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
        if request.samples < 1:
            raise UsageError("--samples must be at least 1")
        return request.samples
    return request.answers.samples() if isinstance(request.answers, Given) else 1


def _take_given(plan: _Plan, folder: RunFolder) -> None:
    answers = plan.request.answers
    if not isinstance(answers, Given) or isinstance(answers, Asked):
        return
    suite, known = plan.request.suite, plan.dataset.problems
    for row in answers.rows(suite, known, plan.problems, plan.manifest.samples):
        if Key(row.task, row.sample) not in folder.samples:
            folder.samples.append(row)


def _work(
    plan: _Plan, folder: RunFolder, troubles: _Troubles, listener: Listener
) -> Iterator[Done]:
    request, manifest = plan.request, plan.manifest
    asked = request.answers if isinstance(request.answers, Asked) else None
    rules = () if request.generate_only else manifest.rules
    worker = Worker(asked, [request.suite.harness(name) for name in rules])
    finished = folder.samples if request.generate_only else folder.results
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
            manifest.total - len(todo),
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
    if done.error is not None:
        listener(Failed(done.key, done.error))
