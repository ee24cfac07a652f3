"""Requests as other tools send them. What we do not use of them is passed over."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(max_length=4_000_000)]
Stops = str | list[str] | None


class Shape(BaseModel):
    """A request; unknown fields are no error."""

    model_config = ConfigDict(extra="ignore")


class CompletionRequest(Shape):
    """`POST /v1/completions`."""

    model: str = ""
    prompt: Text | list[Text]
    suffix: Text | None = None
    max_tokens: int | None = Field(None, ge=0)
    stream: bool = False
    stop: Stops = None
    n: int | None = Field(1, ge=1, le=1)


class InfillExtra(Shape):
    """A piece of another file."""

    text: Text = ""
    filename: str = ""


class InfillRequest(Shape):
    """`POST /infill`, as llama.cpp's server has it."""

    input_prefix: Text = ""
    input_suffix: Text = ""
    input_extra: list[InfillExtra] = []
    prompt: Text | None = ""
    n_predict: int | None = None
    t_max_predict_ms: float | None = None
    stop: Stops = None
    stream: bool = False


class ContentPart(Shape):
    """A part of a message that is more than a text."""

    type: str = "text"
    text: Text | None = None


class ChatMessage(Shape):
    """One message of a conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | list[ContentPart] | None = None

    @property
    def text(self) -> str:
        """Its text; pictures and sounds are left out."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.text)
        return self.content or ""


class ChatRequest(Shape):
    """`POST /v1/chat/completions`."""

    model: str = "gatewright/chat"
    messages: list[ChatMessage] = Field(min_length=1, max_length=2000)
    stream: bool = False
    stream_options: dict[str, Any] | None = None
    n: int | None = Field(1, ge=1, le=1)

    @property
    def wants_usage(self) -> bool:
        """Whether a stream is to end with the usage."""
        return bool((self.stream_options or {}).get("include_usage"))


def stops_of(given: Stops) -> tuple[str, ...]:
    """The stops as a row."""
    if given is None:
        return ()
    return (given,) if isinstance(given, str) else tuple(given)
