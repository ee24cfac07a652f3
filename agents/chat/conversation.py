"""A conversation: what is accepted is kept, one turn runs at a time, any turn can be stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from gatewright.agents.chat.actions import action_named
from gatewright.agents.chat.events import (
    ApprovalWanted,
    Asked,
    Decided,
    Decision,
    End,
    Event,
    TurnEnded,
    TurnFailed,
    ends_turn,
)
from gatewright.agents.chat.mind import Manner, Mind
from gatewright.agents.chat.request import Request
from gatewright.agents.chat.secrets import secrets_of
from gatewright.agents.chat.store import Store
from gatewright.agents.chat.turn import Turn, TurnStopped
from gatewright.core import GatewrightError, Interrupted, UsageError

if TYPE_CHECKING:
    from gatewright.agents.chat.leader import Leader
    from gatewright.agents.workbench import Workbench

__all__ = ["Chat", "Request", "pending"]

MOST_CHARACTERS = 200_000
# A tool that does not hear that it is to stop is left to itself after this.
_GRACE_S = 3.0
_TITLE = 60
# Arguments that are told without their names.
_PLAIN = ("design", "query", "module", "signal")
_LONG = ("text", "spec", "edits", "ports")


class Chat:
    """One conversation of a store. Safe to call from several threads; one turn runs at a time.

    `id` '' begins a new one. Raises UsageError for an id that the store does not have.
    """

    def __init__(self, store: Store, workbench: Workbench, mind: Mind, id: str = "") -> None:
        self.id = store.find(id) if id else store.create()
        self.workbench = workbench
        self.mind = mind
        self._store = store
        self._secrets = secrets_of(mind.settings)
        self._lock = threading.Lock()
        self._turn: Turn | None = None
        self._leader: Leader | None = None
        if id:
            self._mend()

    @property
    def title(self) -> str:
        """How it begins; '' where nothing was said yet."""
        return self._store.title(self.id)

    @property
    def busy(self) -> bool:
        """A turn is running."""
        turn = self._turn
        return turn is not None and not turn.over

    @property
    def files(self) -> tuple[str, ...]:
        """The files that the model is shown in each turn."""
        return self._store.state(self.id).files

    @property
    def drafts(self) -> tuple[str, ...]:
        """The names of the texts made here that are no files yet, the newest last."""
        return tuple(draft.name for draft in self._store.state(self.id).drafts)

    @property
    def changes(self) -> tuple[str, ...]:
        """The differences made in files and not undone, the newest last."""
        return tuple(applied.diff for applied in self._store.state(self.id).applied)

    def history(self) -> tuple[Event, ...]:
        """All that was kept of it, in order."""
        return tuple(kept.event for kept in self._store.events(self.id))

    def pending(self) -> tuple[ApprovalWanted, ...]:
        """The proposals of the last turns that nobody has decided about."""
        return pending(self.history())

    def send(self, text: str | Request) -> Iterator[Event]:
        """Say something; the events of the turn that answers it, as they come.

        What is said is on disk when this returns. Proposals that still wait are rejected by it.
        Raises UsageError where a turn runs, or for a text that is empty or too long.
        """
        asked, said = self._asked(text)
        turn = self._begin(asked)
        for waiting in self.pending():
            turn.tell(Decided(waiting.id, Decision.REJECT, "the user went on instead"))
        return self._run(turn, lambda leader: leader.answer(turn, said))

    def decide(self, approval: str, decision: Decision | str, comment: str = "") -> Iterator[Event]:
        """Approve or reject a proposal; the events of what follows. Raises UsageError."""
        known = [str(kind) for kind in Decision]
        if decision not in known:
            raise UsageError(f"no decision {decision!r}", hint=f"there is: {', '.join(known)}")
        if approval not in [waiting.id for waiting in self.pending()]:
            raise UsageError(f"no proposal {approval!r} waits for a decision", where=self.id)
        decided = Decided(approval, Decision(decision), self._secrets.hidden(comment))
        turn = self._begin(decided)
        return self._run(turn, lambda leader: leader.decided(turn, decided))

    def use(self, tool: str, arguments: Mapping[str, object]) -> Iterator[Event]:
        """Run a tool by hand; the model is told of it next time. Raises UsageError."""
        from gatewright.agents.chat.toolbox import tool_named

        tool_named(tool)
        turn = self._begin(Asked(f"/{tool} {arguments_line(arguments)}".strip(), by_hand=True))
        return self._run(turn, lambda leader: leader.by_hand(turn, tool, arguments))

    def add(self, path: str) -> str:
        """Show a file to the model in each turn; its path. Raises UsageError or DataError."""
        found = self.workbench.read_file(path, first=1, last=1).path
        self._store.change(
            self.id,
            lambda state: replace(state, files=tuple(dict.fromkeys((*state.files, found)))),
        )
        return found

    def drop(self, path: str) -> str:
        """Show it no longer. Raises UsageError for a file that is not shown."""
        state = self._store.state(self.id)
        found = [file for file in state.files if file == path or file.endswith(f"/{path}")]
        if not found:
            shown = ", ".join(state.files) or "none"
            raise UsageError(f"{path} is not among the files shown", hint=f"shown: {shown}")
        self._store.change(
            self.id,
            lambda state: replace(state, files=tuple(f for f in state.files if f not in found)),
        )
        return found[0]

    def talk_with(self, mind: Mind) -> None:
        """Go on with another mind. Raises UsageError where a turn runs."""
        if self.busy:
            raise UsageError("a turn is running", hint="stop it first")
        self.mind, self._leader, self._secrets = mind, None, secrets_of(mind.settings)

    def stop(self) -> None:
        """Stop the running turn, if any; it ends with TurnEnded(STOPPED)."""
        turn = self._turn
        if turn is not None:
            turn.stopping.set()

    def close(self) -> None:
        """Stop the running turn and let go of the files; the store stays open."""
        self.stop()
        leader, self._leader = self._leader, None
        if leader is not None:
            leader.close()

    def _asked(self, text: str | Request) -> tuple[Asked, str | Request]:
        if isinstance(text, Request):
            action = action_named(text.action)
            values = {k: self._secrets.hidden(v) for k, v in action.checked(text.values).items()}
            words = " ".join(value for value in values.values() if value)
            return Asked(f"/{action.name} {words}", action.name), Request(action.name, values)
        if not text.strip():
            raise UsageError("nothing was said", hint="write what you want, or /help")
        if len(text) > MOST_CHARACTERS:
            raise UsageError(
                f"{len(text):,} characters are more than the {MOST_CHARACTERS:,} that fit into one "
                "message",
                hint="put them into a file of the folder and name it, or /add it",
            )
        said = self._secrets.hidden(text)
        return Asked(said), said

    def _begin(self, first: Asked | Decided) -> Turn:
        """A turn whose first event is on disk."""
        with self._lock:
            if self.busy:
                raise UsageError("the last turn is still running", hint="wait for it, or stop it")
            self._store.begin(self.id)
            turn = Turn(self._store, self.id, self._secrets)
            title = " ".join(first.text.split())[:_TITLE] if isinstance(first, Asked) else ""
            if isinstance(first, Decided):
                turn.resume(self.history())
            self._store.append(self.id, first, title)
            turn.first(first)
            self._turn = turn
        return turn

    def _run(self, turn: Turn, work: Callable[[Leader], End]) -> Iterator[Event]:
        worker = threading.Thread(target=self._work, args=(turn, work), daemon=True, name="turn")
        worker.start()
        return self._events(turn)

    def _events(self, turn: Turn) -> Iterator[Event]:
        left_at: float | None = None
        try:
            while True:
                event = turn.next(0.1)
                if event is not None:
                    yield event
                    if ends_turn(event):
                        return
                elif turn.stopping.is_set():
                    left_at = left_at or time.monotonic() + _GRACE_S
                    if time.monotonic() >= left_at:
                        self._end(turn, TurnEnded(End.STOPPED, turn.usage))
        finally:
            # Nobody listens any more: what was begun is not carried on for nobody.
            if not turn.over:
                turn.stopping.set()

    def _work(self, turn: Turn, work: Callable[[Leader], End]) -> None:
        try:
            turn.pulse()
            reason = work(self._led())
            turn.message_over()
            self._end(turn, TurnEnded(reason, turn.usage))
        except (TurnStopped, Interrupted):
            self._end(turn, TurnEnded(End.STOPPED, turn.usage))
        except GatewrightError as error:
            self._end(turn, TurnFailed(self._secrets.hidden(str(error)), turn.usage))
        except Exception as error:
            text = f"internal error: {type(error).__name__}: {error}"
            self._end(turn, TurnFailed(self._secrets.hidden(text)[:500], turn.usage))

    def _end(self, turn: Turn, event: TurnEnded | TurnFailed) -> None:
        try:
            if not turn.over:
                self._store.end(self.id)
            turn.tell(event)
        except TurnStopped:
            return  # it has ended already
        except GatewrightError:
            turn.broken(event)  # the disk is full, for instance: whoever waits must hear of it

    def _led(self) -> Leader:
        if self._leader is None:
            self._leader = _leader(self)
        return self._leader

    def _mend(self) -> None:
        """End a turn that the program did not live to end."""
        events = self.history()
        if events and not ends_turn(events[-1]) and not self._store.runs(self.id):
            lost = "the program ended in the middle of this turn; what you said is kept"
            self._store.append(self.id, TurnFailed(lost))


def pending(events: tuple[Event, ...]) -> tuple[ApprovalWanted, ...]:
    """The proposals among the events that nobody has decided about."""
    decided = {event.id for event in events if isinstance(event, Decided)}
    wanted = {event.id: event for event in events if isinstance(event, ApprovalWanted)}
    return tuple(event for id, event in wanted.items() if id not in decided)


def _leader(chat: Chat) -> Leader:
    if chat.mind.manner is Manner.TOOLS:
        from gatewright.agents.chat.agent import Agent

        return Agent(chat.workbench, chat.mind, chat._store, chat.id)
    if chat.mind.manner is Manner.PLAIN:
        from gatewright.agents.chat.plain import Plain

        return Plain(chat.workbench, chat.mind)
    from gatewright.agents.chat.guided import Guided

    return Guided(chat.workbench)


def arguments_line(arguments: Mapping[str, object]) -> str:
    """Arguments as a person reads them: `a.sv testbench=tb.sv`."""
    parts = []
    for name, value in arguments.items():
        many = value if isinstance(value, list | tuple) else [value]
        text = ",".join("…" if isinstance(each, dict) else str(each) for each in many)
        if name in _LONG or "\n" in text:
            text = "…"
        if text:
            parts.append(text if name in _PLAIN else f"{name}={text}")
    return " ".join(parts)
