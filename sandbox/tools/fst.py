"""FST waveforms, by way of VCD: the decoder runs confined, for it trusts its input."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from gatewright.core import DataError
from gatewright.sandbox.isolation import Command, Isolation, Limits, scratch
from gatewright.sandbox.tools import fst_inside
from gatewright.sandbox.tools.python import python_mounts

LIMITS = Limits(cpu_s=20.0, wall_s=60.0, memory_mb=1024, file_mb=64)
_INPUT, _OUTPUT, _SCRIPT = "wave.fst", "wave.vcd", "gw_fst_inside.py"


def fst_to_vcd(path: Path, target: Path, isolation: Isolation) -> None:
    """Write the FST file at `path` as a VCD at `target`, which `wave` can read.

    Aliased nets become signals of their own. Raises DataError where the file is no FST, is
    damaged, or takes more than the limits to decode.
    """
    with scratch("fst") as folder:
        shutil.copyfile(path, folder / _INPUT)
        script = Path(fst_inside.__file__).read_text(encoding="utf-8")
        (folder / _SCRIPT).write_text(script, encoding="utf-8")
        argv = [sys.executable, "-B", _SCRIPT, _INPUT, _OUTPUT]
        finished = isolation.run(Command(argv, folder, python_mounts()), LIMITS)
        written = folder / _OUTPUT
        if not finished.ok or written.is_symlink() or not written.is_file():
            raise DataError("the waveform cannot be decoded", where=str(path), hint="is it an FST?")
        shutil.copyfile(written, target)
