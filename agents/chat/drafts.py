"""Drafts on their way to a file, where no model waits for what becomes of them."""

from __future__ import annotations

import uuid

from gatewright.agents.chat import proposals
from gatewright.agents.chat.events import Decided, Decision, End
from gatewright.agents.chat.store import Draft
from gatewright.agents.chat.toolbox import Hands
from gatewright.core import UsageError


def decide_alone(hands: Hands, decision: Decided) -> End:
    """Carry a decision out where no model waits for it."""
    if decision.decision is Decision.APPROVE:
        proposals.carry_out(hands, decision.id)
    else:
        proposals.forget(hands, decision.id)
        hands.turn.told("nothing was written; the text is kept as a draft of this conversation")
    return End.DONE


def propose_draft(hands: Hands, made: Draft, path: str) -> End:
    """Show the file that a draft would become, and wait."""
    try:
        proposals.propose(hands, f"draft_{uuid.uuid4().hex[:12]}", path, text=made.text)
    except UsageError as error:
        hands.turn.say(f"`{made.name}`:\n\n```\n{made.text.rstrip()}\n```\n")
        hands.turn.told(f"it is kept as a draft; {path} is not proposed: {error}")
        return End.DONE
    return End.APPROVAL


def save(hands: Hands, path: str) -> End:
    """Propose to write the newest draft. Raises UsageError where there is none."""
    drafts = hands.turn.state.drafts
    if not drafts:
        raise UsageError("there is no design in this conversation yet", where=path)
    return propose_draft(hands, drafts[-1], path)
