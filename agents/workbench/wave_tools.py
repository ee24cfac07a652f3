"""The tool that looks into waveforms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gatewright.agents.workbench.folders import Located
from gatewright.agents.workbench.room import Room, require
from gatewright.core import DataError

if TYPE_CHECKING:
    from gatewright.agents.workbench.results import WaveWindow


_LARGEST_WAVE = 64 << 20


class WaveTools(Room):
    """Windows into waveforms."""

    def wave_window(
        self, wave: str, *, signals: Sequence[str] = (), start: int = 0, end: int | None = None
    ) -> WaveWindow:
        """Values of signals between two times: of the waveform that a failing check left
        (`Checked.wave`), or of a VCD or FST file in the folders.

        Without `signals` the shallowest ones; names may be the ends of full names.
        """
        from gatewright.agents.workbench.waves import window
        from gatewright.sandbox.isolation import scratch
        from gatewright.sandbox.tools.fst import fst_to_vcd

        with self._telling() as tell, scratch("window") as work:
            dump = work / "wave.vcd"
            if not self._kept_waves().copied(wave, dump):
                at = self._wave_file(wave)
                if at.path.suffix.lower() == ".fst":
                    (work / "wave.fst").write_bytes(self._folders.read(at, _LARGEST_WAVE))
                    fst_to_vcd(work / "wave.fst", dump, self._isolated())
                else:
                    dump.write_bytes(self._folders.read(at, _LARGEST_WAVE))
            return tell(window(dump, signals, start, end))

    def copy_wave(self, wave: str, target: Path) -> None:
        """Copy the waveform that a check left to a place of the caller's own. Raises DataError."""
        with self._telling():
            if not self._kept_waves().copied(wave, target):
                raise DataError("no such waveform", where=wave, hint="check again")

    def _wave_file(self, wave: str) -> Located:
        require(wave, "wave")
        at = self._folders.locate(wave)
        if at.path.suffix.lower() not in (".vcd", ".fst"):
            raise DataError(
                "is neither a waveform of a check nor a .vcd or .fst file",
                where=at.shown,
                hint="only the last few failing checks keep theirs: check again",
            )
        return at
