"""The confined process in which a design is elaborated for `--elaborated`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatewright.retrieval.elaboration import Elaborated
    from gatewright.retrieval.repository import Repository


def elaborated(repository: Repository, signal: str, near: str, level: str | None) -> Elaborated:
    """Bit-accurate drivers and loads. Raises UsageError, DataError, SandboxUnavailable."""
    from gatewright.cli.options import isolation_from, settings_from
    from gatewright.retrieval.elaboration import elaborate
    from gatewright.sandbox.isolation import Limits, scratch
    from gatewright.sandbox.tools.script import ConfinedScript

    isolation = isolation_from(settings_from(isolation=level))
    limits = Limits(cpu_s=120.0, wall_s=300.0, memory_mb=6144, address_space_mb=None)
    with scratch("elaborate") as folder:
        runner = ConfinedScript(isolation, limits)
        return elaborate(repository, signal, runner, folder, near)
