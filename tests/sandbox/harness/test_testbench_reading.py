from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.sandbox.harness.testbench_reading import Line, Transcript, read, transcribe
from gatewright.sandbox.harness.testbench_run import Nonces

NONCES = Nonces("0123456789abcdef", "gwfedcba9876543210")
M = NONCES.mark


def said(output: str) -> list[tuple[str, str]]:
    return [(line.severity, line.text) for line in transcribe(output, NONCES).lines]


def test_hears_only_the_marked() -> None:
    output = f"Mismatches: 0 in 5 samples\nx{M}<real\nsecond>{M}\n{M}<half>{M}{M}< line>{M}\nnoise"
    assert said(output) == [("", "real"), ("", "second"), ("", "half line")]


def test_severities_are_known_by_their_file() -> None:
    where = f"bench_{M}.sv:12"
    output = (
        f"INFO: ERROR: {where}: {M}<bad>{M}\n       Time: 0 Scope: tb\n"
        f"ERROR: bench.sv:12: fake\nopenERROR: /w/{where}: \n"
        f"WARNING: {where}: {M}<careful>{M}\n"
    )
    assert said(output) == [
        ("ERROR", "bad"), ("ERROR", "assertion failed"), ("WARNING", "careful"),
    ]  # fmt: skip


def test_a_lost_end_does_not_swallow_what_follows() -> None:
    output = f"{M}<too few args \n{M}<next>{M}\n"
    assert [text for _, text in said(output)][-1] == "next"


@given(st.text(alphabet="MFPaslme: 0in<>\n\r", max_size=60))
def test_no_unmarked_text_is_heard(output: str) -> None:
    assert said(output) == []


def read_lines(*texts: str) -> tuple[int, int, int | None, int | None]:
    reading = read(Transcript(tuple(map(Line, texts))))
    return reading.complaints, reading.praises, reading.mismatches, reading.samples


@pytest.mark.parametrize(
    "text",
    [
        "FAIL", "Test failed: a=1", "ERROR at 5", "Error: x", "3 errors found", "mismatch at 3",
        "===========Test completed with           3 /100 failures===========",
        "===========Error===========", "wrong value", "tests passed: 3, failed: 2", "Failures: 4",
        "FAILED 2 tests, 3 passed",
    ],
)  # fmt: skip
def test_complaints(text: str) -> None:
    assert read_lines(text)[:2] == (1, 0)


@pytest.mark.parametrize(
    "text",
    [
        "PASS", "All tests passed!", "0 errors", "no mismatches found", "Errors: 0",
        "===========Your Design Passed===========", "passed=10 failed=0", "simulation successful",
        "PASS: error flag is raised on overflow", "test completed with 0 / 100 failures",
    ],
)  # fmt: skip
def test_praises(text: str) -> None:
    assert read_lines(text)[:2] == (0, 1)


@pytest.mark.parametrize("text", ["reset done", "state 3", "Simulation finished at 5 ps", ""])
def test_neither(text: str) -> None:
    assert read_lines(text)[:2] == (0, 0)


def test_counts() -> None:
    assert read_lines("completed with  7 /100 failures")[2:] == (7, 100)
    assert read_lines("FAIL a", "FAIL b")[2:] == (2, None)
    assert read_lines("5 errors")[2:] == (5, None)


def test_the_counting_dialect() -> None:
    lines = ("First mismatch occurred at time 35.", "Mismatches: 3 in 90 samples")
    reading = read(Transcript(tuple(map(Line, lines))))
    assert (reading.verdicts, reading.mismatches, reading.samples) == (1, 3, 90)
    assert reading.first_time == 35
