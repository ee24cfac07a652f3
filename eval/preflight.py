"""Is the benchmark in order here? Its own answers must pass, and what is no answer must not.

On the tools as installed, for each rule set: the references give the ceiling; designs that do
nothing, drive constants or work on the testbench give the floor.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from gatewright.core import Candidate, Interface, Problem, Verdict
from gatewright.eval.executors.base import Executor
from gatewright.eval.executors.local import LocalExecutor
from gatewright.eval.probes import CONSTANTS, PROBES, Probe, probe_candidate
from gatewright.eval.request import EVERY, chosen_problems, chosen_rules
from gatewright.eval.schedule import cost
from gatewright.eval.suites import Dataset, Suite

WEAK_SHARE = 0.1  # of the suite's problems: with more that a constant solves, rates mean little


@runtime_checkable
class KnowsFaults(Protocol):
    """A suite may say which references its rule set is known to fail, and why."""

    def known_faults(self, rules: str) -> Mapping[str, str]:
        """Problem's id to the reason, for the tools as installed."""
        ...


@dataclass(frozen=True, slots=True)
class Refused:
    """A reference that a rule set fails; `known` is the reason where the suite knows of it."""

    problem: str
    why: str
    known: str = ""


@dataclass(frozen=True, slots=True)
class Floor:
    """How a probe fared: the problems on which it passed."""

    probe: Probe
    passed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weak:
    """A problem whose check passes a design that does nothing, or drives a constant."""

    problem: str
    probes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RulePreflight:
    """One rule set's ceiling and floor. `faults` says, in words, why it is not ok."""

    rules: str
    problems: int
    refused: tuple[Refused, ...]
    floors: tuple[Floor, ...]
    weak: tuple[Weak, ...]
    forged: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def ceiling(self) -> int:
        """How many references pass."""
        return self.problems - len(self.refused)

    @property
    def ok(self) -> bool:
        """Ceiling and floor are where they must be."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class PreflightResult:
    """The whole finding.

    `unprobed` problems have no interface that probes could be built from. `constants` are those
    whose designs have no inputs: what a constant solves there is no weakness of the check.
    `left_out` says of the benchmark's other problems why they cannot be run. `filtered` says of
    problems which of their benchmark's own filters, applied here, reject them.
    """

    suite: str
    dataset_sha256: str
    problems: int
    rules: tuple[RulePreflight, ...]
    unprobed: tuple[str, ...]
    constants: tuple[str, ...]
    tools: Mapping[str, str]
    cpu_s: float
    wall_s: float
    left_out: Mapping[str, str] = field(default_factory=dict)
    filtered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """The strictest rule set is in order: a lenient one may be known not to be."""
        return self.rules[-1].ok


@dataclass(frozen=True, slots=True)
class _Trial:
    """A candidate to check under a rule set; `probe` None is the reference."""

    problem: Problem
    rules: str
    probe: Probe | None
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class _Tried:
    trial: _Trial
    verdict: Verdict


Progress = Callable[[int, int], None]


@runtime_checkable
class PreflightsItself(Protocol):
    """A suite whose problems no Verilog probe can answer has probes of its own."""

    def preflight(
        self,
        data: Path | None,
        rules: Sequence[str],
        problems: str,
        executor: Executor,
        progress: Progress,
    ) -> PreflightResult:
        """What `preflight` finds out about the suite."""
        ...


def preflight(
    suite: Suite,
    data: Path | None = None,
    *,
    rules: Sequence[str] = ("all",),
    problems: str = EVERY,
    executor: Executor | None = None,
    progress: Progress = lambda done, total: None,
) -> PreflightResult:
    """Check references and probes. Raises what tools raise, and DataError for bad data.

    `progress` is told how many checks of how many are done.
    """
    if isinstance(suite, PreflightsItself):
        return suite.preflight(data, rules, problems, executor or LocalExecutor(), progress)
    started = time.monotonic()
    dataset = suite.load(data)
    chosen = sorted(chosen_problems(suite, dataset, problems), key=lambda p: -cost(suite, p))
    names = chosen_rules(suite, rules)
    harnesses = {name: suite.harness(name) for name in names}
    interfaces = {p.id: p.interface or _interface(p, suite.references(p)) for p in chosen}
    trials = [trial for p in chosen for trial in _trials(suite, p, names, interfaces[p.id])]
    tried: list[_Tried] = []
    for result in (executor or LocalExecutor()).map(
        lambda t: _Tried(t, harnesses[t.rules].check(t.problem, t.candidate)), trials
    ):
        tried.append(result)
        progress(len(tried), len(trials))
    ordered = [(p.id, interfaces[p.id]) for p in dataset.problems if p.id in interfaces]
    constants = tuple(name for name, found in ordered if found is not None and not found.inputs)
    tools = {name: version for each in tried for name, version in each.verdict.tools.items()}
    return PreflightResult(
        suite=suite.name,
        dataset_sha256=dataset.sha256,
        problems=len(chosen),
        rules=tuple(_of_rules(suite, dataset, name, tried, constants) for name in names),
        unprobed=tuple(name for name, found in ordered if found is None),
        constants=constants,
        tools=dict(sorted(tools.items())),
        cpu_s=round(sum(each.verdict.cpu_s for each in tried), 3),
        wall_s=round(time.monotonic() - started, 3),
        left_out=dataset.left_out,
    )


def _trials(
    suite: Suite, problem: Problem, rules: Sequence[str], interface: Interface | None
) -> Iterator[_Trial]:
    for name in rules:
        yield _Trial(problem, name, None, suite.references(problem))
        for probe in PROBES if interface is not None else ():
            if interface is not None:
                yield _Trial(problem, name, probe, probe_candidate(probe, interface))


def _interface(problem: Problem, golden: Candidate) -> Interface | None:
    from gatewright.sandbox.tools.slang import parse_interfaces

    found = parse_interfaces(golden.sources)
    named = [each for each in found if each.module == problem.top]
    if named or len(found) == 1:
        return (named or list(found))[0]
    return None


def _of_rules(
    suite: Suite,
    dataset: Dataset,
    rules: str,
    tried: Sequence[_Tried],
    constants: Sequence[str],
) -> RulePreflight:
    place = {problem.id: n for n, problem in enumerate(dataset.problems)}
    mine = sorted(
        (each for each in tried if each.trial.rules == rules),
        key=lambda each: place[each.trial.problem.id],
    )
    known = suite.known_faults(rules) if isinstance(suite, KnowsFaults) else {}
    golden = [each for each in mine if each.trial.probe is None]
    refused = tuple(_refused(each, known) for each in golden if not each.verdict.passed)
    passed: dict[str, list[str]] = defaultdict(list)
    for each in mine:
        if each.trial.probe is not None and each.verdict.passed:
            passed[each.trial.probe.name].append(each.trial.problem.id)
    idle = [probe.name for probe in PROBES if not probe.hostile]
    weak = tuple(
        Weak(problem, by)
        for problem in (each.trial.problem.id for each in golden)
        if (by := tuple(name for name in idle if problem in passed[name]))
        and not (problem in constants and len(by) == 1 and by[0] in CONSTANTS)
    )
    hostile = [probe.name for probe in PROBES if probe.hostile]
    taken = {problem for name in hostile for problem in passed[name]} - set(passed["empty"])
    forged = tuple(sorted(taken, key=place.__getitem__))
    return RulePreflight(
        rules=rules,
        problems=len(golden),
        refused=refused,
        floors=tuple(Floor(probe, tuple(passed[probe.name])) for probe in PROBES),
        weak=weak,
        forged=forged,
        faults=tuple(faults_of(len(dataset.problems), refused, weak, forged)),
    )


def _refused(tried: _Tried, known: Mapping[str, str]) -> Refused:
    verdict, problem = tried.verdict, tried.trial.problem.id
    said = next((d.message for d in verdict.diagnostics), "")
    why = ": ".join(part for part in (str(verdict.failure_class or verdict.outcome), said) if part)
    return Refused(
        problem, f"{why} ({verdict.code})" if verdict.code else why, known.get(problem, "")
    )


def faults_of(
    problems: int, refused: Sequence[Refused], weak: Sequence[Weak], forged: Sequence[str]
) -> Iterator[str]:
    """What is not in order about a rule set, in words; `problems` are those of the suite."""
    surprises = [each.problem for each in refused if not each.known]
    if surprises:
        yield f"{len(surprises)} references fail: {_some(surprises)}"
    if forged:
        yield f"designs that end or forge the simulation pass {len(forged)}: {_some(forged)}"
    if len(weak) > WEAK_SHARE * problems:
        yield f"a constant passes {len(weak)}: {_some([each.problem for each in weak])}"


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown


def preflight_json(result: PreflightResult) -> dict[str, Any]:
    """The finding as `preflight --json` prints it."""
    return {
        "suite": result.suite,
        "ok": result.ok,
        "problems": result.problems,
        "rules": {each.rules: _rule_json(each) for each in result.rules},
        "unprobed": list(result.unprobed),
        "left_out": dict(result.left_out),
        "filtered": {name: list(by) for name, by in result.filtered.items()},
        "constants": list(result.constants),
        "tools": dict(result.tools),
        "dataset_sha256": result.dataset_sha256,
        "cpu_s": result.cpu_s,
        "wall_s": result.wall_s,
    }


def _rule_json(rule: RulePreflight) -> dict[str, Any]:
    return {
        "ok": rule.ok,
        "faults": list(rule.faults),
        "ceiling": {"passed": rule.ceiling, "total": rule.problems},
        "refused": [asdict(each) for each in rule.refused],
        "floor": {each.probe.name: len(each.passed) for each in rule.floors},
        "weak": [asdict(each) for each in rule.weak],
        "forged": list(rule.forged),
    }
