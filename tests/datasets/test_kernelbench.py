from __future__ import annotations

import json
from pathlib import Path

import pytest

from gatewright.core import DataError, KernelSpec, Language
from gatewright.datasets.kernelbench import load

CODE = "class Model: ...\n"


def checkout(root: Path, *names: str) -> Path:
    for name in names:
        path = root / "KernelBench" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {path.stem}\n{CODE}")
    return root


def rows(path: Path, *names: str) -> Path:
    made = []
    for name in names:
        level, _, stem = name.partition("/")
        made.append({"level": int(level[-1]), "name": stem, "code": f"# {stem}\n{CODE}"})
    path.write_text("".join(json.dumps(row) + "\n" for row in made))
    return path


def test_problems_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    data = load(checkout(tmp_path, "level2/1_b", "level1/10_c", "level1/2_a"))
    assert [p.id for p in data.problems] == ["level1/2_a", "level1/10_c", "level2/1_b"]
    first = data.problems[0]
    assert (first.category, first.top, first.language) == ("level1", "ModelNew", Language.CUDA)
    assert isinstance(first.harness, KernelSpec)
    assert first.harness.reference.name == "2_a.py"
    assert first.spec == first.harness.reference.text == f"# 2_a\n{CODE}"


def test_both_forms_have_one_hash(tmp_path: Path) -> None:
    names = ("level1/1_a", "level3/2_b")
    folder = load(checkout(tmp_path / "a", *names))
    file = load(rows(tmp_path / "problems.jsonl", *reversed(names)))
    assert folder.sha256 == file.sha256 == load(tmp_path).sha256
    assert [p.id for p in folder.problems] == [p.id for p in file.problems] == list(names)


def test_another_problem_is_another_hash(tmp_path: Path) -> None:
    first = load(checkout(tmp_path, "level1/1_a")).sha256
    assert load(checkout(tmp_path, "level1/2_a")).sha256 != first


def test_what_is_no_data_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"not KernelBench data.*level1"):
        load(tmp_path)
    with pytest.raises(DataError, match="no such folder or file"):
        load(tmp_path / "nowhere")
    broken = tmp_path / "problems.jsonl"
    broken.write_text('{"level": 1, "name": "1_a", "code": ""}\n{"level": 1}\n')
    with pytest.raises(DataError, match=r"jsonl:2: not a problem: KeyError 'name'"):
        load(broken)


def test_models_from_outside_are_left_out_with_the_reason(tmp_path: Path) -> None:
    checkout(tmp_path, "level1/1_a", "level4/7_gpt2")
    path = tmp_path / "KernelBench" / "level4" / "7_gpt2.py"
    path.write_text('model = AutoModelForCausalLM.from_pretrained("gpt2")\n')
    data = load(tmp_path)
    assert [p.id for p in data.problems] == ["level1/1_a"]
    assert "Hugging Face" in data.left_out["level4/7_gpt2"]
