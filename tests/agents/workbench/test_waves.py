"""Windows into waveforms."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.agents.workbench import Workbench
from gatewright.agents.workbench.waves import Waves, window
from gatewright.core import DataError, UsageError

VCD = """\
$timescale 1ns $end
$scope module tb $end
$var wire 1 ! clk $end
$scope module dut $end
$var wire 1 ! clk $end
$var wire 12 # data $end
$upscope $end
$upscope $end
$enddefinitions $end
#0
0!
b0 #
#5
1!
#10
0!
b101010101010 #
#15
1!
bx #
#20
"""


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path = tmp_path / "w.vcd"
    path.write_text(VCD)
    return path


def test_a_window_tells_values_and_names(dump: Path) -> None:
    seen = window(dump, ["data"], 6, 14)
    assert (seen.start, seen.end, seen.last, seen.unit) == (6, 14, 20, "1ns")
    assert seen.signals[0].name == "tb.dut.data"
    assert [(c.time, c.value) for c in seen.signals[0].changes] == [
        (6, "0" * 12),
        (10, "101010101010"),
    ]
    assert seen.known == ("tb.clk", "tb.dut.clk", "tb.dut.data")
    assert seen.text.splitlines()[-2].split() == ["10", "aaa"]
    assert seen.text.endswith("(wider than a byte: hexadecimal)")
    assert "hexadecimal" not in window(dump, ["clk"], 0, None).text


def test_without_names_the_shallowest_signals_are_shown(dump: Path) -> None:
    assert [signal.name for signal in window(dump, [], 0, None).signals] == ["tb.clk"]


def test_a_window_beyond_the_end_is_told(dump: Path) -> None:
    assert window(dump, [], 0, 10**9).end == 20
    with pytest.raises(UsageError, match="runs from 0 to 20"):
        window(dump, [], 30, 40)
    with pytest.raises(UsageError, match="no such signal"):
        window(dump, ["nope"], 0, None)


def test_a_waveform_of_the_repository_is_read(bench: Workbench, repo: Path, dump: Path) -> None:
    (repo / "w.vcd").write_text(dump.read_text())
    assert bench.wave_window("w.vcd").last == 20
    (repo / "bad.fst").write_bytes(b"no waveform")
    with pytest.raises(DataError, match="cannot be decoded"):
        bench.wave_window("bad.fst")
    with pytest.raises(DataError, match="check again"):
        bench.wave_window("wave7")
    with pytest.raises(DataError, match="check again"):
        bench.wave_window("rtl/adder.sv")


def test_only_the_last_waveforms_are_kept(tmp_path: Path, dump: Path) -> None:
    waves = Waves(tmp_path)
    names = []
    for _ in range(6):
        name, place = waves.place()
        place.write_text(VCD)
        names.append(waves.keep(name, place))
    copy = tmp_path / "copy"
    assert not waves.copied(names[0], copy)
    assert waves.copied(names[-1], copy) and copy.read_text() == VCD
    assert len(list(tmp_path.glob("wave*.vcd"))) == 4
