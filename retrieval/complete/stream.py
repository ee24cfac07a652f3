"""A text as one long row of token numbers, in which what followed a context is looked up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

END_OF_LINE = "\n"
LONGEST_CONTEXT = 12  # tokens
MOST_PLACES = 500  # looked at for one context; of more, an even choice


class Vocabulary:
    """Numbers for tokens; a child knows its parent's and adds its own without changing it."""

    def __init__(self, parent: Vocabulary | None = None) -> None:
        self._parent = parent
        self._first = len(parent) if parent else 0
        self._numbers: dict[str, int] = {}
        self._tokens: list[str] = []

    def __len__(self) -> int:
        return self._first + len(self._tokens)

    def number(self, token: str) -> int:
        """The token's number, a new one where it has none."""
        found = self.known(token)
        if found is None:
            found = self._numbers[token] = len(self)
            self._tokens.append(token)
        return found

    def known(self, token: str) -> int | None:
        """The token's number, None where it has none."""
        if self._parent is not None:
            found = self._parent._numbers.get(token)
            if found is not None:
                return found
        return self._numbers.get(token)

    def token(self, number: int) -> str:
        """The token of that number."""
        if self._parent is not None and number < self._first:
            return self._parent.token(number)
        return self._tokens[number - self._first]


class Stream:
    """The row of tokens and where each pair of them stands.

    `labels` are numbers of files, one a token, by which places can be left out.
    """

    def __init__(self, numbers: Sequence[int], labels: Sequence[int]) -> None:
        import numpy as np

        self._row: NDArray[np.int32] = np.asarray(numbers, dtype=np.int32)
        self._labels: NDArray[np.int32] = np.asarray(labels, dtype=np.int32)
        row = self._row.astype(np.int64)
        pairs = (row[:-1] << 32) | row[1:]
        order = np.argsort(pairs, kind="stable")
        self._pairs: NDArray[np.int64] = pairs[order]
        self._second: NDArray[np.int32] = (order + 1).astype(np.int32)

    def places(self, context: Sequence[int], without: Iterable[int] = ()) -> NDArray[np.int32]:
        """Where the context's last two tokens stand (the second's place) and something follows."""
        import numpy as np

        if len(context) < 2 or len(self._row) < 3:
            return np.empty(0, dtype=np.int32)
        key = (int(context[-2]) << 32) | int(context[-1])
        low = int(np.searchsorted(self._pairs, key, "left"))
        high = int(np.searchsorted(self._pairs, key, "right"))
        step = max(1, (high - low) // MOST_PLACES)
        found = self._second[low:high:step]
        found = found[found < len(self._row) - 1]
        for label in without:
            found = found[self._labels[found] != label]
        return found

    def matched(self, places: NDArray[np.int32], context: Sequence[int]) -> NDArray[np.int32]:
        """How many tokens of the context stand before each place, itself included (at least 2)."""
        import numpy as np

        lengths = np.full(len(places), 2, dtype=np.int32)
        left = np.arange(len(places))
        for back in range(2, min(LONGEST_CONTEXT, len(context))):
            at = places[left] - back
            left = left[(self._row[at] == context[-1 - back]) & (at >= 0)]
            if not len(left):
                break
            lengths[left] += 1
        return lengths

    def following(self, places: NDArray[np.int32]) -> NDArray[np.int32]:
        """The token after each place."""
        return self._row[places + 1]
