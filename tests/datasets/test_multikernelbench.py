from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.core import DataError, KernelSpec
from gatewright.datasets.multikernelbench import load

CODE = "def get_inputs(): ...\n"


def add(root: Path, name: str, text: str = CODE) -> None:
    path = root / "reference" / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_problems_by_category(tmp_path: Path) -> None:
    add(tmp_path, "reduce/max")
    add(tmp_path, "activation/relu")
    problems = load(tmp_path).problems
    assert [(p.id, p.category) for p in problems] == [
        ("activation/relu", "activation"), ("reduce/max", "reduce"),
    ]  # fmt: skip
    spec = problems[0].harness
    assert isinstance(spec, KernelSpec)
    assert spec.entry == "ModelNew"
    assert not spec.torch_allowed


def test_what_is_no_problem_for_a_gpu_is_left_out_with_the_reason(tmp_path: Path) -> None:
    add(tmp_path, "reduce/max")
    first = load(tmp_path)
    add(tmp_path, "npukernelbench_level4/lstm", "import torch_npu\n")
    add(tmp_path, "npukernelbench_level1/permute", "def get_input_groups(): ...\n")
    data = load(tmp_path)
    assert "Ascend" in data.left_out["npukernelbench_level4/lstm"]
    assert "file beside it" in data.left_out["npukernelbench_level1/permute"]
    assert (data.problems, data.sha256) == (first.problems, first.sha256)


def test_what_is_no_data_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"not a MultiKernelBench folder.*reference"):
        load(tmp_path)
