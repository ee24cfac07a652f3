"""From settings to an embedding model behind a server."""

from __future__ import annotations

import os
from collections.abc import Mapping

from gatewright.core import ModelError, UsageError
from gatewright.core.config import Settings
from gatewright.models.choice import PROVIDERS
from gatewright.models.discovery import is_loopback, ollama_url
from gatewright.models.embeddings import ServedEmbedding
from gatewright.models.endpoint import Endpoint
from gatewright.models.select import key_for, openai_url


def open_embedding(
    name: str, settings: Settings, environ: Mapping[str, str] | None = None
) -> ServedEmbedding:
    """The model of a name such as `openai:text-embedding-3-small` or `ollama:nomic-embed-text`.

    Its server is at `embedding_url`, else at `base_url`, else where the provider's variables say.
    Nothing is asked yet. Raises UsageError for another name, ModelError where a key is missing.
    """
    variables = os.environ if environ is None else environ
    provider, _, model = name.partition(":")
    if provider not in ("openai", "ollama") or not model.strip():
        raise UsageError(
            f"bad embedding {name!r}",
            where=str(settings.origin("embedding")),
            hint="none, hashed, minilm:FOLDER, ollama:NAME, or openai:NAME (with --base-url: "
            "any OpenAI-compatible server)",
        )
    server = "embedding_url" if settings.embedding_url else "base_url"
    url = settings.embedding_url or settings.base_url
    if url is None:
        url = f"{ollama_url(variables)}/v1" if provider == "ollama" else openai_url(variables)
    key = key_for(provider, settings, variables, server)
    if not key and url is None:
        variable = PROVIDERS[provider].key_variable
        raise ModelError(
            f"no API key for {provider}",
            where=name,
            hint=f"set {variable} or GATEWRIGHT_API_KEY; or name a local server with --base-url",
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ModelError("the API key holds characters that no key has", where=name)
    return ServedEmbedding(
        Endpoint(provider, model.strip(), url, key),
        timeout_s=settings.timeout_s,
        # A local server that does not answer will not answer in half a minute either.
        retries=min(settings.retries, 1) if url and is_loopback(url) else settings.retries,
    )
