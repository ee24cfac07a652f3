from __future__ import annotations

import pytest

from gatewright.core import Candidate, KernelSpec, Language, Problem, Source
from gatewright.eval.suites.kernel_extract import as_file, extract

REFERENCE = Source("p.py", "class Model: ...", Language.PYTHON)
MODULE = Problem("p", "", Language.CUDA, "ModelNew", harness=KernelSpec(REFERENCE))
FUNCTION = Problem(
    "f", "", Language.CUDA, "forward", harness=KernelSpec(REFERENCE, "forward", is_function=True)
)
PYTHON = "class ModelNew:\n    pass\n"
BARE = 'PYBIND11_MODULE(X, m) { m.def("forward", &run); }\n'


def fenced(*blocks: str, tag: str = "python") -> str:
    return "Here:\n" + "".join(f"```{tag}\n{block}```\nand\n" for block in blocks)


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (fenced(PYTHON), PYTHON),
        (fenced("x = 1\n", PYTHON), PYTHON),
        (fenced("x = 1\n", "y = 2\n"), "x = 1\n"),
        (PYTHON, PYTHON),
        (f"cut off:\n```python\n{PYTHON}", PYTHON),
        ("I cannot help.", ""),
        ("```\n```", ""),
    ],
)
def test_the_block_that_defines_the_entry_is_taken(response: str, code: str) -> None:
    assert extract(MODULE, response).text == code


def test_a_function_is_a_bare_cuda_file_and_a_module_python() -> None:
    (bare,) = extract(FUNCTION, fenced(BARE, tag="cuda")).sources
    assert (bare.name, bare.language) == ("forward.cu", Language.CUDA)
    (module,) = extract(MODULE, fenced(PYTHON)).sources
    assert (module.name, module.language) == ("ModelNew.py", Language.PYTHON)


def test_code_by_its_name_alone_cannot_pass_for_another_language() -> None:
    disguised = Candidate((Source("ModelNew.cu", PYTHON, Language.CUDA),))
    assert as_file(disguised, MODULE).sources[0].name == "ModelNew.py"
    assert as_file(disguised, FUNCTION).sources[0].name == "forward.py"
    assert as_file(Candidate(()), MODULE).sources == ()
