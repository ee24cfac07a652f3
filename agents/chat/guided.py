"""A conversation without a model: limited, and it says where it ends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gatewright.agents.chat import proposals, specifying
from gatewright.agents.chat.contracts import show_contract
from gatewright.agents.chat.drafts import decide_alone, propose_draft, save
from gatewright.agents.chat.events import Decided, Decision, End, Question, Verified
from gatewright.agents.chat.guided_actions import act
from gatewright.agents.chat.intents import IT, Intent, intent_of
from gatewright.agents.chat.specifying import Specified, specify
from gatewright.agents.chat.toolbox import DRAFT, Hands, run_by_hand
from gatewright.agents.chat.tools_check import verdict_line
from gatewright.agents.chat.tools_write import GenerateArguments, generated
from gatewright.agents.chat.turn import Turn
from gatewright.agents.prompts import render
from gatewright.core import UsageError

if TYPE_CHECKING:
    from gatewright.agents.chat.request import Request
    from gatewright.agents.symbolic import Reading
    from gatewright.agents.workbench import Workbench

_CHOICES = ("yes", "start over")
# "no, the reset is asynchronous": what follows is the specification.
_CORRECTION = re.compile(r"\A\s*(?:no|nope|wrong)\s*[,;:.-]\s*(?=\S)", re.IGNORECASE)


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
        said = _CORRECTION.sub("", said) if turn.state.asked_for else said
        intent = intent_of(said)
        if intent is None:
            return self._specified(hands, said)
        return self._intended(hands, intent)

    def decided(self, turn: Turn, decision: Decided) -> End:
        """Write what was approved, or leave it and do what was said with that."""
        hands = Hands(self.workbench, turn)
        turn.doubted = False
        end = decide_alone(hands, decision)
        asked = intent_of(decision.comment) if decision.decision is Decision.REJECT else None
        return end if asked is None else self._intended(hands, asked)

    def by_hand(self, turn: Turn, tool: str, arguments: Mapping[str, object]) -> End:
        """Run a tool for the user."""
        run_by_hand(Hands(self.workbench, turn), tool, arguments)
        return End.DONE

    def close(self) -> None:
        """Nothing is open."""

    def _intended(self, hands: Hands, intent: Intent) -> End:
        turn, state = hands.turn, hands.turn.state
        if intent.name == "help":
            turn.say(render("chat/guided_help.md"))
        elif intent.name == "reset":
            turn.change(lambda old: replace(old, spec="", top="", asked_for=""))
            turn.say("The specification is forgotten. What do you want to build?")
        elif intent.name in ("yes", "no"):
            return self._agreed(hands, intent.name == "yes")
        elif intent.name == "rename":
            return self._renamed(hands, str(intent.arguments["top"]))
        elif intent.name == "save":
            return save(hands, str(intent.arguments["path"]))
        elif intent.name == "verdict":
            self._verdict(hands)
        elif intent.name == "bench":
            design = _with_newest(hands, {"design": [IT]})["design"]
            assert isinstance(design, list)
            return act(hands, "testbench", {"design": design[0], "spec": state.spec})
        elif intent.name.startswith("/"):
            return act(hands, intent.name[1:], intent.values)
        else:
            ended = run_by_hand(hands, intent.name, _with_newest(hands, intent.arguments))
            turn.say(ended.result if ended.ok else ended.summary)
        return End.QUESTION if state.asked_for else End.DONE

    def _agreed(self, hands: Hands, yes: bool) -> End:
        state = hands.turn.state
        if not state.asked_for:
            hands.turn.say("Nothing is open that this could answer. Say what you want, or `help`.")
            return End.DONE
        found = specify("", state.spec)
        if state.asked_for == specifying.ASSUMED and yes:
            return self._written(hands, found)
        if state.asked_for == specifying.ASSUMED:
            hands.turn.tell(Question("What is it, then? Say it in a sentence of its own."))
            return End.QUESTION
        return _asked(hands, found, again=True)

    def _renamed(self, hands: Hands, top: str) -> End:
        """The design under another name, as far as it is known."""
        turn = hands.turn
        turn.change(lambda old: replace(old, top=top))
        state = turn.state
        if not state.spec:
            turn.say(f"The next module is called `{top}`.")
            return End.DONE
        found = specify("", state.spec)
        return _asked(hands, found) if state.asked_for else self._written(hands, found)

    def _specified(self, hands: Hands, said: str) -> End:
        turn, state = hands.turn, hands.turn.state
        found = specify(state.spec if state.asked_for else "", said)
        if found.lacks and state.spec and not state.asked_for:
            # A word about the last design, or something new that lacks more.
            again = specify(state.spec, said)
            found = again if again.reading.complete else found
        lacks = found.lacks
        if lacks == specifying.PORTS and not _is_specification(said) and not state.asked_for:
            turn.say(render("chat/guided_lost.md"))
            return End.DONE
        if state.asked_for == specifying.ASSUMED and not found.reading.complete:
            # What was understood stays; the correction is asked for again.
            turn.say(f"Not understood: {_why_not(found.reading)}.\n")
            anew = "Are the assumptions above right? Or what is so, instead?"
            turn.tell(Question(anew, _CHOICES))
            return End.QUESTION
        turn.change(lambda old: replace(old, spec=found.text, asked_for=lacks))
        twice = state.asked_for == lacks
        return _asked(hands, found, twice) if lacks else self._written(hands, found)

    def _verdict(self, hands: Hands) -> None:
        """The last verdict there was, whatever it was about."""
        turn = hands.turn
        events = [kept.event for kept in turn.store.events(turn.conversation)]
        found = next((e for e in reversed(events) if isinstance(e, Verified)), None)
        if found is None:
            turn.say("No tool has given a verdict in this conversation: nothing is verified.")
            return
        line = verdict_line(found.verdict, found.against)
        turn.say(f"The last verdict, of {found.tool} on {found.named}: {line}.")

    def _written(self, hands: Hands, found: Specified) -> End:
        """Contract, design, verdict, and the file that it would become."""
        turn = hands.turn
        contract = found.contract(turn.state.top)
        show_contract(hands, contract)
        turn.change(lambda old: replace(old, spec=found.text, asked_for=""))
        result = generated(hands, GenerateArguments(spec=found.text, module=contract.module))
        made = turn.state.draft(f"{contract.module}.sv")
        if made is None:
            turn.say(result.text)
            return End.DONE
        if turn.standing is None:
            turn.say("No check could be made from this specification: it is not verified.\n")
        return propose_draft(hands, made, made.name)


def _with_newest(hands: Hands, arguments: Mapping[str, object]) -> dict[str, object]:
    """`it` as the newest draft. Raises UsageError where there is none."""
    if arguments.get("design") != [IT]:
        return dict(arguments)
    drafts = hands.turn.state.drafts
    if not drafts:
        raise UsageError("there is no design in this conversation yet", hint="name a file")
    return {**arguments, "design": [f"{DRAFT}{drafts[-1].name}"]}


def _asked(hands: Hands, found: Specified, again: bool = False) -> End:
    """Ask for what lacks; more shortly where it was asked for already."""
    turn, reading = hands.turn, found.reading
    if found.lacks == specifying.ASSUMED:
        show_contract(hands, found.contract(turn.state.top))
        turn.tell(Question("I have assumed what stands there. Is that right?", _CHOICES))
    elif reading.interface is None:
        turn.tell(Question(specifying.ASK_PORTS_AGAIN if again else specifying.ASK_PORTS))
    else:
        ports = ", ".join(
            " ".join(word for word in (port.direction, port.range_text, port.name) if word)
            for port in reading.interface.ports
        )
        turn.say(f"Ports so far: {ports}.\n\nNot understood yet: {_why_not(reading)}.\n")
        asked = specifying.ASK_BEHAVIOUR_AGAIN if again else specifying.ASK_BEHAVIOUR
        turn.tell(Question(asked))
    return End.QUESTION


def _why_not(reading: Reading) -> str:
    """Why a text is not read; the lines of what was said piece by piece have no numbers."""
    return re.sub(r"\bline \d+: ", "", reading.abstained)


def _is_specification(said: str) -> bool:
    """Words that one specifies a circuit with."""
    return bool(
        re.search(
            r"\b(?:module|input|output|port|clk|clock|reset|register|counter|fsm|state|fifo|adder|"
            r"mux|multiplexer|decoder|encoder|shift|flip-?flop|latch|gate|bits?|circuit|design|"
            r"implement|build|create|generate|truth table|karnaugh|waveform)\b|[=&|^~]",
            said,
            re.IGNORECASE,
        )
    )
