"""What the symbolic reader makes of a problem, for the three who use it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatewright.agents.naming import named_module, restated
from gatewright.core import Candidate, KernelSpec, Language, Problem, TestbenchSpec

if TYPE_CHECKING:
    from gatewright.agents.symbolic import Reading

_READ = (Language.VERILOG, Language.SYSTEMVERILOG, Language.CHISEL)


@dataclass(frozen=True, slots=True)
class Structure:
    """What was read, or the reason why nothing was: candidate, oracle, sentences for a model.

    `reservation` is what a pass of the oracle does not prove ('' = the structure settles all).
    """

    candidate: Candidate | None = None
    oracle: TestbenchSpec | None = None
    sentences: str = ""
    abstention: str = ""
    reservation: str = ""

    def testbench(self) -> TestbenchSpec | None:
        """The testbench that checks what the specification's own tables say."""
        return self.oracle


def read_structure(problem: Problem) -> Structure:
    """Read a problem's specification; what cannot be read is a reason, never an error."""
    from gatewright.agents import symbolic

    if problem.language is Language.TRITON:
        return Structure(abstention="templates are in CUDA, not in Triton")
    if isinstance(problem.harness, KernelSpec):
        return _kernel(problem.harness)
    if problem.language not in _READ:
        return Structure(
            abstention=f"structured specifications are not read for {problem.language}"
        )
    reading = symbolic.read(restated(problem.spec), problem.interface)
    if not reading.complete:
        return Structure(abstention=f"not read symbolically: {reading.abstained}")
    top = (
        problem.top
        or named_module(problem.spec)
        or (reading.interface.module if reading.interface else "")
    )
    try:
        candidate, abstention = symbolic.emit(reading, top, problem.language), ""
    except symbolic.Abstain as abstain:
        candidate, abstention = None, f"not written in {problem.language}: {abstain.reason}"
    return Structure(
        candidate=candidate,
        abstention=abstention,
        oracle=symbolic.oracle_testbench(reading, top),
        sentences=symbolic.normalise(reading),
        reservation=_reservation(reading),
    )


def _kernel(spec: KernelSpec) -> Structure:
    """What can be put together from templates for a PyTorch module."""
    if spec.is_function:
        return Structure(abstention="templates are for modules, not for functions")
    from gatewright.agents.kernel_symbolic.author import write_kernel
    from gatewright.agents.symbolic.abstain import Abstain

    try:
        return Structure(candidate=write_kernel(spec.reference))
    except Abstain as abstain:
        return Structure(abstention=f"no kernel from templates: {abstain.reason}")


def _reservation(reading: Reading) -> str:
    from gatewright.agents.symbolic import Strength

    if reading.strength in (None, Strength.PROVED):
        return ""
    assumed = f" ({'; '.join(reading.assumptions)})" if reading.assumptions else ""
    return f"a pass of the derived oracle holds {reading.strength}{assumed}"
