"""Kernels on the command line: what is asked for, what is told, what it is never told as."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import pytest

from gatewright.agents.kernel_problem import kernel_spec
from gatewright.cli.console import verdict_text
from gatewright.cli.generate import _kernel_check
from gatewright.core import Diagnostic, Outcome, Severity, UsageError, Verdict
from gatewright.core.verdict import TestResult
from gatewright.sandbox.harness.told import decided_by

FOLDER = Path(__file__).parents[2] / "fixtures" / "kernels"
PROBLEM = FOLDER / "problem.py"
PLAIN = FOLDER / "honest" / "plain.py"

needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None or shutil.which("g++") is None,
    reason="needs torch and g++: `make cuda`",
)


@needs_torch
def test_verify_tells_what_was_counted_and_claims_no_speed(gatewright):
    ran = gatewright("verify", PLAIN, "--language", "cuda", "-r", PROBLEM, "--gpu", "A100")
    assert ran.status == 0, ran.err
    assert ran.out.startswith("PASS")
    assert (
        "static, for the NVIDIA A100 SXM4 80GB (exact counts at reduced sizes; no time)" in ran.out
    )
    assert "plain.py:" in ran.out.split("static, for")[1]
    assert "gpu: skipped: no GPU" in ran.out
    assert "decided by: cpu-emulated; nothing is said about speed" in ran.err


@needs_torch
def test_the_json_has_it_all_and_static_stages_can_be_left_out(gatewright):
    ran = gatewright(
        *("verify", PLAIN, "--language", "cuda", "-r", PROBLEM, "--no-static", "--json")
    )
    assert ran.status == 0, ran.err
    assert ran.json["tools"]["device"] == "cpu-emulated"
    assert not any(name.startswith("static_") for name in ran.json["metrics"])
    assert "nvcc" not in [test["name"] for test in ran.json["tests"]]


def test_an_unknown_gpu_is_named_with_the_known_ones(gatewright):
    ran = gatewright("verify", PLAIN, "--language", "cuda", "-r", PROBLEM, "--gpu", "Voodoo")
    assert ran.status == 2
    assert "nothing is known of the GPU 'Voodoo'" in ran.err
    assert "NVIDIA A100" in ran.err


def test_an_unknown_gpu_is_refused_before_anything_runs(gatewright):
    flags = ("--language", "cuda", "-r", PROBLEM, "--gpu", "H1000", "--no-static")
    ran = gatewright("verify", PLAIN, *flags)
    assert ran.status == 2
    assert "nothing is known of the GPU 'H1000'" in ran.err


def test_a_kernel_needs_one_reference(gatewright):
    ran = gatewright("verify", PLAIN, "--language", "triton")
    assert ran.status == 2
    assert "compared with one PyTorch module" in ran.err


@needs_torch
def test_generate_writes_the_reference_for_a_description(gatewright, tmp_path):
    answers = [f"```python\n{path.read_text()}```" for path in (PROBLEM, PLAIN)]
    rows = "\n".join(json.dumps({"response": answer}) for answer in answers)
    (tmp_path / "answers.jsonl").write_text(rows)
    out = tmp_path / "solution.py"
    ran = gatewright(
        *(
            "generate",
            "Multiply rows by the sigmoid of themselves times a weight.",
        ),
        *("--language", "cuda", "-m", f"replay:{tmp_path / 'answers.jsonl'}", "-o", out),
        *("--no-symbolic", "--no-optimise"),
    )
    assert ran.status == 0, ran.err
    assert out.read_text() == PLAIN.read_text()
    assert "the reference is generated: the model wrote it from the description" in ran.err
    assert "def get_inputs" in ran.err
    assert "verified (oracle generated" in ran.err


def test_a_description_without_a_model_says_what_is_needed(gatewright):
    ran = gatewright("generate", "Double a vector.", "--language", "cuda", "-m", "symbolic")
    assert ran.status == 2
    assert "needs a model" in ran.err
    assert "get_inputs()" in ran.err


def test_a_kernel_has_no_testbench(gatewright):
    ran = gatewright("generate", PROBLEM, "--language", "cuda", "-t", PLAIN, "-m", "symbolic")
    assert ran.status == 2
    assert "compared with one PyTorch module" in ran.err


def test_a_description_beside_a_module_is_shown_with_it() -> None:
    check, spec = _kernel_check("words", "Gate rows.\nQuickly.", [str(PROBLEM)], [])
    assert check is not None
    assert check.reference.text == PROBLEM.read_text()
    assert not check.generated
    assert spec.startswith("# Gate rows.\n# Quickly.\n\nimport torch")
    compile(spec, "problem.py", "exec", dont_inherit=True)
    assert _kernel_check("words", "Gate rows.", None, []) == (None, "Gate rows.")


def test_a_problem_file_or_words_but_no_half_file() -> None:
    text = PROBLEM.read_text()
    spec = kernel_spec("folder/problem.py", text)
    assert spec is not None
    assert (spec.reference.name, spec.generated) == ("problem.py", False)
    assert kernel_spec("spec.md", "Double a vector.") is None
    for name, half in (
        ("spec.md", text.replace("def get_inputs", "def inputs")),
        ("x.py", "x = 1"),
    ):
        with pytest.raises(UsageError, match="defines no PyTorch module"):
            kernel_spec(name, half)


def test_what_a_gpu_measured_is_told_with_its_name() -> None:
    verdict = Verdict(
        Outcome.PASS,
        checks=4,
        mismatches=0,
        diagnostics=(Diagnostic(Severity.NOTE, "k: 91 %", code="ncu", tool="ncu"),),
        tests=(TestResult("timing", Outcome.PASS, "2.00 times"),),
        metrics={"speedup": 2.0},
        tools={"device": "NVIDIA H100 80GB HBM3"},
    )
    assert decided_by(verdict) == (
        "decided by: NVIDIA H100 80GB HBM3; 2.00 times as fast as the reference there"
    )
    assert "static" not in verdict_text(verdict)
    assert "k: 91 %" in verdict_text(verdict)
