"""Tools that write designs and testbenches."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gatewright.agents.listener import Listener
from gatewright.agents.workbench.given import Given
from gatewright.agents.workbench.room import Room

if TYPE_CHECKING:
    from gatewright.agents.workbench.results import Bench, Generated
    from gatewright.agents.workbench.writing import Writer


class WriteTools(Room):
    """The verified loop, and testbenches."""

    def generate(
        self,
        spec: str,
        *,
        language: str = "systemverilog",
        top: str = "",
        testbench: Iterable[Given] = (),
        reference: Iterable[Given] = (),
        cocotb: Iterable[Given] = (),
        context: Iterable[Given] = (),
        oracle: str = "",
        rounds: int | None = None,
        samples: int | None = None,
        symbolic: bool = True,
        init_registers: bool = True,
        use_repository: bool = False,
        folder: str = "",
        listener: Listener | None = None,
        stop: threading.Event | None = None,
    ) -> Generated:
        """Write a module and check it, round by round; the best is kept.

        Without a model only what tables and diagrams in the specification settle. `oracle` is the
        most it is checked with (golden, reference, derived, generated, none; '' = the best there
        is). `listener` is told of every stage; setting `stop` ends the run, which then answers with
        what it has.
        """
        from gatewright.agents.workbench.writing import GenerateWish, stoppable

        with self._telling() as tell, self._at_work(stop):
            wish = GenerateWish(
                spec,
                language,
                top,
                self._inputs.check(testbench, reference, cocotb),
                self._inputs.sources(context),
                oracle,
                rounds,
                samples,
                symbolic,
                init_registers,
                self._library(folder) if use_repository else None,
            )
            return tell(self._author(stop).generate(wish, stoppable(listener, stop)))

    def testbench(
        self,
        spec: str,
        *,
        reference: Iterable[Given] = (),
        style: str = "verilog",
        top: str = "",
        context: Iterable[Given] = (),
        rounds: int = 1,
        designs: int = 3,
        mutants: int = 40,
        listener: Listener | None = None,
        stop: threading.Event | None = None,
    ) -> Bench:
        """Write a self-checking testbench (`style` verilog or cocotb) and judge it with mutants of
        a right design: the reference, or one that is read off or written for the specification."""
        from gatewright.agents.workbench.writing import BenchWish, stoppable

        with self._telling() as tell, self._at_work(stop):
            golden, beside = self._inputs.sources(reference), self._inputs.sources(context)
            wish = BenchWish(spec, golden, style, top, beside, rounds, designs, mutants)
            return tell(self._author(stop).testbench(wish, stoppable(listener, stop)))

    def _author(self, stop: threading.Event | None) -> Writer:
        from gatewright.agents.workbench.writing import Writer

        return Writer(self.model, self._settings, self._isolated(stop))
