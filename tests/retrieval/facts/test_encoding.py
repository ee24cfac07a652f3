"""Facts through their stored form and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.retrieval.facts.encoding import decode, encode
from gatewright.retrieval.facts.types import (
    Assignment,
    Block,
    BlockKind,
    Condition,
    Connection,
    Event,
    Instance,
    Module,
    ModuleKind,
    Override,
    Parameter,
    Port,
    Range,
    Signal,
    TypeName,
)

text = st.text(max_size=5)
names = st.lists(text, max_size=2).map(tuple)
number = st.integers(-1, 9)
place = st.builds(Range, number, number, number, number)


def several(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=2).map(tuple)


connection = st.builds(Connection, text, number, text, names, place, st.booleans())
override = st.builds(Override, text, text)
instance = st.builds(
    Instance,
    text,
    text,
    several(override),
    several(connection),
    st.booleans(),
    text,
    text,
    text,
    place,
)
block = st.builds(
    Block,
    st.sampled_from(BlockKind),
    text,
    names,
    names,
    names,
    names,
    text,
    text,
    several(st.builds(Event, text, text)),
    several(st.builds(Condition, text, names, number, number)),
    several(st.builds(Assignment, names, text, names, number, place)),
    text,
    text,
    text,
    place,
)
module = st.builds(
    Module,
    st.sampled_from(ModuleKind),
    text,
    text,
    several(st.builds(Port, text, text, text, text, place)),
    several(st.builds(Parameter, text, text, text, text, place)),
    names,
    names,
    several(st.builds(Signal, text, text, text, text, place)),
    several(st.builds(TypeName, text, text, names, place)),
    several(instance),
    several(block),
    names,
    text,
    place,
)


@settings(max_examples=60, deadline=None)
@given(module)
def test_what_is_encoded_is_decoded(found: Module) -> None:
    again = decode(encode(found))
    assert again == found
    assert isinstance(again.kind, ModuleKind)
    assert all(isinstance(b.kind, BlockKind) for b in again.blocks)
    assert all(isinstance(c.range, Range) for i in again.instances for c in i.connections)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"null", b"\xff", b'["module"]'])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        decode(data)
