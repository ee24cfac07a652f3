"""How the command ends: interrupts, readers that leave, full disks, strange texts."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.cli.stop import Stop
from gatewright.cli.terminal import escaped, shown

ENDLESS = "module tb; reg a = 0; wire y; inv dut(a, y); always #1 a = ~a; endmodule\n"
INVERTER = "module inv(input a, output y);\n  assign y = ~a;\nendmodule\n"


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "gatewright", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def gatewright_verify(folder: Path, design: str) -> list[str | Path]:
    check = ["-m", "gatewright", "verify", folder / design, "-t", folder / "testbench.sv"]
    return [sys.executable, *check]


@pytest.mark.parametrize(
    ("number", "status", "word"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")],
)
def test_a_signal_ends_it_with_a_word_and_without_remains(tmp_path, number, status, word):
    (tmp_path / "tb.v").write_text(ENDLESS)
    (tmp_path / "inv.v").write_text(INVERTER)
    running = start("verify", tmp_path / "inv.v", "--testbench", tmp_path / "tb.v")
    assert running.stderr is not None
    # The remark of somebody who waits says that the simulation is on.
    assert running.stderr.readline().startswith("… checking")
    running.send_signal(number)
    out, err = running.communicate(timeout=20)
    assert running.returncode == status
    assert out == ""
    assert err == f"gatewright: {word}\n"


def test_a_reader_that_leaves_is_no_error_to_talk_of(debounce):
    running = start(
        "verify", debounce / "bad.sv", "--testbench", debounce / "testbench.sv", "--json"
    )
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    said = [line for line in running.stderr.read().splitlines() if not line.startswith("…")]
    assert said == []  # but how far it is, on a busy machine
    assert running.wait(20) in (1, 141)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_standard_output_is_an_error(debounce):
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            gatewright_verify(debounce, "good.sv"),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert ran.returncode == 2
    assert ran.stderr.count("no space left") == 1
    assert "Traceback" not in ran.stderr
    assert "Exception" not in ran.stderr


def test_closed_streams_are_no_fault(debounce):
    call = " ".join(shlex.quote(str(word)) for word in gatewright_verify(debounce, "good.sv"))
    for closed in (">&-", ">&- 2>&-"):
        ran = subprocess.run(["bash", "-c", f"{call} {closed}"], capture_output=True, text=True)
        assert (ran.returncode, ran.stdout) == (0, "")
        assert "error" not in ran.stderr


def test_a_locale_without_our_characters_is_no_error(debounce):
    ran = subprocess.run(
        gatewright_verify(debounce, "bad.sv"),
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert ran.returncode == 1
    assert b"\\u2260" in ran.stdout


def test_a_fault_of_ours_is_no_verdict(gatewright, debounce, monkeypatch):
    from gatewright.cli import verify

    def broken(*given: object) -> None:
        raise ValueError("oh\x1b[31m")

    monkeypatch.setattr(verify, "verdict_text", broken)
    check = ("verify", debounce / "good.sv", "-t", debounce / "testbench.sv")
    ran = gatewright(*check)
    assert ran.status == 2
    assert "internal error at test_app.py:" in ran.err
    assert "ValueError: oh\\x1b[31m" in ran.err
    monkeypatch.setenv("GATEWRIGHT_TRACE", "1")
    assert "Traceback" in gatewright(*check).err


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_shown(text: str) -> None:
    assert all(c in "\n\t" or ord(c) >= 0x20 for c in shown(text))
    assert not any(0x7F <= ord(c) < 0xA0 for c in shown(text))
    assert "\u202e" not in shown(text)
    assert shown(shown(text)) == shown(text)


@given(st.text())
def test_escaping_keeps_a_json_document(text: str) -> None:
    import json

    document = escaped(json.dumps({"text": text}, ensure_ascii=False))
    assert json.loads(document) == {"text": text}
    assert "\x9b" not in document


def test_patience_speaks_only_after_a_while(capsys):
    from gatewright.cli.patience import Patience

    with Patience("working", first_s=5):
        pass
    assert capsys.readouterr().err == ""
    with Patience("working", first_s=0.01, every_s=0.01):
        time.sleep(0.1)
    assert capsys.readouterr().err.count("… working") >= 2


def test_more_interrupts_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "tb.v").write_text(ENDLESS)
    (tmp_path / "inv.v").write_text(INVERTER)
    running = start("verify", tmp_path / "inv.v", "--testbench", tmp_path / "tb.v")
    assert running.stderr is not None
    assert running.stderr.readline().startswith("… checking")
    for _ in range(3):
        if running.poll() is None:
            running.send_signal(signal.SIGINT)
            time.sleep(0.01)
    out, err = running.communicate(timeout=20)
    assert running.returncode == 130
    assert out == ""
    assert err == "gatewright: interrupted\n"


def test_a_late_second_signal_ends_it_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    moments, ended = iter((100.0, 100.5, 103.0)), []
    clock = SimpleNamespace(monotonic=lambda: next(moments))
    monkeypatch.setattr("gatewright.cli.stop.time", clock)
    monkeypatch.setattr("gatewright.cli.stop.os", SimpleNamespace(_exit=ended.append))
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), Stop():
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            signal.raise_signal(signal.SIGTERM)
            assert ended == []
            signal.raise_signal(signal.SIGTERM)
            assert ended == [143]
    signal.signal(signal.SIGINT, before)
