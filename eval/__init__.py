"""Scores models and agents on benchmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatewright.eval.answers import Answers, Asked, Generations, Given, Origins, References
    from gatewright.eval.compare import Comparison, compare_runs, comparison_json
    from gatewright.eval.events import Event, Listener
    from gatewright.eval.report import write_html
    from gatewright.eval.request import RunRequest
    from gatewright.eval.results import Run, load_run
    from gatewright.eval.runner import run
    from gatewright.eval.summary import Summary, summary_json

__all__ = [
    "Answers",
    "Asked",
    "Comparison",
    "Event",
    "Generations",
    "Given",
    "Listener",
    "Origins",
    "References",
    "Run",
    "RunRequest",
    "Summary",
    "compare_runs",
    "comparison_json",
    "load_run",
    "run",
    "summary_json",
    "write_html",
]

_HOMES = {
    "answers": ("Answers", "Asked", "Generations", "Given", "Origins", "References"),
    "compare": ("Comparison", "compare_runs", "comparison_json"),
    "events": ("Event", "Listener"),
    "report": ("write_html",),
    "request": ("RunRequest",),
    "results": ("Run", "load_run"),
    "runner": ("run",),
    "summary": ("Summary", "summary_json"),
}


def __getattr__(name: str) -> object:
    """Import what is asked for when it is asked for: start-up stays light."""
    from importlib import import_module

    home = next((home for home, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
