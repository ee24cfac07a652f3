from __future__ import annotations

import importlib.util
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from gatewright.sandbox.emulator.unit import unit_of_inline
from gatewright.sandbox.tools.gpu_modules import unit_key

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="needs torch: make cuda"
)

MODULE = """
#include <Python.h>
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "candidate", "compiled", -1, NULL};
PyMODINIT_FUNC PyInit_candidate(void) { return PyModule_Create(&definition); }
"""
# In a process of its own: torch's functions stay replaced.
CANDIDATE = """
import sys
from gatewright.sandbox.tools.gpu_modules import serve_modules
extensions = serve_modules({sys.argv[1]: sys.argv[2]})
from torch.utils.cpp_extension import load_inline
print(load_inline(name="k", cpp_sources="int f();", cuda_sources="C", functions=["f"]).__doc__)
load_inline(name="other", cpp_sources="int g();", cuda_sources="C", functions=["g"])
print(len(extensions.needs))
"""


def test_what_was_compiled_is_loaded_and_what_was_not_is_noted(tmp_path: Path) -> None:
    (tmp_path / "module.c").write_text(MODULE)
    include = sysconfig.get_path("include")
    build = ["gcc", "-shared", "-fPIC", f"-I{include}", "module.c", "-o", "module.so"]
    subprocess.run(build, cwd=tmp_path, check=True)
    key = unit_key(unit_of_inline("k", "int f();", "C", ["f"]))
    argv = [sys.executable, "-c", CANDIDATE, key, str(tmp_path / "module.so")]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["compiled", "1"]
