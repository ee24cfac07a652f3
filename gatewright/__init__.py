"""Gatewright: LLM agents write hardware and GPU kernels; a tool verifies every one.

    import gatewright as gw

    made = gw.generate(spec, reference="golden.sv")   # the loop: made.verified, made.code
    verdict = gw.verify("adder.sv", testbench="adder_tb.sv")
    with gw.Repository("path/to/rtl") as rtl:
        hits = rtl.search("arbiter with rotating priority")

The same as coroutines: `await gw.aio.verify(...)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatewright.agents.listener import Listener as Listener
    from gatewright.agents.workbench.results import Bench as Bench
    from gatewright.agents.workbench.results import Completion as Completion
    from gatewright.agents.workbench.results import Generated as Generated
    from gatewright.api import aio as aio
    from gatewright.api.functions import equivalence as equivalence
    from gatewright.api.functions import generate as generate
    from gatewright.api.functions import lint as lint
    from gatewright.api.functions import schematic as schematic
    from gatewright.api.functions import synth_stats as synth_stats
    from gatewright.api.functions import testbench as testbench
    from gatewright.api.functions import verify as verify
    from gatewright.api.repository import Repository as Repository
    from gatewright.core import DataError as DataError
    from gatewright.core import Diagnostic as Diagnostic
    from gatewright.core import FailureClass as FailureClass
    from gatewright.core import GatewrightError as GatewrightError
    from gatewright.core import Interrupted as Interrupted
    from gatewright.core import Language as Language
    from gatewright.core import ModelError as ModelError
    from gatewright.core import Outcome as Outcome
    from gatewright.core import SandboxUnavailable as SandboxUnavailable
    from gatewright.core import Source as Source
    from gatewright.core import ToolCrashed as ToolCrashed
    from gatewright.core import ToolMissing as ToolMissing
    from gatewright.core import UsageError as UsageError
    from gatewright.core import Verdict as Verdict
    from gatewright.core.config import Settings as Settings
    from gatewright.retrieval.search import Hit as Hit
    from gatewright.sandbox.tools.synthesis import SynthStats as SynthStats

__version__ = "0.1.0"

_FUNCTIONS = ("equivalence", "generate", "lint", "schematic", "synth_stats", "testbench", "verify")
_TYPES = (
    "DataError",
    "Diagnostic",
    "FailureClass",
    "GatewrightError",
    "Interrupted",
    "Language",
    "ModelError",
    "Outcome",
    "SandboxUnavailable",
    "Source",
    "ToolCrashed",
    "ToolMissing",
    "UsageError",
    "Verdict",
)
_HOMES = {
    **dict.fromkeys(_FUNCTIONS, "api.functions"),
    **dict.fromkeys(_TYPES, "core"),
    **dict.fromkeys(("Bench", "Completion", "Generated"), "agents.workbench.results"),
    "Hit": "retrieval.search",
    "Listener": "agents.listener",
    "Repository": "api.repository",
    "Settings": "core.config",
    "SynthStats": "sandbox.tools.synthesis",
}


def __getattr__(name: str) -> object:
    """Import what is asked for when it is asked for: `import gatewright` costs next to nothing."""
    from importlib import import_module

    if name == "aio":
        return import_module("gatewright.api.aio")
    if name not in _HOMES:
        raise AttributeError(f"module 'gatewright' has no attribute {name!r}")
    return getattr(import_module(f"gatewright.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*_HOMES, "aio", "__doc__", "__version__"})
