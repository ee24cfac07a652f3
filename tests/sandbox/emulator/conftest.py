"""Kernels compiled and run for real, in a confined process, without torch."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

import gatewright
from gatewright.core import Source
from gatewright.sandbox.emulator import Built, Kit, Mode, Report, Unit, build, open_kit, read_report
from gatewright.sandbox.isolation import Command, Isolation, Limits, Mount, open_isolation, scratch
from gatewright.sandbox.tools.python import python_mounts

INSIDE = """
import json, os, resource, sys
from pathlib import Path
from gatewright.sandbox.emulator.target import target
from gatewright.sandbox.emulator.unit import Mode
from gatewright.sandbox.emulator.worker import Emulator, Order
resource.setrlimit(resource.RLIMIT_CPU, (4, 8))
library, module, mode, order, arch, numbers = sys.argv[1:]
crash = os.open("crash", os.O_CREAT | os.O_WRONLY, 0o600)
emulator = Emulator.open(Path(library), target(arch), Mode(mode), crash)
emulator.order(Order(order), 7)
answer = {"values": [], "error": ""}
try:
    answer["values"] = emulator.load(Path(module)).go(json.loads(numbers))
except (RuntimeError, TypeError, ImportError) as error:
    answer["error"] = str(error)
Path("answer").write_text(json.dumps(answer))
Path("report").write_bytes(emulator.report())
"""


@dataclass(frozen=True)
class Ran:
    """What `go` gave, what it raised, and what the emulator saw."""

    values: tuple[float, ...]
    error: str
    report: Report
    returncode: int


@dataclass(frozen=True)
class Bench:
    """Compiles and runs `std::vector<double> go(std::vector<double>)`."""

    kit: Kit
    isolation: Isolation

    def build(self, text: str, mode: Mode = Mode.FAST) -> Built:
        return build(Unit("t", (Source("t.cu", text),)), mode, self.kit, self.isolation)

    def run(
        self,
        text: str,
        numbers: Sequence[float] = (),
        mode: Mode = Mode.FAST,
        order: str = "forward",
        arch: str = "sm_90",
        compiled: Mode | None = None,
    ) -> Ran:
        bound = text + '\nPYBIND11_MODULE(x, m) { m.def("go", &go); }\n'
        built = self.build(bound, compiled or mode)
        assert built.module is not None, (built.diagnostics, built.refused, built.log)
        package = Path(gatewright.__file__).resolve().parents[1]
        with scratch("test") as folder:
            argv = [sys.executable, "-P", "-c", INSIDE, str(self.kit.library), str(built.module)]
            finished = self.isolation.run(
                Command(
                    [*argv, mode, order, arch, json.dumps(list(numbers))],
                    folder,
                    (*python_mounts(package), *self.kit.mounts, Mount(built.module.parent)),
                    {"PYTHONPATH": str(package)},
                    trusted=False,
                ),
                Limits(cpu_s=60, wall_s=300, address_space_mb=None),
            )
            crashed = (folder / "crash").read_bytes()
            raw = crashed or (folder / "report").read_bytes()
            answer = (folder / "answer").read_text() if not crashed else '{"values":[],"error":""}'
        report = read_report(raw, [built], self.kit, self.isolation)
        data = json.loads(answer)
        return Ran(tuple(data["values"]), data["error"], report, finished.returncode)


@pytest.fixture(scope="session")
def bench() -> Bench:
    isolation = open_isolation()
    return Bench(open_kit(isolation), isolation)


@pytest.fixture(scope="session")
def prelude() -> str:
    """`launched(kernel, grid, block, x, count)`: x on the device, and `count` floats back."""
    return """\
#include <torch/extension.h>
typedef std::vector<double> Numbers;
template <class Run> Numbers on_device(const Numbers& x, int count, Run run) {
  std::vector<float> host(x.begin(), x.end()), back(count);
  float *in = nullptr, *out = nullptr;
  cudaMalloc(&in, sizeof(float) * host.size() + 4);
  cudaMalloc(&out, sizeof(float) * count);
  cudaMemcpy(in, host.data(), sizeof(float) * host.size(), cudaMemcpyHostToDevice);
  run(in, out, (int)x.size());
  C10_CUDA_CHECK(cudaGetLastError());
  cudaMemcpy(back.data(), out, sizeof(float) * count, cudaMemcpyDeviceToHost);
  cudaFree(in);
  cudaFree(out);
  return Numbers(back.begin(), back.end());
}
#line 1 "t.cu"
"""
