"""How a simulator's compiler tells what it cannot read, whichever simulator it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from gatewright.core import Diagnostic
from gatewright.sandbox.tools import icarus, verilator
from gatewright.sandbox.tools.icarus import Locate


class Compiler(Protocol):
    """Understands the messages of one compiler."""

    def messages(self, text: str, locate: Locate | None) -> tuple[Diagnostic, ...]:
        """The messages, with the user's places."""
        ...

    def stopped_parsing(self, text: str) -> bool:
        """Whether a failed compilation stopped before elaboration."""
        ...

    def names(self, text: str, file: str) -> bool:
        """Whether some message is about that file."""
        ...

    def looked_inside(self, text: str, instances: Sequence[str]) -> bool:
        """Whether a name is missing below one of these instances."""
        ...


class IcarusWords:
    """The messages of Icarus Verilog."""

    def messages(self, text: str, locate: Locate | None) -> tuple[Diagnostic, ...]:
        """The messages, with the user's places."""
        return icarus.parse_messages(text, locate)

    def stopped_parsing(self, text: str) -> bool:
        """Whether a failed compilation stopped before elaboration."""
        return icarus.gave_up_parsing(text)

    def names(self, text: str, file: str) -> bool:
        """Whether some message is about that file."""
        return any(line.startswith(file) for line in text.splitlines())

    def looked_inside(self, text: str, instances: Sequence[str]) -> bool:
        """Whether a name is missing below one of these instances."""
        names = "|".join(map(re.escape, instances))
        return bool(re.search(rf"`(?:\w+\.)*(?:{names})\.", text))


class VerilatorWords:
    """The messages of Verilator."""

    def messages(self, text: str, locate: Locate | None) -> tuple[Diagnostic, ...]:
        """The messages, with the user's places."""
        return verilator.parse_messages(text, locate)

    def stopped_parsing(self, text: str) -> bool:
        """Whether a failed compilation stopped before elaboration."""
        return verilator.stopped_parsing(text)

    def names(self, text: str, file: str) -> bool:
        """Whether some message is about that file."""
        return any(re.match(rf"%\S+ {re.escape(file)}:", line) for line in text.splitlines())

    def looked_inside(self, text: str, instances: Sequence[str]) -> bool:
        """Whether a name is missing below one of these instances."""
        names = "|".join(map(re.escape, instances))
        return bool(re.search(rf"dotted[^\n]*'(?:\w+\.)*(?:{names})\.", text))
