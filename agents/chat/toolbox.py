"""The tools of a conversation: for the model that calls them and for the user who does."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from gatewright.agents.chat.events import ToolEnded, ToolStarted
from gatewright.agents.chat.turn import Turn
from gatewright.core import GatewrightError, UsageError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from gatewright.agents.workbench import Workbench

DRAFT = "draft:"
# How the ids of calls begin that the user has made.
BY_HAND = "hand_"
_LONGEST_RESULT = 16_000
_LONGEST_ARGUMENT = 400


class Arguments(BaseModel):
    """What a tool takes; a name that it does not know is an error, never ignored."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Hands:
    """What tools work with: the workbench, and the turn that they tell of what they do."""

    workbench: Workbench
    turn: Turn


@dataclass(frozen=True, slots=True)
class Result:
    """A line for people, and the text that the model is given."""

    summary: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """`writes` = it changes a file, hence waits for approval. `ends` = the user speaks next.

    `by_hand` = for users alone, never for a model.
    """

    name: str
    what: str
    arguments: type[Arguments]
    work: Callable[[Hands, Any], Result]
    writes: bool = False
    ends: bool = False
    by_hand: bool = False


def run_by_hand(hands: Hands, name: str, arguments: Mapping[str, object]) -> ToolEnded:
    """Run a tool for the user. Raises UsageError for one that there is not."""
    return run_tool(hands, tool_named(name), arguments, f"{BY_HAND}{uuid.uuid4().hex[:12]}")


def tools() -> dict[str, Tool]:
    """All of them, by name."""
    from gatewright.agents.chat import tools_check, tools_read, tools_write

    every = (*tools_check.TOOLS, *tools_read.TOOLS, *tools_write.TOOLS)
    return {tool.name: tool for tool in every}


def tool_named(name: str) -> Tool:
    """The tool of that name. Raises UsageError."""
    found = tools().get(name)
    if found is None:
        raise UsageError(f"no tool {name!r}", hint=f"there is: {', '.join(tools())}")
    return found


def run_tool(hands: Hands, tool: Tool, arguments: Mapping[str, object], id: str) -> ToolEnded:
    """Run a tool between two events; what went wrong is in the second, not raised.

    Raises TurnStopped alone.
    """
    turn = hands.turn
    turn.tell(ToolStarted(id, tool.name, turn.secrets.hidden(shortened(arguments))))
    try:
        result = tool.work(hands, checked(tool, arguments))
        ended = ToolEnded(id, tool.name, True, result.summary, capped(result.text))
    except GatewrightError as error:
        ended = ToolEnded(id, tool.name, False, str(error), f"error: {error}")
    clean = turn.secrets.hidden
    ended = ToolEnded(id, tool.name, ended.ok, clean(ended.summary), clean(ended.result))
    turn.tell(ended)
    if not ended.ok:
        turn.pulse()  # it may have failed because it was stopped
    return ended


def checked(tool: Tool, arguments: Mapping[str, object]) -> Arguments:
    """The arguments as the tool takes them. Raises UsageError that names what is wrong."""
    try:
        return tool.arguments.model_validate(dict(arguments))
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        wrong = list(dict.fromkeys(_fault(tool, each) for each in errors))[:5]
        known = ", ".join(tool.arguments.model_fields) or "none"
        raise UsageError(
            f"wrong arguments: {'; '.join(wrong)}", where=tool.name, hint=f"it takes: {known}"
        ) from None


def _fault(tool: Tool, error: ErrorDetails) -> str:
    """Where an argument is wrong and how; an object's fields by name, list members alike."""
    place = ".".join("N" if isinstance(part, int) else part for part in error["loc"])
    said = error["msg"]
    if error["type"] == "model_type":
        shape = tool.arguments.model_json_schema()["$defs"][error["ctx"]["class_name"]]
        said = f"an object is wanted, of {', '.join(shape['properties'])}"
    return f"{place or 'arguments'}: {said}"


def shortened(arguments: Mapping[str, object]) -> str:
    """Arguments as JSON, long texts in them cut."""
    return json.dumps({name: _short(value) for name, value in arguments.items()}, default=str)


def capped(text: str, most: int = _LONGEST_RESULT) -> str:
    """A result that fits into a conversation; the middle goes, and says so."""
    if len(text) <= most:
        return text
    head, tail = most * 3 // 4, most // 4
    return f"{text[:head]}\n… {len(text) - most:,} characters left out …\n{text[-tail:]}"


def _short(value: object) -> object:
    if isinstance(value, str) and len(value) > _LONGEST_ARGUMENT:
        return f"{value[:_LONGEST_ARGUMENT]}… ({len(value):,} characters)"
    if isinstance(value, list):
        return [_short(each) for each in value[:20]]
    if isinstance(value, dict):
        return {key: _short(each) for key, each in value.items()}
    return value
