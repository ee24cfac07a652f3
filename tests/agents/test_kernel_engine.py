"""Kernels from end to end: a scripted model behind a server, the real check."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.agents import LoopPolicy, solve
from gatewright.agents.harnesses import Harnesses
from gatewright.core import (
    KernelSpec,
    Language,
    Oracle,
    Problem,
    Source,
    StopReason,
    ToolMissing,
    Trajectory,
    UsageError,
)
from gatewright.models.endpoint import Endpoint
from gatewright.models.langchain import LangChainModel
from gatewright.sandbox.isolation import Isolation, open_isolation
from gatewright.sandbox.tools.nvcc import open_nvcc

from .conftest import ChatServer, ScriptedModel

FOLDER = Path(__file__).parents[1] / "fixtures" / "kernels"
PROBLEM = (FOLDER / "problem.py").read_text()
PLAIN = (FOLDER / "honest" / "plain.py").read_text()
INDEX = "int i = blockIdx.x * blockDim.x + threadIdx.x;"
# Down the columns: neighbouring threads are a row apart.
STRIDED = PLAIN.replace(
    INDEX,
    "int t = blockIdx.x * blockDim.x + threadIdx.x, rows = n / features;\n"
    "    int i = t < n ? t % rows * features + t / rows : n;",
)

JUDGEMENT = json.dumps({"location": "line 11", "issue": "one scale for all", "fix": "i % features"})
BOTTLENECK = json.dumps(
    {"location": "line 9", "bottleneck": "strided", "evidence": "sectors", "method": "go by rows"}
)


@pytest.fixture(scope="module", autouse=True)
def tools() -> Iterator[None]:
    if importlib.util.find_spec("torch") is None or shutil.which("g++") is None:
        pytest.skip("needs torch and g++: `make cuda`")
    try:
        open_nvcc(open_isolation())
    except ToolMissing as error:
        pytest.skip(str(error))
    yield


def fenced(code: str) -> str:
    return f"```python\n{code}```\n"


def attempt(
    server: ChatServer,
    isolation: Isolation,
    answers: list[str | int],
    problem: Problem,
    rounds: int = 3,
) -> Trajectory:
    server.answers = answers
    model = LangChainModel(Endpoint("openai", "scripted", server.url, "k"), retries=0)
    policy = LoopPolicy(rounds=rounds, symbolic=False, optimise=True)
    return solve(problem, model=model, harnesses=Harnesses(isolation, "A100"), policy=policy)


def test_wrong_then_right_then_faster_then_slower(server: ChatServer, isolation: Isolation) -> None:
    spec = KernelSpec(Source("problem.py", PROBLEM, Language.PYTHON))
    problem = Problem("gated", PROBLEM, Language.CUDA, harness=spec)
    strided_wrong = STRIDED.replace("i % features", "0 * features")
    answers: list[str | int] = [fenced(strided_wrong)]
    answers += [JUDGEMENT, fenced(STRIDED), BOTTLENECK, fenced(PLAIN)]
    done = attempt(server, isolation, answers, problem)
    assert (done.stop, done.oracle) == (StopReason.PASSED, Oracle.REFERENCE)
    assert done.best is not None
    assert done.best.text == PLAIN
    assert [turn.verdict.passed for turn in done.rounds] == [False, True, True]
    judge, edit, optimise, improve = server.prompts[1:]
    assert "values are wrong" in judge
    assert "one scale for all" in edit
    assert "NVIDIA A100 SXM4 80GB" in optimise
    assert "uncoalesced load" in optimise
    assert "Static estimate at the sizes counted, no time" in improve
    strided, plain = (turn.verdict.metrics for turn in done.rounds[1:])
    assert strided["static_coalescing"] < 0.5 < plain["static_coalescing"]
    # On the roofline by the model: a third round would be asked for nothing.
    assert any("on the roofline" in note for note in done.notes)


def test_a_description_becomes_a_reference_first(server: ChatServer, isolation: Isolation) -> None:
    words = "Multiply each row by the sigmoid of itself times a weight for every feature."
    problem = Problem("gated", words, Language.CUDA)
    broken = PROBLEM.replace("torch.randn", "torch.randm")
    done = attempt(server, isolation, [fenced(broken), fenced(PROBLEM), fenced(PLAIN)], problem)
    assert (done.stop, done.oracle) == (StopReason.PASSED, Oracle.GENERATED)
    assert words in server.prompts[0]
    assert "randm" in server.prompts[1]  # what became of its first answer
    assert "class Model(nn.Module)" in server.prompts[2]
    told = next(note for note in done.notes if "the model wrote it" in note)
    assert "def get_inputs" in told
    assert done.usage.calls == 3


def test_a_description_needs_a_model(isolation: Isolation) -> None:
    problem = Problem("gated", "Double a vector.", Language.CUDA)
    with pytest.raises(UsageError, match="needs a model"):
        solve(problem, model=None, harnesses=Harnesses(isolation))


def test_triton_is_asked_for_and_checked(isolation: Isolation) -> None:
    spec = KernelSpec(Source("problem.py", PROBLEM, Language.PYTHON))
    problem = Problem("gated", PROBLEM, Language.TRITON, harness=spec)
    triton = (FOLDER / "honest" / "triton_rows.py").read_text()
    model = ScriptedModel([fenced(PLAIN), fenced(triton)])
    policy = LoopPolicy(rounds=2, optimise=True)
    done = solve(problem, model=model, harnesses=Harnesses(isolation, "A100"), policy=policy)
    assert done.stop is StopReason.PASSED
    assert done.best is not None
    assert "@triton.jit" in done.best.text
    assert "computed by Triton kernels" in model.asked[0][0].text
    assert "templates are in CUDA" in " ".join(done.notes)
    # CUDA is no answer to it; and nothing here tells how fast Triton's code would be.
    assert "holds no code" in " ".join(done.notes)
    assert "nothing here tells" in " ".join(done.notes)
    assert len(model.asked) == 2
