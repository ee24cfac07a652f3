"""Where a conversation's lines come from: a terminal with history, or a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

from gatewright.core import UsageError

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document

FENCE = '"""'
_MOST_CHARACTERS = 8 << 20


class Lines(Protocol):
    """Whatever the user says, one entry at a time."""

    def read(self, prompt: str, words: Callable[[str], Sequence[str]]) -> str:
        """The next entry; `words` completes a word. Raises EOFError at the end, and
        KeyboardInterrupt for Ctrl-C at the prompt."""
        ...


class PipedLines:
    """Lines of a stream; what stands between two lines of three quotes is one entry."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def read(self, prompt: str, words: Callable[[str], Sequence[str]]) -> str:
        """The next entry."""
        line = self._line()
        if not line.strip().startswith(FENCE):
            return line
        return block([line], self._line)

    def _line(self) -> str:
        line = self._stream.readline(_MOST_CHARACTERS)
        if not line:
            raise EOFError
        return line.rstrip("\r\n")


class PromptedLines:
    """A terminal: history, completion of commands and files, Alt-Enter for a line break."""

    def __init__(self, history: Path) -> None:
        self._history = history
        self._session: PromptSession[str] | None = None

    def read(self, prompt: str, words: Callable[[str], Sequence[str]]) -> str:
        """The next entry."""
        session = self._opened()
        completer = _completer(words)

        def line() -> str:
            return session.prompt("... ", completer=None)

        first = session.prompt(prompt, completer=completer)
        if first.strip().startswith(FENCE) and first.strip().count(FENCE) < 2:
            return block([first], line)
        return first

    def _opened(self) -> PromptSession[str]:
        if self._session is None:
            from prompt_toolkit import PromptSession
            from prompt_toolkit.history import FileHistory, InMemoryHistory
            from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

            keys = KeyBindings()

            @keys.add("escape", "enter")
            def break_line(event: KeyPressEvent) -> None:
                event.current_buffer.insert_text("\n")

            with suppress(OSError):
                self._history.parent.mkdir(parents=True, exist_ok=True)
                self._history.touch(mode=0o600)
            usable = self._history.is_file()
            self._session = PromptSession(
                history=FileHistory(str(self._history)) if usable else InMemoryHistory(),
                key_bindings=keys,
                complete_while_typing=False,
                enable_open_in_editor=True,
            )
        return self._session


def block(first: Iterable[str], more: Callable[[], str]) -> str:
    """The text between two fences; `first` begins with one. Raises UsageError without an end."""
    lines = [line.strip().removeprefix(FENCE) for line in first]
    if lines and lines[-1].endswith(FENCE):
        return lines[-1].removesuffix(FENCE)
    while True:
        try:
            line = more()
        except EOFError:
            raise UsageError(f"a text that begins with {FENCE} has no end") from None
        if line.strip().endswith(FENCE):
            lines.append(line.rstrip().removesuffix(FENCE))
            return "\n".join(lines).strip("\n")
        lines.append(line)


def _completer(words: Callable[[str], Sequence[str]]) -> Completer:
    from prompt_toolkit.completion import Completer, Completion

    class Words(Completer):
        """The words that go on from what stands before the cursor."""

        def get_completions(
            self, document: Document, complete_event: CompleteEvent
        ) -> Iterable[Completion]:
            """All of them."""
            text = document.text_before_cursor
            last = text.rpartition(" ")[2]
            for word in words(text):
                yield Completion(word, start_position=-len(last))

    return Words()
