"""The job that finds out how little it takes to pass a problem's check.

Request: `text`, `inputs`, `init`, `elements` and `flops` (what one call may cost), and `seed`.
Leaves `found`: by probe and distribution of inputs the tolerance at which it would pass, None
where it never would; which of robust-kbench's filters reject the problem; and the sizes used.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from gatewright.sandbox.kernel.inside.inputs import offers
from gatewright.sandbox.kernel.inside.problem import ProblemFile
from gatewright.sandbox.kernel.inside.shrink import Bounds, Search
from gatewright.sandbox.kernel.inside.tensors import mapped, tensors_in

Json = dict[str, Any]
_DRAWS = 3
_OTHER_WEIGHTS = 1_000_003
_LITTLE = 0.01


class Runs:
    """A problem at reduced sizes, called with inputs and weights of any seed."""

    def __init__(self, problem: ProblemFile, seed: int) -> None:
        self._problem = problem
        self._seed = seed
        torch.manual_seed(seed)
        self._init = problem.get_init_inputs()
        self.model = self._built(seed)

    def _built(self, seed: int) -> torch.nn.Module:
        torch.manual_seed(seed)
        return self._problem.build(self._init)

    def inputs(self, draw: int, distribution: str) -> list[Any]:
        """One set of inputs."""
        torch.manual_seed(self._seed + draw)
        _, made = next(offers(self._problem.get_inputs(), distribution))
        return [mapped(value, torch.Tensor.detach) for value in made]

    def outputs(self, inputs: list[Any], weights: int = 0) -> list[torch.Tensor]:
        """What comes out, flat and in float64; `weights` other than 0 draws others."""
        model = self._built(self._seed + _OTHER_WEIGHTS * weights) if weights else self.model
        given = [mapped(value, torch.Tensor.clone) for value in inputs]
        torch.manual_seed(self._seed)
        with torch.no_grad():
            result = model(*given)
        return [tensor.detach().double() for tensor in tensors_in(result)]


@dataclass(frozen=True, slots=True)
class Seen:
    """Draws of inputs, what comes of each, and what other weights make of it."""

    inputs: list[list[Any]]
    right: list[list[torch.Tensor]]
    others: list[list[torch.Tensor]]

    @classmethod
    def of(cls, runs: Runs, distribution: str) -> Seen:
        """Call the reference on every draw, with two sets of weights where it has any."""
        inputs = [runs.inputs(draw, distribution) for draw in range(_DRAWS)]
        right = [runs.outputs(one) for one in inputs]
        weighted = any(True for _ in runs.model.parameters())
        others = [runs.outputs(one, n) for n, one in enumerate(inputs) if n and weighted]
        return cls(inputs, right, others)


def run(request: Json) -> None:
    """Run the job."""
    search = Search(request["text"], inputs=request["inputs"], init=request["init"])
    search.measure()
    search.shrink(Bounds(request["elements"], request["flops"]))
    problem = ProblemFile.run(search.source, request["inputs"], request["init"])
    runs = Runs(problem, request["seed"])
    plain = Seen.of(runs, "plain")
    found: Json = {
        "needed": {"plain": _needed(plain)},
        "filters": _filters(plain),
        "elements": search.cost_now and search.cost_now.elements,
    }
    try:
        found["needed"]["shifted"] = _needed(Seen.of(runs, "shifted"))
    except Exception as error:
        found["refused"] = f"{type(error).__name__}: {error}"[:200]
    Path("found").write_text(json.dumps(found), encoding="utf-8")


def _needed(seen: Seen) -> dict[str, float | None]:
    """By probe, the tolerance it needs on every draw of inputs but the first, which it has seen."""
    first, later = seen.right[0], seen.right[1:]
    given = zip(seen.inputs[1:], later, strict=True)
    tries = {
        "zeros": [_off([torch.zeros_like(t) for t in out], out) for out in later],
        "constant": [_off([_level(t) for t in first], out) for out in later],
        "replay": [_off(first, out) for out in later],
        "input": [_off(_returned(one, out), out) for one, out in given],
    }
    if seen.others:
        tries["weights"] = [_off(a, b) for a, b in zip(seen.others, later, strict=True)]
    return {name: _finite(max(values)) for name, values in tries.items()}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _level(tensor: torch.Tensor) -> torch.Tensor:
    """The one value that stands for all of a tensor: the middle of its range."""
    finite = tensor[torch.isfinite(tensor)]
    if not finite.numel():
        return tensor
    return torch.full_like(tensor, float((finite.min() + finite.max()) / 2))


def _returned(inputs: list[Any], right: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """For every output the first input of its shape; an empty list where there is none."""
    given = [tensor.double() for tensor in tensors_in(inputs)]
    found = [next((g for g in given if g.shape == out.shape), None) for out in right]
    return [tensor for tensor in found if tensor is not None]


def _off(have: Sequence[torch.Tensor], right: Sequence[torch.Tensor]) -> float:
    """The smallest t at which `allclose(have, right, atol=t, rtol=t)` holds; inf for none."""
    if len(have) != len(right) or any(a.shape != b.shape for a, b in zip(have, right, strict=True)):
        return math.inf
    worst = 0.0
    for a, b in zip(have, right, strict=True):
        same = (a == b) | (a.isnan() & b.isnan())
        error = torch.where(same, torch.zeros_like(a), (a - b).abs() / (1 + b.abs()))
        worst = max(worst, float(error.nan_to_num(math.inf, math.inf).max()) if a.numel() else 0.0)
    return worst


def _filters(seen: Seen) -> list[str]:
    """Which of robust-kbench's filters reject the problem; its thresholds, over fewer draws."""
    both = _stacked([seen.right[0], *(seen.others or seen.right[1:])])
    same = _stacked(seen.right)
    if both is None or same is None:
        return []
    rejected = {
        "range": bool((both.abs() < _LITTLE).all()),
        "std": bool((both.std(dim=0) < _LITTLE).all()),
        "axes": any(
            bool((both.std(dim=axis) < _LITTLE).all())
            for axis in range(both.dim())
            if both.shape[axis] > 1
        ),
        "inputs": bool((same.std(dim=0) < _LITTLE).all()),
    }
    return [name for name, caught in rejected.items() if caught]


def _stacked(outputs: Sequence[Sequence[torch.Tensor]]) -> torch.Tensor | None:
    """The first outputs of several calls, one beside another; None where their shapes differ."""
    firsts = [out[0] for out in outputs if out]
    if len({tensor.shape for tensor in firsts}) != 1:
        return None
    return torch.stack(list(firsts))
