"""What the emulator saw, read from a worker's raw report; addresses become the user's lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from gatewright.core import ToolCrashed
from gatewright.sandbox.emulator.build import Built
from gatewright.sandbox.emulator.kit import Kit
from gatewright.sandbox.emulator.unsupported import Unsupported
from gatewright.sandbox.isolation import Command, Isolation, Limits, Mount, scratch


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the user's; "" and 0 where it is not known."""

    file: str = ""
    line: int = 0


class EventKind(StrEnum):
    """Kinds of faults that the checks see in a run."""

    OUT_OF_BOUNDS = "out_of_bounds"
    HOST_ACCESS = "host_access"
    MISALIGNED = "misaligned"
    RACE_SHARED = "race_shared"
    RACE_GLOBAL = "race_global"
    UNINITIALISED_SHARED = "uninitialised_shared"
    UNINITIALISED_GLOBAL = "uninitialised_global"
    DIVERGENT_BARRIER = "divergent_barrier"
    EARLY_EXIT = "early_exit"
    DEADLOCK = "deadlock"
    WARP_MASK = "warp_mask"
    CRASH = "crash"
    TIMEOUT = "timeout"
    STACK_OVERFLOW = "stack_overflow"


@dataclass(frozen=True, slots=True)
class Event:
    """A fault: where, how often, and what it was the first time.

    `other` is the earlier access of a race. `same_value` marks a race in which the second writer
    wrote what was there already. EARLY_EXIT (threads ended before a barrier) is usual and harmless
    on devices.
    """

    kind: EventKind
    kernel: str
    place: Place
    other: Place | None
    detail: str
    count: int
    write: bool
    same_value: bool


@dataclass(frozen=True, slots=True)
class Launch:
    """All launches of one kernel in one shape."""

    kernel: str
    place: Place
    grid: tuple[int, int, int]
    block: tuple[int, int, int]
    static_shared: int
    dynamic_shared: int
    count: int
    threads: int
    barriers: int
    warp_issues: int
    lane_issues: int
    flops: int | None = None


class Access(StrEnum):
    """Kinds of memory instructions."""

    GLOBAL_LOAD = "global_load"
    GLOBAL_STORE = "global_store"
    GLOBAL_ATOMIC = "global_atomic"
    SHARED_LOAD = "shared_load"
    SHARED_STORE = "shared_store"
    SHARED_ATOMIC = "shared_atomic"


@dataclass(frozen=True, slots=True)
class Site:
    """What one line does to memory by accesses of one kind and width (bytes a lane).

    `requests` are warp instructions; `sectors` the 32-byte pieces they move, `ideal_sectors` those
    that the distinct bytes would fill; `wavefronts` the passes that shared memory needs for them,
    `ideal_wavefronts` those without bank conflicts.
    """

    kernel: str
    place: Place
    access: Access
    width: int
    lanes: int
    requests: int
    bytes: int
    sectors: int
    ideal_sectors: int
    wavefronts: int
    ideal_wavefronts: int


@dataclass(frozen=True, slots=True)
class Branching:
    """How often warps and lanes entered the basic blocks of a line."""

    kernel: str
    place: Place
    warp_issues: int
    lane_issues: int


@dataclass(frozen=True, slots=True)
class Touched:
    """A buffer: its bytes, and how many of them kernels read and wrote at least once."""

    what: str
    size: int
    read: int
    written: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A launch that no device of this architecture takes, and why."""

    kernel: str
    place: Place
    why: str


@dataclass(frozen=True, slots=True)
class Report:
    """All that was seen since the emulator was opened or reset."""

    launches: tuple[Launch, ...] = ()
    events: tuple[Event, ...] = ()
    sites: tuple[Site, ...] = ()
    branching: tuple[Branching, ...] = ()
    errors: tuple[str, ...] = ()
    library_calls: tuple[tuple[str, int], ...] = ()
    unsupported: tuple[Unsupported, ...] = ()
    touched: tuple[Touched, ...] = ()
    refused: tuple[Refused, ...] = ()


_Address = tuple[str, int]
_Lines = Mapping[_Address, Place]


def read_report(raw: bytes, built: Sequence[Built], kit: Kit, isolation: Isolation) -> Report:
    """Read a raw report. Its writer is the candidate's process: raises ToolCrashed for nonsense."""
    try:
        data = json.loads(raw.decode(errors="replace"))
        lines = _lines(_addresses(data), built, kit, isolation)
        return _report(data, lines)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise ToolCrashed(f"the emulator's report cannot be read: {error!r}") from error


def _report(data: Mapping[str, Any], lines: _Lines) -> Report:
    return Report(
        tuple(_launch(entry) for entry in data["launches"]),
        tuple(event for entry in data["events"] if (event := _event(entry, lines)) is not None),
        _sites(data.get("sites", ()), lines),
        _branching(data.get("branching", ()), lines),
        tuple(map(str, data["errors"])),
        tuple((str(name), int(count)) for name, count in data["library_calls"]),
        tuple(Unsupported(str(e["feature"]), str(e["reason"])) for e in data["unsupported"]),
        tuple(
            Touched(str(e["what"]), int(e["size"]), int(e["read"]), int(e["written"]))
            for e in data.get("touched", ())
        ),
        tuple(
            Refused(str(e["kernel"]), Place(str(e["file"]), int(e["line"])), str(e["why"]))
            for e in data.get("refused", ())
        ),
    )


def _launch(entry: Mapping[str, Any]) -> Launch:
    grid, block = (tuple(map(int, entry[name])) for name in ("grid", "block"))
    place = Place(str(entry["file"]), int(entry["line"]))
    counts = ("static_shared", "dynamic_shared", "count", "threads", "barriers")
    numbers = [int(entry[name]) for name in (*counts, "warp_issues", "lane_issues")]
    return Launch(
        str(entry["kernel"]),
        place,
        (grid[0], grid[1], grid[2]),
        (block[0], block[1], block[2]),
        *numbers,
    )


def _event(entry: Mapping[str, Any], lines: _Lines) -> Event | None:
    kind = EventKind(entry["kind"])
    place, other = _at(entry["site"], lines), _at(entry["other"], lines)
    if kind is EventKind.DIVERGENT_BARRIER and place == other:
        return None  # one barrier, of which the compiler made two
    return Event(
        kind,
        str(entry["kernel"]),
        place,
        other if entry["other"] else None,
        str(entry["detail"]),
        int(entry["count"]),
        bool(entry["write"]),
        bool(entry["same_value"]),
    )


def _sites(entries: Iterable[Mapping[str, Any]], lines: _Lines) -> tuple[Site, ...]:
    """One for each line, kind and width, of all the instructions that a line became."""
    counts = ("lanes", "requests", "sectors", "ideal_sectors", "wavefronts", "ideal_wavefronts")
    sums: dict[tuple[str, Place, Access, int], list[int]] = {}
    for entry in entries:
        place = _at(entry["site"], lines)
        key = (str(entry["kernel"]), place, Access(entry["access"]), int(entry["width"]))
        total = sums.setdefault(key, [0] * len(counts))
        for index, name in enumerate(counts):
            total[index] += int(entry[name])
    return tuple(
        Site(*key, lanes, requests, lanes * key[3], *rest)
        for key, (lanes, requests, *rest) in sums.items()
    )


def _branching(entries: Iterable[Mapping[str, Any]], lines: _Lines) -> tuple[Branching, ...]:
    sums: dict[tuple[str, Place], list[int]] = {}
    for entry in entries:
        total = sums.setdefault((str(entry["kernel"]), _at(entry["site"], lines)), [0, 0])
        total[0] += int(entry["warp_issues"])
        total[1] += int(entry["lane_issues"])
    return tuple(Branching(*key, *total) for key, total in sums.items())


def _at(site: Any, lines: _Lines) -> Place:
    return lines.get((str(site[0]), int(site[1])), Place()) if site else Place()


def _addresses(data: Mapping[str, Any]) -> set[_Address]:
    entries = [*data["events"], *data.get("sites", ()), *data.get("branching", ())]
    sites = [entry.get(name) for entry in entries for name in ("site", "other")]
    return {(str(site[0]), int(site[1])) for site in sites if site}


def _lines(
    addresses: set[_Address], built: Sequence[Built], kit: Kit, isolation: Isolation
) -> dict[_Address, Place]:
    """The user's line of every address in one of the modules."""
    found: dict[_Address, Place] = {}
    for module in built:
        if module.module is None:
            continue
        offsets = sorted(offset for path, offset in addresses if path == str(module.module))
        if offsets:
            places = _addr2line(module.module, offsets, set(module.names), kit, isolation)
            found |= {(str(module.module), offset): p for offset, p in places.items()}
    return found


_FRAME = re.compile(r"(?P<file>.*?):(?P<line>\d+)(?: \(discriminator \d+\))?")


def _addr2line(
    module: Path, offsets: Sequence[int], names: set[str], kit: Kit, isolation: Isolation
) -> dict[int, Place]:
    with scratch("lines") as folder:
        # What was noted is where a call returns to: the call is one byte before.
        (folder / "addresses").write_text("".join(f"{offset - 1:#x}\n" for offset in offsets))
        script = 'exec addr2line -a -i -e "$1" < addresses'
        finished = isolation.run(
            Command(
                ["/bin/sh", "-c", script, "sh", str(module)],
                folder,
                (*kit.mounts, Mount(module.parent)),
                trusted=False,
            ),
            Limits(cpu_s=20, wall_s=120, output_kb=8192, address_space_mb=None),
        )
    if not finished.ok:
        raise ToolCrashed(f"addr2line failed: {finished.output[-200:]}", where=str(module))
    places: dict[int, Place] = {}
    offset = 0
    for line in finished.output.splitlines():
        if line.startswith("0x"):
            offset = int(line, 16) + 1
        elif (match := _FRAME.fullmatch(line)) and Path(match["file"]).name in names:
            # Of frames that were inlined into each other the innermost of the user's.
            places.setdefault(offset, Place(Path(match["file"]).name, int(match["line"])))
    return places
