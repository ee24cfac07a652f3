"""Environment variables that look like ours and are none: a word about them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

PREFIX = "GATEWRIGHT_"
TRACE_VARIABLE = f"{PREFIX}TRACE"
# Those that are no settings: other programs, faults of ours, what a run in the sandbox is told, and
# what the tests are asked for.
_OTHERS = frozenset(
    f"{PREFIX}{name}"
    for name in (
        *("IVERILOG", "VVP", "CONTAINER_IMAGE", "TRACE", "FIRTOOL", "CHISEL_JARS"),
        *("CUDA_DRIVER", "TOKEN"),
        *("CHANNEL", "DESIGN", "FOLDERS", "INPUTS", "RUN"),
        *("DATA", "REPOS", "THOROUGH", "UPDATE_PROMPTS", "PICTURES"),
    )
)
# Settings that the quick verbs read: known without loading what all settings need.
_QUICK = frozenset(f"{PREFIX}{name}" for name in ("CACHE_DIR", "EMBEDDING"))


def unknown_variables(names: Iterable[str]) -> str:
    """One line about the variables of that prefix that nothing reads; '' where there are none.

    `GATEWRIGHT_MODLE is not read: did you mean GATEWRIGHT_MODEL?`
    """
    odd = sorted({name for name in names if name.startswith(PREFIX)} - _OTHERS - _QUICK)
    if not odd:
        return ""
    from gatewright.core.config import Settings

    known = sorted({f"{PREFIX}{key.upper()}" for key in Settings.model_fields} | _OTHERS)
    told = [_told(name, known) for name in odd if name not in known]
    return "; ".join(told)


def _told(name: str, known: list[str]) -> str:
    bare = [other.removeprefix(PREFIX) for other in known]
    near = difflib.get_close_matches(name.removeprefix(PREFIX).upper(), bare, n=1)
    return f"{name} is not read" + (f": did you mean {PREFIX}{near[0]}?" if near else "")
