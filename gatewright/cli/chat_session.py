"""A conversation at the command line: lines in, events out, approvals between."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from gatewright.agents.chat.conversation import Chat
from gatewright.agents.chat.events import ApprovalWanted, Decision, Event, Verified
from gatewright.agents.chat.mind import open_mind
from gatewright.agents.chat.store import Store
from gatewright.agents.workbench import Workbench
from gatewright.cli.chat_commands import COMMANDS, Command, Leaving, command_named
from gatewright.cli.chat_lines import Lines
from gatewright.cli.chat_screen import Screen
from gatewright.cli.console import say
from gatewright.core import GatewrightError, UsageError

if TYPE_CHECKING:
    from gatewright.core.config import Settings

_YES = ("y", "yes", "/approve")
_NO = ("n", "no", "/reject")
_RECAP = 12


class Session:
    """The loop of one sitting; it may go through several conversations."""

    def __init__(self, settings: Settings, store: Store, workbench: Workbench, chat: Chat) -> None:
        self.settings = settings
        self.store = store
        self.workbench = workbench
        self.chat = chat
        self.screen = Screen()
        self.wave = ""

    def run(self, lines: Lines) -> None:
        """Until there are no more lines, or somebody leaves."""
        while True:
            try:
                line = lines.read(self._prompt(), self.words)
            except EOFError:
                return
            except KeyboardInterrupt as stopped:
                if stopped.args and stopped.args[0] != signal.SIGINT:  # somebody ends the program
                    raise
                say("(/quit or Ctrl-D leaves)")
                continue
            except UsageError as error:
                self.screen.line(str(error), "red")
                continue
            try:
                self.take(line)
            except Leaving:
                return
            except GatewrightError as error:
                self.screen.line(str(error), "red")

    def take(self, line: str) -> None:
        """One entry: a decision, a command, or something to say. Raises GatewrightError."""
        text = line.strip()
        if not text:
            return
        waiting = self.chat.pending()
        word, _, rest = text.partition(" ")
        if waiting and word.lower() in (*_YES, *_NO):
            decision = Decision.APPROVE if word.lower() in _YES else Decision.REJECT
            self.play(self.chat.decide(waiting[0].id, decision, rest.strip()))
        elif word in ("/approve", "/reject"):
            raise UsageError("nothing waits for a decision")
        elif text.startswith("/"):
            self._command(word[1:], rest.strip())
        else:
            self.play(self.chat.send(line))

    def play(self, events: Iterator[Event]) -> list[Event]:
        """Show the events of a turn; Ctrl-C stops the turn. All of them."""
        played: list[Event] = []
        with _stopping(self.chat.stop):
            for event in events:
                played.append(event)
                self.screen.show(event)
                if isinstance(event, Verified) and event.wave:
                    self.wave = event.wave
        for waiting in self.chat.pending()[:1]:
            self._ask(waiting)
        return played

    @contextmanager
    def working(self) -> Iterator[threading.Event]:
        """While a tool runs outside of a turn; Ctrl-C sets the event and ends nothing else."""
        stop = threading.Event()
        with _stopping(stop.set):
            yield stop

    def begin(self, chat: Chat) -> None:
        """Go on with another conversation: what was said last is shown."""
        self.chat = chat
        history = chat.history()
        if len(history) > _RECAP:
            self.screen.line(f"… {len(history) - _RECAP} earlier events", "dim")
        for event in history[-_RECAP:]:
            self.screen.replay(event)
        for waiting in chat.pending()[:1]:
            self._ask(waiting)

    def words(self, text: str) -> Sequence[str]:
        """What may come where the cursor is: commands, then files."""
        if text.startswith("/") and " " not in text:
            return [f"/{name}" for name in COMMANDS if f"/{name}".startswith(text)]
        last = text.rpartition(" ")[2]
        if not last:
            return []
        try:
            return self.workbench.list_files(f"{last}*", most=50).files
        except GatewrightError:
            return []

    def _command(self, name: str, rest: str) -> None:
        command: Command = command_named(name)
        command.work(self, rest)

    def _ask(self, waiting: ApprovalWanted) -> None:
        self.screen.line(
            f"write {waiting.path}? y, n, n WHY, or say what should be different", "bold"
        )

    def _prompt(self) -> str:
        waiting = self.chat.pending()
        return f"{waiting[0].path} [y/n]> " if waiting else "> "


@contextmanager
def open_session(repo: Path, settings: Settings, store: Store, resume: str) -> Iterator[Session]:
    """A session on a folder. Raises UsageError for what is no folder or no conversation."""
    mind = open_mind(settings)
    with Workbench([repo], mind.model, settings=settings) as workbench:
        chat = Chat(store, workbench, mind, resume)
        say(f"model: {mind.told}")
        session = Session(settings, store, workbench, chat)
        say(f"folder: {workbench.folders[0].root}; /help lists the commands, Ctrl-D leaves")
        try:
            if resume:
                session.begin(chat)
            yield session
        finally:
            session.chat.close()


@contextmanager
def _stopping(stop: Callable[[], None]) -> Iterator[None]:
    """While a turn runs, Ctrl-C stops it and nothing else."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def hear(number: int, frame: FrameType | None) -> None:
        stop()

    before = signal.signal(signal.SIGINT, hear)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
