"""The tool that writes a design and verifies it."""

from __future__ import annotations

import threading
from typing import Annotated, Literal

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from gatewright.agents.listener import Listener
from gatewright.agents.workbench import Workbench
from gatewright.core import Oracle, Round
from gatewright.mcp_server.answering import Progress, answered, result
from gatewright.mcp_server.check_tools import Folder
from gatewright.mcp_server.given import NONE, Files, given
from gatewright.mcp_server.shapes import GeneratedShape, generated_shape
from gatewright.mcp_server.words import generated_words


class _Reporter(Listener):
    """Tells of the loop's stages and rounds as progress."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def started(self, oracle: Oracle) -> None:
        """The oracle is chosen."""
        self._progress.tell(f"oracle: {oracle}")

    def stage(self, text: str) -> None:
        """What is being done now."""
        self._progress.tell(text)

    def round(self, turn: Round) -> None:
        """A turn is over."""
        verdict = turn.verdict
        why = f" ({verdict.failure_class})" if verdict.failure_class else ""
        self._progress.tell(f"round {turn.number}: {verdict.outcome}{why}")

    def note(self, text: str) -> None:
        """Something worth knowing."""
        self._progress.tell(text)


class WriteTools:
    """Bound to a workbench."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    async def generate(
        self,
        spec: Annotated[
            str,
            Field(
                min_length=1,
                max_length=200_000,
                description="what the module does: name, ports, behaviour; tables are welcome",
            ),
        ],
        context: Context,
        language: Literal["systemverilog", "verilog", "chisel", "cuda", "triton"] = "systemverilog",
        top: Annotated[str, Field(description="the module's name, if the text does not say")] = "",
        testbench: Annotated[Files, Field(description="what it must pass")] = NONE,
        reference: Annotated[Files, Field(description="what it must equal")] = NONE,
        cocotb: Annotated[Files, Field(description="cocotb tests that it must pass")] = NONE,
        sources: Annotated[Files, Field(description="files that the model should see")] = NONE,
        rounds: Annotated[int | None, Field(ge=0, le=100, description="edit rounds")] = None,
        samples: Annotated[int | None, Field(ge=1, le=50, description="first attempts")] = None,
        use_repository: Annotated[
            bool, Field(description="it will live in the folder, and may use its modules")
        ] = False,
        folder: Folder = "",
    ) -> Annotated[CallToolResult, GeneratedShape]:
        """Write a module and verify it, round by round, with the server's own model and checks.

        Without a model the server still reads truth tables, Karnaugh maps, state tables, equations
        and waveforms off the text. `verified` is true only where a check passed. Nothing is written
        to the disk: the code is in the answer.
        """
        progress, stop = Progress("reading the specification"), threading.Event()
        made = await answered(
            lambda: self._bench.generate(
                spec,
                language=language,
                top=top,
                testbench=given(testbench),
                reference=given(reference),
                cocotb=given(cocotb),
                context=given(sources),
                rounds=rounds,
                samples=samples,
                use_repository=use_repository,
                folder=folder,
                listener=_Reporter(progress),
                stop=stop,
            ),
            context,
            progress,
            stop,
        )
        return result(generated_words(made), generated_shape(made))
