"""What `generate` tells of a run in plain words: its check, why it stopped, what came out."""

from __future__ import annotations

from gatewright.agents.outcome import STOPS, outcome_lines
from gatewright.cli.terminal import shown
from gatewright.core import StopReason, Trajectory, verdict_json

NAME_A_MODEL = """\
to have a model write it, one of:
  OPENAI_API_KEY=... gatewright generate ... -m openai:gpt-5-mini
  gatewright generate ... -m ollama:qwen2.5-coder:7b
  gatewright generate ... -m openai:NAME --base-url http://127.0.0.1:8000/v1
the default: GATEWRIGHT_MODEL, GATEWRIGHT_BASE_URL, or model and base_url in gatewright.toml"""


def outcome_text(trajectory: Trajectory) -> str:
    """How it ended, in a few lines. The notes were told while it ran."""
    lines = outcome_lines(trajectory)
    if lines:
        return shown(lines)
    if trajectory.stop is StopReason.NO_CANDIDATE and not trajectory.rounds:
        return f"nothing was written: this text needs a model\n{NAME_A_MODEL}"
    return f"nothing was written: {STOPS[trajectory.stop]}"


def document_of(trajectory: Trajectory, output: str | None) -> dict[str, object]:
    """The run as JSON; `output` is the file that the module went to."""
    best, verdict = trajectory.best, trajectory.verdict
    return {
        "verified": verdict is not None and verdict.passed,
        "code": best.text if best else "",
        "provenance": best.provenance if best else None,
        "note": best.note if best else "",
        "oracle": trajectory.oracle,
        "stop": trajectory.stop,
        "rounds": len(trajectory.rounds),
        "usage": {
            "prompt_tokens": trajectory.usage.prompt_tokens,
            "completion_tokens": trajectory.usage.completion_tokens,
            "seconds": trajectory.usage.seconds,
            "cost": trajectory.usage.cost,
            "calls": trajectory.usage.calls,
        },
        "notes": list(trajectory.notes),
        "verdict": verdict_json(verdict) if verdict else None,
        "output": output,
    }
