"""Remembers, across runs, of which tests designs with constant outputs pass: they check nothing.

That takes a simulation or two, and depends on the tests, the ports and the way they are run, not on
the design; so it is found out once for each and kept in the user's cache folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from functools import cache
from pathlib import Path

from gatewright.core import CocotbSpec, Interface
from gatewright.sandbox.harness import cocotb_design, cocotb_inside, cocotb_names

_MAX_KNOWN = 512
_known: dict[str, bool] = {}


def key_of(spec: CocotbSpec, interface: Interface, simulator: str) -> str:
    """What the answer depends on, hashed."""
    digest = hashlib.sha256(
        f"{_own()}\0{simulator}\0{interface}\0{spec.defines}\0{spec.parameters}".encode()
    )
    for source in (*spec.tests, *spec.data):
        digest.update(f"\0{source.name}\0{source.text}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def recall(key: str) -> bool | None:
    """Whether the tests are blind; None where that is not known."""
    if key in _known:
        return _known[key]
    with contextlib.suppress(OSError):
        text = (folder() / key).read_text(encoding="ascii", errors="replace")
        if text in ("blind", "sees"):
            return _learnt(key, text == "blind")
    return None


def remember(key: str, blind: bool, *, lasting: bool) -> None:
    """Keep an answer in this process; one that is `lasting` also for later ones."""
    _learnt(key, blind)
    if not lasting:
        return
    with contextlib.suppress(OSError):
        place = folder()
        place.mkdir(parents=True, exist_ok=True)
        unborn = place / f"{key}.{os.getpid()}"
        unborn.write_text("blind" if blind else "sees", encoding="ascii")
        unborn.replace(place / key)


def folder() -> Path:
    """Where answers are kept; removing it only costs the time to find them out again."""
    from platformdirs import user_cache_path

    return user_cache_path("gatewright") / "cocotb"


def _learnt(key: str, blind: bool) -> bool:
    if len(_known) >= _MAX_KNOWN:
        _known.clear()
    _known[key] = blind
    return blind


@cache
def _own() -> str:
    """Our own files that have a say in it."""
    modules = (cocotb_inside, cocotb_design, cocotb_names)
    texts = (Path(module.__file__ or "").read_bytes() for module in modules)
    return hashlib.sha256(b"\0".join(texts)).hexdigest()
