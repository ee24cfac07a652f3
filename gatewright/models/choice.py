"""What `--model` may say, and what came of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from gatewright.core import UsageError

EXAMPLES = (
    "auto, symbolic, replay:answers.jsonl, openai:gpt-5-mini, anthropic:claude-sonnet-4-5, "
    "ollama:qwen2.5-coder:7b, or openai:NAME with --base-url http://127.0.0.1:8000/v1"
)


class ModelKind(StrEnum):
    """What stands behind a model name."""

    SYMBOLIC = "symbolic"
    OFFLINE = "offline"
    REPLAY = "replay"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The model that will be used, and why.

    `name` is what reports show: `symbolic`, `offline`, `replay:FILE` or `provider:name`. `base_url`
    is None where the provider's own address is meant.
    """

    kind: ModelKind
    name: str
    base_url: str | None = None
    why: str = ""

    @property
    def provider(self) -> str:
        """The part before the first colon, such as `openai`."""
        return self.name.partition(":")[0]

    @property
    def model(self) -> str:
        """The part after the first colon: the provider's own name, or the replay file."""
        return self.name.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Provider:
    """A LangChain integration: its package, and the variable its key is read from ('' = none)."""

    package: str
    key_variable: str = ""


PROVIDERS = {
    "anthropic": Provider("langchain_anthropic", "ANTHROPIC_API_KEY"),
    "azure_openai": Provider("langchain_openai", "AZURE_OPENAI_API_KEY"),
    "bedrock": Provider("langchain_aws"),
    "bedrock_converse": Provider("langchain_aws"),
    "cohere": Provider("langchain_cohere", "COHERE_API_KEY"),
    "deepseek": Provider("langchain_deepseek", "DEEPSEEK_API_KEY"),
    "fireworks": Provider("langchain_fireworks", "FIREWORKS_API_KEY"),
    "google_genai": Provider("langchain_google_genai", "GOOGLE_API_KEY"),
    "google_vertexai": Provider("langchain_google_vertexai"),
    "groq": Provider("langchain_groq", "GROQ_API_KEY"),
    "huggingface": Provider("langchain_huggingface"),
    "ibm": Provider("langchain_ibm"),
    "litellm": Provider("langchain_litellm"),
    "mistralai": Provider("langchain_mistralai", "MISTRAL_API_KEY"),
    "nvidia": Provider("langchain_nvidia_ai_endpoints", "NVIDIA_API_KEY"),
    # Ollama speaks OpenAI's protocol under /v1, so its own package is not needed.
    "ollama": Provider("langchain_openai"),
    "openai": Provider("langchain_openai", "OPENAI_API_KEY"),
    "openrouter": Provider("langchain_openrouter", "OPENROUTER_API_KEY"),
    "perplexity": Provider("langchain_perplexity", "PPLX_API_KEY"),
    "together": Provider("langchain_together", "TOGETHER_API_KEY"),
    "xai": Provider("langchain_xai", "XAI_API_KEY"),
}

_GUESSES = (
    (re.compile(r"(gpt|o\d|chatgpt|codex)", re.IGNORECASE), "openai"),
    (re.compile(r"claude", re.IGNORECASE), "anthropic"),
    (re.compile(r"gemini", re.IGNORECASE), "google_genai"),
    (re.compile(r"deepseek-(chat|reasoner)", re.IGNORECASE), "deepseek"),
)


def parse_model(text: str, base_url: str | None = None) -> ModelChoice | None:
    """Read what `--model` says; None means `auto`.

    With a base URL a name without a known provider is the name of a model on that server, so
    that `qwen2.5-coder:7b` works as it is written there. Raises UsageError with examples.
    """
    name = text.strip()
    head, colon, rest = name.partition(":")
    if not name or any(c.isspace() for c in head) or (colon and not rest.strip()):
        raise _bad_name(text, "no name can be read from it")
    if name == "auto":
        return None
    if head in (ModelKind.SYMBOLIC, ModelKind.OFFLINE):
        if colon:
            raise _bad_name(text, f"{head} takes nothing after it")
        return ModelChoice(ModelKind(head), head)
    if head == "replay":
        if not colon:
            raise _bad_name(text, "replay needs a file")
        return ModelChoice(ModelKind.REPLAY, name)
    if colon and head in PROVIDERS:
        return ModelChoice(ModelKind.PROVIDER, name, base_url)
    if base_url is not None:
        return ModelChoice(ModelKind.PROVIDER, f"openai:{name}", base_url)
    raise _bad_name(text, _what_is_wrong(name, head if colon else ""))


def _what_is_wrong(name: str, provider: str) -> str:
    for pattern, guess in _GUESSES:
        if pattern.match(name):
            return f"it names no provider; did you mean {guess}:{name}?"
    if provider:
        return f"{provider!r} is none of the providers {', '.join(PROVIDERS)}"
    return "it names no provider"


def _bad_name(text: str, why: str) -> UsageError:
    return UsageError(f"bad model name {text!r}: {why}", where="--model", hint=f"try {EXAMPLES}")
