"""How plain testbenches say that something is wrong."""

from __future__ import annotations

import pytest

from gatewright.sandbox.harness.testbench_reading import Line, _complains


@pytest.mark.parametrize(
    "text",
    [
        "Not all tests passed",
        "Test did not pass",
        "9 of 10 tests passed",
        "passed 9/10",
        "3 discrepancies",
        "not ok 2",
        "0 tests passed",
        "Result: 0 passed",
        "Pass: 7 Fail: 3",
        "NOK",
    ],
)
def test_a_complaint(text: str) -> None:
    assert _complains(Line(text))


@pytest.mark.parametrize(
    "text",
    [
        "All tests passed",
        "10 of 10 tests passed",
        "0 discrepancies",
        "0 errors: passed",
        "no errors, test passed",
        "Pass: 7 Fail: 0",
        "Test 0 PASS",
        "Test 0: PASS",
        "[0] vector 0 passed",
        "===========Your Design Passed===========",
    ],
)
def test_no_complaint(text: str) -> None:
    assert not _complains(Line(text))
