"""The ready-made actions as prompts of the protocol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.prompts.base import Message, PromptArgument, UserMessage
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS

from gatewright.agents.chat.actions import ACTIONS, Parameter, action_named
from gatewright.core import UsageError


class ActionPrompt(Prompt):
    """An action's words. What is wrong with its arguments is told, not merely refused."""

    async def render(
        self, arguments: dict[str, Any] | None, context: Context[Any, Any]
    ) -> list[Message]:
        """The request that the user makes by it. Raises MCPError for wrong arguments."""
        values = {name: str(value) for name, value in (arguments or {}).items()}
        try:
            return [UserMessage(action_named(self.name).prompt(values))]
        except UsageError as error:
            raise MCPError(INVALID_PARAMS, str(error)) from None


def prompts() -> Iterator[Prompt]:
    """One for each action."""
    for action in ACTIONS:
        yield ActionPrompt(
            name=action.name,
            title=action.title,
            description=action.what,
            arguments=[_argument(parameter) for parameter in action.parameters],
            fn=action.prompt,
            context_kwarg=None,
        )


def _argument(parameter: Parameter) -> PromptArgument:
    choices = f": {', '.join(parameter.choices)}" if parameter.choices else ""
    return PromptArgument(
        name=parameter.name, description=parameter.what + choices, required=parameter.required
    )
