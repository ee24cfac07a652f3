"""robust-kbench's configurations at sizes that a kernel can be emulated at.

A size is halved until it is at most what its name stands for, the same way wherever the name
occurs: equal sizes stay equal, different ones different and in their order, powers of two such.
What is no size (a stride, a kernel, an epsilon, a method's name) stays as it is. `fitting` takes
the largest of such sizes that cost no more than is given, the true ones where these do.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gatewright.core import KernelConfiguration, KernelSpec, Problem
from gatewright.sandbox.kernel.configurations import Cost
from gatewright.sandbox.kernel.knobs import knobs, with_values

Pricing = Callable[[Sequence[KernelSpec]], list[list[Cost | None]]]

_MOST = (
    (re.compile(r"batch"), 4),
    (re.compile(r"height|width|depth|length|dim\d|tokens|^[DHWL]$|image|spatial|seq"), 16),
    (re.compile(r"channels|classes"), 32),
    (re.compile(r"features|size|^[MNK]$|^dim$|hidden|embed|num_"), 64),
)
_KEPT = re.compile(r"kernel|stride|padding|dilation|groups|eps|bias|method|pool|scale|factor")
_MOST_LITERAL = 28
# What the largest sizes are multiplied by, tried in turn; the first leaves all as it is.
_SCALES = (float(1 << 20), *(2.0**n for n in range(6, -5, -1)))
_LEAST = 2


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one call in each of all configurations may cost together."""

    elements: int
    flops: int

    def hold(self, costs: Sequence[Cost | None]) -> bool:
        """Whether all costs are known, and within the bounds."""
        known = [cost for cost in costs if cost is not None]
        elements, flops = sum(cost.elements for cost in known), sum(cost.flops for cost in known)
        return len(known) == len(costs) and elements <= self.elements and flops <= self.flops


def fitting(problem: Problem, price: Pricing, bounds: Bounds) -> Problem | None:
    """The problem at the largest sizes within the bounds; None where none are known to be."""
    spec = problem.harness
    if not isinstance(spec, KernelSpec):
        return None
    tried = list(dict.fromkeys(_spec(spec, scale) for scale in _SCALES))
    fit = (one for one, found in zip(tried, price(tried), strict=True) if bounds.hold(found))
    return next((replace(problem, harness=one) for one in fit), None)


def reduced(problem: Problem, scale: float = 1.0) -> Problem:
    """The problem with smaller configurations and smaller literals in its input functions."""
    spec = problem.harness
    return replace(problem, harness=_spec(spec, scale)) if isinstance(spec, KernelSpec) else problem


def _spec(spec: KernelSpec, scale: float) -> KernelSpec:
    most = max(_LEAST, int(_MOST_LITERAL * scale))
    literals = {knob: _halved(knob.value, most) for knob in knobs(spec.reference.text)}
    text = with_values(spec.reference.text, literals)
    return replace(
        spec,
        reference=replace(spec.reference, text=text),
        configurations=reduced_configurations(spec.configurations, scale),
    )


def reduced_configurations(
    configurations: Sequence[KernelConfiguration], scale: float = 1.0
) -> tuple[KernelConfiguration, ...]:
    """Every configuration with smaller sizes; as many as there were."""
    pairs = [(json.loads(one.inputs), json.loads(one.init)) for one in configurations]
    found: Mapping[str, set[int]] = defaultdict(set)
    for keywords in (part for pair in pairs for part in pair):
        for name, value in keywords.items():
            if _is_size(name, value):
                found[name].add(value)
    smaller = {name: _smaller(found[name], _scaled(name, scale)) for name in found}
    return tuple(
        KernelConfiguration(_with(inputs, smaller), _with(init, smaller)) for inputs, init in pairs
    )


def _is_size(name: str, value: object) -> bool:
    return type(value) is int and value > 1 and not _KEPT.search(name) and _most(name) > 0


def _most(name: str) -> int:
    """The largest value that a size of this name may keep; 0 where it is no size."""
    return next((most for pattern, most in _MOST if pattern.search(name)), 0)


def _scaled(name: str, scale: float) -> int:
    return max(_LEAST, int(_most(name) * scale))


def _smaller(values: set[int], most: int) -> dict[int, int]:
    """The new value of each, in order; one that would meet its neighbour is left larger."""
    new: dict[int, int] = {}
    last = 0
    for value in sorted(values):
        shrunk = _halved(value, most)
        while shrunk <= last and shrunk * 2 <= value:
            shrunk *= 2
        new[value] = last = shrunk if shrunk > last else value
    return new


def _halved(value: int, most: int) -> int:
    while value > most and value >= 2:
        value //= 2
    return value


def _with(keywords: Mapping[str, Any], smaller: Mapping[str, Mapping[int, int]]) -> str:
    return json.dumps(
        {
            name: smaller[name][value] if _is_size(name, value) else value
            for name, value in keywords.items()
        },
        sort_keys=True,
    )
