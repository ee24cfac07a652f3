"""The seam between a conversation and whoever leads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from gatewright.agents.chat.events import Decided, End
from gatewright.agents.chat.turn import Turn

if TYPE_CHECKING:
    from gatewright.agents.chat.request import Request


class Leader(Protocol):
    """Leads a conversation turn by turn. Raises GatewrightError, or TurnStopped where stopped."""

    def answer(self, turn: Turn, said: str | Request) -> End:
        """Answer what the user said; why the turn ends."""
        ...

    def decided(self, turn: Turn, decision: Decided) -> End:
        """Go on after a decision about a proposal."""
        ...

    def by_hand(self, turn: Turn, tool: str, arguments: Mapping[str, object]) -> End:
        """Run a tool that the user has called."""
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...
