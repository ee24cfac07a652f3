"""Facts as MessagePack and back: arrays by position, as the named tuples are."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from gatewright.retrieval.facts.types import Module

if TYPE_CHECKING:
    from msgspec.msgpack import Decoder, Encoder


def encode(module: Module) -> bytes:
    """A module as bytes that `decode` reads."""
    return _encoder().encode(module)


def decode(data: bytes) -> Module:
    """The module that was encoded. Raises ValueError for other bytes."""
    from msgspec import DecodeError

    try:
        return _decoder().decode(data)
    except (DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"no facts of a module: {error}") from error


@cache
def _encoder() -> Encoder:
    from msgspec.msgpack import Encoder

    return Encoder()


@cache
def _decoder() -> Decoder[Module]:
    from msgspec.msgpack import Decoder

    return Decoder(Module)
