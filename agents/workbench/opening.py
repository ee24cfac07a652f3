"""From settings to a workbench with its model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gatewright.agents.workbench.bench import Workbench
from gatewright.agents.workbench.room import WorkbenchLimits
from gatewright.core.config import Settings, load_settings

if TYPE_CHECKING:
    from gatewright.agents.complete_writer import Writer
    from gatewright.models import ModelChoice


def open_workbench(
    folders: Sequence[Path] = (),
    *,
    settings: Settings | None = None,
    limits: WorkbenchLimits | None = None,
    completions: bool = False,
    announce: Callable[[str], None] | None = None,
    **flags: object,
) -> Workbench:
    """A workbench with the model that settings and flags name (`model`, `base_url`, ...).

    `completions`: the model may be asked for completions of code, too. `announce` is told which
    model it is, and why. Raises UsageError and
    ModelError for a model that cannot be had, UsageError for what is no folder.
    """
    from gatewright.models.select import open_model, resolve

    given = {key: value for key, value in flags.items() if value is not None}
    chosen = settings or load_settings(given)
    choice = resolve(chosen)
    if announce is not None:
        announce(f"model: {choice.name} ({choice.why})")
    return Workbench(
        folders,
        open_model(choice, chosen),
        settings=chosen,
        limits=limits,
        completion_writer=(lambda: _writer(choice, chosen)) if completions else None,
    )


def _writer(choice: ModelChoice, settings: Settings) -> Writer | None:
    from gatewright.agents.complete_model import open_writer
    from gatewright.models import ModelKind

    if choice.kind is not ModelKind.PROVIDER:
        return None
    return open_writer(choice, settings)
