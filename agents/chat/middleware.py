"""What stands between the model and the tools: checks, approval, and what is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langchain.agents.middleware import AgentMiddleware, HumanInTheLoopMiddleware
from langchain.agents.middleware.types import (
    ModelRequest,
    ModelResponse,
    ToolCallRequest,
    hook_config,
)
from langchain_core.messages import ToolMessage
from langgraph.types import Command

from gatewright.agents.chat import proposals
from gatewright.agents.chat.messages import asks, sendable, with_files
from gatewright.agents.chat.toolbox import Hands, Tool, checked, run_tool
from gatewright.agents.chat.tools_write import proposed
from gatewright.core import GatewrightError, ModelError

# More than any sensible turn takes; a model that goes round in circles ends here.
MOST_CALLS = 50
Handler = Callable[[ToolCallRequest], "ToolMessage | Command[Any]"]


def middleware(hands: Hands, tools: dict[str, Tool], files: str) -> list[AgentMiddleware[Any, Any]]:
    """In the order in which calls pass: running, then asking a person, then writing."""
    gated: dict[str, Any] = {
        tool.name: {"allowed_decisions": ["approve", "reject"]}
        for tool in tools.values()
        if tool.writes
    }
    return [
        Running(hands, tools, files),
        HumanInTheLoopMiddleware(gated, interrupt_mode="per_call"),
        Writing(hands),
    ]


class Running(AgentMiddleware[Any, Any]):
    """Sends what a server takes; runs the tools that write nothing, and proposes what the others
    would write."""

    def __init__(self, hands: Hands, tools: dict[str, Tool], files: str) -> None:
        super().__init__()
        self._hands, self._known, self._files = hands, tools, files
        self._calls = 0

    @hook_config(can_jump_to=["end"])
    def before_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
        """The user speaks next after a question, whatever else was called beside it."""
        return {"jump_to": "end"} if asks(state["messages"]) else None

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        """Ask the model."""
        turn = self._hands.turn
        turn.pulse()
        self._calls += 1
        if self._calls > MOST_CALLS:
            raise ModelError(
                f"the model was asked {MOST_CALLS} times in one turn without an end",
                hint="what it did is kept; say `go on`, or ask for less at once",
            )
        messages: Any = with_files(sendable(request.messages), self._files)
        response = handler(request.override(messages=messages))
        turn.message_over()
        return response

    def wrap_tool_call(self, request: ToolCallRequest, handler: Handler) -> Any:
        """Run a tool, or let the change that it would make be decided about."""
        name, id = request.tool_call["name"], request.tool_call["id"] or ""
        self._hands.turn.pulse()
        tool = self._known.get(name)
        if tool is None:
            known = ", ".join(self._known)
            return _message(name, id, f"error: no tool {name!r} (there is: {known})", ok=False)
        if not tool.writes:
            ended = run_tool(self._hands, tool, request.tool_call["args"], id)
            return _message(name, id, ended.result or ended.summary, ended.ok)
        if not proposals.is_proposed(self._hands, id):
            try:
                proposed(self._hands, name, checked(tool, request.tool_call["args"]), id)
            except GatewrightError as error:
                return _message(name, id, f"error: {error}", ok=False)
        answer = handler(request)
        proposals.forget(self._hands, id)
        return answer


class Writing(AgentMiddleware[Any, Any]):
    """Makes an approved change. Behind the approval, and it looks for itself, too."""

    def __init__(self, hands: Hands) -> None:
        super().__init__()
        self._hands = hands

    def wrap_tool_call(self, request: ToolCallRequest, handler: Handler) -> Any:
        """Write the file that was shown."""
        name, id = request.tool_call["name"], request.tool_call["id"] or ""
        try:
            made = proposals.carry_out(self._hands, id)
        except GatewrightError as error:
            self._hands.turn.told(f"nothing was written: {error}")
            return _message(name, id, f"error: {error}", ok=False)
        return _message(name, id, f"approved and written: {made.path}")


def _message(name: str, id: str, text: str, ok: bool = True) -> ToolMessage:
    return ToolMessage(
        text or "done", name=name, tool_call_id=id, status="success" if ok else "error"
    )
