"""From a choice of model to a writer of completions: talked to, or filling holes."""

from __future__ import annotations

from gatewright.agents.complete_writer import ChatWriter, InfillWriter, Writer
from gatewright.core import UsageError
from gatewright.core.config import Settings
from gatewright.models import ModelChoice, ModelKind
from gatewright.models.infill import Infilling, InfillWay
from gatewright.models.infill_tokens import fills_holes, infill_tokens
from gatewright.models.select import open_infill, open_model

AUTO, OFF = "auto", "off"


def open_writer(choice: ModelChoice, settings: Settings, fim: str = AUTO) -> Writer:
    """The writer behind a choice. `fim` is auto, off, suffix or tokens.

    Raises UsageError where the choice is no model or cannot do what `fim` wants, and what
    `open_model` raises.
    """
    way = _way(choice, fim)
    if way is None:
        model = open_model(choice, settings)
        if model is None:
            raise UsageError(
                f"{choice.name} completes no code ({choice.why})",
                where="--model",
                hint="name a model, or leave -m out to complete without one",
            )
        return ChatWriter(model)
    tokens = infill_tokens(choice.model)
    if way is InfillWay.TOKENS and tokens is None:
        raise UsageError(
            "the words by which it is shown a hole are not known",
            where=choice.name,
            hint="known are Qwen-Coder, StarCoder2, DeepSeek-Coder, CodeLlama and Codestral; "
            "--fim suffix leaves the words to the server",
        )
    shown = tokens if way is InfillWay.TOKENS else None
    line = open_infill(choice, settings, Infilling(way, tokens, ("\n",)))
    block = open_infill(choice, settings, Infilling(way, tokens))
    return InfillWriter(line, block, shown)


def _way(choice: ModelChoice, fim: str) -> InfillWay | None:
    """How the hole is shown; None for a conversation."""
    if fim == OFF or (fim == AUTO and choice.kind is not ModelKind.PROVIDER):
        return None
    if fim == AUTO:
        if not fills_holes(choice.model) or choice.provider not in ("openai", "ollama"):
            return None
        # Ollama puts the words in by itself, and would put a prompt with words into its template.
        own = choice.provider == "ollama" or "mistral.ai" in (choice.base_url or "")
        return InfillWay.SUFFIX if own else InfillWay.TOKENS
    try:
        return InfillWay(fim)
    except ValueError:
        known = ", ".join((AUTO, OFF, *InfillWay))
        raise UsageError(
            f"no way {fim!r} of asking", where="--fim", hint=f"there is: {known}"
        ) from None
