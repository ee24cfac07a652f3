"""Elaboration: every candidate in a JVM of its own, which was started and warmed beforehand."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from gatewright.core import ToolCrashed
from gatewright.sandbox.chisel.compiler import Compilation
from gatewright.sandbox.chisel.jvm import Jvm, JvmEnded, Line, Program
from gatewright.sandbox.chisel.prepare import Prepared
from gatewright.sandbox.chisel.toolchain import ELABORATE_ARCHIVE, Toolchain
from gatewright.sandbox.isolation import Ending, Isolation, Limits

_START_S = 60.0
_PATIENCE_S = 60.0  # the limit of CPU time ends what computes; this is for what sleeps
_HEAP_MB = 512
_TEXT_CHARACTERS = 8 << 20
_OUTPUT_CHARACTERS = 1 << 16
_WORDS = 4000
_FRAMES = 8
_LIMITS = Limits(
    cpu_s=20,
    wall_s=900,
    memory_mb=1024,
    address_space_mb=None,
    file_mb=16,
    disk_mb=32,
    processes=256,
)


class Ended(StrEnum):
    """How an elaboration ended."""

    OK = "ok"
    EXCEPTION = "exception"
    LARGE = "large"
    KILLED = "killed"


@dataclass(frozen=True, slots=True)
class Elaboration:
    """CHIRRTL, or the exception that was thrown; `frames` are the candidate's own lines.

    `output` is what was printed while elaborating: Chisel's warnings and errors among it.
    """

    ended: Ended
    text: str = ""
    exception: str = ""
    message: str = ""
    frames: tuple[str, ...] = ()
    output: str = ""
    killed_by: Ending | None = None
    cpu_s: float = 0.0


class Elaborator:
    """Has `ahead` processes waiting where `refill` is called. Safe to call from several threads.

    Two are what two processors boot between candidates that come one right after another.
    """

    def __init__(self, toolchain: Toolchain, isolation: Isolation, ahead: int = 2) -> None:
        self._toolchain = toolchain
        self._isolation = isolation
        self._ahead = ahead
        self._lock = threading.Lock()
        self._waiting: deque[Jvm] = deque()

    def start(self) -> None:
        """Start a process unless one is waiting; returns at once."""
        self._fill(1)  # more of them would slow the compiler's start

    def refill(self) -> None:
        """Start processes until `ahead` are waiting; returns at once. For when an answer is out."""
        self._fill(self._ahead)

    def _fill(self, enough: int) -> None:
        with self._lock:
            alive = [jvm for jvm in self._waiting if jvm.alive]
            for jvm in self._waiting:
                if not jvm.alive:
                    jvm.close()
            self._waiting = deque(alive)
            while len(self._waiting) < enough:
                self._waiting.append(self._new())

    def elaborate(self, prepared: Prepared, compiled: Compilation) -> Elaboration:
        """Run the candidate's constructor. Raises ToolCrashed where no process can be started."""
        jvm = self._ready()
        request = {
            "id": 0,
            "entry": prepared.entry,
            "files": [name for name, _ in prepared.files],
            "classes": dict(compiled.classes or {}),
        }
        try:
            jvm.send(request)
            return _elaboration(jvm.receive(_PATIENCE_S))
        except JvmEnded as end:
            over = end.finished
            by = Ending.WALL if end.late else over.ending if over else Ending.EXITED
            cpu_s = over.cpu_s if over else 0.0
            return Elaboration(Ended.KILLED, message=str(end), killed_by=by, cpu_s=cpu_s)
        finally:
            jvm.discard()

    def close(self) -> None:
        """End what is waiting."""
        with self._lock:
            for jvm in self._waiting:
                jvm.close()
            self._waiting.clear()

    def _ready(self) -> Jvm:
        """A process that waits for its candidate; one that died meanwhile is replaced once."""
        for attempt in range(2):
            with self._lock:
                jvm = self._waiting.popleft() if self._waiting and not attempt else self._new()
            try:
                jvm.ready(_START_S)
            except JvmEnded as error:
                jvm.close()
                said = error.finished.output.strip()[-400:] if error.finished else ""
                problem = ToolCrashed(f"the Chisel elaborator did not start: {error}", hint=said)
            else:
                return jvm
        raise problem

    def _new(self) -> Jvm:
        more = ("-XX:MaxDirectMemorySize=64m", "-XX:MaxMetaspaceSize=256m")
        program = Program("ElaborateServer", ELABORATE_ARCHIVE, _HEAP_MB, _LIMITS, more=more)
        return Jvm(self._toolchain, self._isolation, program)


def _elaboration(answer: Line) -> Elaboration:
    """The answer comes from the candidate's own process: a field may be anything, of any size."""
    frames = answer.get("frames", ())
    kind = str(answer.get("kind", ""))
    text = _plain(answer.get("text", ""), _TEXT_CHARACTERS + 1)
    ended = Ended(kind) if kind in ("ok", "exception", "large") else Ended.EXCEPTION
    if len(text) > _TEXT_CHARACTERS:
        ended, text = Ended.LARGE, ""
    return Elaboration(
        ended,
        text=text,
        exception=_plain(answer.get("exception", ""), _WORDS),
        message=_plain(answer.get("message", ""), _WORDS),
        frames=tuple(_plain(f, _WORDS) for f in frames[:_FRAMES])
        if isinstance(frames, list)
        else (),
        output=_plain(answer.get("output", ""), _OUTPUT_CHARACTERS),
        cpu_s=_seconds(answer.get("cpu_s", 0.0)),
    )


def _plain(value: object, most: int) -> str:
    """As text that can be written to a file: JSON can hold halves of characters."""
    return str(value)[:most].encode(errors="replace").decode()


def _seconds(value: object) -> float:
    """No more than the process can have used, and no number that is none."""
    if isinstance(value, int | float) and 0 <= value <= _LIMITS.cpu_s:
        return float(value)
    return 0.0
