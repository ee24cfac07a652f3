"""CVDP's own figures beside ours: by category and difficulty, pass@k in its biased form and not.

The published reporter gives 1 - (1 - c/n)^k, which is below the unbiased pass@k for every k > 1:
it draws with replacement. Both are printed, each by its name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from gatewright.eval.metrics import pass_at_k

_KS = (1, 5)


@dataclass(frozen=True, slots=True)
class Counts:
    """Of a problem's samples, how many passed; `category` is such as `cid003 easy`."""

    category: str
    samples: int
    passed: int


def biased_pass_at_k(n: int, c: int, k: int) -> float:
    """CVDP's pass@k of c right in n samples: 1 - (1 - c/n)^k. Raises ValueError unless c <= n."""
    if not (0 <= c <= n and n and k >= 1):
        raise ValueError(f"pass@{k} of {c} right in {n} samples")
    return 1.0 - (1.0 - c / n) ** k


def table(counts: Sequence[Counts]) -> str:
    """The figures, a row a category and difficulty, then all; '' for no problems."""
    if not counts:
        return ""
    groups: Mapping[str, list[Counts]] = defaultdict(list)
    for each in counts:
        groups[each.category].append(each)
    ks = [k for k in _KS if all(each.samples >= k for each in counts)]
    head = ["category", "problems"]
    head += [f"pass@{k} {form}" for k in ks for form in (("CVDP", "unbiased") if k > 1 else ("",))]
    rows = [head, *(_row(name, groups[name], ks) for name in sorted(groups) if name)]
    rows.append(_row("all", list(counts), ks))
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(r, widths, strict=True)) for r in rows]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _row(name: str, counts: list[Counts], ks: Sequence[int]) -> list[str]:
    cells = [name, str(len(counts))]
    for k in ks:
        cells.append(_percent([biased_pass_at_k(c.samples, c.passed, k) for c in counts]))
        if k > 1:
            cells.append(_percent([pass_at_k(c.samples, c.passed, k) for c in counts]))
    return cells


def _percent(rates: list[float]) -> str:
    return f"{100 * fmean(rates):.2f} %"
