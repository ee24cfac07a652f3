"""Where the random seed of a run comes from."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from gatewright.core import Source


def drawn_seed(
    candidate: Sequence[Source], given: int | None = None, *, reproducible: bool = False
) -> int:
    """The seed given, else a new one of 31 bits; `reproducible` takes it from the text instead.

    From the candidate's own text, because whoever changes a candidate to fit its stimulus changes
    the stimulus with it.
    """
    if given is not None:
        return given
    if not reproducible:
        return secrets.randbits(31)
    import hashlib

    text = "\0".join(f"{source.name}\0{source.text}" for source in candidate)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:4], "big") >> 1
