"""Keys of the user's, kept out of whatever tools answer."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

from gatewright.core import GatewrightError
from gatewright.core.config import Settings

T = TypeVar("T")
_SECRET = re.compile(r"(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS)$", re.IGNORECASE)
_SHORTEST = 8  # what is shorter occurs by chance
HIDDEN = "***"


class Secrets:
    """Replaces every occurrence of a known key."""

    def __init__(self, settings: Settings, environ: Mapping[str, str] | None = None) -> None:
        variables = os.environ if environ is None else environ
        known = {value.strip() for name, value in variables.items() if _SECRET.search(name)}
        if settings.api_key is not None:
            known.add(settings.api_key.get_secret_value().strip())
        found = sorted((each for each in known if len(each) >= _SHORTEST), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, found))) if found else None

    def text(self, text: str) -> str:
        """The text without keys."""
        return self._pattern.sub(HIDDEN, text) if self._pattern is not None else text

    def result(self, result: T) -> T:
        """A result without keys, whatever it holds them in."""
        if self._pattern is None:
            return result
        cleaned: T = self._clean(result)
        return cleaned

    def error(self, error: GatewrightError) -> GatewrightError:
        """The error without keys, and flags of the command line named as arguments."""
        parts = (as_arguments(self.text(part)) for part in (error.what, error.where, error.hint))
        what, where, hint = parts
        return type(error)(what, where=where, hint=hint)

    def _clean(self, value: T) -> T:
        if isinstance(value, str):
            clean = self.text(value)
            return value if clean == value else clean  # type: ignore[return-value]
        if is_dataclass(value) and not isinstance(value, type):
            found = {f.name: getattr(value, f.name) for f in fields(value) if f.init}
            clean_fields = {name: self._clean(each) for name, each in found.items()}
            if all(clean_fields[name] is found[name] for name in found):
                return value
            return replace(value, **clean_fields)
        if isinstance(value, tuple):
            items = tuple(self._clean(each) for each in value)
            same = all(a is b for a, b in zip(items, value, strict=True))
            return value if same else items  # type: ignore[return-value]
        if isinstance(value, Mapping):
            pairs = {key: self._clean(each) for key, each in value.items()}
            same = all(pairs[key] is value[key] for key in pairs)
            return value if same else pairs  # type: ignore[return-value]
        return value


def as_arguments(text: str) -> str:
    """A message about flags as one about arguments: `--time-limit` is `time_limit`."""
    return re.sub(r"(?<![\w-])--([a-z][a-z-]*)", lambda m: m[1].replace("-", "_"), text)
