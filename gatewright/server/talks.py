"""Conversations that go on whether or not somebody watches: a page reloads, the run does not."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gatewright.agents.chat.conversation import Chat
from gatewright.agents.chat.events import Event, TurnFailed, ends_turn, event_json
from gatewright.agents.chat.request import Request
from gatewright.core import UsageError
from gatewright.server.fairness import TooManyWaiting

if TYPE_CHECKING:
    from gatewright.agents.chat.mind import Mind
    from gatewright.agents.chat.store import Store, Summary
    from gatewright.agents.workbench import Workbench

MOST_OPEN = 64
MOST_RUNNING = 8
_END_S, _LOOK_S = 2.0, 0.02

Message = str | Request


@dataclass(frozen=True, slots=True)
class Told:
    """An event of a conversation, and its place in it."""

    number: int
    event: Mapping[str, Any]


class Talk:
    """One conversation, held open. Of one event loop.

    Events are numbered from 0; the numbers hold for as long as `epoch` stays the same.
    """

    def __init__(self, chat: Chat, history: tuple[Event, ...]) -> None:
        self.chat = chat
        self.epoch = secrets.token_hex(4)
        self._events: list[Mapping[str, Any]] = [event_json(event) for event in history]
        # How many are on disk: fewer than here, as a message is kept whole and told in pieces.
        self.kept = len(history)
        self._watching = 0
        self._more = asyncio.Event()
        self._closed = False
        self._beginning = 0
        self._thread: threading.Thread | None = None

    @property
    def count(self) -> int:
        """How many events there are so far."""
        return len(self._events)

    @property
    def idle(self) -> bool:
        """Nobody watches, and nothing runs."""
        return not self._watching and not self.busy

    @property
    def busy(self) -> bool:
        """A turn begins or runs, or its last events are on their way."""
        return (
            self._beginning > 0
            or self.chat.busy
            or (self._thread is not None and self._thread.is_alive())
        )

    async def begin(self, turn: Callable[[], Iterator[Event]]) -> None:
        """Begin a turn, which then runs by itself. Raises what the chat raises at its beginning."""
        self._beginning += 1
        try:
            events = await asyncio.to_thread(turn)
            loop = asyncio.get_running_loop()
            self._thread = threading.Thread(
                target=self._drain, args=(events, loop), daemon=True, name="talk"
            )
            self._thread.start()
        finally:
            self._beginning -= 1

    async def follow(self, after: int) -> AsyncIterator[Told]:
        """The events from a number on, those to come included, until the server ends."""
        self._watching += 1
        try:
            at = max(0, after)
            while True:
                more = self._more
                while at < len(self._events):
                    yield Told(at, self._events[at])
                    at += 1
                if self._closed:
                    return
                if more is self._more:
                    await more.wait()
        finally:
            self._watching -= 1

    def close(self) -> None:
        """Stop what runs, and end the streams."""
        self._closed = True
        self.chat.close()
        self._wake()

    def _drain(self, events: Iterator[Event], loop: asyncio.AbstractEventLoop) -> None:
        try:
            for event in events:
                if ends_turn(event):
                    self.kept = len(self.chat.history())
                loop.call_soon_threadsafe(self._add, event)
        except RuntimeError:
            return  # the server has ended
        except Exception as error:
            failed = TurnFailed(f"internal error: {type(error).__name__}: {error}")
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._add, failed)

    def _add(self, event: Event) -> None:
        self._events.append(event_json(event))
        self._wake()

    def _wake(self) -> None:
        self._more.set()
        self._more = asyncio.Event()


class Talks:
    """All conversations of a store, opened when somebody comes to one. Of one event loop."""

    def __init__(self, store: Store, workbench: Workbench, mind: Mind) -> None:
        self.store, self.workbench, self.mind = store, workbench, mind
        self._open: OrderedDict[str, Talk] = OrderedDict()
        self._lock = asyncio.Lock()

    async def listed(self) -> tuple[Summary, ...]:
        """All that were kept, the last changed first."""
        return await asyncio.to_thread(self.store.conversations)

    async def new(self) -> Talk:
        """A new conversation; it is kept once something is said."""
        chat = await asyncio.to_thread(Chat, self.store, self.workbench, self.mind)
        return self._kept(Talk(chat, ()))

    async def at(self, id: str) -> Talk:
        """The conversation with that id. Raises UsageError where there is none."""
        async with self._lock:
            talk = self._open.get(id)
            if talk is not None and not talk.idle:
                self._open.move_to_end(id)
                return talk
            # Another program may have gone on with it meanwhile: what nobody watches is read anew.
            chat = talk.chat if talk is not None else await asyncio.to_thread(self._chat, id)
            history = await asyncio.to_thread(chat.history)
            if talk is not None and len(history) == talk.kept:
                return talk
            return self._kept(Talk(chat, history))

    async def send(self, talk: Talk, message: Message) -> None:
        """Say something. Raises UsageError, and TooManyWaiting where many turns run."""
        self._room()
        await talk.begin(lambda: talk.chat.send(message))

    async def decide(self, talk: Talk, approval: str, decision: str, comment: str) -> None:
        """Approve or reject a proposal. Raises UsageError."""
        self._room()
        await talk.begin(lambda: talk.chat.decide(approval, decision, comment))

    async def use(self, talk: Talk, tool: str, arguments: Mapping[str, object]) -> None:
        """Run a tool by hand. Raises UsageError."""
        self._room()
        await talk.begin(lambda: talk.chat.use(tool, arguments))

    async def close(self) -> None:
        """Stop all that runs, and wait a little for it to end: its end is kept, too."""
        for talk in self._open.values():
            talk.chat.stop()
        until = time.monotonic() + _END_S
        while any(talk.busy for talk in self._open.values()) and time.monotonic() < until:
            await asyncio.sleep(_LOOK_S)
        for talk in self._open.values():
            talk.close()

    def _room(self) -> None:
        if sum(talk.busy for talk in self._open.values()) >= MOST_RUNNING:
            raise TooManyWaiting

    def _chat(self, id: str) -> Chat:
        if not id.isalnum():
            raise UsageError("no such conversation", where=id[:40])
        return Chat(self.store, self.workbench, self.mind, id)

    def _kept(self, talk: Talk) -> Talk:
        self._open[talk.chat.id] = talk
        self._open.move_to_end(talk.chat.id)
        for id in [id for id, other in self._open.items() if other.idle]:
            if len(self._open) <= MOST_OPEN:
                break
            if id != talk.chat.id:
                self._open.pop(id).chat.close()
        return talk
