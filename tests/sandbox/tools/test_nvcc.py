from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gatewright.core import ToolMissing, UsageError
from gatewright.sandbox.isolation import Isolation, open_isolation
from gatewright.sandbox.tools import nvcc
from gatewright.sandbox.tools.nvcc import Nvcc, open_nvcc, sort_flags


@pytest.fixture(scope="module")
def isolation() -> Isolation:
    return open_isolation()


@pytest.fixture(scope="module")
def found(isolation: Isolation) -> Nvcc:
    try:
        return open_nvcc(isolation)
    except ToolMissing as error:
        pytest.skip(str(error))


def test_without_nvcc_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nvcc, "_wheels", list)
    monkeypatch.setenv("CUDA_HOME", "/nowhere")
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None)
    with pytest.raises(ToolMissing, match="doctor --install cuda"):
        open_nvcc(open_isolation())


def test_without_a_compiler_it_says_so(
    isolation: Isolation, found: Nvcc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nvcc, "_FOUND", {})
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None)
    with pytest.raises(ToolMissing, match=r"needs g\+\+"):
        open_nvcc(isolation)


def test_a_toolkit_serves_where_there_is_no_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    for name in ("nvcc", "ptxas"):
        (tmp_path / "bin" / name).touch()
    monkeypatch.setattr(nvcc, "_wheels", list)
    monkeypatch.setenv("CUDA_HOME", str(tmp_path))
    assert nvcc._root() == tmp_path


def test_it_knows_its_version_and_architectures(found: Nvcc) -> None:
    assert found.version.startswith("13.")
    assert {75, 80, 90} <= set(found.architectures)
    assert found.compiler_version[0].isdigit()


@pytest.mark.parametrize("wrong", ["sm_70", "sm_12", "hopper", "compute_90", "sm_90; rm -rf /"])
def test_an_architecture_that_it_does_not_know(found: Nvcc, wrong: str) -> None:
    with pytest.raises(UsageError):
        found.check(wrong)


def test_flags_that_name_files_or_programs_are_not_passed_on() -> None:
    kept, dropped = sort_flags(
        [
            *("-O3", "--use_fast_math", "-DN=4", "-maxrregcount=64", "-std=c++20"),
            *("-ccbin=/tmp/evil", "-I/etc", "-Xcompiler", "-fplugin=x.so", "-arch=sm_80"),
            *("--expt-extended-lambda", "-U__CUDA_NO_HALF_OPERATORS__", "--options-file", "x"),
        ]
    )
    assert kept == (
        *("-O3", "--use_fast_math", "-DN=4", "-maxrregcount=64", "-std=c++20"),
        *("--expt-extended-lambda", "-U__CUDA_NO_HALF_OPERATORS__"),
    )
    assert "-ccbin=/tmp/evil" in dropped
    assert "-arch=sm_80" in dropped
