"""What honest designs say that a check has no use for: left out of what is compiled, and noted.

Dumps, monitors, prints by simulation time or at its end, path delays, and delays where the golden
design has none: none of them decides what a design does from one clock edge to the next, and each
would give a hostile design a hold on the simulation. Text that does not have exactly the harmless
form stays, for the gate to refuse. So this comes first and `check` looks at what it leaves.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gatewright.core import Diagnostic, Severity
from gatewright.sandbox.integrity import policy as rules
from gatewright.sandbox.integrity.brackets import closers
from gatewright.sandbox.integrity.delays import without_delays
from gatewright.sandbox.integrity.lexer import Kind, Token, words
from gatewright.sandbox.integrity.policy import GatePolicy

TOOL = "gate"
_DUMPS = words(
    """
    $monitor $monitorb $monitorh $monitoro $dumpfile $dumpvars $dumpon $dumpoff $dumpall
    $dumpflush $dumplimit $timeformat
    """
)
_PATH_KINDS = (Kind.IDENT, Kind.ESCAPED, Kind.NUMBER, Kind.OPERATOR)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The tokens that are left, and a note for each kind of thing that is not."""

    tokens: tuple[Token, ...]
    notes: tuple[Diagnostic, ...] = ()


def leave_out(
    tokens: Sequence[Token], files: Sequence[str], policy: GatePolicy | None = None
) -> LeftOut:
    """Leave out what a check has no use for. To be called before `check`, with the same policy."""
    walk = _Walk(tokens, files)
    kept: Sequence[Token] = walk.kept()
    if not (policy or GatePolicy()).delays:
        kept, first = without_delays(kept)
        if first is not None:
            walk.note(first, "delays", "the golden design has none")
    return LeftOut(tuple(kept), tuple(walk.notes.values()))


@dataclass(slots=True)
class _Walk:
    tokens: Sequence[Token]
    files: Sequence[str]
    notes: dict[str, Diagnostic] = field(default_factory=dict)
    closers: Mapping[int, int] = field(default_factory=dict)
    clocks: Sequence[int] = ()

    def note(self, at: Token, what: str, why: str) -> None:
        """Note the first of its kind."""
        message = f"{what} in the design were left out: {why}"
        file = self.files[at.file] if at.file < len(self.files) else ""
        found = Diagnostic(Severity.NOTE, message, file, at.line, at.column, "left-out", TOOL)
        self.notes.setdefault(what, found)

    def kept(self) -> Sequence[Token]:
        readers: dict[str, Callable[[int], int | None]] = {
            "specify": self._specify,
            "final": self._final,
            "if": self._timed_print,
        }
        readers |= dict.fromkeys(_DUMPS, self._dump)
        starts = [i for i, t in enumerate(self.tokens) if t.text in readers]
        if not starts:
            return self.tokens
        self.closers = closers(self.tokens)
        self.clocks = [i for i, t in enumerate(self.tokens) if t.text in rules.CLOCKS]
        kept: list[Token] = []
        done = 0
        for index in starts:
            token = self.tokens[index]
            after = None
            if index >= done and token.kind in (Kind.IDENT, Kind.SYSTEM):
                after = readers[token.text](index)
            if after is not None:
                kept += self.tokens[done:index]
                if token.text not in ("specify", "final"):
                    # A statement stood here, and may be all there is to a branch.
                    kept += [token._replace(kind=Kind.IDENT, text=t) for t in ("begin", "end")]
                done = after
        kept += self.tokens[done:]
        return kept

    def _text(self, index: int) -> str:
        return self.tokens[index].text if index < len(self.tokens) else ""

    def _specify(self, index: int) -> int | None:
        """`specify … endspecify` of paths alone: timing checks write to a register."""
        at = index + 1
        while at < len(self.tokens) and self.tokens[at].kind in _PATH_KINDS:
            if self.tokens[at].text == "endspecify":
                self.note(self.tokens[index], "path delays (specify)", "they describe no logic")
                return at + 1
            if self.tokens[at].text in ("specify", "endmodule"):
                return None
            at += 1
        return None

    def _final(self, index: int) -> int | None:
        """`final` before prints and nothing else."""
        after = self._prints(index + 1)
        if after is not None:
            self.note(self.tokens[index], "prints at the end (final)", "they decide nothing")
        return after

    def _dump(self, index: int) -> int | None:
        """`$monitor (…) ;` and the like."""
        after = self._call(index)
        if after is not None:
            self.note(self.tokens[index], "dumps and monitors", "they decide nothing")
        return after

    def _timed_print(self, index: int) -> int | None:
        """`if (… $time …) $display (…) ;` without an else."""
        close = self.closers.get(index + 1)
        if self._text(index + 1) != "(" or close is None:
            return None
        clock = bisect(self.clocks, index)
        if clock == len(self.clocks) or self.clocks[clock] > close:
            return None
        after = self._prints(close + 1)
        if after is None or self._text(after) == "else":
            return None
        self.note(self.tokens[index], "prints by simulation time", "they decide nothing")
        return after

    def _prints(self, index: int) -> int | None:
        """The index after a print, or after a block of prints alone."""
        if self._text(index) != "begin":
            return self._call(index) if self._text(index) in rules.PRINTS else None
        at: int | None = index + 1
        while at is not None and self._text(at) != "end":
            at = self._call(at) if self._text(at) in rules.PRINTS else None
        return None if at is None else at + 1

    def _call(self, index: int) -> int | None:
        """The index after `$task ;` or `$task (…) ;`."""
        at = index + 1
        if self._text(at) == "(":
            at = self.closers.get(at, len(self.tokens)) + 1
        return at + 1 if self._text(at) == ";" else None
