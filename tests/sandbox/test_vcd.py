from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.core import DataError
from gatewright.sandbox.tools import vcd
from gatewright.sandbox.tools.vcd import Variable, open_vcd, read_traces

HEADER = """$timescale 1ps $end
$scope module tb $end
$var wire 1 ! clk $end
$var reg 8 # data [7:0] $end
$var real 64 % temperature $end
$scope module dut $end
$var wire 1 ! clk $end
$upscope $end
$upscope $end
$enddefinitions $end
"""


def dump(tmp_path: Path, body: str, header: str = HEADER) -> Path:
    path = tmp_path / "wave.vcd"
    path.write_text(header + body)
    return path


def test_names_scopes_and_widths(tmp_path: Path) -> None:
    header = open_vcd(dump(tmp_path, ""))
    assert header.unit == "1ps"
    assert header.variables == (
        Variable("tb.clk", 1, "wire", b"!"),
        Variable("tb.data", 8, "reg", b"#"),
        Variable("tb.dut.clk", 1, "wire", b"!"),
    )


def test_values_before_and_at_a_change(tmp_path: Path) -> None:
    path = dump(tmp_path, "#0\n$dumpvars\n0!\nbx #\n$end\n#5\n1!\nb101 #\n#5\nb110 #\n#9\nbz1 #\n")
    header = open_vcd(path)
    body = read_traces(header, header.variables)
    data = body.traces[b"#"]
    assert body.end == 9
    assert (data.before(0), data.at(0)) == ("x" * 8, "x" * 8)
    assert (data.before(5), data.at(5)) == ("x" * 8, "00000110")
    assert data.at(100) == "zzzzzzz1"
    assert body.traces[b"!"].before(5) == "0"


@pytest.mark.parametrize(
    "text",
    ["", "\0" * 500, "$scope module tb $end\n$var wire 1 ! clk", "not a dump\n", "FST\xff" * 90],
)
def test_what_is_no_dump_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "wave.vcd"
    path.write_text(text)
    with pytest.raises(DataError, match="header"):
        open_vcd(path)


def test_a_missing_and_a_huge_file_say_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot read"):
        open_vcd(tmp_path / "none.vcd")
    huge = tmp_path / "huge.vcd"
    with huge.open("wb") as file:
        file.truncate((vcd.MAX_FILE_MB << 20) + 1)
    with pytest.raises(DataError, match="more than 64 MB"):
        open_vcd(huge)


def test_links_and_pipes_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link.vcd").symlink_to(dump(tmp_path, ""))
    os.mkfifo(tmp_path / "pipe.vcd")
    with pytest.raises(DataError, match="cannot read"):
        open_vcd(tmp_path / "link.vcd")
    with pytest.raises(DataError, match="not a plain file"):
        open_vcd(tmp_path / "pipe.vcd")


def test_absurd_declarations_are_left_out(tmp_path: Path) -> None:
    header = HEADER.replace("$var reg 8 #", "$var reg 99999999999999999999 #")
    assert [v.leaf for v in open_vcd(dump(tmp_path, "", header)).variables] == ["clk", "clk"]


def test_changes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vcd, "MAX_CHANGES", 10)
    path = dump(tmp_path, "".join(f"#{t}\n{t % 2}!\n" for t in range(100)))
    header = open_vcd(path)
    assert len(read_traces(header, header.variables).traces[b"!"].times) == 10


@given(data=st.binary(max_size=400), cut=st.integers(0, 400))
def test_nothing_in_a_dump_can_crash_the_reader(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, cut: int
) -> None:
    path = tmp_path_factory.mktemp("vcd") / "wave.vcd"
    whole = HEADER.encode() + b"#0\n0!\nb1010 #\n#7\n1!\n"
    path.write_bytes(whole[: max(0, len(whole) - cut)] + data)
    try:
        header = open_vcd(path)
    except DataError:
        return
    body = read_traces(header, header.variables)
    for variable in header.variables:
        for value in body.traces[variable.code].values:
            assert len(value) == body.traces[variable.code].width
            assert not value.strip("01xz")


@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.text("01xz", min_size=8, max_size=8)),
        max_size=40,
    )
)
def test_reads_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, str]]
) -> None:
    now, lines, expected = 0, [], {}
    for advance, value in steps:
        now += advance
        lines.append(f"#{now}\nb{value} #\n")
        expected[now] = value
    path = tmp_path_factory.mktemp("vcd") / "wave.vcd"
    path.write_text(HEADER + "".join(lines))
    header = open_vcd(path)
    trace = read_traces(header, header.variables).traces[b"#"]
    assert {time: trace.at(time) for time in expected} == expected


def test_agrees_with_pywellen_on_a_simulator_dump(tmp_path: Path) -> None:
    import subprocess

    import pywellen

    bench = tmp_path / "tb.v"
    bench.write_text(
        """module tb; reg clk = 0; reg [11:0] n; wire [99:0] wide = {9{n}} << 3;
        always #5 clk = ~clk;  always @(posedge clk) n <= (n === 12'bx) ? 1 : n * 5 + clk;
        initial begin $dumpfile("wave.vcd"); $dumpvars; #400 n[3] = 1'bz; #100 $finish; end
        endmodule"""
    )
    run = {"cwd": tmp_path, "check": True, "capture_output": True}
    subprocess.run(["iverilog", "-g2012", "-o", "tb.vvp", bench], **run)  # type: ignore[call-overload]
    subprocess.run(["vvp", "-n", "tb.vvp"], **run)  # type: ignore[call-overload]
    path = tmp_path / "wave.vcd"
    header = open_vcd(path)
    body = read_traces(header, header.variables)
    theirs = {v.full_name: v for v in pywellen.Waveform(str(path)).all_vars()}
    assert {v.leaf for v in header.variables} == {"clk", "n", "wide"}
    for variable in header.variables:
        ours = body.traces[variable.code]
        for time in range(0, body.end, 3):
            value = theirs[variable.name].signal.value_at(time)
            text = f"{value:0{ours.width}b}" if isinstance(value, int) else value
            assert ours.at(time) == text
