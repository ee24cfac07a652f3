from __future__ import annotations

from gatewright.agents.extract_python import (
    extract_function,
    extract_kernel,
    extract_problem,
    extract_triton,
)

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


def test_a_function_is_bound_by_a_bare_cuda_file() -> None:
    code = "int forward(int a) { return a; }\nPYBIND11_MODULE(X, m) {}\n"
    said = f"First `forward(x)`:\n```cuda\n{code}```\nThat is all about forward(x).\n"
    assert extract_function(said, "forward").code == code
    assert extract_function(code, "forward").code == code
    broken = extract_function("```cpp\nint forward(int a) {\n", "forward")
    assert broken.truncated
    assert extract_function("```cpp\nint other() {}\n```", "forward").code == ""
