"""The messages that a model is sent: whole, paired, and not more than fit."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

# Characters, about four a token: room for most models' context beside tools and answer.
MOST_CHARACTERS = 360_000
_LOST = "no result is known: the turn ended before this call did"
# A program that was killed right after an approval may have written the file.
_UNDECIDED = (
    "not approved, as far as is known: the user went on instead. "
    "Do not say that it was written, unless reading the file shows it"
)
_WRITING = ("write_file", "edit_file")
_LEFT_OUT = "(The beginning of this conversation was left out: it is too long to be sent.)"


def sendable(messages: Sequence[BaseMessage], most: int = MOST_CHARACTERS) -> list[BaseMessage]:
    """The messages as a server takes them.

    A call of a tool that never came back (a killed program, a stopped turn) gets a result that
    says so; results without a call are dropped. What does not fit is left out from the beginning,
    whole turns at a time.
    """
    return _fitting(_paired(messages), most)


def with_files(messages: Sequence[BaseMessage], files: str) -> list[BaseMessage]:
    """The files that the user shows, right before what the user said last."""
    if not files:
        return list(messages)
    at = max((i for i, m in enumerate(messages) if isinstance(m, HumanMessage)), default=0)
    return [*messages[:at], HumanMessage(files), *messages[at:]]


def asks(messages: Sequence[BaseMessage]) -> bool:
    """A question to the user is among the results that nothing has answered yet."""
    for message in reversed(messages):
        if not isinstance(message, ToolMessage):
            return False
        if message.name == "ask_user" and message.status != "error":
            return True
    return False


def _paired(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    results = {m.tool_call_id: m for m in messages if isinstance(m, ToolMessage)}
    paired: list[BaseMessage] = []
    for message in messages:
        if isinstance(message, ToolMessage):
            continue
        paired.append(message)
        for call in message.tool_calls if isinstance(message, AIMessage) else ():
            id = call["id"] or ""
            lost = _UNDECIDED if call["name"] in _WRITING else _LOST
            paired.append(results.get(id) or ToolMessage(lost, tool_call_id=id))
    return paired


def _fitting(messages: list[BaseMessage], most: int) -> list[BaseMessage]:
    if sum(map(_size, messages)) <= most:
        return messages
    kept: list[BaseMessage] = []
    room = most
    for turn in reversed(_turns(messages)):
        room -= sum(map(_size, turn))
        if room < 0 and kept:
            break
        kept = [*turn, *kept]
    return kept if len(kept) == len(messages) else [HumanMessage(_LEFT_OUT), *kept]


def _turns(messages: Sequence[BaseMessage]) -> list[list[BaseMessage]]:
    """What belongs to one message of the user."""
    turns: list[list[BaseMessage]] = []
    for message in messages:
        if isinstance(message, HumanMessage) or not turns:
            turns.append([])
        turns[-1].append(message)
    return turns


def _size(message: BaseMessage) -> int:
    calls = message.tool_calls if isinstance(message, AIMessage) else []
    return len(str(message.text)) + sum(len(str(call["args"])) for call in calls)
