"""What must be visible inside for this Python, with its packages, to run confined."""

from __future__ import annotations

import sys
from pathlib import Path

from gatewright.sandbox.isolation import Mount


def python_mounts(*more: Path) -> tuple[Mount, ...]:
    """The environment's and the base installation's folders, and more, read-only.

    Without those that the system's folders or another one already hold.
    """
    folders = {Path(sys.prefix), Path(sys.base_prefix), *more}
    system = Path("/usr")
    outermost = {
        folder
        for folder in folders
        if system not in (folder, *folder.parents)
        and not any(other in folder.parents for other in folders)
    }
    return tuple(Mount(folder) for folder in sorted(outermost))
