"""The reranker: two small forests of decision trees, trained on other repositories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ARTEFACT = "ranker.npz"
CLOSENESS = 0.3  # what an expected similarity of 1 weighs against certainty to be right
DEEPEST = 64


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees as flat arrays. A node is a leaf where `feature` is negative.

    Otherwise rows whose feature is at most the threshold go left. `roots` are the trees' first
    nodes; a row's value is the sum of its leaves' values and `base`.
    """

    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float32]
    roots: NDArray[np.int32]
    base: float

    def values(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """The value of each row."""
        import numpy as np

        count = len(rows)
        node = np.tile(self.roots, (count, 1)).ravel()
        row = np.repeat(np.arange(count), len(self.roots))
        going = np.arange(len(node))
        for _ in range(DEEPEST):
            at = node[going]
            feature = self.feature[at]
            inner = feature >= 0
            going, at, feature = going[inner], at[inner], feature[inner]
            if not len(going):
                break
            goes_left = rows[row[going], feature] <= self.threshold[at]
            node[going] = np.where(goes_left, self.left[at], self.right[at])
        sums: NDArray[np.float64] = self.value[node].reshape(count, -1).sum(1, dtype=np.float64)
        return sums + self.base


@dataclass(frozen=True, slots=True)
class Judgement:
    """A proposal's place among others (higher is better), and the chance that it is right."""

    score: float
    right: float


@dataclass(frozen=True, slots=True)
class Ranker:
    """Says how likely a proposal is right and how alike to the right one it is."""

    names: tuple[str, ...]
    right: Forest
    alike: Forest

    def judge(self, rows: Sequence[Mapping[str, float]]) -> list[Judgement]:
        """One judgement a proposal."""
        import numpy as np

        if not rows:
            return []
        matrix = np.array([[row[n] for n in self.names] for row in rows], dtype=np.float32)
        right = 1.0 / (1.0 + np.exp(-self.right.values(matrix)))
        scores = right + CLOSENESS * self.alike.values(matrix)
        return [Judgement(*pair) for pair in zip(scores.tolist(), right.tolist(), strict=True)]


@cache
def shipped_ranker() -> Ranker:
    """The reranker that the package brings along."""
    import numpy as np

    file = resources.files("gatewright.retrieval.complete") / ARTEFACT
    with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
        names = tuple(arrays["names"].tolist())
        return Ranker(names, _forest(arrays, "right"), _forest(arrays, "alike"))


def _forest(arrays: Mapping[str, NDArray[Any]], name: str) -> Forest:
    return Forest(
        feature=arrays[f"{name}_feature"],
        threshold=arrays[f"{name}_threshold"],
        left=arrays[f"{name}_left"],
        right=arrays[f"{name}_right"],
        value=arrays[f"{name}_value"],
        roots=arrays[f"{name}_roots"],
        base=float(arrays[f"{name}_base"]),
    )
