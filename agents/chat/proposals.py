"""Changes to files: shown first, made only where a person has approved exactly what was shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gatewright.agents.chat.events import ApprovalWanted, Decided, Decision, Wrote
from gatewright.agents.chat.store import State, Waiting
from gatewright.agents.chat.toolbox import Hands
from gatewright.agents.edits import Edit
from gatewright.agents.workbench.results import Applied, Proposal
from gatewright.core import UsageError

_MOST_UNDONE = 50


def propose(
    hands: Hands, id: str, path: str, *, text: str | None = None, edits: Sequence[Edit] = ()
) -> Proposal:
    """Show a change and wait. Raises UsageError or DataError for one that cannot be made."""
    proposal = hands.workbench.propose_edit(path, text=text, edits=tuple(edits))
    hands.turn.change(
        lambda state: replace(state, waiting=(*_others(state, id), Waiting(id, proposal)))
    )
    new = not proposal.before_sha256
    # Shown as it is: who approves must see exactly what would be written.
    hands.turn.tell(ApprovalWanted(id, proposal.path, proposal.diff, new))
    return proposal


def is_proposed(hands: Hands, id: str) -> bool:
    """A proposal of that id waits."""
    return any(waiting.id == id for waiting in hands.turn.state.waiting)


def carry_out(hands: Hands, id: str) -> Applied:
    """Make an approved change. Raises UsageError where it was not approved.

    Whether it was is read from what is kept on disk, not from whoever calls.
    """
    turn = hands.turn
    said = [
        kept.event.decision
        for kept in turn.store.events(turn.conversation)
        if isinstance(kept.event, Decided) and kept.event.id == id
    ]
    waiting = next((each for each in turn.state.waiting if each.id == id), None)
    if waiting is None or said != [Decision.APPROVE]:
        raise UsageError("nobody has approved this change", where=id)
    # Whatever comes of it, an approval holds for one try.
    forget(hands, id)
    made = hands.workbench.apply_edit(waiting.proposal)
    turn.change(lambda state: replace(state, applied=(*state.applied, made)[-_MOST_UNDONE:]))
    turn.tell(Wrote(made.path, made.diff, sha256=made.after_sha256))
    return made


def forget(hands: Hands, id: str) -> None:
    """A proposal that is rejected or done."""
    hands.turn.change(lambda state: replace(state, waiting=_others(state, id)))


def write_at_once(hands: Hands, path: str, text: str) -> Applied:
    """A change that the user makes by hand: it can be undone like any other."""
    made = hands.workbench.apply_edit(hands.workbench.propose_edit(path, text=text))
    turn = hands.turn
    turn.change(lambda state: replace(state, applied=(*state.applied, made)[-_MOST_UNDONE:]))
    turn.tell(Wrote(made.path, made.diff, sha256=made.after_sha256))
    return made


def undo(hands: Hands) -> Applied:
    """Take the conversation's last change back. Raises UsageError where there is none."""
    turn = hands.turn
    applied = turn.state.applied
    if not applied:
        raise UsageError("there is no change of this conversation to undo")
    undone = hands.workbench.undo(applied[-1])
    turn.change(lambda state: replace(state, applied=state.applied[:-1]))
    turn.tell(Wrote(undone.path, undone.diff, undone=True, sha256=undone.after_sha256))
    return undone


def _others(state: State, id: str) -> tuple[Waiting, ...]:
    return tuple(waiting for waiting in state.waiting if waiting.id != id)
