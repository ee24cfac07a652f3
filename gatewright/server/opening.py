"""From settings to everything that is served."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gatewright.agents.chat.mind import Mind, open_mind
from gatewright.agents.chat.store import Store
from gatewright.agents.complete_prompt import Place
from gatewright.agents.workbench import Workbench
from gatewright.server.app import Doors
from gatewright.server.chat_door import CHAT, VERIFIED, chat_door
from gatewright.server.completing import WrittenLines
from gatewright.server.desk_door import desk_door
from gatewright.server.fairness import FairQueue, Limits
from gatewright.server.page_door import page_door
from gatewright.server.run_door import run_door
from gatewright.server.talk_door import talk_door
from gatewright.server.talks import Talks

if TYPE_CHECKING:
    from gatewright.agents.complete_writer import Writer
    from gatewright.core.config import Settings


@dataclass(frozen=True, slots=True)
class Opened:
    """All doors, and what they share. Close it."""

    doors: Doors
    talks: Talks
    mind: Mind
    held: ExitStack

    async def end(self) -> None:
        """Stop conversations, so that their streams end."""
        await self.talks.close()

    def close(self) -> None:
        """Let go of everything."""
        self.held.close()


def open_doors(
    folders: Sequence[Path],
    settings: Settings,
    *,
    runs: Sequence[Path] = (),
    store: Path | None = None,
    complete_with_model: bool = False,
) -> Opened:
    """The doors before a workbench on these folders, with the model that the settings name.

    Raises what opening the model, the folders or the file of conversations raises.
    """
    with ExitStack() as stack:
        mind = open_mind(settings)
        writer = _writer(mind, settings) if complete_with_model else None
        bench = stack.enter_context(
            Workbench(
                folders,
                mind.model,
                settings=settings,
                completion_writer=(lambda: writer) if writer is not None else None,
            )
        )
        kept = Store(store) if store is not None else Store()
        stack.callback(kept.close)
        talks = Talks(kept, bench, mind)
        queue = FairQueue(Limits(slots=max(4, settings.jobs), each=3))
        checks = FairQueue(Limits(slots=max(2, settings.jobs), each=2))
        loops = FairQueue(Limits(slots=max(2, settings.jobs), each=2))
        doors = Doors(
            (
                page_door(bench, mind),
                talk_door(talks),
                desk_door(bench, queue, checks),
                chat_door(bench, talks, loops),
                run_door(runs),
            ),
            (VERIFIED, CHAT),
            Asking(bench) if writer is not None else None,
        )
        return Opened(doors, talks, mind, stack.pop_all())


def _writer(mind: Mind, settings: Settings) -> Writer | None:
    """Who completes code; None where no model is named that could."""
    if mind.model is None:
        return None
    from gatewright.agents.complete_model import open_writer
    from gatewright.models.select import resolve

    return open_writer(resolve(settings), settings)


@dataclass(frozen=True, slots=True)
class Asking:
    """Has the workbench's model complete a place."""

    bench: Workbench

    def __call__(
        self, place: Place, folder: int, lines: int, stop: threading.Event
    ) -> WrittenLines:
        """The lines that the model would have there. Raises ModelError, and Interrupted."""
        found = self.bench.complete_place(
            place,
            count=1,
            block=lines if lines > 1 else 0,
            use_model=True,
            folder=self.bench.folders[folder].name,
            stop=stop,
        )
        return WrittenLines(found.lines, found.usage)
