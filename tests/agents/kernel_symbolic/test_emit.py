"""Kernels from templates: what is written for a graph, and that it is right on real problems."""

from __future__ import annotations

import ast
import importlib.util
import json

import pytest

from gatewright.agents.kernel_symbolic.author import write_kernel
from gatewright.agents.kernel_symbolic.constructor import constructor
from gatewright.agents.kernel_symbolic.emit import emit
from gatewright.agents.kernel_symbolic.graph import read_graph
from gatewright.agents.kernel_symbolic.lower import attribute
from gatewright.agents.kernel_symbolic.operations import expression, literal
from gatewright.agents.symbolic.abstain import Abstain
from gatewright.core import KernelSpec, Language, Problem, Source

HEAD = "import torch\nimport torch.nn as nn\n\nclass Model(nn.Module):\n"
PLAIN = HEAD + "    def forward(self, x):\n        return x\n"
TAIL = """
def get_inputs():
    return [torch.randn(7, 33, 5)]

def get_init_inputs():
    return []
"""


def graph(*nodes: dict[str, object]) -> str:
    first = {"name": "x", "op": "placeholder", "target": "x", "args": [], "kwargs": {}}
    last = {
        "name": "output",
        "op": "output",
        "target": "output",
        "args": [{"node": nodes[-1]["name"]}],
        "kwargs": {},
    }
    return json.dumps({"nodes": [first, *nodes, last]})


def call(name: str, target: str, *args: object, **kwargs: object) -> dict[str, object]:
    return {
        "name": name,
        "op": "call_function",
        "target": target,
        "args": list(args),
        "kwargs": kwargs,
    }


X = {"node": "x"}


def test_a_chain_of_elementwise_operations_is_one_kernel() -> None:
    text = graph(
        call("a", "relu", X), call("b", "mul", {"node": "a"}, 2), call("c", "tanh", {"node": "b"})
    )
    code = emit(PLAIN, read_graph(text))
    assert code.count("__global__") == 1
    assert "_kernels.fused_0([x], [])" in code
    ast.parse(code)


def test_a_value_that_two_read_is_stored_once() -> None:
    text = graph(
        call("a", "exp", X),
        call("b", "sum", {"node": "a"}, 1, keepdim=True),
        call("c", "truediv", {"node": "a"}, {"node": "b"}),
    )
    code = emit(PLAIN, read_graph(text))
    forward = code[code.index("def forward") :]
    assert forward.count("_kernels.fused_") == 2
    assert "_kernels.reduce(v" in forward
    assert "expf" in code


def test_an_input_that_is_a_number_goes_beside_the_tensors() -> None:
    first = {"name": "s", "op": "placeholder", "target": "s", "args": [], "kwargs": {}}
    nodes = json.loads(graph(call("a", "mul", X, {"node": "s"})))["nodes"]
    nodes.insert(1, {**first, "number": True})
    code = emit(PLAIN, read_graph(json.dumps({"nodes": nodes})))
    assert "_kernels.fused_0([x], [s])" in code


def test_what_has_no_template_is_a_reason() -> None:
    with pytest.raises(Abstain, match="no template for fft"):
        emit(PLAIN, read_graph(graph(call("a", "fft", X))))
    with pytest.raises(Abstain, match="no neighbours"):
        emit(PLAIN, read_graph(graph(call("a", "sum", X, {"tuple": [0, 2]}))))
    with pytest.raises(Abstain, match="cannot be traced: ValueError: loop"):
        read_graph('{"reason": "ValueError: loop"}')


def test_the_constructor_is_kept_and_what_it_leans_on_is_told() -> None:
    text = HEAD + (
        "    def __init__(self, n):\n        super(Model, self).__init__()\n"
        "        self.fc = nn.Linear(n, n)\n"
    )
    assert "super(ModelNew, self)" in constructor(text).code
    with pytest.raises(Abstain, match="WIDTH"):
        constructor("WIDTH = 3\n" + text.replace("n, n)", "n, WIDTH)"))


def test_the_constructor_brings_what_it_calls_for_and_nothing_that_computes() -> None:
    text = """
import torch.nn as nn

def width(n):
    return 2 * n

class Block(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.conv = nn.Conv2d(n, width(n), 3)

    def forward(self, x):
        return self.conv(x)

class Unused(nn.Module):
    pass

class Model(nn.Module):
    def __init__(self, n):
        \"\"\"Told.\"\"\"
        super(Model, self).__init__()
        self.blocks = self._several(n)

    def _several(self, n):
        return nn.Sequential(Block(n), Block(2 * n))

    def forward(self, x):
        return self.blocks(x)
"""
    made = constructor(text)
    assert "class Block" in made.helpers
    assert "def width" in made.helpers
    assert "forward" not in made.helpers + made.code
    assert "Unused" not in made.helpers
    assert "def _several" in made.code
    assert "super(ModelNew, self)" in made.code


def test_members_of_sequences_go_by_number() -> None:
    assert attribute("blocks.0.conv") == "self.blocks[0].conv"
    assert attribute("weight") == "self.weight"


def test_dropout_that_drops_something_is_random() -> None:
    with pytest.raises(Abstain, match="random"):
        emit(PLAIN, read_graph(graph(call("a", "dropout", X, 0.5))))
    code = emit(
        PLAIN, read_graph(graph(call("a", "dropout", X, 0.0), call("b", "exp", {"node": "a"})))
    )
    assert "_kernels.fused_0([x], [])" in code


def test_what_is_changed_in_place_must_not_be_read_afterwards() -> None:
    again = call("c", "add", {"node": "a"}, {"node": "b"})
    with pytest.raises(Abstain, match="in place"):
        emit(
            PLAIN, read_graph(graph(call("a", "exp", X), call("b", "relu_", {"node": "a"}), again))
        )
    emit(PLAIN, read_graph(graph(call("a", "exp", X), call("b", "relu", {"node": "a"}), again)))


@pytest.mark.parametrize(
    ("value", "text"), [(1, "1.0f"), (-0.5, "-0.5f"), (float("inf"), "INFINITY"), (1e-12, "1e-12f")]
)
def test_numbers_are_floats_of_c(value: float, text: str) -> None:
    assert literal(value) == text


def test_parameters_have_torch_s_defaults() -> None:
    assert "0.01f" in expression("leaky_relu", ["a"], (), {})
    assert "0.2f" in expression("leaky_relu", ["a"], (0.2,), {})
    assert expression("clamp", ["a"], (), {"min": 0, "max": None}) == "fmaxf(a, 0.0f)"


BODIES = {
    "softmax": "torch.softmax(x, dim=1)",
    "a normalisation written out": "x / torch.sqrt(torch.mean(x ** 2, dim=1, keepdim=True) + 1e-5)",
    "a product of matrices": "torch.matmul(x.transpose(1, 2), x)",
    "an index of the largest": "torch.argmax(x, dim=1)",
    "a running product": "torch.cumprod(torch.tanh(x), dim=2)",
    "the log of a sum of powers": "torch.logsumexp(3 * x, 1) + torch.logsumexp(x, dim=2)[:, :5]",
    "pooling to a size": "torch.nn.functional.adaptive_avg_pool2d(torch.exp(x), (4, 2))",
    "the largest with its place": "torch.max(x, dim=1).values + torch.max(x, dim=1).indices",
    "tensors one behind the other": "torch.cat([x, torch.relu(x), -x], dim=-1)",
    "a tensor made of a number": "torch.min(torch.tensor(0.5), torch.exp(x))",
    "a smaller one of a number": "torch.min(x, torch.tensor(0.25, device=x.device))",
    "pooling by functions": "torch.nn.functional.max_pool2d(x, 2, padding=1) - "
    "torch.nn.functional.avg_pool2d(x, kernel_size=2, padding=1)",
}


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
@pytest.mark.parametrize("body", BODIES, ids=BODIES.keys())
def test_the_whole_check_passes_what_is_written(body: str) -> None:
    from gatewright.agents.harnesses import Harnesses
    from gatewright.sandbox.isolation import open_isolation

    text = HEAD + f"    def forward(self, x):\n        return {BODIES[body]}\n" + TAIL
    spec = KernelSpec(Source("problem.py", text, Language.PYTHON))
    candidate = write_kernel(spec.reference)
    problem = Problem("p", text, Language.CUDA, harness=spec)
    verdict = Harnesses(open_isolation())(spec).check(problem, candidate)
    assert verdict.passed, verdict


def test_an_answer_without_the_module_is_no_candidate() -> None:
    from gatewright.agents.extract_python import extract_kernel

    whole = "import torch\nclass ModelNew:\n    pass\n"
    assert extract_kernel(f"```python\n{whole}```").code == whole
    assert extract_kernel("```python\nprint(1)\n```").code == ""
    assert extract_kernel(f"```python\n{whole}    def f(\n").truncated


def test_values_of_the_class_are_there_for_its_constructor() -> None:
    text = (
        "import torch.nn as nn\n"
        "class Model(nn.Module):\n"
        "    expansion = 2\n"
        "    def __init__(self, n):\n"
        "        super().__init__()\n"
        "        self.fc = nn.Linear(n, n * self.expansion)\n"
    )
    assert "    expansion = 2\n\n    def __init__" in constructor(text).code
