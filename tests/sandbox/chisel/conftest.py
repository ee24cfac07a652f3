from __future__ import annotations

import pytest

from gatewright.core import Language, Source, ToolMissing
from gatewright.sandbox.chisel.builder import Build, Builder, Request
from gatewright.sandbox.chisel.toolchain import Toolchain, open_toolchain
from gatewright.sandbox.harness.chisel import open_builder
from gatewright.sandbox.isolation import open_isolation

HEADER = """import chisel3._
import chisel3.util._
class TopModule extends RawModule {
  val a = IO(Input(UInt(8.W)))
  val q = IO(Output(UInt(8.W)))
"""


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    try:
        return open_toolchain()
    except ToolMissing as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def builder(toolchain: Toolchain) -> Builder:
    """The one that everything in this process shares: starting another takes seconds."""
    return open_builder(open_isolation())


def chisel(text: str, name: str = "TopModule.scala") -> Source:
    return Source(name, text, Language.CHISEL)


def body(text: str) -> Source:
    """A module with an input `a` and an output `q` of 8 bits; the text starts on line 6."""
    return chisel(HEADER + text + "}\n")


def build(builder: Builder, text: str, **options: str) -> Build:
    return builder.build(Request((chisel(text),), options.get("top", "TopModule")))
