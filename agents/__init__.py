"""Coder, judge, loop, oracle: how an answer comes about."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatewright.agents.budget import Budget
    from gatewright.agents.engine import solve
    from gatewright.agents.harnesses import Harnesses
    from gatewright.agents.listener import Listener
    from gatewright.agents.loop import LoopInterrupted
    from gatewright.agents.policy import LoopPolicy

__all__ = ["Budget", "Harnesses", "Listener", "LoopInterrupted", "LoopPolicy", "solve"]

_HOMES = {
    "Budget": "budget",
    "Harnesses": "harnesses",
    "Listener": "listener",
    "LoopInterrupted": "loop",
    "LoopPolicy": "policy",
    "solve": "engine",
}


def __getattr__(name: str) -> object:
    """Import what is asked for when it is asked for: start-up stays light."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
