"""What tools answer with: frozen, typed, and plain enough to be JSON (see `serial`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from gatewright.core import Oracle, Provenance, Source, StopReason, Usage, Verdict
from gatewright.retrieval.complete import Suggestion
from gatewright.retrieval.pack_parts import Part
from gatewright.retrieval.search import Hit

# checks


@dataclass(frozen=True, slots=True)
class Checked:
    """A verdict in full and in words. `unit` is that of its times; `wave` names the waveform of a
    failing simulation for `wave_window` ('' = none was kept)."""

    verdict: Verdict
    text: str
    unit: str = ""
    wave: str = ""

    @property
    def passed(self) -> bool:
        """True for a pass, and for nothing else."""
        return self.verdict.passed


# questions about a repository


@dataclass(frozen=True, slots=True)
class Found:
    """Hits of a search, best first, and remarks on files that were left out."""

    hits: tuple[Hit, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModuleShown:
    """A module: where it is, and what `text` tells of its ports, parts and users."""

    name: str
    kind: str
    file: str
    line: int
    end_line: int
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Every definition of a name."""

    modules: tuple[ModuleShown, ...]


@dataclass(frozen=True, slots=True)
class SignalPlace:
    """One place that drives or reads a signal; `text` is its line.

    `kind`, `target`, `via` and `role` are those of `gatewright.retrieval.drivers.Access`.
    """

    file: str
    line: int
    end_line: int
    text: str
    kind: str
    module: str
    condition: str = ""
    clock: str = ""
    reset: str = ""
    target: str = ""
    via: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class SignalPlaces:
    """What drives or reads a signal, and remarks on what was not looked at."""

    signal: str
    places: tuple[SignalPlace, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConePlace:
    """A statement in a cone; `depth` is its distance in hops, `path` the instances to it."""

    file: str
    line: int
    end_line: int
    text: str
    depth: int
    kind: str
    module: str
    path: str
    signal: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class ConeFound:
    """What decides a signal, nearest first; `cut`: limits ended the walk, not the design."""

    signal: str
    places: tuple[ConePlace, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class PackFound:
    """What somebody needs to see to write at a place; `left_out` parts had no room."""

    file: str
    line: int
    text: str
    parts: tuple[Part, ...]
    tokens: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Completion:
    """What comes at a place. `source` says whose `lines` are; `candidates` are single lines.

    `why` says why there is nothing.
    """

    lines: tuple[str, ...]
    source: str = ""
    candidates: tuple[Suggestion, ...] = ()
    why: str = ""
    usage: Usage = field(default_factory=Usage)

    @property
    def text(self) -> str:
        """The lines below each other."""
        return "\n".join(self.lines)


# waveforms


@dataclass(frozen=True, slots=True)
class WaveChange:
    """From `time` on, the signal has `value`: binary digits, x and z, the highest bit first."""

    time: int
    value: str


@dataclass(frozen=True, slots=True)
class WaveSignal:
    """A signal by its full name, and its changes in the window."""

    name: str
    width: int
    changes: tuple[WaveChange, ...]


@dataclass(frozen=True, slots=True)
class WaveWindow:
    """Signals from `start` to `end`, in units of `unit`; the waveform itself ends at `last`.

    `text` is the window as a table; `known` are names that can be asked for (`more` = not all of
    them), `cut` = there are more changes than are told.
    """

    start: int
    end: int
    last: int
    unit: str
    signals: tuple[WaveSignal, ...]
    text: str
    known: tuple[str, ...]
    more: bool = False
    cut: bool = False


# writing


@dataclass(frozen=True, slots=True)
class RoundMade:
    """A turn of the loop: the design tried, its verdict in short, the judge's issue if any."""

    number: int
    outcome: str
    failure_class: str
    score: float
    kept: bool
    issue: str
    code: str


@dataclass(frozen=True, slots=True)
class Generated:
    """What came of a specification. `verified` is the verdict's word, and nobody else's.

    `code` is the best design ('' = none was written); `stop` says why the loop ended, and `text`
    all of it in words.
    """

    verified: bool
    code: str
    files: tuple[Source, ...]
    provenance: Provenance | None
    oracle: Oracle
    stop: StopReason
    text: str
    rounds: tuple[RoundMade, ...] = ()
    notes: tuple[str, ...] = ()
    verdict: Verdict | None = None
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class Bench:
    """A testbench, and how much it sees. `verified`: it accepts a design that can be trusted.

    `score` is the share of wrong designs that it rejects (None = none was tried).
    """

    verified: bool
    name: str
    code: str
    judged_with: str
    score: float | None
    survivors: tuple[str, ...]
    stop: StopReason
    text: str
    notes: tuple[str, ...] = ()
    usage: Usage = field(default_factory=Usage)


# files


@dataclass(frozen=True, slots=True)
class Listing:
    """Files of a folder; `more`: not all are told."""

    folder: str
    files: tuple[str, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class FileText:
    """Lines `first` to `last` of a file that has `lines`; `cut`: the window was too large."""

    path: str
    first: int
    last: int
    lines: int
    text: str
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """An edit that is not made yet: the whole new text, and the difference to what is there.

    `before_sha256` is of the file it was made for ('' = there is none): of any other file it is
    not made. It holds all that `apply_edit` needs, so it outlives the process.
    """

    folder: str
    path: str
    diff: str
    text: str
    before_sha256: str


@dataclass(frozen=True, slots=True)
class Applied:
    """An edit that was made. `before` is what was there (None = nothing), for `undo`."""

    folder: str
    path: str
    diff: str
    before: str | None
    after_sha256: str
