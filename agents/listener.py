"""What a run of the loop tells while it is going on."""

from __future__ import annotations

from gatewright.core import Oracle, Round, Trajectory


class Listener:
    """Override what is of interest; calls come from the thread that runs the loop."""

    def started(self, oracle: Oracle) -> None:
        """The oracle is chosen; nothing has been asked yet."""

    def stage(self, text: str) -> None:
        """What is being done now, such as `checking` or `judging`."""

    def text(self, piece: str) -> None:
        """A piece of the coder's answer, as it arrives."""

    def round(self, turn: Round) -> None:
        """A turn is over: the moment to save it."""

    def note(self, text: str) -> None:
        """Something worth knowing that is no turn, such as a failed call."""

    def stopped(self, trajectory: Trajectory) -> None:
        """The run is over."""
