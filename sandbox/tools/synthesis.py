"""What a design comes to in gates, look-up tables and registers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gatewright.core import DataError, Source, ToolCrashed
from gatewright.sandbox.integrity import lay_out, preprocess
from gatewright.sandbox.integrity.layout import shown_names
from gatewright.sandbox.tools.schematic import NAME, fault
from gatewright.sandbox.tools.yosys import Budget, Done, Yosys

ENTRY = "gatewright.sandbox.tools.synthesis_inside:run"
_BUDGET = Budget(cpu_s=60, wall_s=180)
_WANTED = ("memories", "top", "gates.json", "luts.json", "depth", "log")
_DEPTH = re.compile(r"length=(\d+)")
_WARNING = re.compile(r"^Warning: (.+)$", re.MULTILINE)
_MOST_WARNINGS = 20


@dataclass(frozen=True, slots=True)
class CellCount:
    """So many cells of one kind, by Yosys' name without its marks: `nand`, `sdff_pp0`."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class SynthStats:
    """A flattened design, twice mapped: to gates of two inputs (and multiplexers), and to LUTs.

    `levels` is the longest path between registers or ports, in LUTs. `memory_bits` are those of
    memories that were not made registers of. Estimates: no library and no placement is behind them.
    """

    top: str
    gates: int
    registers: int
    latches: int
    memory_bits: int
    luts: int
    levels: int
    cells: tuple[CellCount, ...]
    warnings: tuple[str, ...] = ()
    tool: str = ""


def synthesised(yosys: Yosys, sources: Sequence[Source], top: str = "") -> SynthStats:
    """The counts. Raises DataError for a design that cannot be synthesised, ToolMissing without
    pyosys."""
    if top and not NAME.fullmatch(top):
        raise DataError("is not a module's plain name", where=top)
    done = preprocess(sources)
    layout = lay_out(done.tokens, done.files)
    if not layout.text.strip():
        raise DataError("defines no module", where=sources[0].name if sources else "")
    found = yosys.run({"design.sv": layout.text}, {"top": top}, _WANTED, _BUDGET)
    if not found.ok:
        raise fault(found, layout, _BUDGET)
    return _stats(found)


def _stats(found: Done) -> SynthStats:
    try:
        gates, luts = (_cells(found.files[name]) for name in ("gates.json", "luts.json"))
        memories, top = int(found.files["memories"]), found.files["top"]
    except (KeyError, ValueError) as error:
        raise ToolCrashed(
            f"Yosys left no statistics ({error!r})", where="yosys", hint="is the design very large?"
        ) from None
    depth = _DEPTH.search(found.files.get("depth", ""))
    warnings = tuple(dict.fromkeys(_WARNING.findall(found.files.get("log", ""))))
    return SynthStats(
        top=shown_names(top),
        gates=sum(n for kind, n in gates.items() if not _keeps(kind)),
        registers=sum(n for kind, n in gates.items() if _is_register(kind)),
        latches=sum(n for kind, n in gates.items() if "latch" in kind),
        memory_bits=memories,
        luts=luts.get("lut", 0),
        levels=int(depth[1]) if depth else 0,
        cells=tuple(CellCount(kind, gates[kind]) for kind in sorted(gates)),
        warnings=warnings[:_MOST_WARNINGS],
        tool=_version(found.files["gates.json"]),
    )


def _cells(text: str) -> dict[str, int]:
    """How many cells of each kind a document of `stat -json` tells of."""
    design = json.loads(text)["design"]
    found: dict[str, int] = {}
    for kind, count in _kinds(design):
        found[kind] = found.get(kind, 0) + count
    return found


def _kinds(design: dict[str, object]) -> Iterator[tuple[str, int]]:
    kinds = design.get("num_cells_by_type")
    for name, count in (kinds if isinstance(kinds, dict) else {}).items():
        yield str(name).strip("$_\\").lower(), int(count)


def _keeps(kind: str) -> bool:
    return _is_register(kind) or "latch" in kind or kind.startswith("mem")


def _is_register(kind: str) -> bool:
    return "dff" in kind or kind == "ff"


def _version(text: str) -> str:
    creator = json.loads(text).get("creator", "")
    return creator.partition(" (")[0] if isinstance(creator, str) else ""
