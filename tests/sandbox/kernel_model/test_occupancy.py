from __future__ import annotations

import itertools
import random
import subprocess
from pathlib import Path

import pytest

from gatewright.core import ToolMissing
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.kernel_model.architecture import ARCHITECTURES, architecture
from gatewright.sandbox.kernel_model.occupancy import Limit, Usage, occupancy
from gatewright.sandbox.tools.nvcc import open_nvcc

# Asks the calculator that CUDA's own headers hold, which needs neither a GPU nor a library.
CALCULATOR = r"""
#include <cstdio>
#include <cuda_occupancy.h>
int main() {
    int major, minor, threads, blocks_threads, shared, opt_in, reserved;
    int registers, fixed, dynamic, barriers, size;
    while (scanf("%d %d %d %d %d %d %d %d %d %d %d %d", &major, &minor, &threads, &blocks_threads,
                 &shared, &opt_in, &reserved, &size, &registers, &fixed, &dynamic,
                 &barriers) == 12) {
        cudaOccDeviceProp device;
        device.computeMajor = major;
        device.computeMinor = minor;
        device.maxThreadsPerBlock = blocks_threads;
        device.maxThreadsPerMultiprocessor = threads;
        device.regsPerBlock = device.regsPerMultiprocessor = 65536;
        device.warpSize = 32;
        device.sharedMemPerBlock = 48 << 10;
        device.sharedMemPerMultiprocessor = shared;
        device.sharedMemPerBlockOptin = opt_in;
        device.reservedSharedMemPerBlock = reserved;
        device.numSms = 1;
        cudaOccFuncAttributes kernel;
        kernel.maxThreadsPerBlock = blocks_threads;
        kernel.numRegs = registers;
        kernel.sharedSizeBytes = fixed;
        kernel.shmemLimitConfig = FUNC_SHMEM_LIMIT_OPTIN;
        kernel.maxDynamicSharedSizeBytes = dynamic;
        kernel.numBlockBarriers = barriers;
        cudaOccDeviceState state;
        state.carveoutConfig = SHAREDMEM_CARVEOUT_MAX_SHARED;
        cudaOccResult result;
        cudaOccError error = cudaOccMaxActiveBlocksPerMultiprocessor(&result, &device, &kernel,
                                                                     &state, size, dynamic);
        printf("%d\n", error ? -1 : result.activeBlocksPerMultiprocessor);
    }
}
"""


def hand(sm: str, *numbers: int) -> tuple[int, tuple[Limit, ...]]:
    found = occupancy(architecture(sm), Usage(*numbers))
    return found.blocks, found.limits


def test_hand_counts() -> None:
    # 65536 registers / (256 threads * 32) = 8 blocks; 2048 threads / 256 = 8 blocks.
    assert hand("sm_80", 256, 32) == (8, (Limit.WARPS, Limit.REGISTERS))
    # 33 registers a thread take 1280 a warp: 12 warps a partition, 48 in all, 6 blocks of 8.
    assert hand("sm_80", 256, 33) == (6, (Limit.REGISTERS,))
    # 48 KB and the reserved one take 49 of 164 KB.
    assert hand("sm_80", 128, 16, 48 << 10) == (3, (Limit.SHARED,))
    # One warp a block: 32 blocks of the 64 warps.
    assert hand("sm_90", 32, 16) == (32, (Limit.BLOCKS,))
    assert hand("sm_86", 1024, 32) == (1, (Limit.WARPS,))
    assert hand("sm_75", 1024, 64) == (1, (Limit.WARPS, Limit.REGISTERS))


def test_launches_that_are_refused() -> None:
    assert hand("sm_90", 1025, 16)[0] == 0
    assert hand("sm_90", 1024, 65) == (0, (Limit.REGISTERS,))
    assert hand("sm_90", 128, 16, (48 << 10) + 4) == (0, (Limit.SHARED,))
    assert hand("sm_90", 128, 16, 0, 228 << 10) == (0, (Limit.SHARED,))
    assert hand("sm_90", 128, 16, 0, 227 << 10) == (1, (Limit.SHARED,))


def test_the_ratio_counts_warps() -> None:
    found = occupancy(architecture("sm_80"), Usage(100, 40))
    # 100 threads are 4 warps; 1280 registers a warp: 12 a partition, 48 warps, 12 blocks.
    assert (found.blocks, found.warps, found.ratio) == (12, 48, 0.75)


def calculator_header() -> Path:
    try:
        include = open_nvcc(open_isolation()).root / "include"
    except ToolMissing as error:
        pytest.skip(str(error))
    if not (include / "cuda_occupancy.h").is_file():
        pytest.skip("no cuda_occupancy.h")
    return include


def test_it_agrees_with_cudas_own_calculator(tmp_path: Path) -> None:
    include = calculator_header()
    (tmp_path / "ask.cpp").write_text(CALCULATOR)
    build = ["g++", "-w", f"-I{include}", "ask.cpp", "-o", "ask"]
    subprocess.run(build, cwd=tmp_path, check=True)
    chance = random.Random(7)
    asked = []
    for arch, _ in itertools.product(ARCHITECTURES.values(), range(1500)):
        usage = Usage(
            chance.choice([32, 64, 96, 100, 128, 192, 256, 384, 512, 768, 1000, 1024]),
            chance.randint(1, 255),
            chance.choice([0, 0, chance.randint(0, 48 << 10)]),
            chance.choice([0, 0, chance.randint(0, arch.shared_opt_in)]),
            chance.choice([0, 1, 1, 2, 3, 16]) if int(arch.name[3:]) >= 90 else 0,
        )
        if usage.static_shared + usage.dynamic_shared <= arch.shared_opt_in:
            asked.append((arch, usage))
    lines = [
        f"{arch.name[3:-1]} {arch.name[-1]} {arch.threads} {arch.threads_per_block} {arch.shared} "
        f"{arch.shared_opt_in} {arch.reserved_shared} {u.threads} {u.registers} {u.static_shared} "
        f"{u.dynamic_shared} {u.barriers}"
        for arch, u in asked
    ]
    told = subprocess.run(
        [str(tmp_path / "ask")], input="\n".join(lines), capture_output=True, text=True, check=True
    ).stdout.split()
    assert len(told) == len(asked) > 8000
    for (arch, usage), blocks in zip(asked, told, strict=True):
        assert occupancy(arch, usage).blocks == int(blocks), (arch.name, usage)
