"""A ready-made action as it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """A ready-made action with its values, in the place of a text."""

    action: str
    values: Mapping[str, str] = field(default_factory=dict)
