"""HDLSearch's figures by level, pool and group of descriptions, as a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from gatewright.core import Verdict
from gatewright.datasets.hdlsearch import Description, Group

STRICT, BASE = "rank", "baseline_rank"
LOOSE, LOOSE_BASE = "loose_rank", "loose_baseline_rank"
_HEAD = (
    *("units", "pool", "asked", "count", "MRR", "R@1", "R@5", "R@10", "draws"),
    *("baseline", "R@10", "ratio", "loose", "R@10", "baseline", "ratio"),
)
_ALL = "all"


@dataclass(frozen=True, slots=True)
class _Row:
    level: str
    pool: str
    group: str


_Ranks = Sequence[Mapping[str, float]]


def problem_id(asked: Description, pool: str) -> str:
    """`level/pool/group/key`; a drawn pool is called `size.seed`."""
    return f"{asked.level}/{pool}/{asked.group}/{asked.key}"


def search_table(samples: Mapping[str, Sequence[Verdict | None]]) -> str:
    """A row a group. An answer without the thing, or none, counts as 0; strict comes first.

    `draws` are the least and greatest MRR of the pools drawn; `all` asks whatever names no signals.
    """
    draws: dict[_Row, dict[str, list[Mapping[str, float]]]] = defaultdict(lambda: defaultdict(list))
    for problem, verdicts in samples.items():
        level, drawn, group, _ = problem.split("/")
        pool, _, draw = drawn.partition(".")
        for name in (group,) if group == Group.NAMED else (group, _ALL):
            if name != Group.REST:
                draws[_Row(level, pool, name)][draw] += (v.metrics if v else {} for v in verdicts)
    cells = [_HEAD, *(_cells(row, list(draws[row].values())) for row in sorted(draws, key=_order))]
    widths = [max(len(row[at]) for row in cells) for at in range(len(_HEAD))]
    lines = (
        "  ".join(
            cell.ljust(width) if at < 3 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    )
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _order(row: _Row) -> tuple[int, int, int]:
    levels, groups = ("block", "module", "signal"), (Group.CORE, _ALL, Group.NAMED)
    pool = {"all": 1, "own": 2}.get(row.pool, 0)
    return levels.index(row.level), pool, groups.index(row.group)


def _cells(row: _Row, draws: Sequence[_Ranks]) -> tuple[str, ...]:
    every = [ranks for draw in draws for ranks in draw]
    ours, theirs = _mrr(every, STRICT), _mrr(every, BASE)
    loose, loosely = _mrr(every, LOOSE), _mrr(every, LOOSE_BASE)
    by_draw = [_mrr(draw, STRICT) for draw in draws]
    compared = any(BASE in ranks for ranks in every)
    loosened = any(LOOSE in ranks for ranks in every)
    return (
        f"{row.level}s",
        row.pool,
        row.group,
        str(len(every) // len(draws)),
        f"{ours:.3f}",
        *(f"{_recall(every, STRICT, most):.2f}" for most in (1, 5, 10)),
        f"{min(by_draw):.3f}-{max(by_draw):.3f}" if len(draws) > 1 else "",
        *((f"{theirs:.3f}", f"{_recall(every, BASE, 10):.2f}") if compared else ("", "")),
        _ratio(ours, theirs) if compared else "",
        *((f"{loose:.3f}", f"{_recall(every, LOOSE, 10):.2f}") if loosened else ("", "")),
        f"{loosely:.3f}" if loosened else "",
        _ratio(loose, loosely) if loosened else "",
    )


def _mrr(ranks: _Ranks, figure: str) -> float:
    return fmean(1 / rank if (rank := each.get(figure, 0.0)) else 0.0 for each in ranks)


def _recall(ranks: _Ranks, figure: str, most: int) -> float:
    return fmean(0 < each.get(figure, 0.0) <= most for each in ranks)


def _ratio(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.2f}" if theirs else "-"
