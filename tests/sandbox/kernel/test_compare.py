from __future__ import annotations

import numpy as np
import pytest

from gatewright.core import DataError
from gatewright.sandbox.kernel.compare import Expected, Tolerance, compare
from gatewright.sandbox.kernel.packed import Packed, RawTensor, unpack


def packed(*arrays: np.ndarray) -> Packed:
    return Packed("", tuple(RawTensor(str(a.dtype), a.shape, a.tobytes()) for a in arrays))


RIGHT = np.linspace(-3, 3, 64, dtype=np.float32).reshape(8, 8)
EXPECTED = Expected(packed(RIGHT), packed(RIGHT.astype(np.float64)))


def test_equal_and_nearly_equal_outputs_hold() -> None:
    for off in (0.0, 5e-5):
        found = compare(packed(RIGHT + np.float32(off)), EXPECTED, Tolerance())
        assert found.holds
        assert found.checks == 64
    assert found.worst == pytest.approx(5e-5, rel=0.05)


def test_one_wrong_element_is_found_and_named() -> None:
    wrong = RIGHT.copy()
    wrong[3, 4] += 1
    found = compare(packed(wrong), EXPECTED, Tolerance())
    assert (found.wrong, found.place) == (1, (3, 4))
    assert "1 of 64" in found.reason


def test_nan_where_a_number_is_expected_is_wrong() -> None:
    wrong = RIGHT.copy()
    wrong[0, 0] = np.nan
    assert compare(packed(wrong), EXPECTED, Tolerance()).wrong == 1


def test_another_shape_another_count_and_integers_for_floats_are_wrong() -> None:
    assert "shape" in compare(packed(RIGHT.reshape(64)), EXPECTED, Tolerance()).reason
    assert "2 output" in compare(packed(RIGHT, RIGHT), EXPECTED, Tolerance()).reason
    assert "int64" in compare(packed(RIGHT.astype(np.int64)), EXPECTED, Tolerance()).reason


def test_a_shorter_mantissa_is_a_class_of_its_own() -> None:
    half = RIGHT.astype(np.float16).astype(np.float32)
    assert compare(packed(half), EXPECTED, Tolerance()).precision
    assert not compare(packed(RIGHT * 0), EXPECTED, Tolerance()).precision


def test_the_references_own_rounding_is_no_fault_of_the_answer() -> None:
    exact = RIGHT.astype(np.float64) + 3e-4
    expected = Expected(packed(RIGHT), packed(exact))
    assert compare(packed(RIGHT), expected, Tolerance()).holds
    assert compare(packed(exact.astype(np.float32)), expected, Tolerance()).holds


@pytest.mark.parametrize("data", [b"", b"x" * 40, b"\x02\0\0\0\0\0\0\0{}"])
def test_damaged_files_are_refused(data: bytes) -> None:
    with pytest.raises(DataError):
        unpack(data)


def test_one_element_of_another_rank_holds_only_where_that_is_allowed() -> None:
    one = Expected(packed(np.float32(2.5).reshape(())), None)
    flat = packed(np.full((1,), 2.5, np.float32))
    assert "shape (1,)" in compare(flat, one, Tolerance()).reason
    assert compare(flat, one, Tolerance(any_rank_of_one=True)).holds
    two = packed(np.full((2,), 2.5, np.float32))
    assert not compare(two, one, Tolerance(any_rank_of_one=True)).holds


def test_a_float64_run_of_other_shapes_is_not_relied_on() -> None:
    other = Expected(packed(RIGHT), packed(RIGHT[:4].astype(np.float64)))
    assert compare(packed(RIGHT), other, Tolerance()).holds
    more = Expected(packed(RIGHT), packed(RIGHT.astype(np.float64), RIGHT.astype(np.float64)))
    assert compare(packed(RIGHT), more, Tolerance()).holds
