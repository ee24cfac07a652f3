"""NVIDIA GPUs: which are here, asked of the driver by a confined process of ours."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from gatewright.core import ToolCrashed, ToolMissing
from gatewright.sandbox.isolation import Command, Isolation, Limits, Mount, scratch
from gatewright.sandbox.tools.python import python_mounts

NO_GPU = "no GPU here: kernels are checked on the CPU, and nothing is said about speed"
DRIVER = "libcuda.so.1"
DRIVER_FOLDER = "GATEWRIGHT_CUDA_DRIVER"
_INSIDE = Path(__file__).resolve().parent / "gpu_inside.py"
_PLACES = (
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/local/nvidia/lib64",
    "/usr/lib/wsl/lib",
)
_NODES = ("nvidia[0-9]*", "nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "dxg")
_LIMITS = Limits(cpu_s=30, wall_s=60, memory_mb=4096, address_space_mb=None)


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU as its driver describes it. `architecture` is such as `sm_90`."""

    index: int
    name: str
    architecture: str
    memory_mb: int
    multiprocessors: int
    clock_mhz: int
    memory_clock_mhz: int
    bus_bits: int
    l2_bytes: int
    driver: str

    @property
    def bandwidth(self) -> float:
        """The memory's in GB/s, two transfers a clock; 0 where the driver tells no clock."""
        return 2 * self.memory_clock_mhz * 1e6 * self.bus_bits / 8 / 1e9


@dataclass(frozen=True, slots=True)
class Driver:
    """The driver's library and the device files that it opens."""

    library: Path
    devices: tuple[Path, ...]

    @property
    def mounts(self) -> tuple[Mount, ...]:
        """What a process must see to use a GPU. /sys tells how the GPU is attached."""
        system = [Mount(path) for path in (Path("/sys"),) if path.is_dir()]
        nodes = [Mount(path, device=True) for path in self.devices]
        inside = self.library.is_relative_to("/usr")
        return (*system, *nodes, *(() if inside else (Mount(self.library.parent),)))

    @property
    def environment(self) -> dict[str, str]:
        """What a process must be told to use this driver."""
        return {"LD_LIBRARY_PATH": str(self.library.parent)}


def open_driver() -> Driver:
    """Find NVIDIA's driver. Raises ToolMissing where there is none."""
    library = _library()
    if library is None:
        raise ToolMissing("no GPU: NVIDIA's driver is not installed", where=DRIVER, hint=NO_GPU)
    nodes = {path for pattern in _NODES for path in Path("/dev").glob(pattern)}
    return Driver(library, tuple(sorted(path for path in nodes if not path.is_dir())))


def _library() -> Path | None:
    named = os.environ.get(DRIVER_FOLDER)
    places = [named] if named else [*os.environ.get("LD_LIBRARY_PATH", "").split(":"), *_PLACES]
    found = next((Path(place) / DRIVER for place in places if place and _is_here(place)), None)
    return found.absolute() if found else None


def _is_here(place: str) -> bool:
    return (Path(place) / DRIVER).exists()


def find_gpus(isolation: Isolation) -> tuple[Gpu, ...]:
    """All GPUs that the driver shows.

    Raises ToolMissing where there is no driver or no GPU, ToolCrashed where the driver is broken.
    """
    driver = open_driver()
    with scratch("gpu") as folder:
        argv = [sys.executable, "-I", str(_INSIDE), str(driver.library.name)]
        mounts = (*python_mounts(_INSIDE.parent), *driver.mounts)
        command = Command(argv, folder, mounts, driver.environment)
        finished = isolation.run(command, _LIMITS)
    lines = finished.output.strip().splitlines()
    try:
        answer = json.loads(lines[-1])
    except (IndexError, ValueError):
        said = finished.output.strip()[-300:] or str(finished.ending)
        raise ToolCrashed(f"the GPU's driver does not answer: {said}", where=DRIVER) from None
    if "error" in answer:
        raise ToolMissing(f"no GPU: {answer['error']}", where=str(driver.library), hint=NO_GPU)
    found = tuple(Gpu(**device) for device in answer["devices"])
    if not found:
        raise ToolMissing("no GPU: the driver shows none", where=str(driver.library), hint=NO_GPU)
    return found


def open_gpu(isolation: Isolation) -> Gpu:
    """The first GPU. Raises as `find_gpus`."""
    return find_gpus(isolation)[0]
