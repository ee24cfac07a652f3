"""Scores models and agents on benchmarks."""

from gatewright.eval.answers import Answers, Asked, Generations, Given, Origins, References
from gatewright.eval.compare import Comparison, compare_runs, comparison_json
from gatewright.eval.events import Event, Listener
from gatewright.eval.preflight import PreflightResult, preflight, preflight_json
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
    "PreflightResult",
    "References",
    "Run",
    "RunRequest",
    "Summary",
    "compare_runs",
    "comparison_json",
    "load_run",
    "preflight",
    "preflight_json",
    "run",
    "summary_json",
    "write_html",
]
