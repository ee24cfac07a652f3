"""What this machine offers to confine a process, and which level that makes the best one."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gatewright.core import GatewrightError, SandboxUnavailable
from gatewright.sandbox.isolation import programs, seccomp, warden
from gatewright.sandbox.isolation.base import Command, Isolation, Level, Limits
from gatewright.sandbox.isolation.bwrap import Bubblewrap
from gatewright.sandbox.isolation.keeper import Keeper
from gatewright.sandbox.isolation.scratch import scratch

_AUTOMATIC = (Level.BWRAP, Level.LANDLOCK, Level.RLIMITS)
_LINUX = sys.platform == "linux"
_INSTALL_BWRAP = "install bubblewrap (Debian, Ubuntu: apt-get install bubblewrap)"
_APPARMOR_SWITCH = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
_NO_NAMESPACES = (
    "user namespaces are off: sysctl kernel.unprivileged_userns_clone and user.max_user_namespaces "
    "must not be 0; in a container, start it with --security-opt seccomp=unconfined"
)
_APPARMOR = """AppArmor forbids user namespaces (Ubuntu 24.04); allow them for bwrap alone:
sudo tee /etc/apparmor.d/bwrap <<'END'
abi <abi/4.0>,
include <tunables/global>
profile bwrap /usr/bin/bwrap flags=(unconfined) {
  userns,
}
END
sudo systemctl reload apparmor"""


@dataclass(frozen=True, slots=True)
class Offer:
    """Whether a level can be had here; if not, why, and what would change that."""

    level: Level
    available: bool
    reason: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found on this machine. `chosen` is the best of those not opt-in."""

    offers: tuple[Offer, ...]
    chosen: Level | None
    kernel: str
    uid: int
    landlock_abi: int
    bwrap_version: str

    def offer(self, level: Level) -> Offer:
        """The finding about one level."""
        return next(offer for offer in self.offers if offer.level is level)


@cache
def probe() -> Probe:
    """Try every level once (0.1 s); later calls answer from memory."""
    offers = tuple(_offer(level) for level in Level)
    available = {offer.level for offer in offers if offer.available}
    return Probe(
        offers=offers,
        chosen=next((level for level in _AUTOMATIC if level in available), None),
        kernel=f"{platform.system()} {platform.release()}",
        uid=os.getuid(),
        landlock_abi=warden.landlock_abi() if _LINUX else 0,
        bwrap_version=_bwrap_version(),
    )


def open_isolation(level: Level | None = None, *, unsafe: bool = False) -> Isolation:
    """The isolation of a level; None is the best available of bwrap, landlock and rlimits.

    `unsafe` lets level rlimits run what is not `trusted`. Raises SandboxUnavailable.
    """
    tried = []
    for wanted in _AUTOMATIC if level is None else (level,):
        offer = _offer(wanted)
        if offer.available:
            return _open(wanted, unsafe)
        tried.append(offer)
    raise SandboxUnavailable(
        "; ".join(f"isolation level {o.level} cannot be had here: {o.reason}" for o in tried),
        hint=next((offer.hint for offer in tried if offer.hint), ""),
    )


def _open(level: Level, unsafe: bool) -> Isolation:
    if level is Level.BWRAP:
        return Bubblewrap(_bwrap_program() or "bwrap")
    if level is Level.CONTAINER:
        from gatewright.sandbox.isolation import container

        return container.Container(container.engine())
    return Keeper(level, unsafe=unsafe)


@cache
def _offer(level: Level) -> Offer:
    """Try one level."""
    tries = {
        Level.CONTAINER: _container,
        Level.BWRAP: _bwrap,
        Level.LANDLOCK: _landlock,
        Level.RLIMITS: _rlimits,
    }
    return tries[level]()


def _bwrap_program() -> str | None:
    return shutil.which("bwrap", path=programs.PATH) or shutil.which("bwrap")


def _container() -> Offer:
    from gatewright.sandbox.isolation import container

    try:
        container.engine()
    except SandboxUnavailable as error:
        return Offer(Level.CONTAINER, False, error.what, error.hint)
    return Offer(Level.CONTAINER, True)


def _bwrap_version() -> str:
    program = _bwrap_program()
    if program is None:
        return ""
    asked = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return asked.stdout.removeprefix("bubblewrap").strip()


def _bwrap() -> Offer:
    program = _bwrap_program()
    if program is None:
        return Offer(Level.BWRAP, False, "there is no program bwrap", _INSTALL_BWRAP)
    if not seccomp.supported():
        return Offer(Level.BWRAP, False, f"no system-call filter for {platform.machine()}")
    return _tried(Bubblewrap(program), _namespaces_hint())


def _namespaces_hint() -> str:
    with contextlib.suppress(OSError):
        if _APPARMOR_SWITCH.read_text().strip() == "1":
            return _APPARMOR
    return _NO_NAMESPACES


def _landlock() -> Offer:
    if not _LINUX or not warden.landlock_abi():
        reason = "the kernel offers no Landlock"
        return Offer(Level.LANDLOCK, False, reason, "Linux 5.13 or newer, with lsm=landlock,…")
    if not seccomp.supported():
        return Offer(Level.LANDLOCK, False, f"no system-call filter for {platform.machine()}")
    return _tried(Keeper(Level.LANDLOCK), "")


def _rlimits() -> Offer:
    if not _LINUX:
        return Offer(Level.RLIMITS, False, f"{platform.system()} is not Linux")
    return _tried(Keeper(Level.RLIMITS), "")


def _tried(isolation: Isolation, hint: str) -> Offer:
    try:
        with scratch("probe") as folder:
            finished = isolation.run(
                Command(["/bin/sh", "-c", "exit 0"], folder), Limits(wall_s=10.0)
            )
    except (GatewrightError, OSError) as error:
        return Offer(isolation.level, False, str(error), hint)
    if not finished.ok:
        return Offer(
            isolation.level, False, f"an empty script ended with {finished.returncode}", hint
        )
    return Offer(isolation.level, True)
