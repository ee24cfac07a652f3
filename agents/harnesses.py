"""Which harness carries out which kind of check."""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.agents.windows import Windowed
from gatewright.core import CocotbSpec, GraderSpec, HarnessSpec, KernelSpec, ReferenceSpec
from gatewright.sandbox.harness import Harness
from gatewright.sandbox.isolation import Isolation, Level, lasting


@dataclass(frozen=True, slots=True)
class Harnesses:
    """Makes harnesses for the loop that run their tools under one isolation.

    The same attempt meets the same stimulus, so that the same run asks a model the same things.
    `gpu` is the one that kernels' estimates are made for ('' = a usual one); without `static` none
    are made.
    """

    isolation: Isolation
    gpu: str = ""
    static: bool = True

    def __call__(self, spec: HarnessSpec | None) -> Harness:
        """The harness for a kind of specification; the static check for None.

        Chisel is built into SystemVerilog before it gets there.
        """
        from gatewright.sandbox.harness.chisel import ChiselHarness

        return ChiselHarness(self.isolation, self._inner(spec))

    def _inner(self, spec: HarnessSpec | None) -> Harness:
        if spec is None:
            from gatewright.agents.static_check import StaticHarness

            return StaticHarness(self.isolation)
        if isinstance(spec, ReferenceSpec):
            from gatewright.sandbox.harness.reference import ReferenceHarness

            return Windowed(ReferenceHarness(self.isolation, reproducible=True))
        if isinstance(spec, CocotbSpec):
            from gatewright.sandbox.harness.cocotb import CocotbHarness

            return CocotbHarness(self.isolation, reproducible=True)
        if isinstance(spec, KernelSpec):
            return _kernels(self.isolation, self.gpu, static=self.static)
        if isinstance(spec, GraderSpec):
            from gatewright.sandbox.harness.grader import GraderHarness

            return GraderHarness(self.isolation)
        from gatewright.sandbox.harness.simulators import SimulatorChoice
        from gatewright.sandbox.harness.testbench import TestbenchHarness

        return Windowed(TestbenchHarness(self.isolation, simulator=SimulatorChoice.AUTO))


_kernel_harnesses: dict[tuple[Level, str, bool], Harness] = {}


def _kernels(isolation: Isolation, gpu: str, *, static: bool) -> Harness:
    """One harness for all kernels: its torch processes stay warm.

    With nvcc and the counters: what passes costs two CPU seconds more, little beside a model's
    answer, and only they tell which of two kernels is better.
    """
    import atexit

    from gatewright.sandbox.harness.kernel import KernelHarness
    from gatewright.sandbox.harness.kernel_device import DeviceWish
    from gatewright.sandbox.kernel_model.gpus import DEFAULT

    key = (isolation.level, gpu, static)
    if key not in _kernel_harnesses:
        wish = DeviceWish(static=static, gpu=gpu or DEFAULT)
        harness = KernelHarness(lasting(isolation), wish=wish)
        atexit.register(harness.close)
        _kernel_harnesses[key] = harness
    return _kernel_harnesses[key]
