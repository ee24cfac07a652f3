"""Rates with their uncertainty: pass@k, its interval, and the paired difference of two runs.

Everything is in closed form: the same counts give the same figures, with no random numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, sqrt

Z95 = 1.959963984540054  # the standard normal's 97.5 % point


@dataclass(frozen=True, slots=True)
class Estimate:
    """A rate from 0 to 1 and its 95 % interval."""

    value: float
    low: float
    high: float


def pass_at_k(n: int, c: int, k: int) -> float:
    """The chance that k of n samples, c of them right, hold a right one.

    Unbiased: 1 - C(n-c, k) / C(n, k) (Chen et al., 2021, eq. 1). Exact integers, one rounding.
    Raises ValueError unless 0 <= c <= n and 1 <= k <= n.
    """
    if not (0 <= c <= n and 1 <= k <= n):
        raise ValueError(f"pass@{k} of {c} right in {n} samples")
    draws = comb(n, k)
    return (draws - comb(n - c, k)) / draws


def mean_with_interval(rates: Sequence[float]) -> Estimate:
    """The mean over problems and its 95 % interval.

    Wilson's score interval for the effective number of problems that the spread of the rates
    implies (Korn and Graubard, 1998; compared in Dean and Pagano, 2015): with one sample a problem
    it is the plain Wilson interval, with several it narrows as problems agree, and at 0 % and
    100 % it keeps a width, where a bootstrap claims certainty. No problems: 0 with [0, 1].
    """
    count = len(rates)
    if count == 0:
        return Estimate(0.0, 0.0, 1.0)
    mean = sum(rates) / count
    spread = sum((rate - mean) ** 2 for rate in rates)
    effective = float(count)
    if spread > 0:
        effective = max(effective, mean * (1 - mean) * count * count / spread)
    return _wilson(mean, effective)


def _wilson(rate: float, count: float) -> Estimate:
    square = Z95 * Z95
    centre = rate + square / (2 * count)
    reach = Z95 * sqrt(rate * (1 - rate) / count + square / (4 * count * count))
    scale = 1 + square / count
    low = (centre - reach) / scale if rate > 0 else 0.0
    high = (centre + reach) / scale if rate < 1 else 1.0
    return Estimate(rate, max(0.0, low), min(1.0, high))


def paired_difference(differences: Sequence[float]) -> Estimate:
    """The mean of per-problem differences (second minus first, each -1 to 1), 95 % interval.

    The adjusted Wald interval for matched pairs (Agresti and Min, 2005): one tie and half a win
    and half a loss are added before the interval is formed, so that few or no differing problems
    never give a width of zero. The value itself is the plain mean.
    """
    count = len(differences)
    if count == 0:
        return Estimate(0.0, -1.0, 1.0)
    total = sum(differences)
    padded = count + 2
    variance = sum(d * d for d in differences) + 1 - total * total / padded
    reach = Z95 * sqrt(max(0.0, variance)) / padded
    centre = total / padded
    return Estimate(total / count, max(-1.0, centre - reach), min(1.0, centre + reach))


def mcnemar(gained: int, lost: int) -> float:
    """The exact two-sided p-value that so many gains against losses come by chance (McNemar).

    Twice the smaller tail of a fair coin over the problems that differ, at most 1.
    """
    differing = gained + lost
    tail = sum(comb(differing, i) for i in range(min(gained, lost) + 1))
    ways: int = 2**differing
    return min(1.0, 2 * tail / ways)
