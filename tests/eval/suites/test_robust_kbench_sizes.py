from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gatewright.core import KernelConfiguration, KernelSpec, Language, Problem, Source
from gatewright.eval.suites.robust_kbench_sizes import (
    Bounds,
    fitting,
    reduced,
    reduced_configurations,
)
from gatewright.sandbox.kernel.configurations import Cost


def configuration(inputs: dict[str, Any], **init: Any) -> KernelConfiguration:
    return KernelConfiguration(json.dumps(inputs), json.dumps(init))


def shrunk(*configurations: KernelConfiguration) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    found = reduced_configurations(configurations)
    return [(json.loads(one.inputs), json.loads(one.init)) for one in found]


def test_sizes_are_reduced_and_nothing_else() -> None:
    (inputs, init), _ = shrunk(
        configuration({"batch_size": 64, "in_channels": 32, "height": 28}, stride=2, eps=1e-8),
        configuration({"batch_size": 64}, kernel_size=512, init_method="kaiming", bias=True),
    )
    assert inputs == {"batch_size": 4, "in_channels": 32, "height": 14}
    assert init == {"stride": 2, "eps": 1e-8}
    assert shrunk(configuration({}, kernel_size=512, bias=True, init_method="a"))[0][1] == {
        "kernel_size": 512, "bias": True, "init_method": "a",
    }  # fmt: skip


def test_what_was_equal_stays_equal_and_what_differed_differs() -> None:
    rows = shrunk(
        configuration({"num_features": 2048}, num_features=2048, up_features=7168),
        configuration({"num_features": 4096}, num_features=4096, up_features=14336),
    )
    assert [row[0]["num_features"] for row in rows] == [row[1]["num_features"] for row in rows]
    assert rows[0][0]["num_features"] < rows[1][0]["num_features"]
    assert rows[0][1]["up_features"] < rows[1][1]["up_features"]


@given(st.lists(st.integers(2, 70_000), min_size=1, max_size=6))
def test_order_and_number_are_kept(values: list[int]) -> None:
    rows = shrunk(*(configuration({"num_features": value}) for value in values))
    new = [row[0]["num_features"] for row in rows]
    assert all(1 <= after <= before for before, after in zip(values, new, strict=True))
    ranks = [sorted(set(values)).index(value) for value in values]
    assert ranks == [sorted(set(new)).index(value) for value in new]


def test_literals_of_the_input_function_are_reduced_too() -> None:
    text = "def get_inputs(n=8):\n    return [torch.randn(n, 3, 224, 224)]\n"
    spec = KernelSpec(Source("p.py", text, Language.PYTHON), "forward", is_function=True)
    smaller = reduced(Problem("p", "", Language.CUDA, harness=spec)).harness
    assert isinstance(smaller, KernelSpec)
    assert "torch.randn(n, 3, 28, 28)" in smaller.reference.text


def test_the_largest_sizes_within_bounds_are_taken() -> None:
    text = "def get_inputs(batch_size, num_features):\n    ...\n"
    both = [configuration({"batch_size": b, "num_features": 256}) for b in (1024, 4096)]
    spec = KernelSpec(Source("p.py", text, Language.PYTHON), configurations=tuple(both))
    problem = Problem("p", "", Language.CUDA, harness=spec)

    def priced(specs: Sequence[KernelSpec]) -> list[list[Cost | None]]:
        return [[product(one) for one in spec.configurations] for spec in specs]

    def product(one: KernelConfiguration) -> Cost:
        inputs = json.loads(one.inputs)
        return Cost(inputs["batch_size"] * inputs["num_features"], 0)

    def sizes(most: int) -> list[int] | None:
        found = fitting(problem, priced, Bounds(most, 0))
        if found is None or not isinstance(found.harness, KernelSpec):
            return None
        return [json.loads(one.inputs)["batch_size"] for one in found.harness.configurations]

    assert sizes(10_000_000) == [1024, 4096]
    assert sizes(500_000) == [256, 512]
    assert sizes(1) is None
    assert fitting(problem, lambda specs: [[None, None] for _ in specs], Bounds(9, 9)) is None
