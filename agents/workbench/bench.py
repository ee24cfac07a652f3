"""The workbench: one method a tool. Every door's tools end here, and every verdict begins here."""

from __future__ import annotations

from gatewright.agents.workbench.ask_tools import AskTools
from gatewright.agents.workbench.check_tools import CheckTools
from gatewright.agents.workbench.file_tools import FileTools
from gatewright.agents.workbench.room import WorkbenchLimits
from gatewright.agents.workbench.wave_tools import WaveTools
from gatewright.agents.workbench.write_tools import WriteTools

__all__ = ["Workbench", "WorkbenchLimits"]


class Workbench(CheckTools, AskTools, WaveTools, WriteTools, FileTools):
    """Tools for the folders that a user named, and for texts. Safe to use from several threads.

    Designs and benches are given as paths inside the folders or as texts with names (`Given`).
    Everything raises a GatewrightError, never a verdict, for what is not the design's fault.
    Results and errors hold no key that the settings or the environment name. Close it, or use it
    in a `with`.
    """
