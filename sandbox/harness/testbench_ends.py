"""Where a testbench ends: which of its blocks must come to their end for a pass to count.

A testbench that only complains says nothing when a design makes it wait for ever. So a line is
printed, marked like all its prints, where an initial block is through and where the simulation is
finished, and a pass needs the blocks that do the checking to be through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gatewright.sandbox.harness.testbench_marks import PRINT_NONCE, Edit, Spot
from gatewright.sandbox.integrity import Kind

FINISHES = frozenset({"$finish", "$stop"})
RAISES = frozenset({"$error", "$fatal", "assert"})
ELSEWHERE = -1
_WORDS = re.compile(
    r"fail|error|mismatch|wrong|incorrect|\bpass(?:ed|es)?\b|\bsuccess", re.IGNORECASE
)
_DECIDES = frozenset({"if", "case", "casez", "casex", "for", "while", "do", "foreach", "assert"})
_STARTS = frozenset({"#", "@", "wait", "repeat"})


@dataclass(frozen=True, slots=True)
class Block:
    """An initial block: where its statement is in the text, and what it is for.

    `checks` where it holds the testbench's judgement; `endless` where it loops for ever;
    `watches` where it only waits, to end a simulation that takes too long.
    """

    start: int
    end: int
    checks: bool
    endless: bool
    watches: bool

    @property
    def counts(self) -> bool:
        """Whether a pass needs it to be through."""
        return self.checks and not self.endless and not self.watches


@dataclass(frozen=True, slots=True)
class Closing:
    """How a simulation came to its end: the blocks that were through, and who finished it.

    `finished` is a block, ELSEWHERE for a place outside of all, None where nobody did.
    """

    through: frozenset[int] = frozenset()
    finished: int | None = None


@dataclass(frozen=True, slots=True)
class Ends:
    """A testbench's initial blocks, and which of them (or ELSEWHERE) finish the simulation."""

    blocks: tuple[Block, ...]
    finishers: frozenset[int]

    def missing(self, ending: Closing) -> frozenset[int]:
        """The blocks that count and were not through."""
        return self._counting - ending.through

    def reached(self, ending: Closing) -> bool | None:
        """Whether the testbench came to its end; None where it may have been cut off on purpose.

        On purpose: something in the testbench finished the simulation while a block that checks
        was still at work, as a bound on time does where it is the only end there is.
        """
        by_watchdog = ending.finished is not None and ending.finished not in self._proper
        stalled = ending.finished is None or (by_watchdog and bool(self._proper))
        if self.missing(ending):
            return False if stalled else None
        return not (stalled and self._proper and not self._counting)

    @property
    def _counting(self) -> frozenset[int]:
        return frozenset(k for k, block in enumerate(self.blocks) if block.counts)

    @property
    def _proper(self) -> frozenset[int]:
        """The finishers that are no watchdogs."""
        return frozenset(k for k in self.finishers if k < 0 or not self.blocks[k].watches)


def find_ends(spots: Sequence[Spot], initials: Sequence[tuple[int, int]]) -> Ends:
    """Look at each initial block; `initials` bounds their statements."""
    tasks = _bodies(spots)
    judging = _judging(tasks)
    blocks = tuple(_block(spots, *bounds, tasks, judging) for bounds in sorted(initials))
    return Ends(blocks, frozenset(_owner(blocks, s) for s in spots if s.text in FINISHES))


def end_edits(spots: Sequence[Spot], ends: Ends) -> Iterator[Edit]:
    """Print a line where a block is through, and before the simulation is finished."""
    for number, block in enumerate(ends.blocks):
        if not block.endless:
            yield Edit(block.start, block.start, "begin ")
            yield Edit(block.end, block.end, f" {_print(f't{number}')} end")
    for index, spot in enumerate(spots):
        if spot.text not in FINISHES or spot.token.kind is not Kind.SYSTEM:
            continue
        close = next((s for s in spots[index : index + 8] if s.text == ";"), None)
        if close is not None:
            owner = _owner(ends.blocks, spot)
            yield Edit(spot.start, spot.start, f"begin {_print(f'f{owner}')} ")
            yield Edit(close.end, close.end, " end")


def _print(what: str) -> str:
    return f'$display ( "{PRINT_NONCE}!{what}!{PRINT_NONCE}" ) ;'


def pattern(mark: str) -> re.Pattern[str]:
    """What such a line looks like in the output of a run with this mark."""
    return re.compile(rf"{re.escape(mark)}!([tf])(-?\d+)!{re.escape(mark)}\n?")


def closing_of(output: str, mark: str) -> Closing:
    """How the simulation ended."""
    through: set[int] = set()
    finished: int | None = None
    for kind, number in pattern(mark).findall(output):
        through.add(int(number))
        if kind == "f" and finished is None:
            finished = int(number)
    return Closing(frozenset(through), finished)


def _owner(blocks: Sequence[Block], spot: Spot) -> int:
    return next(
        (k for k, b in enumerate(blocks) if b.start <= spot.start < b.end),
        ELSEWHERE,
    )


def _block(
    spots: Sequence[Spot],
    start: int,
    end: int,
    tasks: dict[str, list[Spot]],
    judging: frozenset[str],
) -> Block:
    inside = [s for s in spots if start <= s.start < end]
    checks = any(map(_judges, inside)) or any(s.text in judging for s in inside)
    endless = any(s.text == "forever" for s in inside)
    return Block(start, end, checks, endless, _watches(inside, tasks))


def _watches(inside: Sequence[Spot], tasks: dict[str, list[Spot]]) -> bool:
    """Whether a block does nothing but wait, print and finish."""
    first = next((s.text for s in inside if s.text not in ("begin", "fork")), "")
    if first not in _STARTS or sum(s.text in tasks for s in inside) > 1:
        return False
    depth = 0
    for spot in inside:
        depth += (spot.text in ("(", "[", "{")) - (spot.text in (")", "]", "}"))
        if spot.text in _DECIDES or (depth == 0 and spot.text in ("=", "<=", "++", "--", "+=")):
            return False
    return any(s.text in FINISHES or s.text in RAISES or s.text in tasks for s in inside)


def _judges(spot: Spot) -> bool:
    if spot.token.kind is Kind.STRING:
        return bool(_WORDS.search(spot.text))
    return spot.text in RAISES


def _bodies(spots: Sequence[Spot]) -> dict[str, list[Spot]]:
    """The tokens of each task and function."""
    found: dict[str, list[Spot]] = {}
    name, body = "", list[Spot]()
    for index, spot in enumerate(spots):
        if spot.text in ("task", "function"):
            name, body = "", []
            for after in spots[index + 1 : index + 64]:
                if after.text in (";", "("):
                    break
                if after.token.kind is Kind.IDENT:
                    name = after.text
        elif spot.text in ("endtask", "endfunction"):
            found[name] = body
            name = ""
        elif name:
            body.append(spot)
    return found


def _judging(tasks: dict[str, list[Spot]]) -> frozenset[str]:
    """The tasks and functions that judge, or call one that does."""
    found = {name for name, body in tasks.items() if any(map(_judges, body))}
    while True:
        more = {
            name
            for name, body in tasks.items()
            if name not in found and any(s.text in found for s in body)
        }
        if not more:
            return frozenset(found)
        found |= more
