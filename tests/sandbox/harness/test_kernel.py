"""What the harness makes of references and reports that are no good."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from gatewright.core import (
    Candidate,
    DataError,
    FailureClass,
    KernelSpec,
    Language,
    Outcome,
    Problem,
    Source,
    TestbenchSpec,
    ToolCrashed,
    UsageError,
    Verdict,
)
from gatewright.sandbox.harness import kernel
from gatewright.sandbox.harness.kernel import KernelHarness
from gatewright.sandbox.harness.kernel_device import DeviceStages, Subject
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.kernel.plan import WIDE, Variant
from gatewright.sandbox.kernel.prepared import Ready

FOLDER = Path(__file__).parents[2] / "fixtures" / "kernels"
PROBLEM = (FOLDER / "problem.py").read_text()
PLAIN = (FOLDER / "honest" / "plain.py").read_text()

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None or shutil.which("g++") is None,
    reason="needs torch and g++: `make cuda`",
)


@pytest.fixture(scope="module")
def harness() -> Iterator[KernelHarness]:
    with KernelHarness(open_isolation(), seed=5) as made:
        yield made


def checked(harness: KernelHarness, text: str = PLAIN, problem: str = PROBLEM) -> Verdict:
    spec = KernelSpec(Source("p.py", problem, Language.PYTHON))
    return harness.check(Problem("p", "", harness=spec), Candidate((Source("s.py", text),)))


def test_a_reference_that_cannot_be_run(harness: KernelHarness) -> None:
    with pytest.raises(DataError, match="is it a problem file"):
        checked(harness, problem="x = 1\n")


def test_another_kind_of_problem(harness: KernelHarness) -> None:
    with pytest.raises(UsageError, match="checks kernels"):
        harness.check(Problem("p", "", harness=TestbenchSpec(())), Candidate(()))


def test_an_answer_without_code(harness: KernelHarness) -> None:
    spec = KernelSpec(Source("p.py", PROBLEM, Language.PYTHON))
    verdict = harness.check(Problem("p", "", harness=spec), Candidate(()))
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.NO_CODE)


def test_a_reference_that_is_too_large_at_true_sizes_ends_nothing(
    harness: KernelHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel is wrong at reduced sizes, and the true ones cannot be tried."""
    real = kernel.prepare

    def small_only(
        worker: object, spec: KernelSpec, variants: Sequence[Variant]
    ) -> tuple[tuple[Ready, ...], float]:
        if any(variant.name == WIDE for variant in variants):
            raise DataError("the reference cannot be run: out of memory", where="p.py")
        return real(worker, spec, variants)  # type: ignore[arg-type]

    monkeypatch.setattr(kernel, "prepare", small_only)
    verdict = checked(harness, PLAIN.replace("y[i] = v", "y[i] = 2 * v"))
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.MISMATCH)


def test_a_damaged_report_is_the_candidates_fault(
    harness: KernelHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nonsense(*_: object) -> None:
        raise ToolCrashed("the emulator's report cannot be read")

    monkeypatch.setattr(kernel, "read_report", nonsense)
    verdict = checked(harness)
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.CRASH)
    assert verdict.code == "damaged"


def test_a_fault_names_the_candidates_own_line(harness: KernelHarness) -> None:
    """An access beyond the end: the remark stands at the line of the Python file."""
    beyond = PLAIN.replace("float v = x[i];", "float v = x[i];\n        if (x[n] > 1e38f) v = 0;")
    assert beyond != PLAIN
    verdict = checked(harness, beyond)
    assert verdict.outcome is Outcome.FAIL
    (remark,) = verdict.diagnostics
    assert remark.code == "memory_fault"
    assert remark.file == "s.py"
    assert "x[n]" in beyond.splitlines()[remark.line - 1]


def test_a_gpu_gets_the_problem_as_it_was_before_it_was_reduced(
    harness: KernelHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[KernelSpec] = []

    def note(verdict: Verdict, subject: Subject, _: object) -> Verdict:
        asked.append(subject.spec)
        return verdict

    monkeypatch.setattr(DeviceStages, "added", lambda _, *told: note(*told))
    small = KernelSpec(Source("p.py", PROBLEM.replace("= 128", "= 4"), Language.PYTHON))
    full = KernelSpec(Source("p.py", PROBLEM, Language.PYTHON))
    candidate = Candidate((Source("s.py", PLAIN),))
    problem = Problem("p", "", harness=small)
    assert harness.check(problem, candidate, full).passed
    assert harness.check(problem, candidate).passed
    assert asked == [full, small]


def test_wrong_values_are_told_with_the_race_that_makes_them(harness: KernelHarness) -> None:
    """Each thread takes another's value, and no barrier lies between."""
    text = PLAIN.replace(
        "if (i < n) {\n        float v = x[i];",
        "__shared__ float s[256];\n    s[threadIdx.x] = i < n ? x[i] : 0.0f;\n"
        "    i = blockIdx.x * 256 + 255 - threadIdx.x;\n"
        "    if (i < n) {\n        float v = s[255 - threadIdx.x];",
    )
    verdict = checked(harness, text)
    assert verdict.outcome is Outcome.FAIL
    races = [remark for remark in verdict.diagnostics if remark.code == "race"]
    assert races and "s[" in text.splitlines()[races[0].line - 1]


def test_a_kernel_for_inference_alone_is_told_how_it_was_run(harness: KernelHarness) -> None:
    text = PLAIN.replace(
        "return kernels",
        "if self.training:\n            return x * torch.sigmoid(x * self.scale)\n"
        "        return kernels",
    )
    verdict = checked(harness, text)
    assert (verdict.outcome, verdict.code) == (Outcome.FAIL, "no_kernel")
    assert "in training mode" in verdict.diagnostics[0].message
