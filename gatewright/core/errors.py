"""What can go wrong with a tool, a model, data or a request.

A failing *design* is never an exception: it is a `Verdict`.

* GatewrightError
  * ToolMissing         a program we need is not installed
  * ToolCrashed         a program we ran died by itself (not through the candidate)
  * SandboxUnavailable  the isolation asked for cannot be had here
  * ModelError          the model's server, key, name or answer is at fault
  * DataError           a file or dataset is missing, damaged or of another kind
  * UsageError          the request makes no sense as it stands
  * Interrupted         somebody asked for an end before there was an answer
"""

from __future__ import annotations

import re


class GatewrightError(Exception):
    """A failure that is not the candidate's: says what happened, where, and what to do."""

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    @property
    def code(self) -> str:
        """Its kind in the tree above, for programs: `tool_missing`, `usage_error`, ..."""
        kind = next(each for each in type(self).__mro__ if each.__module__ == __name__)
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.hint:
            parts.append(f"({self.hint})")
        return " ".join(parts)


class ToolMissing(GatewrightError):
    """A program we need is not installed."""


class ToolCrashed(GatewrightError):
    """A program we ran died by itself, not through the candidate."""


class SandboxUnavailable(GatewrightError):
    """The isolation level asked for cannot be had on this machine."""


class ModelError(GatewrightError):
    """The model's server, key, name or answer is at fault."""


class DataError(GatewrightError):
    """A file or dataset is missing, damaged, or of another kind than expected."""


class UsageError(GatewrightError):
    """The request makes no sense as it stands."""


class Interrupted(GatewrightError):
    """Somebody asked for an end before there was an answer."""
