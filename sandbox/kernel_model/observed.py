"""What was observed of kernels, line by line, as this package reads it.

Whoever counts (the emulator does) has records of these shapes. All counts are sums over the
launches that were observed, at the sizes that were run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

GLOBAL = ("global_load", "global_store", "global_atomic")
SHARED = ("shared_load", "shared_store", "shared_atomic")
ATOMIC = ("global_atomic", "shared_atomic")


class SeenPlace(Protocol):
    """A place in the user's source; '' and 0 where it is not known."""

    @property
    def file(self) -> str:
        """The source's name."""

    @property
    def line(self) -> int:
        """Counted from 1."""


class SeenSite(Protocol):
    """Accesses of one kind and width on one line of a kernel.

    `requests` are whole warps', `lanes` single threads' accesses. Sectors have 32 bytes;
    `wavefronts` are the passes that shared memory takes. The ideal ones are what the same bytes
    would take if they lay densely, or met no other on a bank.
    """

    @property
    def kernel(self) -> str:
        """The kernel's name."""

    @property
    def place(self) -> SeenPlace:
        """Where the access is."""

    @property
    def access(self) -> str:
        """One of GLOBAL, SHARED, or another."""

    @property
    def width(self) -> int:
        """Bytes a lane."""

    @property
    def lanes(self) -> int:
        """Accesses of single threads."""

    @property
    def requests(self) -> int:
        """Accesses of warps."""

    @property
    def sectors(self) -> int:
        """Sectors moved."""

    @property
    def ideal_sectors(self) -> int:
        """Sectors that would do."""

    @property
    def wavefronts(self) -> int:
        """Passes taken."""

    @property
    def ideal_wavefronts(self) -> int:
        """Passes that would do."""


class SeenBranching(Protocol):
    """How full the warps were that ran a line: `lane_issues` of 32 times `warp_issues`."""

    @property
    def kernel(self) -> str:
        """The kernel's name."""

    @property
    def place(self) -> SeenPlace:
        """Which line."""

    @property
    def warp_issues(self) -> int:
        """Times that a warp entered it."""

    @property
    def lane_issues(self) -> int:
        """Times that a thread entered it."""


class SeenLaunch(Protocol):
    """All launches of a kernel with one configuration."""

    @property
    def kernel(self) -> str:
        """The kernel's name."""

    @property
    def block(self) -> tuple[int, int, int]:
        """Threads of a block."""

    @property
    def grid(self) -> tuple[int, int, int]:
        """Blocks."""

    @property
    def static_shared(self) -> int:
        """Bytes a block."""

    @property
    def dynamic_shared(self) -> int:
        """Bytes a block."""

    @property
    def barriers(self) -> int:
        """Executed by blocks, summed."""

    @property
    def warp_issues(self) -> int:
        """Basic blocks that warps entered."""

    @property
    def lane_issues(self) -> int:
        """Basic blocks that threads entered."""

    @property
    def flops(self) -> int | None:
        """Floating-point operations, an fma two; None where they were not counted."""


class SeenBuffer(Protocol):
    """A buffer: how many different bytes of it were read and written."""

    @property
    def read(self) -> int:
        """Different bytes read."""

    @property
    def written(self) -> int:
        """Different bytes written."""


class Seen(Protocol):
    """Everything that was observed of one candidate."""

    @property
    def launches(self) -> Sequence[SeenLaunch]:
        """Each kernel and configuration."""

    @property
    def sites(self) -> Sequence[SeenSite]:
        """Each line's accesses."""

    @property
    def branching(self) -> Sequence[SeenBranching]:
        """Each line's warps."""

    @property
    def touched(self) -> Sequence[SeenBuffer]:
        """Each buffer."""
