"""ABC, the solver: can the output of a sequential and-inverter graph ever be 1?"""

from __future__ import annotations

import ctypes
import re
import resource
import signal
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gatewright.sandbox.formal.question import Answer

_EQUAL = re.compile(r"Property proved|Networks are equivalent|^UNSATISFIABLE", re.MULTILINE)
_DIFFERENT = re.compile(
    r"Networks are not equivalent|NOT EQUIVALENT|was asserted in frame|^SATISFIABLE", re.MULTILINE
)
_ASSIGNED = re.compile(r"^pi(\d+)@(\d+)=([01])$", re.MULTILINE)
_CEX = Path("miter.cex")
_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Question:
    """One try: ABC's commands, and the most CPU seconds that it may take."""

    commands: str
    cpu_s: float


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)


@cache
def _program() -> str:
    from pyosys import libyosys

    return str(Path(libyosys.__file__).with_name("yosys-abc"))


def ask(graph: Path, question: Question) -> Answer:
    """Run ABC on one graph; a counterexample is left for `counterexample`."""
    _CEX.unlink(missing_ok=True)
    script = f"read_aiger {graph}; strash; {question.commands}; write_cex -n {_CEX}"
    seconds = max(1, round(question.cpu_s))
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    if most != resource.RLIM_INFINITY:
        seconds = min(seconds, most - 1)

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        _libc().prctl(_PDEATHSIG, signal.SIGKILL)

    done = subprocess.run(
        [_program(), "-c", script],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        preexec_fn=bounded,
    )
    print(done.stdout, flush=True)
    if _DIFFERENT.search(done.stdout):
        return Answer.DIFFERENT
    return Answer.EQUAL if _EQUAL.search(done.stdout) else Answer.UNDECIDED


@dataclass(frozen=True, slots=True)
class Graph:
    """A binary AIGER file (Biere, the AIGER format, 2007) in memory."""

    content: bytes

    @property
    def latches(self) -> int:
        """How many bits of state it has."""
        return self._header()[3]

    @property
    def gates(self) -> int:
        """How many and-gates it has."""
        return self._header()[5]

    def only(self, index: int) -> Graph:
        """The graph with one of its outputs kept."""
        kind, variables, inputs, latches, outputs, ands = self._header()
        lines = self._body().split(b"\n", latches + outputs)
        kept = (*lines[:latches], lines[latches + index], lines[-1])
        header = " ".join(map(str, (kind, variables, inputs, latches, 1, ands))).encode()
        return Graph(b"\n".join((header, *kept)))

    def constant(self) -> bool | None:
        """The value of the only output, where it is a constant."""
        literal = self._body().split(b"\n", self.latches + 1)[self.latches]
        return {b"0": False, b"1": True}.get(literal)

    def _header(self) -> tuple[str, int, int, int, int, int]:
        kind, *numbers = self.content.split(b"\n", 1)[0].decode().split()
        variables, inputs, latches, outputs, ands = (int(number) for number in numbers[:5])
        return kind, variables, inputs, latches, outputs, ands

    def _body(self) -> bytes:
        return self.content.split(b"\n", 1)[1]


def counterexample() -> tuple[dict[int, int], ...]:
    """The inputs' values, step by step, of the last difference found."""
    if not _CEX.exists():
        return ()
    steps: dict[int, dict[int, int]] = {}
    for found in _ASSIGNED.finditer(_CEX.read_text()):
        index, step, value = (int(part) for part in found.groups())
        steps.setdefault(step, {})[index] = value
    return tuple(steps[step] for step in sorted(steps))
