"""What `generate` tells of a run in plain words: its check, why it stopped, what came out."""

from __future__ import annotations

from gatewright.cli.console import verdict_text
from gatewright.core import Oracle, StopReason, Trajectory, verdict_json

ORACLES = {
    Oracle.GOLDEN: "the testbench given",
    Oracle.REFERENCE: "comparison with the reference given",
    Oracle.DERIVED: "the specification's own tables",
    Oracle.GENERATED: "a generated testbench",
    Oracle.NONE: "nothing to check behaviour against; --testbench or --reference would be",
}
STOPS = {
    StopReason.PASSED: "it passed",
    StopReason.ROUNDS: "all edit rounds are used up; --rounds allows more",
    StopReason.TOKENS: "the token budget is used up",
    StopReason.MONEY: "the money budget is used up",
    StopReason.WALL: "the time budget is used up",
    StopReason.STAGNATION: "nothing more made it better",
    StopReason.DUPLICATE: "the model repeats itself",
    StopReason.AMBIGUOUS: "the specification or the testbench seems to be at fault",
    StopReason.NO_CANDIDATE: "no answer of the model holds code",
    StopReason.MODEL_FAILED: "the model failed",
    StopReason.UNVERIFIED: "there was nothing to check its behaviour against",
    StopReason.INTERRUPTED: "interrupted",
}
NAME_A_MODEL = """\
to have a model write it, one of:
  OPENAI_API_KEY=... gatewright generate ... -m openai:gpt-5-mini
  gatewright generate ... -m ollama:qwen2.5-coder:7b
  gatewright generate ... -m openai:NAME --base-url http://127.0.0.1:8000/v1
the default: GATEWRIGHT_MODEL, GATEWRIGHT_BASE_URL, or model and base_url in gatewright.toml"""


def outcome_text(trajectory: Trajectory) -> str:
    """How it ended, in a few lines. The notes were told while it ran."""
    verdict, best = trajectory.verdict, trajectory.best
    stop = STOPS[trajectory.stop]
    if verdict is None or best is None or not best.sources:
        if trajectory.stop is StopReason.NO_CANDIDATE and not trajectory.rounds:
            return f"nothing was written: this text needs a model\n{NAME_A_MODEL}"
        return f"nothing was written: {stop}"
    how = f"oracle {trajectory.oracle}, {best.provenance}"
    if best.note:
        how += f", {best.note}"
    state = "verified" if verdict.passed else f"NOT verified: {stop}"
    return f"{verdict_text(verdict)}\n{state} ({how})"


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
