"""Which testbenches and which designs to believe when a model wrote both.

Each testbench is tried on each design. Designs that pass the same testbenches form a group; the
group with the most agreements, designs times testbenches passed, is believed, as in dual execution
agreement (Chen et al., CodeT, arXiv:2207.10397). Independent mistakes seldom agree.
"""

from __future__ import annotations

from dataclasses import dataclass

Cell = bool | None
"""A testbench passes a design, rejects it, or could not be run on it (None)."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """`rows[d][b]`: what testbench b makes of design d."""

    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        if len({len(row) for row in self.rows}) > 1:
            raise ValueError("every design needs a cell for every testbench")

    @property
    def benches(self) -> int:
        """How many testbenches there are."""
        return len(self.rows[0]) if self.rows else 0


@dataclass(frozen=True, slots=True)
class Decision:
    """What is believed, by number: designs that agree, and the testbenches that they all pass.

    The testbenches that reject most of the other designs come first: they see the most.
    """

    designs: tuple[int, ...]
    benches: tuple[int, ...]

    @property
    def support(self) -> int:
        """The agreements: designs times testbenches."""
        return len(self.designs) * len(self.benches)


def decide(matrix: Matrix) -> Decision | None:
    """The largest agreement; None where nothing agrees.

    One design and one testbench that agree say nothing where others disagree with both. Of equal
    agreements the one with more designs counts, then the earlier.
    """
    groups: dict[frozenset[int], list[int]] = {}
    for number, row in enumerate(matrix.rows):
        passed = frozenset(b for b, cell in enumerate(row) if cell)
        if passed:
            groups.setdefault(passed, []).append(number)
    if not groups:
        return None
    benches, designs = max(
        groups.items(), key=lambda each: (len(each[0]) * len(each[1]), len(each[1]), -each[1][0])
    )
    if len(designs) * len(benches) < 2 and len(matrix.rows) * matrix.benches > 1:
        return None
    rejected = {b: sum(row[b] is False for row in matrix.rows) for b in benches}
    ordered = sorted(benches, key=lambda b: (-rejected[b], b))
    return Decision(tuple(designs), tuple(ordered))
