"""The command line."""

from __future__ import annotations

from typing import NoReturn

__all__ = ["main"]

# Starting and scoring make many objects and few cycles among them: looking for those less often
# than by default saves a tenth of the CPU time of a start.
_OBJECTS_BETWEEN_LOOKS = 100_000


def main() -> None:
    """Run the command line; every failure ends in one message and a documented exit status."""
    import gc

    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS, 50, 50)
    try:
        from gatewright.cli.running import main as run
    except KeyboardInterrupt:
        _interrupted()
    run()


def _interrupted() -> NoReturn:
    """A Ctrl-C while we are still being loaded: the message and the status of any other.

    Python, ending by itself, would end as if nobody had caught it.
    """
    import os
    import sys

    sys.stderr.write("gatewright: interrupted\n")
    sys.stderr.flush()
    os._exit(130)
