"""GPU architectures: what a multiprocessor has, and in which portions it gives it out.

Numbers: CUDA C++ Programming Guide, "Technical Specifications per Compute Capability" and
"Arithmetic Instructions" (throughput per clock and multiprocessor).
"""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.core import UsageError

KB = 1024
WARP = 32


@dataclass(frozen=True, slots=True)
class Architecture:
    """One architecture, such as `sm_90`. Shared memory is in bytes.

    `shared_opt_in` is the most a block may ask for, `reserved_shared` what the system takes of
    every block. `float32` and `float64` are additions or multiplications per clock.
    """

    name: str
    threads: int
    blocks: int
    shared: int
    shared_opt_in: int
    shared_portion: int
    reserved_shared: int
    barriers_per_block: int
    float32: int
    float64: int
    registers: int = 65536
    register_portion: int = 256
    partitions: int = 4
    threads_per_block: int = 1024
    registers_per_thread: int = 255
    shared_static: int = 48 * KB

    @property
    def warps(self) -> int:
        """The most warps that a multiprocessor holds at once."""
        return self.threads // WARP


# threads blocks shared opt-in portion reserved barriers float32 float64
ARCHITECTURES = {
    found.name: found
    for found in (
        Architecture("sm_70", 2048, 32, 96 * KB, 96 * KB, 256, 0, 2, 64, 32),
        Architecture("sm_75", 1024, 16, 64 * KB, 64 * KB, 256, 0, 2, 64, 2),
        Architecture("sm_80", 2048, 32, 164 * KB, 163 * KB, 128, KB, 2, 64, 32),
        Architecture("sm_86", 1536, 16, 100 * KB, 99 * KB, 128, KB, 1, 128, 2),
        Architecture("sm_89", 1536, 24, 100 * KB, 99 * KB, 128, KB, 1, 128, 2),
        Architecture("sm_90", 2048, 32, 228 * KB, 227 * KB, 128, KB, 2, 128, 64),
        Architecture("sm_100", 2048, 32, 228 * KB, 227 * KB, 128, KB, 2, 128, 64),
        Architecture("sm_120", 1536, 24, 100 * KB, 99 * KB, 128, KB, 1, 128, 2),
    )
}


def architecture(name: str) -> Architecture:
    """The architecture of that name. Raises UsageError for another."""
    found = ARCHITECTURES.get(name)
    if found is None:
        raise UsageError(
            f"nothing is known of the GPU architecture {name!r}",
            hint="one of " + ", ".join(ARCHITECTURES),
        )
    return found
