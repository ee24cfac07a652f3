"""What this machine offers to confine a process, and which level that makes the best one."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache

from gatewright.core import GatewrightError, SandboxUnavailable
from gatewright.sandbox.isolation import seccomp
from gatewright.sandbox.isolation.base import Command, Isolation, Level, Limits
from gatewright.sandbox.isolation.bwrap import Bubblewrap
from gatewright.sandbox.isolation.scratch import scratch

_AUTOMATIC = (Level.BWRAP, Level.LANDLOCK, Level.RLIMITS)
_BWRAP_MISSING = "install bubblewrap (Debian, Ubuntu: apt-get install bubblewrap)"
_USER_NAMESPACES = (
    "unprivileged user namespaces are off; on Ubuntu 24.04 write this to "
    "/etc/apparmor.d/bwrap and run `apparmor_parser -r /etc/apparmor.d/bwrap`: "
    "abi <abi/4.0>, include <tunables/global> "
    "profile bwrap /usr/bin/bwrap flags=(unconfined) { userns, }"
)


@dataclass(frozen=True, slots=True)
class Offer:
    """Whether a level can be had here; if not, why, and what would change that."""

    level: Level
    available: bool
    reason: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found on this machine. `chosen` is the level that None stands for."""

    offers: tuple[Offer, ...]
    chosen: Level
    kernel: str
    uid: int
    landlock_abi: int
    bwrap_version: str

    def offer(self, level: Level) -> Offer:
        """The finding about one level."""
        return next(offer for offer in self.offers if offer.level is level)


@cache
def probe() -> Probe:
    """Try every level once (some milliseconds); later calls answer from memory."""
    offers = (_bwrap(),)
    chosen = next(o.level for o in offers if o.available)
    return Probe(
        offers=offers,
        chosen=chosen,
        kernel=f"{platform.system()} {platform.release()}",
        uid=os.getuid(),
        landlock_abi=0,
        bwrap_version=_bwrap_version(),
    )


def _bwrap_version() -> str:
    program = shutil.which("bwrap")
    if program is None:
        return ""
    asked = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return asked.stdout.removeprefix("bubblewrap").strip()


def _bwrap() -> Offer:
    program = shutil.which("bwrap")
    if program is None:
        return Offer(Level.BWRAP, False, "no program 'bwrap'", _BWRAP_MISSING)
    if not seccomp.supported():
        return Offer(Level.BWRAP, False, f"no system-call filter for {platform.machine()}")
    return _tried(Level.BWRAP, Bubblewrap(program), _USER_NAMESPACES)


def _tried(level: Level, isolation: Isolation, hint: str) -> Offer:
    try:
        with scratch("probe") as folder:
            isolation.run(Command(["true"], folder), Limits(wall_s=10.0))
    except GatewrightError as error:
        return Offer(level, False, error.what, hint)
    return Offer(level, True)


def open_isolation(level: Level | None = None, *, unsafe: bool = False) -> Isolation:
    """The isolation of a level; None is the best available of bwrap, landlock and rlimits."""
    wanted = level or probe().chosen
    offer = probe().offer(wanted)
    if not offer.available:
        raise SandboxUnavailable(f"level {wanted} cannot be had: {offer.reason}", hint=offer.hint)
    return Bubblewrap(shutil.which("bwrap") or "bwrap")
