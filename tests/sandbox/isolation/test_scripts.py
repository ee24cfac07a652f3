"""Shell scripts run as in a shell of their own, though one level saves itself that shell."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.sandbox.isolation import Command, Ending, Isolation, Limits

LIMITS = Limits(cpu_s=3, wall_s=20)


@pytest.mark.parametrize(
    ("argv", "status", "output"),
    [
        (["sh", "-c", 'echo "$1-$2"; exit 7', "name", "a b", "*"], 7, "a b-*\n"),
        (["sh", "-c", "echo $#; exec echo last"], 0, "0\nlast\n"),
        (["sh", "-c", "echo $#", "name"], 0, "0\n"),
        (["/bin/sh", "-c", "echo out; echo err >&2; cat; false"], 1, "out\nerr\n"),
        (["sh", "-c", "ulimit -S -t 1; ulimit -S -t; echo $(ulimit -c)"], 0, "1\n0\n"),
        (["sh", "-c", "cd /; pwd; x=1; (exit 3); exit $?"], 3, "/\n"),
    ],
)
def test_a_script_sees_its_arguments_and_gives_its_status(
    any_isolation: Isolation, folder: Path, argv: list[str], status: int, output: str
) -> None:
    finished = any_isolation.run(Command(argv, folder), LIMITS)
    assert (finished.ending, finished.returncode) == (Ending.EXITED, status)
    assert finished.output == output


@pytest.mark.parametrize(
    "script",
    [
        "echo in) ; echo beyond; (echo",
        "echo in\n)\ns=0\necho beyond",
        "echo in; exec 0>&3; echo beyond >&3",
    ],
)
def test_a_script_cannot_close_what_it_runs_in(
    any_isolation: Isolation, folder: Path, script: str
) -> None:
    finished = any_isolation.run(Command(["sh", "-c", script], folder), LIMITS)
    assert finished.returncode != 0
    assert "beyond\n" not in finished.output


def test_a_script_has_no_way_to_the_report(any_isolation: Isolation, folder: Path) -> None:
    script = "for n in 0 3 4 5 6 7 8 9; do echo forged 9m9.9s >&$n; done 2>/dev/null; exit 0"
    finished = any_isolation.run(Command(["sh", "-c", script], folder), LIMITS)
    assert "forged" not in finished.output
    assert finished.cpu_s < 2


def test_a_script_that_ends_by_a_signal(isolation: Isolation, folder: Path) -> None:
    finished = isolation.run(Command(["sh", "-c", "exec sh -c 'kill -9 $$'"], folder), LIMITS)
    assert (finished.ending, finished.returncode) == (Ending.SIGNAL, -9)


def test_a_script_that_ends_by_a_limit(any_isolation: Isolation, folder: Path) -> None:
    limits = Limits(cpu_s=3, wall_s=120)  # a busy machine gives it little
    spins = any_isolation.run(Command(["sh", "-c", "while :; do :; done"], folder), limits)
    assert spins.ending is Ending.CPU
    assert spins.cpu_s > 2
