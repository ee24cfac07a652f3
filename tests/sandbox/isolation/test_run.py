from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gatewright.core import SandboxUnavailable, ToolMissing, UsageError
from gatewright.sandbox.isolation import (
    Command,
    Ending,
    Finished,
    Isolation,
    Level,
    Limits,
    Mount,
    open_isolation,
)

Run = Callable[..., Finished]


class TestEnding:
    def test_status(self, any_isolation: Isolation, sh: Run) -> None:
        finished = sh(any_isolation, "echo out; echo err >&2; exit 3")
        assert (finished.ending, finished.returncode) == (Ending.EXITED, 3)
        assert sorted(finished.output.split()) == ["err", "out"]
        assert not finished.ok

    def test_signal(self, any_isolation: Isolation, python: Run, folder: Path) -> None:
        (folder / "crash.py").write_text("import os; os.abort()")
        finished = python(any_isolation, str(folder / "crash.py"))
        assert (finished.ending, finished.returncode) == (Ending.SIGNAL, -signal.SIGABRT)

    def test_cpu_seconds_of_one_process(self, any_isolation: Isolation, sh: Run) -> None:
        finished = sh(any_isolation, "while :; do :; done", limits=Limits(cpu_s=1))
        assert finished.ending is Ending.CPU
        assert 0.9 < finished.cpu_s < 1.6

    def test_cpu_seconds_of_the_tree(self, any_isolation: Isolation, sh: Run) -> None:
        script = "(while :; do :; done) & (while :; do :; done) & wait"
        finished = sh(any_isolation, script, limits=Limits(cpu_s=0.4))
        assert finished.ending is Ending.CPU
        assert 0.4 < finished.cpu_s < 1.5

    def test_an_ignored_pipe_signal_is_restored(self, any_isolation: Isolation, sh: Run) -> None:
        finished = sh(any_isolation, "yes | head -1; grep SigIgn /proc/$$/status")
        ignored = int(finished.output.split()[-1], 16) if "SigIgn" in finished.output else 0
        for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
            assert not ignored >> (number - 1) & 1


class TestAccount:
    def test_orphans_are_counted(self, any_isolation: Isolation, python: Run) -> None:
        finished = python(any_isolation, "burn_orphans.py")
        assert finished.ok
        assert finished.cpu_s > 0.6

    def test_peak_memory(self, any_isolation: Isolation, python: Run, folder: Path) -> None:
        (folder / "take.py").write_text(
            "import time; a = b'x' * (100 << 20); time.sleep(0.4); print(len(a))"
        )
        finished = python(any_isolation, str(folder / "take.py"))
        assert finished.ok
        assert 100 < finished.peak_mb < 150

    def test_a_sleeper_costs_nothing(self, any_isolation: Isolation, sh: Run) -> None:
        finished = sh(any_isolation, "sleep 0.3")
        assert finished.cpu_s < 0.1
        assert finished.wall_s >= 0.3


class TestSurroundings:
    def test_folder_and_environment(
        self, any_isolation: Isolation, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LEAK", "yes")
        command = Command(["sh", "-c", "pwd; env; touch made"], folder, environment={"MINE": "1"})
        finished = any_isolation.run(command, Limits())
        lines = finished.output.splitlines()
        assert lines[0] == str(folder)
        assert {"MINE=1", f"HOME={folder}", f"TMPDIR={folder}", "LANG=C.UTF-8"} <= set(lines)
        assert "LEAK=yes" not in lines
        assert (folder / "made").exists()

    def test_channel_is_apart_from_the_output(self, any_isolation: Isolation, sh: Run) -> None:
        finished = sh(
            any_isolation, "echo verdict >/proc/self/fd/$GATEWRIGHT_CHANNEL; echo x", channel=True
        )
        if any_isolation.level is Level.LANDLOCK:  # where only a descriptor can be written to
            finished = sh(any_isolation, "echo verdict >&3; echo x", channel=True)
        assert (finished.channel, finished.output) == (b"verdict\n", "x\n")

    def test_input_is_empty(self, any_isolation: Isolation, sh: Run) -> None:
        assert sh(any_isolation, "cat; echo end").output == "end\n"

    def test_limits_cannot_be_raised(self, any_isolation: Isolation, sh: Run) -> None:
        assert not sh(any_isolation, "ulimit -n 100000").ok
        assert sh(any_isolation, "ulimit -n", limits=Limits(files=99)).output == "99\n"

    def test_an_odd_folder_name(self, any_isolation: Isolation, folder: Path) -> None:
        odd = folder / "a b'\"$x\n;ü"
        odd.mkdir()
        finished = any_isolation.run(Command(["sh", "-c", "echo hi > f"], odd), Limits())
        assert finished.ok
        assert (odd / "f").read_text() == "hi\n"


class TestDevices:
    @pytest.mark.skipif(not os.access("/dev/full", os.W_OK), reason="no /dev/full here")
    def test_a_device_is_one_inside(
        self, any_isolation: Isolation, folder: Path, tmp_path: Path
    ) -> None:
        script = "head -c 4 /dev/full | wc -c; echo more >/dev/full"
        plain = Command(["sh", "-c", script], folder)
        shown = Command(
            ["sh", "-c", script], folder, mounts=[Mount(Path("/dev/full"), device=True)]
        )
        assert "I/O error" in any_isolation.run(shown, Limits()).output
        assert any_isolation.run(shown, Limits()).output.startswith("4")
        if any_isolation.level is Level.BWRAP:
            assert "I/O error" not in any_isolation.run(plain, Limits()).output


class TestMistakes:
    def test_no_such_program(self, any_isolation: Isolation, folder: Path) -> None:
        with pytest.raises(ToolMissing, match="no-such-tool"):
            any_isolation.run(Command(["no-such-tool"], folder), Limits())

    def test_a_program_that_is_not_shown(
        self, any_isolation: Isolation, folder: Path, tmp_path: Path
    ) -> None:
        tool = tmp_path / "tool"
        tool.write_text("#!/bin/sh\necho ran\n")
        tool.chmod(0o755)
        with pytest.raises(ToolMissing, match="not visible"):
            any_isolation.run(Command([str(tool)], folder), Limits())
        shown = Command([str(tool)], folder, mounts=[Mount(tmp_path)])
        assert any_isolation.run(shown, Limits()).output == "ran\n"

    def test_no_such_mount(self, any_isolation: Isolation, folder: Path) -> None:
        with pytest.raises(UsageError, match="/no/such"):
            any_isolation.run(Command(["true"], folder, mounts=[Mount(Path("/no/such"))]), Limits())

    def test_what_is_no_program(self, any_isolation: Isolation, folder: Path) -> None:
        (folder / "garbage").write_bytes(b"\x00garbage")
        (folder / "garbage").chmod(0o755)
        command = Command([str(folder / "garbage")], folder)
        try:
            assert not any_isolation.run(command, Limits()).ok
        except SandboxUnavailable as error:
            assert "garbage" in str(error)

    def test_rlimits_refuses_what_is_not_trusted(self, folder: Path) -> None:
        isolation = open_isolation(Level.RLIMITS)
        with pytest.raises(SandboxUnavailable, match=r"rlimits.*--unsafe"):
            isolation.run(Command(["true"], folder, trusted=False), Limits())
        unsafe = open_isolation(Level.RLIMITS, unsafe=True)
        assert unsafe.run(Command(["true"], folder, trusted=False), Limits()).ok


class TestTogether:
    def test_many_threads(self, any_isolation: Isolation, folder: Path) -> None:
        def one(number: int) -> Finished:
            script = f"echo {number} >&2; [ {number % 5} != 4 ] || sleep 5"
            return any_isolation.run(Command(["sh", "-c", script], folder), Limits(wall_s=1.5))

        before = len(list(Path("/proc/self/fd").iterdir()))
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(one, range(20)))
        assert [int(result.output) for result in results] == list(range(20))
        late = [result.ending is Ending.WALL for result in results]
        assert late == [number % 5 == 4 for number in range(20)]
        assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1

    def test_nothing_outlives_whoever_asked(self, any_isolation: Isolation, tmp_path: Path) -> None:
        """The program that uses us is killed with SIGKILL in the middle of a run."""
        beat = tmp_path / "beat"
        program = (
            "import sys; from pathlib import Path\n"
            "from gatewright.sandbox.isolation import *\n"
            f"i = open_isolation(Level({any_isolation.level.value!r}))\n"
            f"d = Path({str(tmp_path)!r})\n"
            "i.run(Command(['sh', '-c', 'while :; do echo x >> beat; sleep 0.01; done'], d),"
            " Limits())\n"
        )
        victim = subprocess.Popen([sys.executable, "-c", program])
        until(lambda: beat.exists())
        victim.kill()
        victim.wait()
        until(lambda: self._is_silent(beat))

    @staticmethod
    def _is_silent(beat: Path) -> bool:
        size = beat.stat().st_size
        time.sleep(0.2)
        return beat.stat().st_size == size

    @pytest.mark.parametrize("level", [Level.LANDLOCK, Level.RLIMITS])
    def test_a_dead_warden_is_replaced(self, level: Level, folder: Path) -> None:
        isolation = open_isolation(level)
        command = Command(["true"], folder)
        assert isolation.run(command, Limits()).ok
        for pid in wardens():
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
        assert isolation.run(command, Limits()).ok


def wardens() -> list[int]:
    """The wardens that are this process's children."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(one) for one in children if "warden.py" in Path(f"/proc/{one}/cmdline").read_text()]


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
