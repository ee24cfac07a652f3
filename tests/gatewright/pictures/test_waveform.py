from __future__ import annotations

import time
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.core import Cycle, FirstMismatch, Sampled
from gatewright.pictures.timing import hexadecimal
from gatewright.pictures.waveform import waveform_svg
from gatewright.sandbox.tools.wave import Wave, Waves

SVG = "{http://www.w3.org/2000/svg}"


def mismatch(name: str = "q", cycles: int = 4, width: int = 8) -> FirstMismatch:
    window = tuple(
        Cycle(
            10 * i,
            (
                Sampled("clk", "1"),
                Sampled("d", f"{i:0{width}b}"),
                Sampled(name, f"{i + (i == cycles - 1):0{width}b}", f"{i:0{width}b}"),
            ),
        )
        for i in range(cycles)
    )
    return FirstMismatch(10 * (cycles - 1), (name,), window)


def texts(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    return ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]


def test_shows_times_buses_and_expected_above_got() -> None:
    shown = texts(waveform_svg(mismatch()))
    assert {"0", "10", "20", "30"} <= set(shown)
    expected = next(i for i, text in enumerate(shown) if text.startswith("expected q"))
    got = next(i for i, text in enumerate(shown) if text.startswith("got q"))
    assert shown[expected + 1 : got] == ["00", "01", "02", "03"]
    assert shown[got + 1 :] == ["00", "01", "02", "04"]


def test_the_mismatching_cycle_is_marked_once() -> None:
    root = ElementTree.fromstring(waveform_svg(mismatch()))
    wrong = [r for r in root.iter(f"{SVG}rect") if r.get("fill-opacity") == ".28"]
    glow = [r for r in root.iter(f"{SVG}rect") if r.get("fill-opacity") == ".16"]
    assert len(wrong) == len(glow) == 1
    assert float(glow[0].get("x", "0")) < float(wrong[0].get("x", "0"))


def test_hostile_names_are_escaped() -> None:
    svg = waveform_svg(mismatch(name="<script>alert('x')</script>&\"q"))
    assert "<script>" not in svg
    assert any("<script>" in text for text in texts(svg))


def test_x_is_drawn_in_red_and_z_is_not() -> None:
    def drawn(value: str) -> str:
        return waveform_svg(Waves((Wave("q", 4, ((0, value),)),), 0, 10))

    assert "#e5484d" in drawn("1xx0")
    assert "#e5484d" not in drawn("zzzz")
    assert "#e5484d" not in drawn("1010")


def test_an_empty_window_and_no_waves_still_make_a_picture() -> None:
    assert "time 70" in waveform_svg(FirstMismatch(70, ("q",)))
    ElementTree.fromstring(waveform_svg(Waves((), 0, 0)))


def test_a_wide_interface_is_cut_but_never_the_signals_at_fault() -> None:
    values = tuple(Sampled(f"in{i}", "0") for i in range(200))
    cycle = Cycle(5, (*values, Sampled("last", "0", "1")))
    shown = texts(waveform_svg(FirstMismatch(5, ("last",), (cycle,))))
    assert any(text.startswith("got last") for text in shown)
    assert any("more signals" in text for text in shown)


def test_a_wrong_value_too_long_for_its_column_is_spelled_out() -> None:
    found = mismatch(cycles=11, width=128)
    shown = texts(waveform_svg(found))
    assert shown[-5:] == ["q[127:0]", "expected", f"{10:032x}", "got", f"{11:032x}"]
    assert "q[7:0]" not in texts(waveform_svg(mismatch(cycles=11, width=8)))


@given(width=st.integers(60, 1500), data=st.data())
def test_of_a_huge_value_the_first_difference_is_shown(width: int, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, width - 1))
    expected = "0" * width
    got = expected[:place] + "1" + expected[place + 1 :]
    cycle = Cycle(5, (Sampled("q", got, expected),))
    svg = waveform_svg(FirstMismatch(5, ("q",), (cycle,) * 11))
    root = ElementTree.fromstring(svg)
    marked = [t.text for t in root.iter(f"{SVG}tspan") if t.get("font-weight") == "700"]
    assert marked[0] == "0"
    assert int(marked[1] or "0", 16) > 0


def test_a_difference_within_a_digit_that_shows_as_x_still_makes_a_picture() -> None:
    cycle = Cycle(5, (Sampled("q", "0" * 600, "1xxx" + "0" * 596),))
    assert "expected" in texts(waveform_svg(FirstMismatch(5, ("q",), (cycle,) * 11)))


def test_long_times_do_not_run_into_each_other() -> None:
    found = mismatch(cycles=11)
    late = [Cycle(10**9 + c.time, c.values) for c in found.window]
    shown = texts(waveform_svg(FirstMismatch(late[-1].time, ("q",), tuple(late))))
    times = [text for text in shown if text.startswith("10000")]
    assert f"{late[-1].time}" in times
    assert len(times) == 6


def test_a_picture_takes_milliseconds() -> None:
    found = mismatch(cycles=11, width=512)
    start = time.process_time()
    for _ in range(10):
        waveform_svg(found)
    assert (time.process_time() - start) / 10 < 0.010


@given(st.text("01", min_size=1, max_size=200))
def test_hexadecimal_is_the_number(bits: str) -> None:
    assert int(hexadecimal(bits), 16) == int(bits, 2)
    assert len(hexadecimal(bits)) == -(-len(bits) // 4)


@pytest.mark.parametrize(
    ("bits", "text"), [("x", "x"), ("1x00", "x"), ("zz", "z"), ("1zzzz", "1z"), ("x0000", "x0")]
)
def test_unknown_digits(bits: str, text: str) -> None:
    assert hexadecimal(bits) == text


@given(
    name=st.text(max_size=60),
    changes=st.lists(
        st.tuples(st.integers(0, 10**6), st.text("01xz", min_size=1, max_size=70)),
        min_size=1,
        max_size=30,
    ),
)
def test_any_wave_is_well_formed(name: str, changes: list[tuple[int, str]]) -> None:
    printable = "".join(c for c in name if c.isprintable())
    changes.sort()
    wave = Wave(printable, len(changes[0][1]), tuple(changes))
    ElementTree.fromstring(waveform_svg(Waves((wave,), 0, 10**6)))
