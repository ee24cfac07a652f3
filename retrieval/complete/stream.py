"""A text as one long row of token numbers, in which what followed a context is looked up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from gatewright.retrieval.complete.table import Keys, Pairs, Strings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

END_OF_LINE = "\n"
LONGEST_CONTEXT = 12  # tokens
MOST_PLACES = 500  # looked at for one context; of more, an even choice


class Numbered(Protocol):
    """Tokens and their numbers."""

    def __len__(self) -> int: ...

    def known(self, token: str) -> int | None:
        """The token's number, None where it has none."""
        ...

    def token(self, number: int) -> str:
        """The token of that number."""
        ...


class KeptVocabulary:
    """Tokens and their numbers, as arrays; what was looked up once is remembered."""

    def __init__(self, keys: Keys, strings: Strings) -> None:
        self._keys, self._strings = keys, strings
        self._seen: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._strings)

    def known(self, token: str) -> int | None:
        """The token's number, None where it has none."""
        found = self._seen.get(token)
        if found is None:
            found = self._seen[token] = self._keys.find(token)
        return found if found >= 0 else None

    def token(self, number: int) -> str:
        """The token of that number."""
        return self._strings[number]


class Vocabulary:
    """Numbers for tokens; a child knows its parent's and adds its own without changing it."""

    def __init__(self, parent: Numbered | None = None) -> None:
        self._parent = parent
        self._first = len(parent) if parent is not None else 0
        self._numbers: dict[str, int] = {}
        self._tokens: list[str] = []

    def __len__(self) -> int:
        return self._first + len(self._tokens)

    @property
    def own(self) -> Sequence[str]:
        """The tokens that the parent does not know."""
        return self._tokens

    def number(self, token: str) -> int:
        """The token's number, a new one where it has none."""
        found = self.known(token)
        if found is None:
            found = self._numbers[token] = len(self)
            self._tokens.append(token)
        return found

    def known(self, token: str) -> int | None:
        """The token's number, None where it has none."""
        found = self._numbers.get(token)
        if found is None and self._parent is not None:
            return self._parent.known(token)
        return found

    def token(self, number: int) -> str:
        """The token of that number."""
        if self._parent is not None and number < self._first:
            return self._parent.token(number)
        return self._tokens[number - self._first]


class Stream:
    """The row of tokens and where each pair of them stands.

    Tokens from `bounds[i]` on, up to the next bound, belong to file `owners[i]`, by which places
    can be left out.
    """

    def __init__(
        self,
        row: NDArray[np.int32],
        pairs: Pairs,
        bounds: NDArray[np.int32],
        owners: NDArray[np.int32],
    ) -> None:
        self._row, self._pairs = row, pairs
        self._bounds, self._owners = bounds, owners

    @staticmethod
    def of(numbers: Sequence[int]) -> Stream:
        """The row of one text, whose file's number is 0."""
        import numpy as np

        row = np.asarray(numbers, dtype=np.int32)
        zero = np.zeros(1, dtype=np.int32)
        return Stream(row, Pairs.of(row), zero, zero)

    def places(self, context: Sequence[int], without: Iterable[int] = ()) -> NDArray[np.int32]:
        """Where the context's last two tokens stand (the second's place) and something follows."""
        import numpy as np

        if len(context) < 2 or len(self._row) < 3:
            return np.empty(0, dtype=np.int32)
        found = self._pairs.found(int(context[-2]), int(context[-1]))
        found = found[:: max(1, len(found) // MOST_PLACES)]
        found = found[found < len(self._row) - 1]
        for file in without:
            first, end = self._ranges.get(file, (0, 0))
            if first < end and len(found):
                low, high = found.searchsorted((first, end)).tolist()
                if low < high:
                    found = np.concatenate((found[:low], found[high:]))
        return found

    @cached_property
    def _ranges(self) -> dict[int, tuple[int, int]]:
        """Where each file's tokens begin and end."""
        bounds = [*self._bounds.tolist(), len(self._row)]
        return dict(zip(self._owners.tolist(), pairwise(bounds), strict=True))

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
