"""Tools that check a design, and look at what it is made of."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from gatewright.agents.workbench.given import Given, several
from gatewright.agents.workbench.room import Room
from gatewright.core import Language, ReferenceSpec, Source, UsageError, Verdict

if TYPE_CHECKING:
    from gatewright.agents.workbench.checks import Checks
    from gatewright.agents.workbench.results import Checked
    from gatewright.pictures.drawn import Schematic
    from gatewright.sandbox.tools.synthesis import SynthStats


class CheckTools(Room):
    """Verdicts, schematics, statistics.

    Setting `stop`, from any thread, kills what a tool runs; it raises Interrupted then.
    """

    def lint(
        self,
        design: Iterable[Given],
        *,
        top: str = "",
        context: Iterable[Given] = (),
        stop: threading.Event | None = None,
    ) -> Verdict:
        """What the tools say of a design by itself: syntax, safety, elaboration.

        Inconclusive where they find no fault, for nothing was proved; never a pass.
        """
        with self._telling() as tell, self._at_work(stop):
            sources, beside = self._inputs.sources(design), self._inputs.sources(context)
            return tell(self._checks(stop).lint(sources, top, beside))

    def verify(
        self,
        design: Iterable[Given],
        *,
        testbench: Iterable[Given] = (),
        reference: Iterable[Given] = (),
        cocotb: Iterable[Given] = (),
        data: Iterable[Given] = (),
        top: str = "",
        seed: int | None = None,
        time_limit_s: float | None = None,
        simulator: str = "auto",
        language: str = "",
        use_repository: bool = False,
        wave_of_pass: bool = False,
        folder: str = "",
        stop: threading.Event | None = None,
    ) -> Checked:
        """Check a design by simulation: with a testbench, against a reference, or with cocotb.

        `data` are files that a testbench reads; those beside it come by themselves. With
        `use_repository` the design is compiled among the files of the folder that it needs. A GPU
        kernel (`language` cuda or triton, or a `.cu` file) is compared with the PyTorch module
        that `reference` is. `wave_of_pass`: the waveform of a passing simulation is kept, too.
        """
        from gatewright.agents.workbench.checks import CheckWish, is_kernel

        with self._telling() as tell, self._at_work(stop):
            given = several(design)
            sources = self._inputs.sources(given)
            kernel = is_kernel(language, sources)
            if kernel:
                sources = self._inputs.sources(given, Language.PYTHON)
                reference = self._inputs.sources(reference, Language.PYTHON)
            check = self._inputs.check(testbench, reference, cocotb, data, seed)
            if check is None:
                raise UsageError(
                    "nothing to check the design against",
                    hint="give a testbench, a reference or cocotb tests",
                )
            library = self._library(folder) if use_repository and not kernel else None
            wish = CheckWish(
                sources,
                check,
                top,
                seed,
                time_limit_s,
                simulator,
                wave_of_pass=wave_of_pass,
                library=library,
            )
            if kernel:
                return tell(self._checks(stop).kernel(wish))
            return tell(self._checks(stop).verify(wish))

    def equivalence(
        self,
        design: Iterable[Given],
        reference: Iterable[Given],
        *,
        top: str = "",
        time_limit_s: float | None = None,
        use_repository: bool = False,
        folder: str = "",
        stop: threading.Event | None = None,
    ) -> Checked:
        """Prove that a design behaves as its reference from power-up on, or refute it.

        Inconclusive where neither is done in time: 20 CPU seconds, if not told otherwise.
        """
        from gatewright.agents.workbench.checks import CheckWish

        with self._telling() as tell, self._at_work(stop):
            check = self._inputs.check(reference=reference)
            if check is None:
                raise UsageError("nothing to compare the design with", hint="give a reference")
            sources = self._inputs.sources(design)
            if use_repository and isinstance(check, ReferenceSpec):
                library = self._library(folder)
                sources = library.whole(sources)
                check = replace(check, reference=library.whole(check.reference))
            wish = CheckWish(sources, check, top, None, time_limit_s, formal=True)
            return tell(self._checks(stop).verify(wish))

    def synth_stats(
        self,
        design: Iterable[Given],
        *,
        top: str = "",
        use_repository: bool = False,
        folder: str = "",
        stop: threading.Event | None = None,
    ) -> SynthStats:
        """Gates, look-up tables, registers and levels that a design comes to (Yosys); with
        `use_repository` among the files of the folder that it needs."""
        from gatewright.agents.workbench.checks import require_top
        from gatewright.sandbox.tools.synthesis import ENTRY, synthesised
        from gatewright.sandbox.tools.yosys import Yosys

        with self._telling() as tell, self._at_work(stop):
            sources = self._whole(design, use_repository, folder)
            require_top(sources, top)
            with Yosys(self._isolated(stop), ENTRY) as yosys:
                return tell(synthesised(yosys, sources, top))

    def schematic(
        self,
        design: Iterable[Given],
        *,
        top: str = "",
        use_repository: bool = False,
        folder: str = "",
        stop: threading.Event | None = None,
    ) -> tuple[Schematic, ...]:
        """A design's modules as SVG pictures; one without a picture says why."""
        from gatewright.agents.workbench.checks import require_top
        from gatewright.pictures.drawn import schematics_of

        with self._telling() as tell, self._at_work(stop):
            sources = self._whole(design, use_repository, folder)
            require_top(sources, top)
            return tell(schematics_of(self._isolated(stop), sources, top))

    def _whole(
        self, design: Iterable[Given], use_repository: bool, folder: str
    ) -> tuple[Source, ...]:
        """The design; with the files of the folder that it needs, includes written out."""
        sources = self._inputs.sources(design)
        return self._library(folder).whole(sources) if use_repository and sources else sources

    def _checks(self, stop: threading.Event | None) -> Checks:
        from gatewright.agents.workbench.checks import Checks

        return Checks(self._isolated(stop), self._kept_waves())
