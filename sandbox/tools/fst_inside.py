"""Runs confined: writes an FST waveform again as a VCD, with pywellen.

Confined, because the decoder allocates what the file says it needs and aborts the process where
that cannot be had (seen on damaged files).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MAX_CHANGES = 1_500_000


def convert(source: str, target: str) -> None:
    """Write `target`: the bit vectors of `source` with all their changes."""
    import pywellen

    waveform = pywellen.Waveform(source, multi_threaded=False)
    variables = [v for v in waveform.all_vars() if v.bitwidth]
    with Path(target).open("w", encoding="utf-8") as file:
        file.write(f"$timescale {waveform.timescale} $end\n")
        for number, variable in enumerate(variables):
            file.write(_declaration(number, variable))
        file.write("$enddefinitions $end\n")
        now = -1
        for time, code, value in sorted(_changes(variables)):
            if time != now:
                file.write(f"#{time}\n")
                now = time
            file.write(f"b{value} v{code}\n")


def _declaration(number: int, variable: Any) -> str:
    *scopes, _ = variable.full_name.split(".")
    opened = "".join(f"$scope module {scope} $end\n" for scope in scopes)
    kind = str(variable.var_type).lower()
    return (
        f"{opened}$var {kind} {variable.bitwidth} v{number} {variable.name} $end\n"
        + "$upscope $end\n" * len(scopes)
    )


def _changes(variables: list[Any]) -> Iterator[tuple[int, int, str]]:
    left = MAX_CHANGES
    for number, variable in enumerate(variables):
        for time, value in variable.tv:
            yield time, number, f"{value:b}" if isinstance(value, int) else str(value)
            left -= 1
            if not left:
                return


if __name__ == "__main__":
    convert(sys.argv[1], sys.argv[2])
