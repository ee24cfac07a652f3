"""Which code may be parsed inside our own process.

slang expands macros without bound and overflows the stack on some thousand nested blocks; a model
may write either. Text that is not tame is treated as text: no cone, no post-pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from gatewright.core import Source

_LONGEST = 1_000_000  # characters


def is_tame(sources: Sequence[Source]) -> bool:
    """The sources are of bounded size and nesting, also after their macros are expanded."""
    return _is_tame(tuple(sources))


@lru_cache(maxsize=64)
def _is_tame(sources: tuple[Source, ...]) -> bool:
    from gatewright.sandbox.integrity import preprocess
    from gatewright.sandbox.integrity.structure import MAX_NESTING, nesting

    if sum(len(source.text) for source in sources) > _LONGEST:
        return False
    done = preprocess(sources)
    return done.ok and nesting(done.tokens) <= MAX_NESTING
