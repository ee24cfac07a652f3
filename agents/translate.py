"""Translation between Verilog and Chisel: by a model into Chisel, proved; by Chisel out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gatewright.agents.harnesses import Harnesses
from gatewright.agents.prompts import render
from gatewright.agents.windows import Windowed
from gatewright.core import (
    HarnessSpec,
    Interface,
    Language,
    Problem,
    ReferenceSpec,
    Source,
    UsageError,
)
from gatewright.sandbox.harness import Harness
from gatewright.sandbox.isolation import Isolation
from gatewright.sandbox.tools.yosys import Yosys

_TITLES = {Language.VERILOG: "Verilog", Language.SYSTEMVERILOG: "SystemVerilog"}


def to_chisel(sources: Sequence[Source], top: str = "") -> Problem:
    """The task of writing these Verilog sources in Chisel; they are what the answer must equal.

    Raises UsageError where the top is not told, or has a port that Chisel cannot name.
    """
    interface = top_interface(sources, top)
    return Problem(
        id=interface.module,
        spec=translation_spec(sources),
        language=Language.CHISEL,
        top=interface.module,
        interface=interface,
        harness=ReferenceSpec(tuple(sources), interface.module),
    )


def translation_spec(sources: Sequence[Source]) -> str:
    """What a model is told: the sources, and what must stay as it is."""
    return render(
        "chisel/translate.md",
        source_language=_TITLES.get(sources[0].language, "SystemVerilog"),
        code="\n\n".join(source.text.strip() for source in sources),
    )


def top_interface(sources: Sequence[Source], top: str) -> Interface:
    """The top's ports. Raises UsageError for a top that is not there, not told or not nameable."""
    from gatewright.sandbox.chisel.scaffold import unnameable
    from gatewright.sandbox.tools.slang import parse_interfaces

    known = {interface.module: interface for interface in parse_interfaces(sources)}
    where = ", ".join(source.name for source in sources)
    if not known:
        raise UsageError("there is no module to translate", where=where)
    if not top and len(known) > 1:
        raise UsageError(
            "which module is the top is not told", where=where, hint=f"--top {', '.join(known)}"
        )
    found = known.get(top or next(iter(known)))
    if found is None:
        raise UsageError(f"there is no module {top}", where=where, hint=f"found {', '.join(known)}")
    lost = unnameable(found)
    if lost:
        raise UsageError(
            f"ports that Chisel cannot emit under their names: {', '.join(lost)}",
            where=where,
            hint="they are keywords of SystemVerilog: rename them first",
        )
    return found


@dataclass(frozen=True, slots=True)
class Proving:
    """Makes checks for translations: equality is proved, with a counterexample where it is not."""

    isolation: Isolation
    yosys: Yosys

    def __call__(self, spec: HarnessSpec | None) -> Harness:
        """The proof for a trusted design; what the loop uses otherwise for everything else."""
        from gatewright.sandbox.harness.chisel import ChiselHarness
        from gatewright.sandbox.harness.equivalence import EquivalenceHarness

        if not isinstance(spec, ReferenceSpec) or not spec.reference:
            return Harnesses(self.isolation)(spec)
        proof = EquivalenceHarness(self.isolation, self.yosys)
        return ChiselHarness(self.isolation, Windowed(proof))
