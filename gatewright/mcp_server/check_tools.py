"""Tools that check designs."""

from __future__ import annotations

import threading
from typing import Annotated, Literal

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from gatewright.agents.workbench import Workbench
from gatewright.agents.workbench.results import WaveWindow
from gatewright.mcp_server.answering import Progress, answered, result
from gatewright.mcp_server.given import NO_NAMES, NONE, Files, Names, given
from gatewright.mcp_server.shapes import CheckShape, check_shape, wave_shape
from gatewright.mcp_server.words import check_words, stats_words, wave_words
from gatewright.sandbox.tools.synthesis import SynthStats

Top = Annotated[str, Field(description="the module that is meant, where there are several")]
Folder = Annotated[str, Field(description="the open folder's name, where there are several")]
Among = Annotated[
    bool, Field(description="compile among the files of the folder that the design needs")
]
Seconds = Annotated[
    float | None, Field(ge=0.1, le=3600, description="CPU seconds that it may take")
]


class CheckTools:
    """Bound to a workbench; every public method is a tool, its docstring what agents read."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    async def verify(
        self,
        design: Files,
        context: Context,
        testbench: Annotated[Files, Field(description="a self-checking testbench")] = NONE,
        reference: Annotated[
            Files,
            Field(
                description="a design that is right: alone, both are simulated side by side; "
                "with a testbench, the golden model that it instantiates"
            ),
        ] = NONE,
        cocotb: Annotated[Files, Field(description="cocotb test modules, in Python")] = NONE,
        top: Top = "",
        seed: Annotated[
            int | None, Field(ge=0, lt=1 << 63, description="of the random stimulus")
        ] = None,
        time_limit_s: Seconds = None,
        simulator: Literal["auto", "icarus", "verilator"] = "auto",
        language: Annotated[
            Literal["", "cuda", "triton"],
            Field(description="of a GPU kernel, which is compared with a PyTorch `reference`"),
        ] = "",
        use_repository: Among = False,
        folder: Folder = "",
    ) -> Annotated[CallToolResult, CheckShape]:
        """Check a hardware design (Verilog, SystemVerilog, Chisel) by simulation in a sandbox.

        Give a testbench, a reference or cocotb tests. The verdict is `pass`, `fail` (with the first
        mismatch and a waveform) or `inconclusive`; only `pass` means verified.
        """
        stop = threading.Event()
        checked = await answered(
            lambda: self._bench.verify(
                given(design),
                testbench=given(testbench),
                reference=given(reference),
                cocotb=given(cocotb),
                top=top,
                seed=seed,
                time_limit_s=time_limit_s,
                simulator=simulator,
                language=language,
                use_repository=use_repository,
                folder=folder,
                stop=stop,
            ),
            context,
            Progress("checking"),
            stop,
        )
        return result(check_words(checked), check_shape(checked))

    async def equivalence(
        self,
        design: Files,
        reference: Annotated[Files, Field(description="the design that it must equal")],
        context: Context,
        top: Top = "",
        time_limit_s: Seconds = None,
        use_repository: Among = False,
        folder: Folder = "",
    ) -> Annotated[CallToolResult, CheckShape]:
        """Prove that a design behaves as a reference from power-up on, or refute it.

        Formal: `pass` is a proof, `fail` comes with a counterexample, `inconclusive` is neither in
        time (20 CPU seconds if not told otherwise).
        """
        stop = threading.Event()
        checked = await answered(
            lambda: self._bench.equivalence(
                given(design),
                given(reference),
                top=top,
                time_limit_s=time_limit_s,
                use_repository=use_repository,
                folder=folder,
                stop=stop,
            ),
            context,
            Progress("proving"),
            stop,
        )
        return result(check_words(checked), check_shape(checked))

    async def wave_window(
        self,
        wave: Annotated[
            str, Field(description="the `wave` of a failed check, or a .vcd or .fst file")
        ],
        context: Context,
        signals: Annotated[
            Names, Field(description="names or their ends; none = the shallowest", max_length=64)
        ] = NO_NAMES,
        start: Annotated[int, Field(ge=0)] = 0,
        end: Annotated[int | None, Field(ge=0, description="none = the waveform's end")] = None,
    ) -> Annotated[CallToolResult, WaveWindow]:
        """Values of signals between two times of a waveform, in its own time units."""
        seen = await answered(
            lambda: self._bench.wave_window(wave, signals=signals, start=start, end=end),
            context,
            Progress("reading the waveform"),
        )
        return result(wave_words(seen), wave_shape(seen))

    async def synth_stats(
        self,
        design: Files,
        context: Context,
        top: Top = "",
        use_repository: Among = False,
        folder: Folder = "",
    ) -> Annotated[CallToolResult, SynthStats]:
        """Gates, look-up tables, registers, memory bits and logic levels that a design comes to."""
        stop = threading.Event()
        stats = await answered(
            lambda: self._bench.synth_stats(
                given(design), top=top, use_repository=use_repository, folder=folder, stop=stop
            ),
            context,
            Progress("synthesising"),
            stop,
        )
        return result(stats_words(stats), stats)
