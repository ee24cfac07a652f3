from __future__ import annotations

import pytest

from gatewright.sandbox.kernel.gate import gate
from gatewright.sandbox.kernel.gate_cuda import gate_cuda

GOOD = """import torch
import torch.nn as nn
from torch.utils.cpp_extension import load_inline

kernels = load_inline("k", "", "", functions=["run"])


class ModelNew(nn.Module):
    def forward(self, input):
        return kernels.run(input, getattr(self.rnn, f"weight_{0}"))
"""


def codes(text: str) -> set[str]:
    return {d.code for d in gate(text, "a.py", entry="ModelNew", is_function=False)}


def test_an_honest_answer_is_let_through() -> None:
    assert codes(GOOD) == set()
    assert codes(GOOD + "torch.backends.cudnn.benchmark = True\n") == set()
    assert codes(GOOD.replace("import torch\n", "import torch\nimport math\n")) == set()


@pytest.mark.parametrize(
    "line",
    [
        "import os",
        "from sys import modules",
        "torch.matmul = print",
        "torch.nn.functional.relu, x = 1, 2",
        "setattr(torch, 'relu', print)",
        "x = torch.utils.cpp_extension.os",
        "x = print.__globals__",
        "x = torch.load('x')",
        "from torch import load",
        "open('x')",
        "eval('1')",
        "get_inputs = 3",
        "class A(torch.Tensor): pass",
        "try:\n    x = 1\nexcept Exception:\n    x = 2",
        "x = torch.cuda.Stream()",
        "with torch.cuda.stream(None) as torch.x: pass",
    ],
)
def test_what_no_kernel_needs_is_refused_with_its_line(line: str) -> None:
    found = gate(GOOD + line + "\n", "a.py", entry="ModelNew", is_function=False)
    assert {d.code for d in found} == {"unsafe"}
    assert all(d.line > GOOD.count("\n") for d in found)


def test_an_exception_that_goes_on_is_no_fallback() -> None:
    text = "try:\n    x = 1\nexcept ValueError as error:\n    raise RuntimeError from error\n"
    assert codes(GOOD + text) == set()


def test_broken_python_no_kernel_and_no_entry_are_told_apart() -> None:
    assert codes("def f(:\n") == {"syntax"}
    assert codes("import torch\nclass ModelNew: pass\n") == {"no_kernel"}
    assert codes(GOOD.replace("ModelNew", "Other")) == {"interface"}


HOST = "#include <torch/extension.h>\n__global__ void k() {}\n"


@pytest.mark.parametrize(
    "line",
    [
        "void f() { system(command); }",
        "void f() { fopen(path, mode); }",
        "void f() { std::thread t(g); }",
        "extern long gw_launches;",
        'const char* p = "/proc/self/mem";',
        "void f() { cudaStreamCreate(&s); }",
    ],
)
def test_host_code_that_reaches_out_is_refused(line: str) -> None:
    (found,) = gate_cuda(HOST + line, "a.cu")
    assert found.line == 3


@pytest.mark.parametrize(
    "line",
    [
        "// system(fork) in a comment",
        "int read = 1, open = 2;",
        "x.system();",
        "#include <thread>",
        'TORCH_CHECK(ok, "call exit() now");',
    ],
)
def test_host_code_that_only_looks_like_it_is_not(line: str) -> None:
    assert gate_cuda(HOST + line, "a.cu") == ()
