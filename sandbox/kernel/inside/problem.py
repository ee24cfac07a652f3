"""A problem file, run: its model, its inputs, what they cost."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from gatewright.sandbox.kernel.inside.tensors import tensors_in


class BadProblem(ValueError):
    """The problem file does not define what it must."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Elements of inputs, weights and outputs, and floating-point operations of matrix kinds."""

    elements: int
    flops: int
    outputs: int

    def within(self, elements: int, flops: int) -> bool:
        """Whether neither exceeds its bound."""
        return self.elements <= elements and self.flops <= flops


@dataclass(frozen=True, slots=True)
class ProblemFile:
    """The namespace of a problem file; `inputs` and `init` are further keyword arguments."""

    names: dict[str, Any]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    init: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def run(
        cls,
        text: str,
        inputs: Mapping[str, Any] | None = None,
        init: Mapping[str, Any] | None = None,
    ) -> ProblemFile:
        """Execute a file. Raises BadProblem, or whatever the file raises."""
        module = ModuleType("gatewright_problem")
        exec(compile(text, "<problem>", "exec", dont_inherit=True), module.__dict__)
        for name in ("Model", "get_inputs"):
            if not callable(module.__dict__.get(name)):
                raise BadProblem(f"the problem defines no {name}")
        return cls(module.__dict__, inputs or {}, init or {})

    def get_inputs(self) -> list[Any]:
        """One set of inputs, drawn from torch's generator."""
        return list(self.names["get_inputs"](**_accepted(self.names["get_inputs"], self.inputs)))

    def get_init_inputs(self) -> list[Any]:
        """The model's positional arguments."""
        make = self.names.get("get_init_inputs")
        return list(make()) if callable(make) and not self.init else []

    def build(self, init: list[Any]) -> torch.nn.Module:
        """The reference model."""
        model = self.names["Model"]
        keywords = _accepted(model.__init__, self.init)
        made = model(*init, **keywords)
        if not isinstance(made, torch.nn.Module):
            raise BadProblem("Model is no torch.nn.Module")
        return made


def _accepted(function: Callable[..., Any], keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Those keyword arguments that a function takes."""
    import inspect

    known = inspect.signature(function).parameters
    return {name: value for name, value in keywords.items() if name in known}


def cost(problem: ProblemFile, *, on_meta: bool) -> Cost:
    """What one call costs; on the meta device nothing is computed. Raises what the file raises."""
    place = torch.device("meta") if on_meta else contextlib.nullcontext()
    with torch.no_grad():
        with place:
            init, inputs = problem.get_init_inputs(), problem.get_inputs()
            model = problem.build(init)
        with FlopCounterMode(display=False) as counter:
            output = model(*inputs)
    outputs = tensors_in(output)
    if not outputs or any(tensor.numel() == 0 for tensor in outputs):
        raise BadProblem("the output is empty")
    weights = sum(parameter.numel() for parameter in model.parameters())
    produced = sum(tensor.numel() for tensor in outputs)
    elements = sum(tensor.numel() for tensor in tensors_in(inputs)) + weights + produced
    return Cost(elements, int(counter.get_total_flops()), produced)


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Torch's generator from here on starts at `seed`."""
    torch.manual_seed(seed)
    yield
