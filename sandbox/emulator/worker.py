"""The emulator inside a confined worker: loads modules, sets the order, tells what was seen.

Everything here is reached from the process that runs the candidate; torch is never imported.
"""

from __future__ import annotations

import ctypes
import os
import types
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from gatewright.core import ToolCrashed
from gatewright.sandbox.emulator.target import Target
from gatewright.sandbox.emulator.unit import Mode


class Order(StrEnum):
    """In which order blocks, and the threads of a block, run."""

    FORWARD = "forward"
    REVERSE = "reverse"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class Written:
    """Of a tensor's memory: how much kernels wrote, and whether nobody wrote to it after them."""

    kernel_bytes: int
    total_bytes: int
    unchanged: bool


class Emulator:
    """The opened library. One in a process; modules of one mode only."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library

    @classmethod
    def open(cls, library: Path, target: Target, mode: Mode, crash_fd: int = -1) -> Emulator:
        """Open the library for an architecture.

        Where a kernel crashes the process, a last report is written to `crash_fd`.
        """
        try:
            # Modules find the library's functions, and those find Python's, among the global ones.
            opened = ctypes.CDLL(str(library), mode=os.RTLD_GLOBAL | os.RTLD_NOW)
        except OSError as error:
            raise ToolCrashed(
                f"the emulator cannot be loaded: {error}", where=str(library)
            ) from error
        opened.gw_launches.restype = ctypes.c_int64
        opened.gw_held.restype = ctypes.c_uint64
        opened.gw_read_back.restype = ctypes.c_uint64
        opened.gw_report.restype = ctypes.c_char_p
        numbers = target.numbers()
        chosen = list(Mode).index(mode)
        opened.gw_open((ctypes.c_int64 * len(numbers))(*numbers), chosen, crash_fd)
        return cls(opened)

    def load(self, module: Path) -> types.ModuleType:
        """A compiled extension as a Python module; its functions take and return tensors."""
        try:
            opened = ctypes.PyDLL(str(module), mode=os.RTLD_LOCAL | os.RTLD_NOW)
            initialise = opened.gw_module_init
        except OSError as error:
            raise ImportError(f"the extension cannot be loaded: {error}") from error
        except AttributeError as error:
            raise ImportError("the extension defines no module (PYBIND11_MODULE)") from error
        made = types.ModuleType(module.stem)
        initialise.argtypes = [ctypes.py_object]
        initialise.restype = ctypes.c_int
        if initialise(made) != 0:
            raise ImportError("the extension's initialisation failed")
        return made

    def order(self, order: Order, seed: int = 0) -> None:
        """How the next launches run."""
        self._library.gw_order(list(Order).index(order), ctypes.c_uint64(seed))

    def launching(self, on: bool) -> None:
        """Whether threads run. With False launches are checked and counted, and write nothing."""
        self._library.gw_launching(int(on))

    def dry(self) -> None:
        """From here on launches are only checked and counted, and no memory is really there."""
        self._library.gw_dry()

    def held(self) -> int:
        """Bytes of device memory that are allocated now, beside tensors'."""
        return int(self._library.gw_held())

    def read_back(self) -> int:
        """Bytes that the host's code copied from the device, since the library was opened."""
        return int(self._library.gw_read_back())

    def give_back(self) -> None:
        """The host may touch again what was registered: it is freed soon."""
        self._library.gw_give_back()

    def launches(self) -> int:
        """Kernels launched since the library was opened or reset."""
        return int(self._library.gw_launches())

    def poison(self, tensor: Any) -> None:
        """Fill a tensor's memory with a pattern that is a NaN in every floating-point format."""
        begin, size = _storage(tensor)
        self._library.gw_poison(ctypes.c_void_p(begin), ctypes.c_uint64(size))

    def register(self, tensor: Any) -> None:
        """Let kernels touch a tensor's memory, and the host's code no more.

        Where C++ asks for a tensor's pointer the first is done by itself.
        """
        begin, size = _storage(tensor)
        what = f"a tensor {list(tensor.shape)}".encode()
        self._library.gw_know(ctypes.c_void_p(begin), ctypes.c_uint64(size), what)

    def written(self, tensor: Any) -> Written:
        """What kernels wrote of a tensor; known in modes `check` and `profile` only."""
        begin, size = _storage(tensor)
        count = ctypes.c_int64()
        unchanged = self._library.gw_written(
            ctypes.c_void_p(begin), ctypes.c_uint64(size), ctypes.byref(count)
        )
        return Written(count.value, size, bool(unchanged))

    def report(self) -> bytes:
        """Everything seen, for `read_report` outside."""
        found: bytes = self._library.gw_report()
        return found

    def reset(self) -> None:
        """Forget launches, events, errors and counters."""
        self._library.gw_reset()


def _storage(tensor: Any) -> tuple[int, int]:
    storage = tensor.untyped_storage()
    return int(storage.data_ptr()), int(storage.nbytes())
