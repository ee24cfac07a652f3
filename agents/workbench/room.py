"""What the tools of a workbench share: folders, repositories, waveforms, turns, silence on keys."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from gatewright.agents.workbench.changes import Changes
from gatewright.agents.workbench.folders import Folder, Folders
from gatewright.agents.workbench.given import Inputs
from gatewright.agents.workbench.secrets import Secrets
from gatewright.core import GatewrightError, Interrupted, UsageError
from gatewright.core.config import Settings, load_settings
from gatewright.core.stopping import Stopped, stopped_by

if TYPE_CHECKING:
    # What only some tools need is imported where it is used: a door opens in a moment.
    from gatewright.agents.complete_writer import Writer
    from gatewright.agents.library import Library
    from gatewright.agents.workbench.held import HeldRepository
    from gatewright.agents.workbench.waves import Waves
    from gatewright.models import Model
    from gatewright.sandbox.isolation import Isolation

T = TypeVar("T")
_LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class WorkbenchLimits:
    """What one workbench may do at once, and the most that it shows of a file.

    `jobs` checks and runs go on at the same time (None = as the settings say), the others wait.
    """

    jobs: int | None = None
    shown_characters: int = 60_000


class Room:
    """The state of a workbench. Safe to use from several threads at once."""

    def __init__(
        self,
        folders: Sequence[Path] = (),
        model: Model | None = None,
        *,
        settings: Settings | None = None,
        isolation: Isolation | None = None,
        limits: WorkbenchLimits | None = None,
        completion_writer: Callable[[], Writer | None] | None = None,
    ) -> None:
        """`model` None: what needs one says so. `completion_writer` opens the model that completes
        code, when it is first asked for. Raises UsageError for what is no folder."""
        self._settings = settings or load_settings()
        self._limits = limits or WorkbenchLimits()
        self._folders = Folders(folders)
        self._inputs = Inputs(self._folders)
        self._changes = Changes(self._folders)
        self._secrets = Secrets(self._settings)
        self._isolation = isolation
        self._open_writer = completion_writer
        self._writer: Writer | None = None
        self._heavy = threading.BoundedSemaphore(self._limits.jobs or self._settings.jobs)
        self._lock = threading.RLock()
        self._stack = ExitStack()
        self._held: dict[Path, HeldRepository] = {}
        self._waves: Waves | None = None
        self.model = model

    @property
    def folders(self) -> tuple[Folder, ...]:
        """The folders that were named, in order."""
        return self._folders.all

    @property
    def settings(self) -> Settings:
        """What it was opened with."""
        return self._settings

    def hide(self, text: str) -> str:
        """A text without the keys that the settings and the environment hold."""
        return self._secrets.text(text)

    def close(self) -> None:
        """Let go of indexes, waveforms and files."""
        with self._lock:
            for held in self._held.values():
                held.close()
            self._held = {}
            self._waves = None
            self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _telling(self) -> Iterator[Callable[[T], T]]:
        """Results and errors on their way out, without keys."""
        try:
            yield self._secrets.result
        except GatewrightError as error:
            raise self._secrets.error(error) from None

    @contextmanager
    def _at_work(self, stop: threading.Event | None = None) -> Iterator[None]:
        """A turn among what takes long. Raises Interrupted where `stop` is set before its end."""
        while not self._heavy.acquire(timeout=_LOOK_S):
            if stop is not None and stop.is_set():
                raise Interrupted("stopped before it began")
        try:
            with self._until(stop):
                yield
        finally:
            self._heavy.release()

    @contextmanager
    def _until(self, stop: threading.Event | None) -> Iterator[None]:
        """Waits for tools and models end where `stop` is set. Raises Interrupted then."""
        try:
            with stopped_by(stop):
                yield
        except Stopped:
            raise Interrupted("stopped before there was an answer") from None

    def _isolated(self, stop: threading.Event | None = None) -> Isolation:
        """Where tools run; setting `stop` ends those that do."""
        from gatewright.sandbox.isolation import Level, open_isolation, stoppable

        with self._lock:
            if self._isolation is None:
                named = self._settings.isolation
                self._isolation = open_isolation(None if named == "auto" else Level(named))
            return stoppable(self._isolation, stop)

    def _kept_waves(self) -> Waves:
        from gatewright.agents.workbench.waves import Waves
        from gatewright.sandbox.isolation import scratch

        with self._lock:
            if self._waves is None:
                self._waves = Waves(self._stack.enter_context(scratch("waves")))
            return self._waves

    def _repository(self, folder: str) -> HeldRepository:
        from gatewright.agents.workbench.held import HeldRepository

        home = self._folders.named(folder)
        with self._lock:
            held = self._held.get(home.root)
            if held is None:
                held = HeldRepository(home.root, self._settings)
                self._held[home.root] = held
            return held

    def _library(self, folder: str) -> Library:
        from gatewright.agents.library import Library

        return Library(self._repository(folder).ask(lambda repository: repository))

    def _completion_writer(self) -> Writer:
        with self._lock:
            if self._writer is None and self._open_writer is not None:
                self._writer = self._open_writer()
            if self._writer is None:
                raise UsageError(
                    "no model is at hand that completes code", hint="complete without one"
                )
            return self._writer


def require(text: str, name: str) -> None:
    """Raises UsageError for an argument that says nothing, or far too much."""
    if not text.strip():
        raise UsageError("is empty", where=name)
    if len(text) > 4000:
        raise UsageError(f"has {len(text)} characters", where=name, hint="shorten it")


def require_count(number: int, most: int, name: str = "count") -> None:
    """Raises UsageError for a number that is not from 1 to `most`."""
    if not 1 <= number <= most:
        raise UsageError(f"{number} is out of range", where=name, hint=f"1 to {most}")
