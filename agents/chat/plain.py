"""A model that calls no tools by itself leads: it asks for them in plain text."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from gatewright.agents.chat import proposals
from gatewright.agents.chat.asked import files_shown, request_text
from gatewright.agents.chat.conversation_text import Side
from gatewright.agents.chat.conversation_text import spoken as sayings
from gatewright.agents.chat.events import Asked, Decided, Decision, End
from gatewright.agents.chat.mind import Mind
from gatewright.agents.chat.plain_text import Hiding, ToolText, tool_text
from gatewright.agents.chat.proposals import carry_out, forget
from gatewright.agents.chat.request import Request
from gatewright.agents.chat.toolbox import Hands, Tool, checked, run_by_hand, run_tool, tools
from gatewright.agents.chat.tools_write import proposed
from gatewright.agents.chat.turn import Turn
from gatewright.agents.prompts import render
from gatewright.agents.workbench import Workbench
from gatewright.core import GatewrightError, ModelError
from gatewright.models import Message, Role, without_reasoning
from gatewright.models.reasoning import Spoken

_MOST_CALLS = 25


@dataclass
class Plain:
    """Leads by the loop: ask, run the tool that the answer names, ask again with its result."""

    workbench: Workbench
    mind: Mind

    def answer(self, turn: Turn, said: str | Request) -> End:
        """Answer what the user said."""
        hands = Hands(self.workbench, turn)
        for waiting in turn.state.waiting:
            proposals.forget(hands, waiting.id)
        return self._led(hands, request_text(said))

    def decided(self, turn: Turn, decision: Decided) -> End:
        """Carry the decision out, tell the model, and let it go on."""
        hands = Hands(self.workbench, turn)
        if decision.decision is Decision.APPROVE:
            try:
                told = f"approved and written: {carry_out(hands, decision.id).path}"
            except GatewrightError as error:
                turn.told(f"nothing was written: {error}")
                told = f"not written: {error}"
        else:
            forget(hands, decision.id)
            told = f"The user rejected it. {decision.comment}".strip()
        return self._led(hands, f"(result of your proposal) {told}")

    def by_hand(self, turn: Turn, tool: str, arguments: Mapping[str, object]) -> End:
        """Run a tool for the user."""
        run_by_hand(Hands(self.workbench, turn), tool, arguments)
        return End.DONE

    def close(self) -> None:
        """Nothing is open."""

    def _led(self, hands: Hands, last: str) -> End:
        turn = hands.turn
        messages = [Message(Role.SYSTEM, self._system(hands)), *self._before(hands)]
        messages.append(Message(Role.USER, last))
        for _ in range(_MOST_CALLS):
            answer = self._asked(turn, messages)
            wanted = tool_text(answer)
            if wanted is None:
                return End.DONE
            messages.append(Message(Role.ASSISTANT, answer))
            result, end = self._called(hands, wanted)
            if end is not None:
                return end
            messages.append(Message(Role.USER, f"(result of the tool)\n{result}"))
        raise ModelError(
            f"the model asked for {_MOST_CALLS} tools in one turn without an end",
            hint="what it did is kept; say `go on`, or ask for less at once",
        )

    def _asked(self, turn: Turn, messages: list[Message]) -> str:
        model = self.mind.model
        assert model is not None  # a mind of the manner PLAIN has one
        turn.pulse()
        hiding = Hiding(turn.say)
        spoken = Spoken(hiding.tell)
        came = False

        def heard(piece: str) -> None:
            nonlocal came
            came = True
            turn.pulse()
            spoken.tell(piece)

        completion = model.complete(messages, self.mind.sampling, heard)
        if not came:
            spoken.tell(completion.text)
        spoken.end()
        hiding.end()
        turn.spent(completion.usage)
        turn.message_over()
        if completion.truncated:
            turn.told("the model's answer was cut off in the middle: say `go on`, or ask for less")
        return without_reasoning(completion.text)[0]

    def _called(self, hands: Hands, wanted: ToolText) -> tuple[str, End | None]:
        """The tool's result for the model, or why the turn ends."""
        if wanted.problem:
            return f"error: {wanted.problem}", None
        tool = tools().get(wanted.name)
        if tool is None or tool.by_hand:
            return f"error: no tool {wanted.name!r} (there is: {', '.join(_names())})", None
        if tool.writes:
            try:
                proposed(hands, tool.name, checked(tool, wanted.arguments), _new_id())
            except GatewrightError as error:
                return f"error: {error}", None
            return "", End.APPROVAL
        ended = run_tool(hands, tool, wanted.arguments, _new_id())
        if tool.ends and ended.ok:
            return "", End.QUESTION
        return ended.result or ended.summary, None

    def _before(self, hands: Hands) -> list[Message]:
        """What was said until now, without what was said just now."""
        turn = hands.turn
        kept = [each.event for each in turn.store.events(turn.conversation)]
        # The event that began this turn is told in words of its own.
        starts = [i for i, event in enumerate(kept) if _begins(event)]
        past = kept[: starts[-1]] if starts else []
        roles = {Side.USER: Role.USER, Side.MODEL: Role.ASSISTANT}
        messages = [Message(roles[who], text) for who, text in sayings(past)]
        files = files_shown(hands)
        return [*messages, *([Message(Role.USER, files)] if files else [])]

    def _system(self, hands: Hands) -> str:
        folders = self.workbench.folders
        text = render(
            "chat/plain.md",
            folder=folders[0].name if folders else "none",
            tools=[_described(tool) for tool in tools().values() if not tool.by_hand],
        )
        return hands.turn.secrets.hidden(text)


def _begins(event: object) -> bool:
    return isinstance(event, Asked | Decided)


def _names() -> list[str]:
    return [tool.name for tool in tools().values() if not tool.by_hand]


@dataclass(frozen=True, slots=True)
class _Described:
    name: str
    arguments: str
    what: str


def _described(tool: Tool) -> _Described:
    schema = tool.arguments.model_json_schema()
    required = schema.get("required", [])
    parts = []
    for name, value in schema.get("properties", {}).items():
        star = "*" if name in required else ""
        said = value.get("description") or value.get("type") or ""
        kind = "list: " if value.get("type") == "array" else ""
        inner = value.get("items", {}).get("$ref", "").rpartition("/")[2]
        if inner:
            keys = schema["$defs"][inner]["properties"]
            said = "{" + ", ".join(keys) + "}"
        if value.get("enum"):
            said = "|".join(value["enum"])
        parts.append(f"{name}{star}: {kind}{said}" if said or kind else f"{name}{star}")
    return _Described(tool.name, "; ".join(parts), tool.what)


def _new_id() -> str:
    return f"plain_{uuid.uuid4().hex[:12]}"
