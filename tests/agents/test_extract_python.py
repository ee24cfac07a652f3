from __future__ import annotations

from gatewright.agents.extract_python import extract_kernel, extract_problem, extract_triton

CUDA = "class ModelNew:\n    pass\n"
TRITON = f"@triton.jit\ndef k(x):\n    pass\n\n{CUDA}"
PROBLEM = "class Model:\n    pass\n\ndef get_inputs():\n    return []\n"


def fenced(*codes: str) -> str:
    return "\nand\n".join(f"```python\n{code}```" for code in codes)


def test_the_last_block_that_defines_the_class_counts() -> None:
    later = CUDA.replace("pass", "x = 1")
    assert extract_kernel(fenced(CUDA, later, "y = 2\n")).code == later
    assert extract_kernel(fenced("y = 2\n")).code == ""


def test_a_block_that_breaks_off_is_said_to() -> None:
    found = extract_kernel("```python\nclass ModelNew:\n    def f(self:\n")
    assert found.truncated
    assert found.code.startswith("class ModelNew")


def test_triton_must_be_triton() -> None:
    assert extract_triton(fenced(TRITON, CUDA)).code == TRITON
    assert extract_triton(fenced(CUDA)).code == ""


def test_a_problem_file_has_a_module_and_its_inputs() -> None:
    assert extract_problem(fenced(PROBLEM, CUDA)).code == PROBLEM
    assert extract_problem(fenced("class Model:\n    pass\n")).code == ""
