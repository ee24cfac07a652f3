"""Results as JSON, and those that outlive a process back again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import PurePath
from typing import TypeVar

from gatewright.agents.workbench.results import Applied, Proposal
from gatewright.core import DataError

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Kept = TypeVar("Kept", Proposal, Applied)


def to_json(result: object) -> Json:
    """A result as plain JSON values; names of fields are keys. Raises TypeError for others."""
    if result is None or isinstance(result, (bool, int, float)):
        return result
    if isinstance(result, Enum):
        return to_json(result.value)
    if isinstance(result, (str, PurePath)):
        return str(result)
    if is_dataclass(result) and not isinstance(result, type):
        return {f.name: to_json(getattr(result, f.name)) for f in fields(result)}
    if isinstance(result, Mapping):
        return {str(key): to_json(value) for key, value in result.items()}
    if isinstance(result, Sequence) and not isinstance(result, (bytes, bytearray)):
        return [to_json(each) for each in result]
    raise TypeError(f"{type(result).__name__} is no result")


def from_json(kind: type[Kept], document: object) -> Kept:
    """A Proposal or Applied from its JSON. Raises DataError for what is none."""
    names = {f.name for f in fields(kind)}
    if not isinstance(document, Mapping) or set(document) != names:
        raise DataError(f"is no {kind.__name__}", where="edit", hint="propose the edit again")
    for name, value in document.items():
        if not isinstance(value, str) and not (name == "before" and value is None):
            raise DataError(f"{name} is no text", where="edit", hint="propose the edit again")
    return kind(**document)
