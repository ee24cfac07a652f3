"""robust-kbench's configurations at sizes that a kernel can be emulated at.

A size is halved until it is at most what its name stands for, the same way wherever the name
occurs: equal sizes stay equal, different ones different and in their order, powers of two such.
What is no size (a stride, a kernel, an epsilon, a method's name) stays as it is.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gatewright.core import KernelConfiguration, KernelSpec, Problem
from gatewright.sandbox.kernel.knobs import knobs, with_values

_MOST = (
    (re.compile(r"batch"), 4),
    (re.compile(r"height|width|depth|length|dim\d|tokens|^[DHWL]$|image|spatial|seq"), 16),
    (re.compile(r"channels|classes"), 32),
    (re.compile(r"features|size|^[MNK]$|^dim$|hidden|embed|num_"), 64),
)
_KEPT = re.compile(r"kernel|stride|padding|dilation|groups|eps|bias|method|pool|scale|factor")
_MOST_LITERAL = 28


def reduced(problem: Problem) -> Problem:
    """The problem with smaller configurations and smaller literals in its input functions."""
    spec = problem.harness
    if not isinstance(spec, KernelSpec):
        return problem
    literals = {knob: _halved(knob.value, _MOST_LITERAL) for knob in knobs(spec.reference.text)}
    text = with_values(spec.reference.text, literals)
    smaller = replace(
        spec,
        reference=replace(spec.reference, text=text),
        configurations=reduced_configurations(spec.configurations),
    )
    return replace(problem, harness=smaller)


def reduced_configurations(
    configurations: Sequence[KernelConfiguration],
) -> tuple[KernelConfiguration, ...]:
    """Every configuration with smaller sizes; as many as there were."""
    pairs = [(json.loads(one.inputs), json.loads(one.init)) for one in configurations]
    found: Mapping[str, set[int]] = defaultdict(set)
    for keywords in (part for pair in pairs for part in pair):
        for name, value in keywords.items():
            if _is_size(name, value):
                found[name].add(value)
    smaller = {name: _smaller(values, _most(name)) for name, values in found.items()}
    return tuple(
        KernelConfiguration(_with(inputs, smaller), _with(init, smaller)) for inputs, init in pairs
    )


def _is_size(name: str, value: object) -> bool:
    return type(value) is int and value > 1 and not _KEPT.search(name) and _most(name) > 0


def _most(name: str) -> int:
    """The largest value that a size of this name may keep; 0 where it is no size."""
    return next((most for pattern, most in _MOST if pattern.search(name)), 0)


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
