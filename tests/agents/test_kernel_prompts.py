"""The prompts for GPU kernels, word for word (see test_prompts)."""

from __future__ import annotations

import pytest

from gatewright.agents.coder import Coder, Draft
from gatewright.agents.judge import Judge
from gatewright.agents.kernel_reference import write_reference
from gatewright.agents.language import kit_for
from gatewright.agents.task import Task
from gatewright.core import (
    Candidate,
    Diagnostic,
    FailureClass,
    Fault,
    Judgement,
    KernelSpec,
    Language,
    ModelError,
    Oracle,
    Outcome,
    Problem,
    Severity,
    Source,
    TestResult,
    Verdict,
)
from gatewright.models import Sampling

from .conftest import ScriptedModel
from .test_prompts import asked, compare

MODULE = (
    "import torch\n\nclass Model(torch.nn.Module):\n    def forward(self, x):\n"
    "        return x * 2\n\ndef get_inputs():\n    return [torch.rand(8)]\n"
)
KERNEL = Candidate(
    (Source("design.py", "import torch\n\nclass ModelNew(torch.nn.Module):\n    pass\n"),)
)
WRONG = Verdict(
    Outcome.FAIL,
    FailureClass.MISMATCH,
    0.4,
    100,
    60,
    diagnostics=(
        Diagnostic(Severity.ERROR, "output 0: 60 of 100 values are wrong", code="mismatch"),
    ),
    tests=(
        TestResult("gate", Outcome.PASS),
        TestResult("emulate: even", Outcome.FAIL, "output 0: 60 of 100 values are wrong"),
    ),
)
RIGHT = Verdict(
    Outcome.PASS,
    score=1.0,
    diagnostics=(
        Diagnostic(Severity.NOTE, "twice: 16 registers a thread", "design.py", 3, tool="static"),
        Diagnostic(Severity.NOTE, "uncoalesced load: 32 sectors", "design.py", 4, tool="static"),
    ),
    metrics={"static_roof_share": 0.5, "static_roof_share_serial": 0.25},
    tools={"device": "cpu-emulated", "static": "NVIDIA A100 SXM4 80GB"},
)
JUDGEMENT = Judgement(Fault.DESIGN, "line 4", "strided loads", "32 sectors", "transpose in shared")
LESSONS = ['Round 1, "unroll": All checks pass. Rolled back.']


def task(language: Language = Language.CUDA) -> Task:
    spec = KernelSpec(Source("p.py", MODULE, Language.PYTHON))
    return Task(Problem("p", MODULE, language, harness=spec), kit_for(language))


@pytest.mark.parametrize("language", [Language.CUDA, Language.TRITON])
def test_first(language: Language) -> None:
    model = ScriptedModel(["none"])
    Coder(task(language), model).first()
    compare(f"first_{language}", asked(model))


@pytest.mark.parametrize("backward", [False, True])
def test_first_of_a_function(*, backward: bool) -> None:
    spec = KernelSpec(Source("p.py", MODULE), "forward", is_function=True, backward=backward)
    problem = Problem("p", MODULE, Language.CUDA, "forward", harness=spec)
    kit = kit_for(problem.language, spec)
    model = ScriptedModel(["none"])
    Coder(Task(problem, kit), model).first()
    compare(f"first_cuda_{'backward' if backward else 'function'}", asked(model))
    assert kit.source(problem, "x").name == "forward.cu"


def test_repair() -> None:
    model = ScriptedModel(["none"])
    broken = Diagnostic(Severity.ERROR, "identifier `y` is undefined", "design.py", 3, tool="nvcc")
    verdict = Verdict(Outcome.FAIL, FailureClass.SYNTAX, diagnostics=(broken,))
    Coder(task(), model).repair(Draft(KERNEL), verdict)
    compare("kernel_repair", asked(model))


def test_judge_and_edit() -> None:
    model = ScriptedModel(["hm", "still nothing", "hm", "nothing"])
    Judge(task(), model, Oracle.REFERENCE).judge(KERNEL, WRONG, LESSONS)
    compare("kernel_judge", asked(model))
    Coder(task(), model).edit(KERNEL, WRONG, JUDGEMENT, LESSONS)
    compare("kernel_edit", asked(model))


def test_optimise_and_improve() -> None:
    model = ScriptedModel(["hm", "still nothing", "hm", "nothing"])
    Judge(task(), model, Oracle.REFERENCE).judge(KERNEL, RIGHT, LESSONS)
    compare("kernel_optimise", asked(model))
    Coder(task(), model).edit(KERNEL, RIGHT, JUDGEMENT, LESSONS)
    compare("kernel_improve", asked(model))


def test_reference() -> None:
    model = ScriptedModel(["no code", "no code either"])
    with pytest.raises(ModelError, match="writes no PyTorch module that runs"):
        write_reference("Double every element of a vector.\n", model, Sampling())
    compare("kernel_reference", asked(model))
    assert "Your last answer does not do. It holds no block" in model.asked[1][-1].text
    assert "Your last answer" not in model.asked[0][-1].text
