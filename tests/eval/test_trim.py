from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gatewright.core import Diagnostic, Outcome, Severity, Verdict
from gatewright.eval.trim import DIAGNOSTICS, LOG_CHARACTERS, kept_verdict, shortened


@given(st.text(max_size=300), st.integers(4, 120))
def test_a_short_text_stays_and_a_long_one_keeps_its_ends(text: str, limit: int) -> None:
    found = shortened(text, limit)
    if len(text) <= limit:
        assert found == text
    else:
        assert found.startswith(text[: limit * 3 // 4])
        assert found.endswith(text[len(text) - limit // 4 :])
        assert "characters left out" in found


def test_what_utf_8_cannot_carry_is_replaced() -> None:
    assert shortened("a\ud800b", 10) == "a?b"


def test_a_verdict_is_kept_without_its_bulk() -> None:
    said = tuple(Diagnostic(Severity.ERROR, "m" * 9000, line=n) for n in range(99))
    kept = kept_verdict(Verdict(Outcome.FAIL, log="x" * 10**6, diagnostics=said, waveform="/w.vcd"))
    assert len(kept.log) < LOG_CHARACTERS + 100
    assert len(kept.diagnostics) == DIAGNOSTICS
    assert len(kept.diagnostics[0].message) < 600
    assert kept.waveform is None
