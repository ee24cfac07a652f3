from __future__ import annotations

import errno
import struct

import pytest

from gatewright.sandbox.isolation import seccomp

ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000
X86, ARM = 0xC000003E, 0xC00000B7


def run(program: bytes, audit: int, number: int, *arguments: int) -> int:
    """Interpret a classic BPF program on one system call, as the kernel does."""
    padded = (*arguments, *[0] * (6 - len(arguments)))
    data = struct.pack("=IIQ6Q", number, audit, 0, *padded)
    code = [struct.unpack_from("=HBBI", program, at) for at in range(0, len(program), 8)]
    at = accumulator = 0
    while True:
        operation, yes, no, value = code[at]
        at += 1
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, value)
        elif operation == 0x06:
            return int(value)
        else:
            holds = {
                0x15: accumulator == value,
                0x35: accumulator >= value,
                0x45: bool(accumulator & value),
            }[operation]
            at += yes if holds else no


@pytest.fixture(params=["x86_64", "aarch64"])
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("platform.machine", lambda: request.param)
    assert seccomp.supported()
    return str(request.param)


def number(machine: str, x86: int, arm: int) -> tuple[int, int]:
    return (X86, x86) if machine == "x86_64" else (ARM, arm)


@pytest.mark.parametrize("namespaces", [True, False])
class TestProgram:
    def test_lets_ordinary_calls_pass(self, machine: str, namespaces: bool) -> None:
        program = seccomp.program(namespaces=namespaces)
        for x86, arm in ((0, 63), (1, 64), (257, 56), (59, 221), (9, 222), (231, 94)):
            assert run(program, *number(machine, x86, arm)) == ALLOW

    def test_knows_only_its_own_architecture(self, machine: str, namespaces: bool) -> None:
        program = seccomp.program(namespaces=namespaces)
        wrong = ARM if machine == "x86_64" else X86
        assert run(program, wrong, 0) == KILL
        assert run(program, 0x40000003, 0) == KILL  # 32-bit x86

    def test_namespaces(self, machine: str, namespaces: bool) -> None:
        program = seccomp.program(namespaces=namespaces)
        clone = number(machine, 56, 220)
        assert run(program, *clone, 0x1200011) == ALLOW  # as fork() does
        assert run(program, *clone, 0x3D0F00) == ALLOW  # as pthread_create() does
        assert run(program, *clone, 0x10000011) == ERRNO | errno.EPERM
        assert run(program, *number(machine, 435, 435)) == ERRNO | errno.ENOSYS
        assert run(program, *number(machine, 272, 97)) == ERRNO | errno.EPERM

    def test_sockets(self, machine: str, namespaces: bool) -> None:
        program = seccomp.program(namespaces=namespaces)
        make = number(machine, 41, 198)
        assert (run(program, *make, 1, 1) == ALLOW) is namespaces
        for family in (2, 10, 16, 17, 38, 40):
            assert run(program, *make, family) == ERRNO | errno.EPERM
        pair = number(machine, 53, 199)
        assert run(program, *pair, 1, 1 | 0x80000) == ALLOW
        assert (run(program, *pair, 1, 2) == ALLOW) is namespaces

    def test_only_ones_own_limits(self, machine: str, namespaces: bool) -> None:
        program = seccomp.program(namespaces=namespaces)
        prlimit = number(machine, 302, 261)
        assert run(program, *prlimit, 0) == ALLOW
        assert run(program, *prlimit, 1234) == ERRNO | errno.EPERM

    def test_only_ones_own_signals_where_asked(self, machine: str, namespaces: bool) -> None:
        program = seccomp.program(namespaces=namespaces, signal_only=77)
        tgkill = number(machine, 234, 131)
        assert run(program, *tgkill, 77) == ALLOW
        assert run(program, *tgkill, 78) == ERRNO | errno.EPERM
        assert run(program, *number(machine, 62, 129), 78) == ERRNO | errno.EPERM


def test_an_unknown_machine_is_said_to_be_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert not seccomp.supported()
