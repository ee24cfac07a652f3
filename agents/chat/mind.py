"""Who answers in a conversation: a model that calls tools, one that does not, or none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gatewright.core.config import CacheMode, Settings
from gatewright.models import Model, Sampling
from gatewright.models.choice import ModelChoice, ModelKind

if TYPE_CHECKING:
    from gatewright.models.endpoint import Endpoint


class Manner(StrEnum):
    """How a conversation is led."""

    TOOLS = "tools"
    PLAIN = "plain"
    SYMBOLIC = "symbolic"


@dataclass(frozen=True, slots=True)
class Mind:
    """A model and how it is talked with. `model` None = none: structured specifications only.

    `endpoint` is where a model that calls tools is asked ('' manner PLAIN: it has none).
    """

    name: str
    why: str
    manner: Manner
    settings: Settings
    sampling: Sampling
    model: Model | None = None
    endpoint: Endpoint | None = None

    @property
    def told(self) -> str:
        """In words, for whoever starts to talk with it."""
        words = {
            Manner.TOOLS: "it calls tools itself",
            Manner.PLAIN: "it is asked for tools in plain text",
            Manner.SYMBOLIC: "no model: structured specifications and the tools, nothing else",
        }
        return f"{self.name} ({self.why}); {words[self.manner]}"


def open_mind(settings: Settings, *, tools: bool = True) -> Mind:
    """The mind that the settings name; `tools` False = one that is known to call none.

    Raises UsageError, ModelError or DataError as `resolve` and `open_model` do.
    """
    from gatewright.models.select import open_endpoint, open_model, resolve, sampling_of

    choice = resolve(settings)
    model = open_model(choice, settings)
    sampling = sampling_of(settings)
    if model is None:
        manner = Manner.SYMBOLIC
    elif tools and _reached_directly(choice, settings):
        endpoint = open_endpoint(choice, settings)
        return Mind(choice.name, choice.why, Manner.TOOLS, settings, sampling, model, endpoint)
    else:
        manner = Manner.PLAIN
    return Mind(choice.name, choice.why, manner, settings, sampling, model)


def _reached_directly(choice: ModelChoice, settings: Settings) -> bool:
    """A server answers each call: answers kept, recorded or replayed have no tool calls in them."""
    kept = settings.cache is not CacheMode.OFF or settings.record is not None
    return choice.kind is ModelKind.PROVIDER and not kept
