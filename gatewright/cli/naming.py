"""The name of a module to be written, where the command line does not say."""

from __future__ import annotations

from gatewright.agents.naming import NAMELESS, named_module
from gatewright.cli.console import say
from gatewright.core import HarnessSpec
from gatewright.sandbox.harness.modules import expected_name


def wanted_name(text: str, check: HarnessSpec | None) -> str:
    """The name for a module to be written: the one that its check or its specification expects.

    Says on stderr which that is where the specification does not say.
    """
    expected = expected_name(check)
    name = expected or named_module(text)
    if not name:
        say(f"no module name in the specification; calling it {NAMELESS}; --top NAME to choose")
    elif expected and named_module(text) not in ("", expected):
        say(f"the module is called {expected}, as what checks it expects")
    return name or NAMELESS
