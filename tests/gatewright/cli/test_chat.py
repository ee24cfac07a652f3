from __future__ import annotations

import io
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import Gatewright, Ran

MAJ = "a module named maj with inputs a, b, c and output y, y = a b + a c + b c"


@pytest.fixture
def folder(tmp_path: Path, debounce: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    for name in ("good.sv", "bad.sv", "testbench.sv"):
        (root / name).write_text((debounce / name).read_text())
    return root


@pytest.fixture
def chat(gatewright: Gatewright, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Pipe lines in."""

    def call(*lines: str, flags: tuple[str, ...] = ("-m", "symbolic")) -> Ran:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        store = str(folder.parent / "chat.sqlite")
        return gatewright("chat", folder, "--store", store, *flags)

    yield call


@pytest.mark.parametrize("where", ["a full path", "the open folder"])
def test_a_conversation_is_saved_over_no_other_file(chat: object, folder: Path, where: str) -> None:
    notes, talk = folder / "notes.md", folder / "talk.md"
    notes.write_text("# Mine\n")
    named = (notes, talk) if where == "a full path" else ("notes.md", "talk.md")
    ran = chat(  # type: ignore[operator]
        "help", f"/save {named[0]}", f"/save {named[1]}", f"/save {named[1]}", "/save ../out.md"
    )
    assert "take another name" in ran.out and notes.read_text() == "# Mine\n"
    assert ran.out.count(f"wrote {talk.resolve()}: the conversation") == 2
    assert not (folder.parent / "out.md").exists()


def test_piped_lines_are_answered(chat: object, folder: Path) -> None:
    ran = chat(MAJ, "y", "/undo", "y", MAJ, "n other name", "/save rtl/m.sv")  # type: ignore[operator]
    assert ran.status == 0
    assert "contract: module maj" in ran.out
    assert "VERDICT (generate) maj.sv: PASS: 8 checks" in ran.out
    assert "+  assign y = (a & b) | (a & c) | (b & c);" in ran.out
    assert "wrote maj.sv (/undo takes it back)" in ran.out
    assert "put back maj.sv" in ran.out
    assert "rejected: other name" in ran.out
    assert "\x1b" not in ran.out
    assert not (folder / "maj.sv").exists()
    assert (folder / "rtl" / "m.sv").read_text().startswith("module maj (")


def test_commands_do_what_help_says(chat: object, folder: Path, tmp_path: Path) -> None:
    ran = chat(  # type: ignore[operator]
        "/help",
        "/add good.sv",
        "/files",
        "/drop good.sv",
        "/verify good.sv testbench.sv",
        "/verify bad.sv good.sv",
        "/verify bad.sv testbench.sv",
        "/wave dut.out 60-115",
        "/run good.sv testbench.sv",
        "/lint bad.sv",
        "/schematic good.sv",
        "/diff",
        "/tokens",
        "/model",
        f"/save {tmp_path / 'talk.md'}",
        "/resume",
        "/new",
        "/quit",
        "never read",
    )
    assert ran.status == 0
    assert "/verify DESIGN... CHECK [--formal]" in ran.out and "/shrink DESIGN" in ran.out
    assert "shown from now on: good.sv" in ran.out and "shown no longer: good.sv" in ran.out
    assert "good.sv: PASS: 600 checks, against testbench.sv" in ran.out
    assert re.search(
        r"bad.sv: FAIL \(mismatch\): \d+ of \d+ checks failed, against good.sv", ran.out
    )
    assert "first mismatch at time 110" in ran.out
    assert re.search(r"time +tb.dut.out", ran.out)
    assert "Mismatches: 0 in 600 samples" in ran.out
    assert f"wrote {folder / 'good.svg'}: debounce" in ran.out
    assert (folder / "good.svg").read_text().startswith("<svg")
    assert "nothing was changed" in ran.out
    assert "0 calls of the model" in ran.out
    assert "model: symbolic" in ran.out
    assert "**Verdict of verify** on good.sv: PASS" in (tmp_path / "talk.md").read_text()
    assert "never read" not in ran.out


def test_mistakes_end_nothing(chat: object) -> None:
    ran = chat(  # type: ignore[operator]
        "/dance",
        "/e",
        "/verify good.sv",
        "/verify nothing.sv testbench.sv",
        "/wave",
        "/add ../../etc/passwd",
        "/undo",
        "/approve",
        "/resume nonsense",
        "/fix good.sv",
        '/add "',
        "/port good.sv vhdl",
        "/model nonsense",
        "x" * 300_000,
        '"""',
        "no end",
    )
    assert ran.status == 0
    for told in (
        "no command /dance",
        "wants a module's name or a file",
        "wants",
        "nothing.sv: no such file",
        "no failing simulation",
        "may not lead upwards",
        "no change of this conversation to undo",
        "nothing waits for a decision",
        "no conversation 'nonsense'",
        "wants the testbench's",
        "cannot be read: No closing quotation",
        "no language 'vhdl'",
        "bad model name",
        "300,000 characters are more than",
        'begins with """ has no end',
    ):
        assert told in ran.out, told


def test_a_conversation_is_gone_on_with(chat: object) -> None:
    chat(MAJ)  # type: ignore[operator]
    listed = chat(flags=("--list",))  # type: ignore[operator]
    assert "1 turn  a module named maj" in listed.out
    ran = chat("y", flags=("--resume", "last", "-m", "symbolic"))  # type: ignore[operator]
    assert "> a module named maj" in ran.out and "wrote maj.sv" in ran.out


def test_what_cannot_be_opened_is_an_error(gatewright: Gatewright, tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    ran = gatewright("chat", tmp_path / "none", "--store", store, "-m", "symbolic")
    assert ran.status == 2 and "no such folder" in ran.err
    ran = gatewright("chat", tmp_path, "--store", store, "-m", "symbolic", "--resume", "x")
    assert ran.status == 2 and "no conversation 'x'" in ran.err
    store.write_text("no database at all, but a text that is long enough" * 20)
    ran = gatewright("chat", tmp_path, "--store", store, "-m", "symbolic")
    assert ran.status == 2 and "cannot keep conversations" in ran.err


class Terminal:
    """The program on a terminal of its own."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        self.pid, self._fd = pty.fork()
        if self.pid == 0:  # the child
            os.environ.update({"TERM": "xterm", "COLUMNS": "100", "LINES": "40", **environment})
            os.execv(sys.executable, [sys.executable, "-m", "gatewright", *arguments])
        self.seen = ""

    def expect(self, text: str, seconds: float = 90.0) -> None:
        """Wait until the text shows; what came before it is forgotten."""
        end = time.monotonic() + seconds
        while text not in plain(self.seen):
            left = end - time.monotonic()
            assert left > 0, f"{text!r} did not show in {plain(self.seen)[-2000:]!r}"
            if select.select([self._fd], [], [], min(left, 1.0))[0]:
                try:
                    self.seen += os.read(self._fd, 65536).decode(errors="replace")
                except OSError:
                    raise AssertionError(f"it ended: {plain(self.seen)[-2000:]!r}") from None
        self.seen = plain(self.seen).partition(text)[2]

    def type(self, text: str) -> None:
        os.write(self._fd, text.encode())

    def ended(self) -> int:
        """Its exit status."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if select.select([self._fd], [], [], 0.1)[0]:
                try:
                    if not os.read(self._fd, 65536):
                        break
                except OSError:
                    break
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def close(self) -> None:
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(self._fd)


def plain(text: str) -> str:
    """What a terminal shows, without what moves the cursor or colours."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]", "", text).replace("\r", "")


@pytest.fixture
def terminal(folder: Path, tmp_path: Path) -> Iterator[Terminal]:
    running = Terminal(
        *("chat", str(folder), "--store", str(tmp_path / "chat.sqlite"), "-m", "symbolic"),
        XDG_CONFIG_HOME=str(tmp_path / "config"),
        NO_COLOR="1",
        PROMPT_TOOLKIT_NO_CPR="1",
    )
    yield running
    running.close()


def test_at_a_terminal(terminal: Terminal, folder: Path, tmp_path: Path) -> None:
    terminal.expect(">")
    terminal.type("\x03")  # Ctrl-C at the prompt
    terminal.expect("Ctrl-D leaves")
    terminal.expect(">")
    terminal.type("/doc\t")  # completed
    terminal.expect("ument")
    terminal.type(" good.sv\r")
    terminal.expect("| `out` | output | 1 |")
    terminal.expect(">")
    terminal.type("- input a\x1b\r- output y\x1b\r\x1b\ry = ~a\r")  # Alt-Enter breaks lines
    terminal.expect("contract: module top")
    terminal.expect("top.sv [y/n]>")
    terminal.type("y\r")
    terminal.expect("wrote top.sv")
    terminal.expect(">")
    terminal.type("\x1b[A\x1b[A\r")  # the entry before the last one, out of the history
    terminal.expect("top.sv")
    terminal.expect(">")
    terminal.type("\x04")  # Ctrl-D
    assert terminal.ended() == 0
    assert (folder / "top.sv").read_text().count("assign y = ~a;") == 1
    assert "/document good.sv" in (tmp_path / "chat_history").read_text()


_SLOW = """module tb;
  reg clk = 0;
  debounce dut(.clk(clk), .reset(clk), .in(clk), .out());
  initial begin : run
    integer i;
    for (i = 0; i < 2000000000; i = i + 1) #1 clk = ~clk;
    $finish;
  end
endmodule
"""


def test_ctrl_c_stops_the_turn_and_not_the_program(terminal: Terminal, folder: Path) -> None:
    (folder / "slow_tb.sv").write_text(_SLOW)
    terminal.expect(">")
    terminal.type("/run good.sv slow_tb.sv\r")
    terminal.expect("verify good.sv testbench=slow_tb.sv")
    time.sleep(0.5)
    terminal.type("\x03")
    terminal.expect("stopped")
    terminal.expect(">")
    terminal.type("/tokens\r")
    terminal.expect("0 calls of the model")
    terminal.type("/quit\r")
    assert terminal.ended() == 0


def test_a_request_to_end_is_no_ctrl_c(terminal: Terminal) -> None:
    terminal.expect(">")
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.ended() == 143


def test_nothing_heavy_is_loaded_for_help() -> None:
    code = (
        "import sys\nsys.argv = ['gatewright', 'chat', '--help']\n"
        "from gatewright.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = ('langchain', 'langgraph', 'prompt_toolkit', 'chromadb', 'numpy', 'openai')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"
