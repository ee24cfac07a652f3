"""What the reference's outputs did in a co-simulation: an output that stands still shows little."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gatewright.core import Port

_ROW = re.compile(
    r"^Reference: (\w+) known (\d+) bits (\d+) moved (\d+) floated (\d)(?: still ([\da-f]+))?$",
    re.MULTILINE,
)
_MOST_RUNS = 8
_OTHERS = "--- printed besides ---"


@dataclass(frozen=True, slots=True)
class Seen:
    """Of one output: the samples in which all of it was known, the bits that were ever known, those
    that took both values, and whether any was ever z.

    `still` has a 1 for each bit that did not take both values; None where that is not told.
    """

    known: int
    bits: int
    moved: int
    floated: bool
    still: int | None = None

    @property
    def is_unknown(self) -> bool:
        """Nothing of it could be compared."""
        return self.bits == 0 and not self.floated

    @property
    def is_still(self) -> bool:
        """A constant would have passed for it."""
        return self.moved == 0 and not (self.floated and self.bits)

    def joined(self, other: Seen) -> Seen:
        """What two runs showed, as far as counts tell."""
        return Seen(
            self.known + other.known,
            max(self.bits, other.bits),
            max(self.moved, other.moved),
            self.floated or other.floated,
            other.still if self.still is None else self.still & (other.still or 0),
        )


def declared(port: Port, range_: str) -> list[str]:
    """What is kept of an output: `one` has a 1 where a bit was ever 1, `zero` a 0 where ever 0."""
    name, width = port.name, port.width
    return [
        f"  reg {range_}gw_one_{name} = 0, gw_zero_{name} = {{{width}{{1'b1}}}};",
        f"  integer gw_known_{name} = 0, gw_bits_{name} = 0, gw_moved_{name} = 0;",
        f"  reg gw_floated_{name} = 0;",
        f"  reg {range_}gw_still_{name} = 0;",
    ]


def noted(port: Port) -> list[str]:
    """Statements for each sample. An x leaves what is known of its bit as it was, or unknown."""
    name = port.name
    return [
        f"      gw_one_{name} = gw_one_{name} | {name}_ref;",
        f"      gw_zero_{name} = gw_zero_{name} & {name}_ref;",
        f"      if ((^{name}_ref) !== 1'bx) gw_known_{name} = gw_known_{name} + 1;",
        f"      else if ({name}_ref !== ({name}_ref ^ {port.width}'b0)) gw_floated_{name} = 1;",
    ]


def told(port: Port) -> list[str]:
    """Statements that print the row of an output."""
    name = port.name
    bit = "[gw_i]" if port.width > 1 else ""
    counts = ", ".join(f"gw_{kind}_{name}" for kind in ("known", "bits", "moved", "floated"))
    one, zero = f"gw_one_{name}{bit} === 1'b1", f"gw_zero_{name}{bit} === 1'b0"
    return [
        f"    for (gw_i = 0; gw_i < {port.width}; gw_i = gw_i + 1) begin",
        f"      if ({one} || {zero}) gw_bits_{name} = gw_bits_{name} + 1;",
        f"      if ({one} && {zero}) gw_moved_{name} = gw_moved_{name} + 1;",
        f"      else gw_still_{name}{bit} = 1;",
        "    end",
        # The log is short: what all bits or none did needs no more words.
        f"    if (gw_moved_{name} > 0 && gw_moved_{name} < {port.width})",
        f'      $display("Reference: {name} known %0d bits %0d moved %0d floated %0d still %h",'
        f" {counts}, gw_still_{name});",
        f'    else $display("Reference: {name} known %0d bits %0d moved %0d floated %0d",'
        f" {counts});",
    ]


def read(log: str) -> dict[str, Seen]:
    """What the rows say, by output; only the testbench's own words count."""
    rows = _ROW.findall(log.partition(_OTHERS)[0])
    return {
        name: Seen(int(k), int(b), int(m), f != "0", int(still, 16) if still else None)
        for name, k, b, m, f, still in rows
    }


def joined(first: dict[str, Seen], second: dict[str, Seen]) -> dict[str, Seen]:
    """What two runs showed."""
    return {name: seen.joined(second.get(name, seen)) for name, seen in first.items()}


def doubts(seen: dict[str, Seen], outputs: Sequence[Port], constant: frozenset[str]) -> str:
    """Why nothing, or not enough, was compared; empty where there is no such reason.

    `constant` names the outputs that the reference's text makes constant.
    """
    rows = {p.name: seen[p.name] for p in outputs if p.name in seen}
    unknown = [p.name for p in outputs if p.name not in rows or rows[p.name].is_unknown]
    if unknown:
        return (
            f"the reference's {_names(unknown)} never known (x throughout): nothing of it was "
            "compared; a reference needs a reset that is found, or initial values"
        )
    still = standing(seen, outputs, constant)
    if still:
        return f"the reference's {_plain(still)} never changed: a constant would pass as well"
    return ""


def standing(seen: dict[str, Seen], outputs: Sequence[Port], constant: frozenset[str]) -> list[str]:
    """The outputs that stood still, no bit of them moving, though their text is not constant."""
    return [
        p.name
        for p in outputs
        if p.name in seen and p.name not in constant and seen[p.name].is_still
    ]


def remarks(seen: dict[str, Seen], outputs: Sequence[Port], constant: frozenset[str]) -> list[str]:
    """What a pass does not show."""
    found = []
    for port in outputs:
        row = seen.get(port.name)
        if row is None or port.name in constant:
            continue
        if row.is_still:
            found.append(f"the reference's {_plain([port.name])} never changed")
        elif row.moved < port.width and not row.floated:
            left = port.width - row.moved
            which = f" ({_bits(row.still)})" if row.still else ""
            said = f"{left} of {port.width} bits of output '{port.name}' never changed{which}"
            found.append(said)
    return found


def _bits(mask: int) -> str:
    """`7:5, 0`: the bits that are set, the highest first."""
    runs: list[str] = []
    high = mask.bit_length() - 1
    while high >= 0:
        low = high
        while low and mask >> (low - 1) & 1:
            low -= 1
        runs.append(f"{high}:{low}" if high > low else f"{high}")
        high = (mask & (1 << low) - 1).bit_length() - 1
    shown = runs[:_MOST_RUNS]
    return ", ".join(shown) + (", …" if len(runs) > len(shown) else "")


def _plain(names: Sequence[str]) -> str:
    listed = ", ".join(f"'{name}'" for name in names)
    return f"{'output' if len(names) == 1 else 'outputs'} {listed}"


def _names(names: Sequence[str]) -> str:
    return f"{_plain(names)} {'was' if len(names) == 1 else 'were'}"
