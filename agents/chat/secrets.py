"""Keys and passwords, kept out of what is said, sent to a model and kept on disk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gatewright.agents.workbench.secrets import HIDDEN
from gatewright.agents.workbench.secrets import Secrets as Known
from gatewright.core.config import Settings

_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b(?:sk|pk|rk)-(?:[A-Za-z]+-)*[A-Za-z0-9_-]{20,}"
    r"|\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{30,}|\bhf_[A-Za-z0-9]{30,}"
    r"|\bxox[abp]-[A-Za-z0-9-]{20,}|\bAKIA[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{35}",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Secrets:
    """The user's keys by their values, and whatever has the shape of a key."""

    known: Known

    def hidden(self, text: str) -> str:
        """The text without them."""
        return _SHAPES.sub(HIDDEN, self.known.text(text))


def secrets_of(settings: Settings, environ: Mapping[str, str] | None = None) -> Secrets:
    """The keys of the settings and those that the environment's names call so."""
    return Secrets(Known(settings, environ))
