"""Settings: one frozen object, layered from defaults, files, the environment and flags.

A later layer wins: defaults < `gatewright.toml` in the user's config folder < `gatewright.toml`
in the working folder or its nearest parent that has one < environment `GATEWRIGHT_<KEY>` < flags.
Not imported by `gatewright.core` itself, which stays free of pydantic.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    field_validator,
)

from gatewright.core.errors import UsageError
from gatewright.core.layers import FILE_NAME, Layer, LayerKind, collect

__all__ = [
    "FILE_NAME",
    "CacheMode",
    "IsolationChoice",
    "LayerKind",
    "Origin",
    "Price",
    "Settings",
    "load_settings",
    "web_address",
]

IsolationChoice = Literal["auto", "container", "bwrap", "landlock", "rlimits"]


class CacheMode(StrEnum):
    """What the response cache may do.

    `off` ignores it; `read` answers what it knows and stores nothing; `write` also stores;
    `replay` answers from it only: what it does not know is an error, and no server is asked.
    """

    OFF = "off"
    READ = "read"
    WRITE = "write"
    REPLAY = "replay"


class Price(BaseModel):
    """US dollars per million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    prompt: float = Field(ge=0)
    completion: float = Field(ge=0)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a setting's value came from; `place` is a file, a variable, or empty."""

    kind: LayerKind
    place: str = ""

    def __str__(self) -> str:
        return self.place or str(self.kind)


def web_address(text: str) -> str:
    """An http or https address without a slash at its end. Raises ValueError for another text."""
    try:
        parts = urlsplit(text.strip())
        # Reading the port is what checks it.
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("must look like http://127.0.0.1:8000/v1")
    return text.strip().rstrip("/")


def _usable_cpus() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cache_folder() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("gatewright", appauthor=False)


class Settings(BaseModel):
    """Everything a user can set. Absent optional values mean "no limit" or "the server decides".

    Times are wall seconds, money is US dollars; `retries` counts tries after the first.
    `prices` maps a model name (`openai:gpt-5` or `gpt-5`) to its price.
    `record` names a replay file to which every answer of a model is appended. `embedding` is what
    search compares by beside words; its server is at `embedding_url`, or where the model is.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True
    )

    model: str = Field("auto", min_length=1)
    base_url: str | None = None
    api_key: SecretStr | None = None
    temperature: float = Field(0.0, ge=0, le=2)
    top_p: float | None = Field(None, gt=0, le=1)
    max_tokens: int | None = Field(None, ge=1)
    timeout_s: float = Field(300.0, gt=0)
    retries: int = Field(4, ge=0, le=20)
    cache: CacheMode = CacheMode.OFF
    cache_dir: Path = Field(default_factory=_cache_folder)
    record: Path | None = None
    embedding: str = Field("none", min_length=1)
    embedding_url: str | None = None
    isolation: IsolationChoice = "auto"
    jobs: int = Field(default_factory=_usable_cpus, ge=1, le=1024)
    rounds: int = Field(5, ge=0, le=1000)
    samples: int = Field(1, ge=1, le=10000)
    budget_tokens: int | None = Field(None, ge=1)
    budget_usd: float | None = Field(None, gt=0)
    budget_s: float | None = Field(None, gt=0)
    prices: Mapping[str, Price] = Field(default_factory=dict)

    _origins: Mapping[str, Origin] = PrivateAttr(default_factory=dict)

    @field_validator("base_url", "embedding_url")
    @classmethod
    def _is_web_address(cls, value: str | None) -> str | None:
        return None if value is None else web_address(value)

    def origin(self, key: str) -> Origin:
        """Which layer set `key`."""
        return self._origins.get(key, Origin(LayerKind.DEFAULT))

    def price(self, name: str) -> Price | None:
        """The price of a model, looked up by its whole name, then without its provider."""
        return self.prices.get(name) or self.prices.get(name.partition(":")[2])

    @classmethod
    def from_layers(cls, layers: list[Layer]) -> Self:
        """Merge layers, the weakest first. Raises UsageError naming the layer and the key."""
        merged: dict[str, object] = {}
        origins: dict[str, Origin] = {}
        for layer in layers:
            _check_layer(cls, layer)
            merged.update(layer.values)
            origins.update({key: Origin(layer.kind, layer.place(key)) for key in layer.values})
        settings = cls.model_validate(merged)
        settings._origins = origins
        return settings


def _check_layer(model: type[Settings], layer: Layer) -> None:
    unknown = next((key for key in layer.values if key not in model.model_fields), None)
    if unknown is not None:
        raise _unknown_key(unknown, layer, sorted(model.model_fields))
    try:
        model.model_validate(dict(layer.values))
    except ValidationError as error:
        raise _bad_value(error, layer) from None
    if layer.kind is LayerKind.PROJECT and layer.values.get("isolation") == "rlimits":
        # Whoever wrote the repository must not be able to take the user's sandbox away.
        raise UsageError(
            "a project's file may not weaken the sandbox to isolation = 'rlimits'",
            where=layer.place("isolation"),
            hint="set it in the user's config file, in GATEWRIGHT_ISOLATION, or by flag",
        )


def _unknown_key(key: str, layer: Layer, known: list[str]) -> UsageError:
    import difflib

    close = difflib.get_close_matches(key, known, n=1)
    meant = f"did you mean {close[0]!r}? " if close else ""
    return UsageError(
        f"unknown key {key!r}",
        where=layer.place(key),
        hint=f"{meant}allowed: {', '.join(known)}",
    )


# What a setting must be, in a user's words, by the kind of pydantic's complaint.
_PLAIN = {
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "string_type": "must be a text in quotes",
    "string_too_short": "must not be empty",
    "path_type": "must be a path in quotes",
    "missing": "is missing",
    "extra_forbidden": "is no known key here",
    "model_type": "must be a table such as {prompt = 0.25, completion = 2.0}",
    "dict_type": "must be a table",
    "mapping_type": "must be a table",
    "bool_type": "must be true or false",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "must be {} or more"),
    "greater_than": ("gt", "must be more than {}"),
    "less_than_equal": ("le", "must be {} or less"),
    "less_than": ("lt", "must be less than {}"),
    "literal_error": ("expected", "must be {}"),
    "enum": ("expected", "must be {}"),
    "value_error": ("error", "{}"),
}


def _complaint(error: ValidationError) -> tuple[tuple[str, ...], str]:
    """Where in a layer the first wrong value is, and what it must be."""
    first = error.errors(include_url=False, include_input=False)[0]
    path = tuple(map(str, first["loc"]))
    kind = first["type"]
    if kind in _BOUNDS:
        key, text = _BOUNDS[kind]
        bound = first.get("ctx", {}).get(key, "another value")
        return path, text.format(f"{bound:g}" if isinstance(bound, float) else bound)
    return path, _PLAIN.get(kind, first["msg"][:1].lower() + first["msg"][1:])


def _bad_value(error: ValidationError, layer: Layer) -> UsageError:
    path, text = _complaint(error)
    return UsageError(
        f"bad value for {'.'.join(path)!r}: it {text}",
        where=layer.place(path[0] if path else ""),
    )


def load_settings(
    overrides: Mapping[str, object] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user_dir: Path | None = None,
) -> Settings:
    """Read every layer. `overrides` are the flags given; a None among them counts as not given.

    Raises UsageError for a file that is not TOML, an unknown key, or a value out of range.
    Variables that begin with GATEWRIGHT_ but name no setting are other tools' business.
    """
    variables = os.environ if environ is None else environ
    layers = collect(
        overrides or {}, variables, cwd or Path.cwd(), user_dir, tuple(Settings.model_fields)
    )
    return Settings.from_layers(layers)
