"""The emitted text is plain Verilog: old readers and new ones take it as it is."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gatewright.sandbox.chisel.builder import Builder, Request
from tests.sandbox.chisel.conftest import body

HARD = {
    "a table and a wide select": (
        "  val t = VecInit((0 until 256).map(i => (i * 7 % 256).U(8.W)))\n  q := t(a)\n"
    ),
    "memory and assertion": (
        "  withClockAndReset(a(0).asClock, a(1)) {\n    val m = SyncReadMem(16, UInt(8.W))\n"
        "    m.write(a(3, 0), a)\n    q := m.read(a(7, 4))\n"
        '    assert(a =/= 3.U, "three"); printf("%d", a)\n  }\n'
    ),
    "bundles, enumeration, signs": (
        "  object S extends ChiselEnum { val x, y, z = Value }\n"
        "  class B extends Bundle { val s = S(); val n = SInt(8.W) }\n"
        "  withClockAndReset(a(0).asClock, a(1).asAsyncReset) {\n"
        "    val r = RegInit(0.U.asTypeOf(Vec(3, new B)))\n"
        "    r(a(1, 0)).n := (a.asSInt >> 1) * r(0).n\n"
        "    switch(r(1).s) { is(S.x) { r(1).s := S.y }\n      is(S.y) { r(1).s := S.z } }\n"
        "    q := r(2).n.asUInt ^ r(1).s.asUInt\n  }\n"
    ),
}
_YOSYS = "import sys; from pyosys import libyosys as y; y.run_pass('read_verilog ' + sys.argv[1])"


@pytest.fixture(scope="module", params=HARD, ids=HARD.keys())
def emitted(
    request: pytest.FixtureRequest, builder: Builder, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    built = builder.build(Request((body(HARD[request.param]),), "TopModule"))
    assert built.failure is None, built.diagnostics
    path = tmp_path_factory.mktemp("emitted") / "top.v"
    path.write_text("\n".join(source.text for source in built.verilog))
    return path


def accepts(*command: str | Path) -> None:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_icarus_reads_it_as_verilog_2005(emitted: Path) -> None:
    if shutil.which("iverilog") is None:
        pytest.skip("Icarus is not installed")
    accepts("iverilog", "-g2005", "-o", emitted.with_suffix(".vvp"), emitted)


def test_yosys_reads_it(emitted: Path) -> None:
    accepts(sys.executable, "-c", _YOSYS, emitted)
