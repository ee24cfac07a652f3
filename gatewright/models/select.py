"""From settings to a model: which one, why, and opening it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from gatewright.core import ModelError, UsageError
from gatewright.core.config import CacheMode, LayerKind, Settings
from gatewright.models.base import Model, Sampling
from gatewright.models.choice import PROVIDERS, ModelChoice, ModelKind, parse_model
from gatewright.models.discovery import (
    is_loopback,
    ollama_models,
    ollama_url,
    served_models,
    variable_address,
)
from gatewright.models.endpoint import Endpoint

if TYPE_CHECKING:
    from gatewright.models.infill import Infilling


@dataclass(frozen=True, slots=True)
class _Account:
    provider: str
    key: str
    model_variable: str
    model: str


_ACCOUNTS = (
    _Account("openai", "OPENAI_API_KEY", "OPENAI_MODEL", "gpt-5-mini"),
    _Account("anthropic", "ANTHROPIC_API_KEY", "ANTHROPIC_MODEL", "claude-sonnet-4-5"),
    _Account("google_genai", "GOOGLE_API_KEY", "GOOGLE_MODEL", "gemini-2.5-pro"),
)


def sampling_of(settings: Settings, sample: int = 0) -> Sampling:
    """How the settings ask to sample, for draw number `sample`."""
    return Sampling(
        temperature=settings.temperature,
        top_p=settings.top_p,
        max_tokens=settings.max_tokens,
        sample=sample,
    )


def resolve(settings: Settings, environ: Mapping[str, str] | None = None) -> ModelChoice:
    """Which model the settings mean; for `auto` this may ask local servers what they have.

    Raises UsageError for a name that is none, ModelError where a given server does not answer.
    """
    variables = os.environ if environ is None else environ
    named = parse_model(settings.model, settings.base_url)
    if named is None:
        return _automatic(settings, variables)
    choice = replace(named, why=f"named by {settings.origin('model')}")
    return _located(choice, settings, variables)


def open_model(
    choice: ModelChoice, settings: Settings, environ: Mapping[str, str] | None = None
) -> Model | None:
    """The model behind a choice, with cache and recording as set; None for `symbolic`.

    Raises UsageError where the provider's package is missing, ModelError where its key is,
    DataError for a bad replay file or cache.
    """
    if choice.kind is ModelKind.SYMBOLIC:
        return None
    if choice.kind is ModelKind.OFFLINE:
        raise UsageError(
            "completes lines of a repository and does nothing else",
            where="offline",
            hint="use it with eval completion or eval rtlrepo, or name a model",
        )
    if choice.kind is ModelKind.REPLAY:
        from gatewright.models.replay import ReplayModel

        return ReplayModel(Path(choice.model).expanduser())
    model = _provider_model(choice, settings, os.environ if environ is None else environ)
    return _remembering(model, settings)


def open_infill(
    choice: ModelChoice,
    settings: Settings,
    infilling: Infilling,
    environ: Mapping[str, str] | None = None,
) -> Model:
    """The model behind a choice as one that fills holes. Raises as `open_model` does."""
    if choice.kind is not ModelKind.PROVIDER:
        raise UsageError(
            "fills no holes: only a server's model does", where=choice.name, hint="leave --fim out"
        )
    from gatewright.models.infill import InfillModel

    endpoint = _endpoint(choice, settings, os.environ if environ is None else environ)
    if not endpoint.speaks_openai:
        raise UsageError(
            "fills no holes through OpenAI's protocol",
            where=choice.name,
            hint="use openai:NAME with --base-url, ollama:NAME, or --fim off",
        )
    model = InfillModel(
        endpoint,
        infilling,
        timeout_s=settings.timeout_s,
        retries=settings.retries,
        price=settings.price(choice.name),
    )
    return _remembering(model, settings)


def open_endpoint(
    choice: ModelChoice, settings: Settings, environ: Mapping[str, str] | None = None
) -> Endpoint:
    """Where a provider's model is asked, with its key. Raises as `open_model` does."""
    return _endpoint(choice, settings, os.environ if environ is None else environ)


def _remembering(model: Model, settings: Settings) -> Model:
    """The model with cache and recording as set."""
    if settings.cache is not CacheMode.OFF:
        from gatewright.models.cache import CachedModel

        model = CachedModel(model, settings.cache_dir / "answers.sqlite", settings.cache)
    if settings.record is not None:
        from gatewright.models.replay import RecordingModel

        model = RecordingModel(model, settings.record)
    return model


def _automatic(settings: Settings, environ: Mapping[str, str]) -> ModelChoice:
    if settings.base_url is not None:
        why = f"the server that {settings.origin('base_url')} names"
        return _served(settings.base_url, key_for("openai", settings, environ), why)
    missing = []
    for account in _ACCOUNTS:
        if not environ.get(account.key, "").strip():
            continue
        if find_spec(PROVIDERS[account.provider].package) is not None:
            return _from_account(account, environ)
        missing.append(f"{account.key} is set but {_package(account.provider)} is not installed")
    if openai_url(environ):
        return _from_account(_ACCOUNTS[0], environ)
    models = ollama_models(environ)
    if models:
        name = environ.get("OLLAMA_MODEL", "").strip() or models[0]
        url = ollama_url(environ)
        return ModelChoice(
            ModelKind.PROVIDER, f"ollama:{name}", f"{url}/v1", f"Ollama answers at {url}"
        )
    reasons = [*missing, "no model is configured, no API key is set, no Ollama answers"]
    return ModelChoice(ModelKind.SYMBOLIC, "symbolic", None, "; ".join(reasons))


def _from_account(account: _Account, environ: Mapping[str, str]) -> ModelChoice:
    url = openai_url(environ) if account.provider == "openai" else None
    key = environ.get(account.key, "").strip()
    name = environ.get(account.model_variable, "").strip()
    why = f"{account.key if key else 'OPENAI_BASE_URL'} is set"
    if url and not name:
        return _served(url, key, why)
    full = f"{account.provider}:{name or account.model}"
    return ModelChoice(ModelKind.PROVIDER, full, url, why)


def openai_url(environ: Mapping[str, str]) -> str | None:
    """The address that OpenAI's own variable names, if any. Raises UsageError for a bad one."""
    text = environ.get("OPENAI_BASE_URL", "").strip()
    return variable_address("OPENAI_BASE_URL", text) if text else None


def _served(base_url: str, key: str, why: str) -> ModelChoice:
    models = served_models(base_url, key)
    if not models:
        raise ModelError(
            "no model is named, and the server does not list any",
            where=base_url,
            hint="start it or check --base-url (does it end in /v1?), or name one: -m openai:NAME",
        )
    if len(models) > 1:
        raise UsageError(
            f"the server has several models: {', '.join(models[:10])}",
            where=base_url,
            hint=f"say which, such as -m openai:{models[0]}",
        )
    return ModelChoice(ModelKind.PROVIDER, f"openai:{models[0]}", base_url, why)


def _located(choice: ModelChoice, settings: Settings, environ: Mapping[str, str]) -> ModelChoice:
    if choice.kind is not ModelKind.PROVIDER or choice.base_url is not None:
        return choice
    if choice.provider == "ollama":
        return replace(choice, base_url=f"{ollama_url(environ)}/v1")
    if choice.provider == "openai":
        return replace(choice, base_url=openai_url(environ))
    return choice


def _provider_model(choice: ModelChoice, settings: Settings, environ: Mapping[str, str]) -> Model:
    from gatewright.models.langchain import LangChainModel

    return LangChainModel(
        _endpoint(choice, settings, environ),
        timeout_s=settings.timeout_s,
        retries=settings.retries,
        price=settings.price(choice.name),
    )


def _endpoint(choice: ModelChoice, settings: Settings, environ: Mapping[str, str]) -> Endpoint:
    replayed = settings.cache is CacheMode.REPLAY
    key = "" if replayed else _checked_key(choice, settings, environ)
    return Endpoint(choice.provider, choice.model, choice.base_url, key)


def _checked_key(choice: ModelChoice, settings: Settings, environ: Mapping[str, str]) -> str:
    provider = PROVIDERS[choice.provider]
    if find_spec(provider.package) is None:
        raise UsageError(
            f"{choice.provider} needs the package {_package(choice.provider)}",
            where=choice.name,
            hint=f"pip install {_package(choice.provider)}",
        )
    key = key_for(choice.provider, settings, environ)
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ModelError(
            "the API key holds characters that no key has",
            where=choice.name,
            hint=f"check {provider.key_variable or 'GATEWRIGHT_API_KEY'}",
        )
    if not key and provider.key_variable and choice.base_url is None:
        raise ModelError(
            f"no API key for {choice.provider}",
            where=choice.name,
            hint=f"set {provider.key_variable} or GATEWRIGHT_API_KEY; "
            "or use a local server with --base-url, or -m symbolic",
        )
    return key


def key_for(
    provider: str, settings: Settings, environ: Mapping[str, str], server: str = "base_url"
) -> str:
    """The key to send to the server that a setting names, '' for none.

    A server that only a project's file names gets no key but one that the same file holds:
    otherwise a cloned repository could have the user's key sent anywhere.
    """
    given = settings.api_key.get_secret_value().strip() if settings.api_key else ""
    url = getattr(settings, server) or ""
    if settings.origin(server).kind is LayerKind.PROJECT and not is_loopback(url):
        return given if settings.origin("api_key").kind is LayerKind.PROJECT else ""
    return given or environ.get(PROVIDERS[provider].key_variable, "").strip()


def _package(provider: str) -> str:
    return PROVIDERS[provider].package.replace("_", "-")
