"""Hostile programs, run for real. Each says ESCAPED for what it managed and `held` for the rest."""

from __future__ import annotations

import contextlib
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gatewright.sandbox.isolation import (
    Command,
    Ending,
    Finished,
    Isolation,
    Level,
    Limits,
    Mount,
    open_isolation,
    read_capped,
)

PYTHON = Path(sys.base_prefix)
Run = Callable[..., Finished]
TIGHT = Limits(cpu_s=1.0, wall_s=20.0, memory_mb=200, file_mb=8, disk_mb=24, output_kb=64)
NO_AS = Limits(cpu_s=5.0, wall_s=10.0, memory_mb=200, address_space_mb=None, processes=16)

x86 = pytest.mark.skipif(platform.machine() != "x86_64", reason="raw numbers are x86_64's")


def escaped(finished: Finished) -> list[str]:
    """What the attack managed; at least one line must show that it ran at all."""
    lines = finished.output.splitlines()
    assert any(line.startswith(("held", "ESCAPED", "tried", "looked")) for line in lines), finished
    return [line for line in lines if line.startswith("ESCAPED")]


class TestHostFiles:
    def test_are_not_read(
        self, isolation: Isolation, python: Run, secret: Path, tmp_path: Path
    ) -> None:
        places = [secret, *(Path(one) for one in ("/etc/passwd", "/etc/shadow", "/etc/hosts"))]
        for place in (Path.home(), Path.home() / ".ssh", Path("/tmp"), Path("/run"), Path.cwd()):
            places += [one for one in children(place) if not PYTHON.is_relative_to(one)][:3]
        finished = python(isolation, "read_host.py", *places)
        assert escaped(finished) == []
        assert finished.output.count("held") >= 2 * len(places)

    def test_would_be_read_without_confinement(self, python: Run, secret: Path) -> None:
        leaky = open_isolation(Level.RLIMITS, unsafe=True)
        assert len(escaped(python(leaky, "read_host.py", secret, "/etc/passwd"))) == 6

    def test_are_not_written(
        self, isolation: Isolation, python: Run, tmp_path: Path, folder: Path
    ) -> None:
        places = [
            tmp_path,
            "/tmp",
            "/dev/shm",
            "/root",
            "/etc",
            "/usr",
            "/usr/local/bin",
            "/",
            "/var/tmp",
        ]
        finished = python(isolation, "write_host.py", *places, folder.parent)
        private = ("/tmp", "/dev/shm") if isolation.level is Level.BWRAP else ()
        assert [one for one in escaped(finished) if one.split()[2] not in private] == []
        for place in places:
            assert list(Path(place).glob("gatewright-escaped*")) == []

    def test_would_be_written_without_confinement(self, python: Run, tmp_path: Path) -> None:
        leaky = open_isolation(Level.RLIMITS, unsafe=True)
        assert escaped(python(leaky, "write_host.py", tmp_path)) != []
        assert (tmp_path / "gatewright-escaped").exists()

    @x86
    def test_are_not_changed(self, isolation: Isolation, python: Run, secret: Path) -> None:
        before = secret.stat(), secret.read_text()
        finished = python(isolation, "change_host.py", secret)
        assert "held truncate" in finished.output
        assert "held unlink" in finished.output
        assert "held device's list" in finished.output
        assert Path("/dev/null").stat().st_mode & 0o777 == 0o666
        after = secret.stat(), secret.read_text()
        assert (before[0].st_mode, before[0].st_uid, before[0].st_mtime_ns, before[1]) == (
            after[0].st_mode,
            after[0].st_uid,
            after[0].st_mtime_ns,
            after[1],
        )

    @x86
    def test_in_a_mount_are_not_changed(
        self, isolation: Isolation, folder: Path, python: Run, secret: Path
    ) -> None:
        command = Command(
            [
                "sh",
                "-c",
                f"cat {secret} && ! echo x >> {secret} && ! rm {secret}; chmod 777 {secret}",
            ],
            folder,
            mounts=[Mount(secret.parent)],
        )
        finished = isolation.run(command, TIGHT)
        assert "c0ffee" in finished.output
        assert secret.read_text() == "c0ffee\n"
        assert secret.stat().st_mode & 0o777 == 0o640

    def test_a_writable_mount_is_written(
        self, isolation: Isolation, folder: Path, tmp_path: Path
    ) -> None:
        command = Command(
            ["sh", "-c", f"echo x > {tmp_path}/new"],
            folder,
            mounts=[Mount(tmp_path, writable=True)],
        )
        assert isolation.run(command, TIGHT).ok
        assert (tmp_path / "new").read_text() == "x\n"


class TestVerilog:
    def test_reads_nothing(self, isolation: Isolation, verilog: Run, secret: Path) -> None:
        finished = verilog(isolation, "read_host.v", secret=secret)
        assert escaped(finished) == []
        assert "c0ffee" not in finished.output

    def test_would_read_without_confinement(self, verilog: Run, secret: Path) -> None:
        leaky = open_isolation(Level.RLIMITS)
        assert len(escaped(verilog(leaky, "read_host.v", secret=secret))) == 2

    def test_includes_nothing(self, isolation: Isolation, verilog: Run, secret: Path) -> None:
        finished = verilog(isolation, "include_host.v", secret=secret)
        assert not finished.ok
        assert "c0ffee" not in finished.output

    def test_writes_nothing(
        self, isolation: Isolation, verilog: Run, folder: Path, tmp_path: Path
    ) -> None:
        finished = verilog(isolation, "write_host.v", place=tmp_path)
        assert "Unable to open" in finished.output
        assert [line for line in finished.output.splitlines() if "ESCAPED fopen" in line] == []
        assert not (folder.parent / "gatewright-escaped").exists()
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("source", "endings"),
        [
            ("never_ends.v", {Ending.CPU}),
            ("hangs.v", {Ending.CPU}),
            ("floods.v", {Ending.OUTPUT}),
            ("fills_disk.v", {Ending.DISK, Ending.CPU}),
            ("big_array.v", {Ending.MEMORY, Ending.CPU, Ending.SIGNAL, Ending.EXITED}),
        ],
    )
    def test_ends(
        self, isolation: Isolation, verilog: Run, source: str, endings: set[Ending]
    ) -> None:
        finished = verilog(isolation, source, limits=TIGHT)
        assert finished.ending in endings
        assert not finished.ok


@dataclass(frozen=True)
class Servers:
    port: int
    abstract: str
    stream: Path
    datagram: Path
    sockets: list[socket.socket]

    def heard(self) -> bool:
        for one in self.sockets:
            one.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                if one.type == socket.SOCK_DGRAM:
                    one.recv(64)
                else:
                    one.accept()
                return True
        return False


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    tcp = socket.create_server(("127.0.0.1", 0))
    port = tcp.getsockname()[1]
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", port))
    abstract = f"gatewright-test-{os.getpid()}"
    paths = tmp_path / "stream", tmp_path / "datagram"
    sockets = [tcp, udp]
    for kind, address in (
        (socket.SOCK_STREAM, "\0" + abstract),
        (socket.SOCK_STREAM, str(paths[0])),
        (socket.SOCK_DGRAM, str(paths[1])),
    ):
        one = socket.socket(socket.AF_UNIX, kind)
        one.bind(address)
        if kind == socket.SOCK_STREAM:
            one.listen()
        sockets.append(one)
    yield Servers(port, abstract, *paths, sockets)
    for one in sockets:
        one.close()


class TestNetwork:
    def test_reaches_nobody(self, isolation: Isolation, python: Run, servers: Servers) -> None:
        finished = python(
            isolation,
            "connect.py",
            servers.port,
            servers.abstract,
            servers.stream,
            servers.datagram,
        )
        assert escaped(finished) == []
        assert "pair works" in finished.output
        assert not servers.heard()

    def test_the_servers_can_be_reached(self, servers: Servers) -> None:
        with socket.create_connection(("127.0.0.1", servers.port)):
            assert servers.heard()


@x86
class TestOtherProcesses:
    def test_are_out_of_reach(self, isolation: Isolation, python: Run) -> None:
        victim = subprocess.Popen(["sleep", "20"], start_new_session=True)
        try:
            victim.send_signal(signal.SIGSTOP)
            os.waitpid(victim.pid, os.WUNTRACED)
            before = state_of(victim.pid)
            finished = python(isolation, "others.py", victim.pid, os.getpid())
            assert escaped(finished) == []
            assert state_of(victim.pid) == before
            assert before[2]
        finally:
            victim.kill()
            victim.wait()

    def test_the_kernel_gives_nothing(self, isolation: Isolation, python: Run) -> None:
        assert escaped(python(isolation, "kernel.py")) == []


class TestInheritance:
    def test_brings_no_secrets(
        self, isolation: Isolation, python: Run, monkeypatch: pytest.MonkeyPatch, secret: Path
    ) -> None:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
        with secret.open() as file:
            os.set_inheritable(file.fileno(), True)
            finished = python(isolation, "inherited.py", channel=True)
        assert escaped(finished) == []
        names = {line.split()[1] for line in finished.output.splitlines() if "variable" in line}
        expected = {"PATH", "HOME", "LANG", "TMPDIR", "GATEWRIGHT_CHANNEL"}
        assert names - {"PWD", "PYTHONDONTWRITEBYTECODE", "LC_CTYPE"} == expected
        assert "sk-secret" not in finished.output


class TestDaemons:
    def test_do_not_survive(self, any_isolation: Isolation, python: Run, folder: Path) -> None:
        assert python(any_isolation, "daemon.py").ok
        self._assert_silent(folder)

    def test_do_not_survive_a_limit(
        self, any_isolation: Isolation, python: Run, folder: Path
    ) -> None:
        limits = Limits(wall_s=0.5)
        command = python(any_isolation, "daemon.py", limits=limits)
        assert command.ending in (Ending.EXITED, Ending.WALL)
        self._assert_silent(folder)

    @staticmethod
    def _assert_silent(folder: Path) -> None:
        before = (folder / "beat").stat().st_size
        time.sleep(0.1)
        assert (folder / "beat").stat().st_size == before > 0


class TestExhaustion:
    def test_fork_bomb(self, isolation: Isolation, python: Run) -> None:
        limits = Limits(cpu_s=1.0, wall_s=20.0, processes=16)
        finished = python(isolation, "fork_bomb.py", limits=limits)
        # Root's processes only the watch counts; another user's the kernel stops at the limit.
        expected = Ending.MEMORY if os.getuid() == 0 else Ending.CPU
        assert finished.ending is expected
        assert finished.wall_s < 8
        assert count_of("fork_bomb.py") == 0

    @pytest.mark.parametrize("processes", [1, 8])
    def test_memory(self, any_isolation: Isolation, python: Run, processes: int) -> None:
        finished = python(any_isolation, "memory.py", processes, limits=NO_AS)
        assert finished.ending is Ending.MEMORY
        assert 200 < finished.peak_mb < 1500

    def test_address_space(self, any_isolation: Isolation, python: Run) -> None:
        finished = python(any_isolation, "memory.py", 1, limits=Limits(address_space_mb=200))
        assert "MemoryError" in finished.output
        assert finished.returncode == 1

    @pytest.mark.parametrize("kind", ["many", "big", "deep"])
    def test_disk(self, any_isolation: Isolation, python: Run, folder: Path, kind: str) -> None:
        finished = python(any_isolation, "fill_disk.py", kind, 5, limits=TIGHT)
        assert finished.ending is Ending.DISK
        assert disk_use(folder) < 20 * TIGHT.disk_mb << 20

    def test_one_huge_file(self, any_isolation: Isolation, python: Run) -> None:
        finished = python(any_isolation, "fill_disk.py", "sparse")
        assert finished.ending is Ending.DISK or "File too large" in finished.output

    def test_output(self, any_isolation: Isolation, python: Run) -> None:
        finished = python(any_isolation, "flood.py", 1, limits=TIGHT)
        assert finished.ending is Ending.OUTPUT
        assert len(finished.output) == TIGHT.output_kb * 1024

    def test_channel(self, any_isolation: Isolation, python: Run) -> None:
        finished = python(
            any_isolation, "flood.py", "GATEWRIGHT_CHANNEL", channel=True, limits=TIGHT
        )
        assert finished.ending is Ending.OUTPUT
        assert len(finished.channel) == 1 << 20

    def test_sleep(self, any_isolation: Isolation, sh: Run) -> None:
        finished = sh(any_isolation, "sleep 100", limits=Limits(wall_s=0.3))
        assert finished.ending is Ending.WALL
        assert 0.3 <= finished.wall_s < 1.5


class TestTraps:
    def test_links_are_not_followed(
        self, isolation: Isolation, sh: Run, folder: Path, secret: Path
    ) -> None:
        sh(
            isolation,
            f"ln -s {secret} result; ln -s {secret.parent} below; mkfifo pipe; echo ok > fine",
        )
        assert read_capped(folder, "result") is None
        assert read_capped(folder, f"below/{secret.name}") is None
        assert read_capped(folder, "pipe") is None
        assert read_capped(folder, f"../{folder.name}/fine") is None
        assert read_capped(folder, "fine") == b"ok\n"


def state_of(pid: int) -> tuple[set[int], int, bool]:
    """CPUs it may use, niceness, whether it is stopped."""
    stopped = "(sleep) T" in Path(f"/proc/{pid}/stat").read_text()
    return os.sched_getaffinity(pid), os.getpriority(os.PRIO_PROCESS, pid), stopped


def children(place: Path) -> list[Path]:
    return sorted(place.iterdir()) if place.is_dir() else []


def count_of(script: str) -> int:
    found = 0
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found += script.encode() in process.read_bytes()
    return found


def disk_use(folder: Path) -> int:
    return sum(one.stat().st_blocks * 512 for one in folder.iterdir())
