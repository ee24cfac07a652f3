"""The question that a single-shot answer to a kernel problem answers.

The wording is ours. The benchmarks' own prompts add worked examples and hardware notes by choice;
a published figure is comparable only with answers to the same question, so give such answers with
`--generations`.
"""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.core import KernelSpec, Problem
from gatewright.models import Message, Role

_CUDA_MODULE = """\
Write a CUDA implementation of the PyTorch module below: a Python file that defines
`class {entry}(nn.Module)` with the constructor arguments, the forward arguments and the results of
`Model`, and with the same parameters drawn in the same order, so that equal seeds give equal
weights. Compile the CUDA source with `torch.utils.cpp_extension.load_inline`."""

_TRITON_MODULE = """\
Write a Triton implementation of the PyTorch module below: a Python file that defines
`class {entry}(nn.Module)` with the constructor arguments, the forward arguments and the results of
`Model`, and with the same parameters drawn in the same order, so that equal seeds give equal
weights. Its work is done by `@triton.jit` kernels."""

_FUNCTION = """\
Write a CUDA implementation of the function `forward_fn` below: one `.cu` file for PyTorch's
extension mechanism that binds `{entry}` with PYBIND11_MODULE, taking the arguments of `forward_fn`
in their order and returning what it returns."""

_BACKWARD = """\
Write the backward pass of the function below in CUDA: one `.cu` file for PyTorch's extension
mechanism that binds `{entry}` with PYBIND11_MODULE. It takes what `AutogradFunction.backward`
passes to `backward_fn`, in that order, and returns the gradients that it expects back."""

_RULES = """\
It is checked on fresh inputs and weights, also of other sizes{configured}, against float64.
Kernels of your own must compute the result: no PyTorch operator or vendor library may stand in for
them, and nothing may be kept between calls. Inputs must not be changed.
Answer with the whole file in one fenced code block."""


def messages(problem: Problem, *, triton: bool = False) -> Sequence[Message]:
    """The one message of a problem with a KernelSpec."""
    spec = problem.harness
    assert isinstance(spec, KernelSpec)
    if spec.is_function:
        task = _BACKWARD if spec.backward else _FUNCTION
    else:
        task = _TRITON_MODULE if triton else _CUDA_MODULE
    configured = ""
    if spec.configurations:
        listed = dict.fromkeys(f"{one.inputs} {one.init}" for one in spec.configurations)
        configured = ", and in each of these configurations (inputs, model):\n"
        configured += "\n".join(listed) + "\n"
    rules = _RULES.format(configured=configured)
    text = f"{task.format(entry=spec.entry)}\n\n{rules}\n\n```python\n{spec.reference.text}\n```\n"
    return (Message(Role.USER, text),)
