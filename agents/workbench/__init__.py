"""What every door can do, once: checks, questions about a repository, edits that can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatewright.agents.workbench.bench import Workbench, WorkbenchLimits
    from gatewright.agents.workbench.folders import Folder, Folders
    from gatewright.agents.workbench.given import Given
    from gatewright.agents.workbench.opening import open_workbench
    from gatewright.agents.workbench.results import (
        Applied,
        Bench,
        Checked,
        Completion,
        ConeFound,
        FileText,
        Found,
        Generated,
        Listing,
        PackFound,
        Proposal,
        Shown,
        SignalPlaces,
        WaveWindow,
    )
    from gatewright.agents.workbench.serial import from_json, to_json
    from gatewright.sandbox.tools.synthesis import SynthStats

__all__ = [
    "Applied",
    "Bench",
    "Checked",
    "Completion",
    "ConeFound",
    "FileText",
    "Folder",
    "Folders",
    "Found",
    "Generated",
    "Given",
    "Listing",
    "PackFound",
    "Proposal",
    "Shown",
    "SignalPlaces",
    "SynthStats",
    "WaveWindow",
    "Workbench",
    "WorkbenchLimits",
    "from_json",
    "open_workbench",
    "to_json",
]

_HOMES = {
    "Workbench": "agents.workbench.bench",
    "WorkbenchLimits": "agents.workbench.bench",
    "Folder": "agents.workbench.folders",
    "Folders": "agents.workbench.folders",
    "Given": "agents.workbench.given",
    "open_workbench": "agents.workbench.opening",
    "from_json": "agents.workbench.serial",
    "to_json": "agents.workbench.serial",
    "SynthStats": "sandbox.tools.synthesis",
}


def __getattr__(name: str) -> object:
    """Import what is asked for when it is asked for: start-up stays light."""
    from importlib import import_module

    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(
        import_module(f"gatewright.{_HOMES.get(name, 'agents.workbench.results')}"), name
    )
