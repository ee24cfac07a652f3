"""What a compiled class refers to, read from its constant pool. Pure."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass

_UTF8, _CLASS, _METHOD, _INTERFACE_METHOD = 1, 7, 10, 11
_WIDE = {5, 6}  # longs and doubles take two places
_SIZES = {3: 5, 4: 5, 5: 9, 6: 9, 7: 3, 8: 3, 9: 5, 10: 5, 11: 5, 12: 5, 15: 4, 16: 3, 17: 5, 18: 5}
_SIZES |= {19: 3, 20: 3}
_ELEMENT = re.compile(r"^\[+L(.*);$")


@dataclass(frozen=True, slots=True)
class References:
    """Classes as `java/lang/Object`, methods as `java/lang/Object.<init>()V`."""

    classes: frozenset[str]
    methods: frozenset[str]


def references(code: bytes) -> References:
    """Every class and method that a class file names. Raises ValueError where it is none."""
    try:
        pool = _pool(code)
        classes = {_class(pool, at) for at, (tag, _) in pool.items() if tag == _CLASS}
        called = (at for at, (tag, _) in pool.items() if tag in (_METHOD, _INTERFACE_METHOD))
        return References(frozenset(classes), frozenset(_method(pool, at) for at in called))
    except (struct.error, KeyError, IndexError) as error:
        raise ValueError(f"no class file: {error!r}") from None


def _pool(code: bytes) -> Mapping[int, tuple[int, bytes]]:
    """Each constant's tag and its bytes, by its number."""
    (count,) = struct.unpack_from(">H", code, 8)
    found: dict[int, tuple[int, bytes]] = {}
    at, number = 10, 1
    while number < count:
        tag = code[at]
        size = 3 + struct.unpack_from(">H", code, at + 1)[0] if tag == _UTF8 else _SIZES[tag]
        found[number] = (tag, code[at + (3 if tag == _UTF8 else 1) : at + size])
        at += size
        number += 2 if tag in _WIDE else 1
    return found


def _class(pool: Mapping[int, tuple[int, bytes]], at: int) -> str:
    name = _text(pool, _first(pool, at))
    element = _ELEMENT.match(name)
    return element[1] if element else name


def _method(pool: Mapping[int, tuple[int, bytes]], at: int) -> str:
    kind = _second(pool, at)
    return f"{_class(pool, _first(pool, at))}.{_text(pool, _first(pool, kind))}" + _text(
        pool, _second(pool, kind)
    )


def _first(pool: Mapping[int, tuple[int, bytes]], at: int) -> int:
    return int(struct.unpack_from(">H", pool[at][1], 0)[0])


def _second(pool: Mapping[int, tuple[int, bytes]], at: int) -> int:
    return int(struct.unpack_from(">H", pool[at][1], 2)[0])


def _text(pool: Mapping[int, tuple[int, bytes]], at: int) -> str:
    return pool[at][1].decode("utf-8", errors="replace")
