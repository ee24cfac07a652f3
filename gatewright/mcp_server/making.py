"""The server: its tools, prompts and what it says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, get_type_hints

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import FuncMetadata
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS, GetPromptResult, InputRequiredResult, ToolAnnotations
from pydantic import ValidationError

from gatewright import __version__
from gatewright.agents.workbench import Workbench
from gatewright.mcp_server.answering import Failed, failure
from gatewright.mcp_server.ask_tools import AskTools
from gatewright.mcp_server.check_tools import CheckTools
from gatewright.mcp_server.prompts import prompts
from gatewright.mcp_server.write_tools import WriteTools

_MOST_FAULTS = 8
_INSTRUCTIONS = """\
Gatewright checks hardware designs (Verilog, SystemVerilog, Chisel) and GPU kernels with real tools
in a sandbox, and answers questions about a hardware repository from its dataflow graph. A design is
verified when `verify` or `equivalence` says `pass`, and never because somebody says so. After a
`fail`: look at the first mismatch, then `wave_window` around it and `cone` of the signal that is
wrong. {folders}"""


class GatewrightServer(MCPServer[Any]):
    """Says what there is where something is asked for that is not."""

    async def get_prompt(
        self,
        name: str,
        arguments: dict[str, Any] | None = None,
        context: Context[Any, Any] | None = None,
    ) -> GetPromptResult | InputRequiredResult:
        """A prompt by its name. Raises MCPError for another name."""
        known = [prompt.name for prompt in self._prompt_manager.list_prompts()]
        if name not in known:
            raise MCPError(INVALID_PARAMS, f"no prompt {name!r} (there is: {', '.join(known)})")
        return await super().get_prompt(name, arguments, context)

    async def run_stdio_async(self) -> None:
        """Serve stdin and stdout until stdin ends."""
        from gatewright.mcp_server.stdio import serve_stdio

        await serve_stdio(self._lowlevel_server)


class CheckedTool(Tool):
    """Tells wrong arguments by their names, and refuses those that it does not know."""

    async def run(
        self,
        arguments: dict[str, Any],
        context: Context[Any, Any],
        convert_result: bool = False,
    ) -> Any:
        """Run it. Raises ToolError for wrong arguments."""
        try:
            self.fn_metadata.validate_arguments(arguments)
        except ValidationError as error:
            raise ToolError(self._told(error)) from None
        try:
            return await super().run(arguments, context, convert_result)
        except ToolError as error:
            if isinstance(error.__cause__, Failed):
                return failure(str(error), error.__cause__.code)
            raise

    def _told(self, error: ValidationError) -> str:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        said = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'arguments'}: {fault['msg']}"
            for fault in faults[:_MOST_FAULTS]
        )
        known = ", ".join(self.fn_metadata.arg_model.model_fields)
        return f"wrong arguments of {self.name}: {said} (it takes: {known})"


def make_server(bench: Workbench) -> MCPServer[Any]:
    """A server whose tools are those of the workbench; it changes no files."""
    server = GatewrightServer(
        "gatewright",
        title="Gatewright",
        instructions=_INSTRUCTIONS.format(folders=_folders(bench)),
        version=__version__,
        tools=list(_tools(bench)),
        log_level="WARNING",
    )
    for prompt in prompts():
        server.add_prompt(prompt)
    return server


def _folders(bench: Workbench) -> str:
    names = ", ".join(f"{folder.name} ({folder.root})" for folder in bench.folders)
    if not names:
        return "No folder is open: give designs as texts."
    return f"Open folders: {names}; nothing outside of them can be read."


def _tools(bench: Workbench) -> Iterator[Tool]:
    check, ask, write = CheckTools(bench), AskTools(bench), WriteTools(bench)
    for work, title in (
        (check.verify, "Verify a design"),
        (check.equivalence, "Prove equivalence"),
        (ask.search, "Search the repository"),
        (ask.drivers, "Drivers or loads of a signal"),
        (ask.cone, "Cone of a signal"),
        (ask.context, "Context of a place"),
        (ask.complete, "Complete code"),
        (check.wave_window, "Look into a waveform"),
        (check.synth_stats, "Synthesis statistics"),
        (write.generate, "Generate a verified module"),
    ):
        yield _tool(work, title, asks_model=work == write.generate)


def _tool(work: Callable[..., Any], title: str, *, asks_model: bool) -> Tool:
    tool = CheckedTool.from_function(
        work,
        title=title,
        description=" ".join((work.__doc__ or "").split()),
        annotations=ToolAnnotations(
            title=title,
            read_only_hint=True,
            destructive_hint=False,
            idempotent_hint=not asks_model,
            open_world_hint=asks_model,
        ),
        structured_output=False,
    )
    arguments = tool.fn_metadata.arg_model
    arguments.model_config["extra"] = "forbid"
    arguments.model_rebuild(force=True)
    tool.parameters = arguments.model_json_schema(by_alias=True)
    # The package would take the slots of our dataclasses for defaults, so we name the type.
    shape = get_type_hints(work, include_extras=True)["return"].__metadata__[0]
    tool.fn_metadata = FuncMetadata(arg_model=arguments, output_model=shape)
    return tool
