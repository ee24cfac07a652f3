"""The compiler's process: another one takes over when it is gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gatewright.sandbox.chisel.compiler import Compiler
from gatewright.sandbox.chisel.prepare import prepare
from gatewright.sandbox.chisel.toolchain import Toolchain
from gatewright.sandbox.isolation import open_isolation
from tests.sandbox.chisel.conftest import body


@pytest.fixture
def compiler(toolchain: Toolchain) -> Iterator[Compiler]:
    compiler = Compiler(toolchain, open_isolation())
    yield compiler
    compiler.close()


def compiles(compiler: Compiler, text: str = "  q := a\n") -> bool:
    return compiler.compile(prepare((body(text),), "TopModule")).classes is not None


def test_one_in_reserve_takes_over_from_one_that_is_gone(compiler: Compiler) -> None:
    assert compiles(compiler)
    first = compiler._jvm
    assert first is not None
    first.close()
    assert compiles(compiler)  # nothing in reserve yet: one is started
    for _ in range(8):
        assert compiles(compiler)
    reserve = compiler._spare
    assert reserve is not None
    assert compiler._jvm is not None
    compiler._jvm.close()
    assert compiles(compiler)
    assert compiler._jvm is reserve
    assert compiler._spare is not None  # and the next is on its way
    assert not compiles(compiler, "  q := nothing\n")
