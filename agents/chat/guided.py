"""A conversation without a model: limited, and it says where it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gatewright.agents.chat import proposals, specifying
from gatewright.agents.chat.drafts import decide_alone, propose_draft, save
from gatewright.agents.chat.events import Decided, End, Question
from gatewright.agents.chat.guided_actions import act, run
from gatewright.agents.chat.intents import Intent, intent_of
from gatewright.agents.chat.specifying import Specified, specify
from gatewright.agents.chat.toolbox import Hands, tool_named
from gatewright.agents.chat.tools_write import GenerateArguments, generated, show_contract
from gatewright.agents.chat.turn import Turn
from gatewright.agents.prompts import render

if TYPE_CHECKING:
    from gatewright.agents.chat.request import Request
    from gatewright.agents.workbench import Workbench

_CHOICES = ("yes", "start over")


@dataclass
class Guided:
    """Leads by the shape of what is said: tools by their names, everything else a specification."""

    workbench: Workbench

    def answer(self, turn: Turn, said: str | Request) -> End:
        """Answer by tools and by what can be read off a specification."""
        hands = Hands(self.workbench, turn)
        turn.doubted = False
        for waiting in turn.state.waiting:
            proposals.forget(hands, waiting.id)
        if not isinstance(said, str):
            return act(hands, said.action, dict(said.values))
        intent = intent_of(said)
        if intent is None:
            return self._specified(hands, said)
        return self._intended(hands, intent, said)

    def decided(self, turn: Turn, decision: Decided) -> End:
        """Write what was approved, or leave it."""
        return decide_alone(Hands(self.workbench, turn), decision)

    def by_hand(self, turn: Turn, tool: str, arguments: Mapping[str, object]) -> End:
        """Run a tool for the user."""
        run(Hands(self.workbench, turn), tool, arguments)
        return End.DONE

    def close(self) -> None:
        """Nothing is open."""

    def _intended(self, hands: Hands, intent: Intent, said: str) -> End:
        turn, state = hands.turn, hands.turn.state
        if intent.name == "help":
            turn.say(render("chat/guided_help.md"))
        elif intent.name == "reset":
            turn.change(lambda old: replace(old, spec="", asked_for=""))
            turn.say("The specification is forgotten. What do you want to build?")
        elif intent.name in ("yes", "no"):
            return self._agreed(hands, intent.name == "yes", said)
        elif intent.name == "save":
            return save(hands, str(intent.arguments["path"]))
        elif intent.name.startswith("/"):
            return act(hands, intent.name[1:], intent.values)
        else:
            tool_named(intent.name)
            ended = run(hands, intent.name, intent.arguments)
            turn.say(ended.result if ended.ok else ended.summary)
        return End.QUESTION if state.asked_for else End.DONE

    def _agreed(self, hands: Hands, yes: bool, said: str) -> End:
        state = hands.turn.state
        if state.asked_for == specifying.ASSUMED:
            if yes:
                return self._written(hands, specify("", state.spec))
            hands.turn.tell(Question("What is it, then? Say it in a sentence, and I read it anew."))
            return End.QUESTION
        if state.asked_for:
            return self._asked_behaviour(hands, specify("", state.spec))
        hands.turn.say(
            "There is nothing open that this could answer. Say what you want, or `help`."
        )
        return End.DONE

    def _specified(self, hands: Hands, said: str) -> End:
        turn, state = hands.turn, hands.turn.state
        found = specify(state.spec if state.asked_for else "", said)
        if found.lacks and state.spec and not state.asked_for:
            # A word about the last design, such as another name, or something new that lacks more.
            again = specify(state.spec, said)
            found = again if again.reading.complete else found
        asked = found.lacks
        if asked == specifying.PORTS and not _is_specification(said) and not state.asked_for:
            turn.say(render("chat/guided_lost.md"))
            return End.DONE
        turn.change(lambda old: replace(old, spec=found.text, asked_for=asked))
        if asked == specifying.PORTS:
            turn.tell(Question(specifying.ASK_PORTS))
            return End.QUESTION
        if asked == specifying.BEHAVIOUR:
            return self._asked_behaviour(hands, found)
        if asked == specifying.ASSUMED:
            show_contract(hands, found.contract())
            turn.tell(Question("I have assumed what stands there. Is that right?", _CHOICES))
            return End.QUESTION
        return self._written(hands, found)

    def _asked_behaviour(self, hands: Hands, found: Specified) -> End:
        reading = found.reading
        assert reading.interface is not None
        ports = ", ".join(
            f"{port.direction} {port.name}{f' {port.range_text}' if port.range_text else ''}"
            for port in reading.interface.ports
        )
        hands.turn.say(f"Ports so far: {ports}.\n\nNot understood yet: {reading.abstained}.\n")
        hands.turn.tell(Question(specifying.ASK_BEHAVIOUR))
        return End.QUESTION

    def _written(self, hands: Hands, found: Specified) -> End:
        """Contract, design, verdict, and the file that it would become."""
        turn = hands.turn
        contract = found.contract()
        show_contract(hands, contract)
        turn.change(lambda old: replace(old, spec=found.text, asked_for=""))
        result = generated(hands, GenerateArguments(spec=found.text, module=contract.module))
        made = turn.state.draft(f"{contract.module}.sv")
        if made is None:
            turn.say(result.text)
            return End.DONE
        turn.say(f"`{made.name}`:\n\n```systemverilog\n{made.text.rstrip()}\n```\n")
        turn.say(_outcome(turn))
        return propose_draft(hands, made, made.name)


def _outcome(turn: Turn) -> str:
    """What the verdict says, in words; the verdict itself is an event of its own."""
    from gatewright.agents.chat.tools_check import verdict_line

    if turn.standing is None:
        return "No check could be made from this specification: the design is not verified.\n"
    line = verdict_line(turn.standing.verdict, turn.standing.against)
    return f"Verdict: {line}.\n"


def _is_specification(said: str) -> bool:
    """Words that one specifies a circuit with."""
    import re

    return bool(
        re.search(
            r"\b(?:module|input|output|port|clk|clock|reset|register|counter|fsm|state|fifo|adder|"
            r"mux|multiplexer|decoder|encoder|shift|flip-?flop|latch|gate|bits?|circuit|design|"
            r"implement|build|create|generate|truth table|karnaugh|waveform)\b|[=&|^~]",
            said,
            re.IGNORECASE,
        )
    )
