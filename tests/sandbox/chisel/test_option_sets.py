"""What each of firtool's options is for: the readers that refuse the text without it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.core import ToolMissing
from gatewright.sandbox.chisel import firtool
from gatewright.sandbox.chisel.compiler import Compiler
from gatewright.sandbox.chisel.elaborator import Elaborator, Ended
from gatewright.sandbox.chisel.prepare import prepare
from gatewright.sandbox.chisel.toolchain import Toolchain
from gatewright.sandbox.isolation import Command, Limits, open_isolation
from gatewright.sandbox.tools.verilator import open_verilator
from tests.sandbox.chisel.conftest import body
from tests.sandbox.chisel.test_emitted import HARD

_QUIET = "-disable-all-randomization"
_NO_LAYERS = "--default-layer-specialization=disable"
_LAYERS = "--default-layer-specialization=enable"
_PLAIN = "--lowering-options=disallowLocalVariables,disallowPackedArrays"
SETS = {
    "none": (),
    "no randomization": (_QUIET,),
    "no layers either": (_QUIET, _NO_LAYERS),
    "plain statements": (_QUIET, _NO_LAYERS, _PLAIN),
    "plain statements, with layers": (_QUIET, _LAYERS, _PLAIN),
    "ours": tuple(o for o in firtool.OPTIONS if not o.startswith("--output-error")),
}
# Module by module in the order of HARD: r = read, . = refused. Icarus is older and newer than 11
# elsewhere, so only what it reads is expected of it, and what nobody can read.
EXPECTED = {
    "none": {"icarus": "...", "icarus-2005": "...", "verilator": "...", "yosys": "..."},
    "no randomization": {"icarus": "...", "icarus-2005": "...", "verilator": "...", "yosys": "..."},
    "no layers either": {"verilator": "rrr", "yosys": ".rr"},
    "plain statements": {"icarus": "rrr", "verilator": "rrr", "yosys": "rrr"},
    "plain statements, with layers": {"verilator": "rrr", "yosys": "rrr"},
    "ours": {"icarus": "rrr", "icarus-2005": "rrr", "verilator": "rrr", "yosys": "rrr"},
}
_YOSYS = (
    "import sys; from pyosys import libyosys as y; y.run_pass('read_verilog -sv ' + sys.argv[1])"
)


@pytest.fixture(scope="module")
def circuits(toolchain: Toolchain) -> Iterator[tuple[str, ...]]:
    """The modules as CHIRRTL."""
    isolation = open_isolation()
    compiler, elaborator = Compiler(toolchain, isolation), Elaborator(toolchain, isolation)
    texts = []
    for text in HARD.values():
        prepared = prepare((body(text),), "TopModule")
        elaborated = elaborator.elaborate(prepared, compiler.compile(prepared))
        assert elaborated.ended is Ended.OK
        texts.append(elaborated.text)
    yield tuple(texts)
    compiler.close()
    elaborator.close()


@pytest.fixture(scope="module", params=SETS, ids=SETS.keys())
def emitted(
    request: pytest.FixtureRequest,
    circuits: tuple[str, ...],
    toolchain: Toolchain,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[str, tuple[Path, ...]]:
    paths = []
    for circuit in circuits:
        folder = tmp_path_factory.mktemp("options")
        (folder / "in.fir").write_text(circuit)
        argv = [toolchain.firtool, *SETS[request.param], "--format=fir", "in.fir", "-o", "out.sv"]
        subprocess.run(list(map(str, argv)), cwd=folder, check=True, capture_output=True)
        paths.append(folder / "out.sv")
    return request.param, tuple(paths)


def reads(reader: str, path: Path) -> bool:
    if reader == "verilator":
        return _verilator_reads(path)
    if reader == "yosys":
        argv = [sys.executable, "-c", _YOSYS, path.name]
    else:
        if shutil.which("iverilog") is None:
            pytest.skip("Icarus is not installed")
        dialect = "-g2005" if reader == "icarus-2005" else "-g2012"
        argv = ["iverilog", dialect, "-o", "out.vvp", path.name]
    return not subprocess.run(argv, cwd=path.parent, capture_output=True, check=False).returncode


def _verilator_reads(path: Path) -> bool:
    isolation = open_isolation()
    try:
        verilator = open_verilator(isolation)
    except ToolMissing as error:
        pytest.skip(str(error))
    argv = verilator.lint([path.name], "TopModule")
    command = Command(argv, path.parent, verilator.mounts, verilator.environment)
    return isolation.run(command, Limits(address_space_mb=None)).ok


def test_readers_take_the_text_or_refuse_it(emitted: tuple[str, tuple[Path, ...]]) -> None:
    name, paths = emitted
    for reader, expected in EXPECTED[name].items():
        found = "".join("r" if reads(reader, path) else "." for path in paths)
        assert found == expected, reader
