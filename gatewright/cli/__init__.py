"""The command line."""

from __future__ import annotations

__all__ = ["main"]

# Starting and scoring make many objects and few cycles among them: looking for those less often
# than by default saves a tenth of the CPU time of a start.
_OBJECTS_BETWEEN_LOOKS = 100_000


def main() -> None:
    """Run the command line; every failure ends in one message and a documented exit status."""
    import gc

    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS, 50, 50)
    from gatewright.cli.app import main as run

    run()
