"""Answers in words: what a model reads."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.agents.workbench.results import (
    Checked,
    Completion,
    ConeFound,
    Found,
    Generated,
    Shown,
    SignalPlaces,
    WaveWindow,
)
from gatewright.sandbox.tools.synthesis import SynthStats

_MOST_KNOWN = 40


def check_words(checked: Checked) -> str:
    """A verdict."""
    if not checked.wave:
        return checked.text
    return f"{checked.text}\nwaveform: {checked.wave} (look into it with wave_window)"


def found_words(found: Found) -> str:
    """Hits of a search."""
    lines = []
    for hit in found.hits:
        where = f"{hit.file}:{hit.line}" + (f"-{hit.end_line}" if hit.end_line != hit.line else "")
        inside = "" if hit.level == "module" else f" in {hit.module}"
        why = f"  (by {' '.join(hit.why)})" if hit.why else ""
        lines.append(f"{where}  {hit.kind} {hit.name}".rstrip() + inside + why)
    return "\n".join([*(lines or ["nothing fits"]), *found.notes])


def shown_words(shown: Shown) -> str:
    """Modules."""
    return "\n\n".join(module.text for module in shown.modules)


def places_words(found: SignalPlaces, verb: str) -> str:
    """What drives or reads a signal."""
    return "\n".join(_places(found, verb))


def _places(found: SignalPlaces, verb: str) -> Iterator[str]:
    if not found.places:
        yield f"nothing {verb} {found.signal}"
    for place in found.places:
        parts = [f"{place.file}:{place.line}", place.kind, place.text]
        if place.condition:
            parts.append(f"when {place.condition}")
        if place.clock:
            parts.append(f"@{place.clock}")
        if place.via:
            parts.append(f"via {place.via}")
        yield "  ".join(parts)
    yield from found.notes


def cone_words(found: ConeFound) -> str:
    """A cone, nearest first."""
    lines = [
        f"{place.depth} {place.file}:{place.line}"
        + (f"  ({place.path})" if place.path else "")
        + f"  {place.text}"
        for place in found.places
    ]
    if found.cut:
        lines.append("there is more beyond these limits (depth, most)")
    return "\n".join(lines or [f"nothing decides {found.signal}"])


def completion_words(found: Completion) -> str:
    """What comes next."""
    return found.text or f"nothing: {found.why}"


def wave_words(seen: WaveWindow) -> str:
    """A window as a table, and what else can be asked for."""
    others = [name for name in seen.known if name not in {s.name for s in seen.signals}]
    lines = [f"time {seen.start} to {seen.end} of {seen.last}, in units of {seen.unit}", seen.text]
    if seen.cut:
        lines.append("there are more changes: ask for a smaller window")
    if others:
        more = ", …" if seen.more or len(others) > _MOST_KNOWN else ""
        lines.append(f"other signals: {', '.join(others[:_MOST_KNOWN])}{more}")
    return "\n".join(lines)


def stats_words(stats: SynthStats) -> str:
    """What a design comes to."""
    lines = [
        f"{stats.top}: {stats.gates} gates, or {stats.luts} LUTs of 4 inputs in {stats.levels} "
        f"levels; {stats.registers} registers, {stats.latches} latches, "
        f"{stats.memory_bits} memory bits",
        "cells: " + (", ".join(f"{cell.kind} {cell.count}" for cell in stats.cells) or "none"),
    ]
    return "\n".join([*lines, *(f"warning: {text}" for text in stats.warnings)])


def generated_words(made: Generated) -> str:
    """The design, and whether it is verified."""
    code = f"```\n{made.code.strip()}\n```\n" if made.code.strip() else ""
    return "\n".join([code + made.text, *made.notes])
