"""One remark of a tool about a place in a source."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What a tool said, where; line and column count from 1, 0 = the tool did not say."""

    severity: Severity
    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    code: str = ""
    tool: str = ""

    def __str__(self) -> str:
        place = ":".join(
            str(part) for part in (self.file, self.line or "", self.column or "") if part != ""
        )
        return f"{place}: {self.severity}: {self.message}" if place else self.message
