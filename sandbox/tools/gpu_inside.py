"""Asks NVIDIA's driver for its GPUs; run confined, with the standard library alone.

Started as `python -I gpu_inside.py LIBRARY`. Prints one line of JSON: `devices`, or the `error`
that the driver gave.
"""

from __future__ import annotations

import ctypes
import json
import sys

# CUdevice_attribute
_CLOCK_KHZ, _MULTIPROCESSORS = 13, 16
_MEMORY_CLOCK_KHZ, _BUS_BITS, _L2_BYTES = 36, 37, 38
_MAJOR, _MINOR = 75, 76


class Refused(Exception):
    """The driver's own words for why not."""


class Driver:
    """The few calls of the driver's interface that describe a device."""

    def __init__(self, name: str) -> None:
        try:
            self._library = ctypes.CDLL(name)
        except OSError as error:
            raise Refused(f"{name} cannot be loaded: {error}") from None
        self.call("cuInit", 0)

    def call(self, name: str, *arguments: object) -> None:
        """Call a function; raises Refused where it does not succeed."""
        status = getattr(self._library, name)(*arguments)
        if status:
            raise Refused(f"{name} gives {self._words(status)}")

    def _words(self, status: int) -> str:
        text = ctypes.c_char_p()
        asked = self._library.cuGetErrorString(status, ctypes.byref(text))
        told = text.value.decode() if not asked and text.value else "an unknown error"
        return f"{told} ({status})"

    def number(self, name: str, *arguments: object) -> int:
        """Call a function that writes an int to its first argument."""
        value = ctypes.c_int()
        self.call(name, ctypes.byref(value), *arguments)
        return value.value

    def attribute(self, attribute: int, device: int) -> int:
        """One attribute of a device."""
        return self.number("cuDeviceGetAttribute", attribute, device)

    def describe(self, index: int) -> dict[str, object]:
        """One device, as the parent's `Gpu` has it."""
        device = self.number("cuDeviceGet", index)
        name, memory = ctypes.create_string_buffer(256), ctypes.c_size_t()
        self.call("cuDeviceGetName", name, 256, device)
        self.call("cuDeviceTotalMem_v2", ctypes.byref(memory), device)
        version = self.number("cuDriverGetVersion")
        major, minor = self.attribute(_MAJOR, device), self.attribute(_MINOR, device)
        return {
            "index": index,
            "name": name.value.decode(errors="replace"),
            "architecture": f"sm_{major}{minor}",
            "memory_mb": memory.value >> 20,
            "multiprocessors": self.attribute(_MULTIPROCESSORS, device),
            "clock_mhz": self.attribute(_CLOCK_KHZ, device) // 1000,
            "memory_clock_mhz": self.attribute(_MEMORY_CLOCK_KHZ, device) // 1000,
            "bus_bits": self.attribute(_BUS_BITS, device),
            "l2_bytes": self.attribute(_L2_BYTES, device),
            "driver": f"{version // 1000}.{version % 1000 // 10}",
        }


def main(name: str) -> None:
    """Print what there is."""
    try:
        driver = Driver(name)
        count = driver.number("cuDeviceGetCount")
        answer: dict[str, object] = {"devices": [driver.describe(i) for i in range(count)]}
    except Refused as refusal:
        answer = {"error": str(refusal)}
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1])
