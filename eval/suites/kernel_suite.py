"""What the suites of GPU kernels have in common; each gives its reader of data."""

from __future__ import annotations

import atexit
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path

from gatewright.core import (
    Candidate,
    KernelSpec,
    Language,
    Problem,
    Provenance,
    ToolMissing,
    UsageError,
    Verdict,
)
from gatewright.eval.executors.base import Executor
from gatewright.eval.preflight import PreflightResult, Progress
from gatewright.eval.suites.base import Dataset
from gatewright.eval.suites.kernel_extract import extract
from gatewright.eval.suites.kernel_prompt import messages
from gatewright.eval.suites.kernel_rules import OFFICIAL, STRICT, KernelRules
from gatewright.eval.suites.kernel_table import Row, answer_of, table
from gatewright.eval.suites.kernel_weak import Weighing, weak_probes
from gatewright.models import Message
from gatewright.sandbox.harness.kernel import KernelHarness
from gatewright.sandbox.harness.kernel_device import DeviceWish
from gatewright.sandbox.isolation import Isolation, open_isolation
from gatewright.sandbox.kernel.worker import MISSING, TorchWorker
from gatewright.sandbox.kernel_model.gpus import DEFAULT, gpu_spec
from gatewright.sandbox.tools.nvcc import open_nvcc


class KernelSuite:
    """A suite. `read` loads its data; `open` gives the isolation in which candidates run.

    `triton` asks for Triton kernels and takes nothing else. Close it, or let the process's end
    do so: it keeps warm torch processes.
    """

    default_rules: Sequence[str] = (OFFICIAL, STRICT)
    checked_by: Mapping[str, str] = {OFFICIAL: OFFICIAL, STRICT: STRICT}
    """The harness's rules for each rule set, the most lenient first."""

    def __init__(
        self,
        name: str,
        read: Callable[[Path | None], Dataset],
        open: Callable[[], Isolation] = open_isolation,
        *,
        triton: bool = False,
        weak_folder: Path | None = None,
    ) -> None:
        self.name = name
        self._read = read
        self._open = open
        self._triton = triton
        self._isolation: Isolation | None = None
        self._worker: TorchWorker | None = None
        self._stack = contextlib.ExitStack()
        self._problems: Mapping[str, Problem] = {}
        self._wish = DeviceWish()
        self.weighing = Weighing(name, self.worker, self.reduced, weak_folder)

    @property
    def rule_sets(self) -> Sequence[str]:
        """The names of the rule sets."""
        return tuple(self.checked_by)

    def load(self, data: Path | None) -> Dataset:
        """Read the problems; answers in Triton are asked for as such by every agent."""
        dataset = self._read(data)
        if self._triton:
            asked = tuple(replace(one, language=Language.TRITON) for one in dataset.problems)
            dataset = replace(dataset, problems=asked)
        self._problems = {problem.id: problem for problem in dataset.problems}
        return dataset

    def messages(self, problem: Problem) -> Sequence[Message]:
        """A question of our own wording."""
        return messages(problem, triton=self._triton)

    def extract(self, problem: Problem, response: str) -> Candidate:
        """The fenced block that defines what is asked for."""
        return extract(problem, response)

    def references(self, problem: Problem) -> Candidate:
        """The PyTorch module itself: it is checked for running here, not for being a kernel."""
        if not isinstance(problem.harness, KernelSpec):
            raise UsageError(f"{problem.id} is no kernel problem")
        return Candidate((problem.harness.reference,), Provenance.REFERENCE)

    def reduced(self, problem: Problem) -> Problem:
        """The problem as it can be emulated: the harness reduces sizes in its text by itself."""
        return problem

    def enlarged(self, problem: Problem, configurations: Sequence[int]) -> Problem | None:
        """Some configurations at larger sizes than reduced ones; None where there are none."""
        return None

    def versions(self) -> dict[str, str]:
        """torch's version, Triton's where answers are in that, nvcc's where it compiles them."""
        found = {name: _version(name) for name in ("torch", "triton")[: 1 + self._triton]}
        if self._wish.static:
            with contextlib.suppress(ToolMissing):
                found["nvcc"] = open_nvcc(self._confined()).version
        return found

    def estimate_for(self, gpu: str) -> str:
        """What passes is also compiled by nvcc and counted, which costs two CPU seconds."""
        found = gpu_spec(gpu or DEFAULT)
        self._wish = DeviceWish(static=True, gpu=gpu or DEFAULT)
        return found.name

    def harness(self, rules: str) -> KernelRules:
        """The check of a rule set. Raises UsageError for an unknown name."""
        if rules not in self.rule_sets:
            hint = f"choose of {', '.join(self.rule_sets)}"
            raise UsageError(f"{self.name} has no rule set {rules!r}", hint=hint)
        harness = KernelHarness(self._confined(), self.checked_by[rules], wish=self._wish)
        inner = self._stack.enter_context(harness)
        return KernelRules(
            rules,
            inner,
            self.worker,
            self.weighing,
            self.reduced,
            self.enlarged,
            self._triton,
        )

    def cost(self, problem: Problem) -> float:
        """More for deeper models: convolutions of three dimensions and networks take longest."""
        text = problem.spec
        return float(len(text) + 2000 * text.count("3d") + 4000 * text.count("LSTM"))

    def preflight(
        self,
        data: Path | None,
        rules: Sequence[str],
        problems: str,
        executor: Executor,
        progress: Progress,
    ) -> PreflightResult:
        """References must run here; what passes without computing is named."""
        from gatewright.eval.suites.kernel_preflight import kernel_preflight

        return kernel_preflight(self, data, rules, problems, executor, progress)

    def official_table(self, samples: Mapping[str, Sequence[Verdict | None]]) -> str:
        """`fast_p` over all problems, with and without those that are trivially weak."""
        return table([self._row(name, verdicts) for name, verdicts in samples.items()])

    def _row(self, name: str, verdicts: Sequence[Verdict | None]) -> Row:
        told = [v.metrics for v in verdicts if v is not None and "weak" in v.metrics]
        if told:
            weak: bool | None = told[0]["weak"] > 0
            filtered = told[0].get("filtered", 0.0) > 0
        else:
            known = self.weighing.known(name)
            official = self.checked_by[OFFICIAL]
            weak = None if known is None else bool(weak_probes(known, official))
            filtered = known is not None and bool(known.filters)
        category = self.category(name)
        return Row(name, category, tuple(answer_of(v) for v in verdicts), weak, filtered)

    def category(self, name: str) -> str:
        """The group that a problem counts in, by its id alone: a report has no data at hand."""
        return name.partition("/")[0]

    def worker(self) -> TorchWorker:
        """The torch process in which references run."""
        if self._worker is None:
            self._worker = self._stack.enter_context(TorchWorker(self._confined()))
        return self._worker

    def close(self) -> None:
        """End all processes."""
        self._stack.close()
        self._worker = None

    def _confined(self) -> Isolation:
        if self._isolation is None:
            self._isolation = self._open()
            atexit.register(self.close)
        return self._isolation


def _version(package: str) -> str:
    """Of an installed package, which is not imported: torch alone would take seconds."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        raise ToolMissing(f"{package} is not installed", hint=MISSING) from None
