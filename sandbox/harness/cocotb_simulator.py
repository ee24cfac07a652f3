"""What a simulator does for cocotb tests: it compiles a design in its wrapper. Icarus is one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gatewright.core import Verdict
from gatewright.sandbox.harness.cocotb_design import (
    Design,
    driven,
    has_reals,
    probe,
    widths,
    wrapper,
)
from gatewright.sandbox.harness.cocotb_judge import not_compiled, undrivable
from gatewright.sandbox.isolation import Command, Finished, Isolation, Limits
from gatewright.sandbox.tools.cocotb import find_cocotb, icarus_program
from gatewright.sandbox.tools.icarus import Icarus, gave_up_parsing, parse_messages

DESIGN, BENCH, WAVE = "gw_design.sv", "gw_bench.sv", "wave.vcd"
_IMAGE, _FLAGS = "gw_design.vvp", "gw_flags.cmd"


@dataclass(frozen=True, slots=True)
class Compiled:
    """A design ready to be simulated: how the compilation went and what starts the simulation.

    `nonce` hides the wrapper's name, `inputs` are (input, the wrapper's variable).
    """

    finished: Finished
    program: tuple[str, ...]
    nonce: str
    inputs: tuple[tuple[str, str], ...]

    @property
    def top(self) -> str:
        """The wrapper."""
        return f"cocotb_{self.nonce}"


class CocotbSimulator(Protocol):
    """Compiles designs in their wrappers."""

    @property
    def tools(self) -> dict[str, str]:
        """The versions of what it uses."""
        ...

    @property
    def macros(self) -> dict[str, str]:
        """The macro by which a text tells that this simulator reads it."""
        ...

    def own_words(self, output: str) -> str:
        """A simulation's output without what the simulator says by itself."""
        ...

    def compile(
        self, design: Design, folder: Path, limits: Limits, *, dump: bool
    ) -> Compiled | Verdict:
        """Compile in a folder, where the program is then started; `dump` has WAVE written.

        A Verdict is why there is no program.
        """
        ...


@dataclass(frozen=True, slots=True)
class IcarusCocotb:
    """Icarus Verilog, confined."""

    isolation: Isolation
    icarus: Icarus

    @property
    def tools(self) -> dict[str, str]:
        """The versions of what it uses."""
        return {"iverilog": self.icarus.version, "cocotb": find_cocotb().version}

    @property
    def macros(self) -> dict[str, str]:
        """The macro that Icarus itself defines."""
        return {"__ICARUS__": "1"}

    def own_words(self, output: str) -> str:
        """All of it: Icarus says nothing by itself."""
        return output

    def compile(
        self, design: Design, folder: Path, limits: Limits, *, dump: bool
    ) -> Compiled | Verdict:
        """Compile in a folder; inputs whose width the text does not tell are measured first."""
        if has_reals(design):
            return undrivable(design.unmeasured)
        nonce, measured = secrets.token_hex(8), dict[str, int]()
        (folder / DESIGN).write_text(design.layout.text)
        # Designs without a timescale would otherwise run in whole seconds.
        (folder / _FLAGS).write_text("+timescale+1ns/1ps\n")
        if design.unmeasured:
            (folder / BENCH).write_text(probe(design, nonce))
            compiled = self._iverilog(folder, f"probe_{nonce}", limits)
            if not compiled.ok:
                alone = self._iverilog(folder, design.module.name, limits)
                return undrivable(design.unmeasured) if alone.ok else _refused(alone, design)
            command = Command(self.icarus.simulate(_IMAGE), folder, mounts=self.icarus.mounts)
            measured = widths(self.isolation.run(command, limits).output, nonce)
        (folder / BENCH).write_text(wrapper(design, nonce, measured, WAVE if dump else ""))
        compiled = self._iverilog(folder, f"cocotb_{nonce}", limits)
        if not compiled.ok:
            return _refused(compiled, design)
        return Compiled(compiled, icarus_program(_IMAGE), nonce, driven(design.module, nonce))

    def _iverilog(self, folder: Path, top: str, limits: Limits) -> Finished:
        line = self.icarus.compile([DESIGN, BENCH], top, output=_IMAGE)
        argv = [line[0], "-c", _FLAGS, *line[1:]]
        return self.isolation.run(Command(argv, folder, mounts=self.icarus.mounts), limits)


def _refused(finished: Finished, design: Design) -> Verdict:
    """What Icarus minds, at its place in the user's files."""
    said = parse_messages(finished.output, lambda name, line: design.place(name, line, DESIGN))
    return not_compiled(finished, said, unparsed=gave_up_parsing(finished.output))
