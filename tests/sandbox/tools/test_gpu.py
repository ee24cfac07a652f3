from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gatewright.core import ToolCrashed, ToolMissing
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.tools import gpu
from gatewright.sandbox.tools.gpu import DRIVER, DRIVER_FOLDER, find_gpus, open_driver, open_gpu

# A driver of one GPU, or whatever the macros make of it.
FAKE = r"""
#include <stddef.h>
#include <stdio.h>
#ifndef STATUS
#define STATUS 0
#endif
#ifndef COUNT
#define COUNT 1
#endif
int cuInit(unsigned flags) { return flags ? 1 : STATUS; }
int cuGetErrorString(int status, const char **text) { *text = "no CUDA-capable device"; return 0; }
int cuDriverGetVersion(int *version) { *version = 13020; return 0; }
int cuDeviceGetCount(int *count) { *count = COUNT; return 0; }
int cuDeviceGet(int *device, int index) { *device = index; return 0; }
int cuDeviceGetName(char *name, int size, int device) {
    snprintf(name, size, "Sample %d", device);
    return 0;
}
int cuDeviceTotalMem_v2(size_t *bytes, int device) { *bytes = (size_t)80 << 30; return 0; }
int cuDeviceGetAttribute(int *value, int attribute, int device) {
    switch (attribute) {
        case 13: *value = 1980000; return 0;
        case 16: *value = 132; return 0;
        case 36: *value = 2619000; return 0;
        case 37: *value = 5120; return 0;
        case 38: *value = 50 << 20; return 0;
        case 75: *value = 9; return 0;
        case 76: *value = 0; return 0;
    }
    return 1;
}
"""


def install(folder: Path, *macros: str) -> None:
    """Compile the driver into a folder."""
    (folder / "driver.c").write_text(FAKE)
    options = [f"-D{macro}" for macro in macros]
    command = ["gcc", "-shared", "-fPIC", *options, "driver.c", "-o", DRIVER]
    subprocess.run(command, cwd=folder, check=True)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(DRIVER_FOLDER, str(tmp_path))
    return tmp_path


def test_a_gpu_is_described_by_its_driver(folder: Path) -> None:
    install(folder)
    found = open_gpu(open_isolation())
    assert (found.name, found.architecture, found.driver) == ("Sample 0", "sm_90", "13.2")
    assert (found.multiprocessors, found.memory_mb, found.l2_bytes) == (132, 80 << 10, 50 << 20)
    assert (found.clock_mhz, found.memory_clock_mhz, found.bus_bits) == (1980, 2619, 5120)


def test_all_gpus_are_found(folder: Path) -> None:
    install(folder, "COUNT=3")
    assert [g.name for g in find_gpus(open_isolation())] == ["Sample 0", "Sample 1", "Sample 2"]


def test_without_a_driver_it_says_what_that_means(folder: Path) -> None:
    with pytest.raises(ToolMissing, match="driver is not installed") as caught:
        open_driver()
    assert "nothing is said about speed" in caught.value.hint


def test_the_drivers_own_reason_is_told(folder: Path) -> None:
    install(folder, "STATUS=100")
    with pytest.raises(ToolMissing, match=r"cuInit gives no CUDA-capable device \(100\)"):
        find_gpus(open_isolation())


def test_a_driver_that_shows_no_gpu(folder: Path) -> None:
    install(folder, "COUNT=0")
    with pytest.raises(ToolMissing, match="the driver shows none"):
        find_gpus(open_isolation())


def test_a_library_that_is_none(folder: Path) -> None:
    (folder / DRIVER).write_text("not a library")
    with pytest.raises(ToolMissing, match="cannot be loaded"):
        find_gpus(open_isolation())


def test_a_driver_that_crashes_is_a_broken_tool(folder: Path) -> None:
    install(folder, "STATUS=(*(volatile int *)8)")
    with pytest.raises(ToolCrashed, match="does not answer"):
        find_gpus(open_isolation())


def test_a_driver_is_looked_for_in_the_librarys_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / DRIVER).touch()
    monkeypatch.delenv(DRIVER_FOLDER, raising=False)
    monkeypatch.setenv("LD_LIBRARY_PATH", f"/nowhere:{tmp_path}")
    found = open_driver()
    assert found.library == tmp_path / DRIVER
    assert gpu.Mount(tmp_path) in found.mounts
