"""What a conversation consists of, as every door shows it and as it is kept on disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gatewright.core import Oracle, Port, Round, Source, Usage, Verdict

PROVER = "equivalence"  # the tool of the diagnostics that come with a proof


class End(StrEnum):
    """Why a turn is over."""

    DONE = "done"
    APPROVAL = "approval"
    QUESTION = "question"
    STOPPED = "stopped"
    CUT_OFF = "cut off"


class Decision(StrEnum):
    """What a person says to a change that was proposed."""

    APPROVE = "approve"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user said; accepted, hence on disk. `action` names a ready-made action ('' = none).

    `text` is what the user typed, never what was made of it for the model. `by_hand`: no request,
    but a tool that the user has run.
    """

    text: str
    action: str = ""
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of the answer, as it arrives (on disk: the pieces of one message together)."""

    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """Something that we say, not the model: a limit, a fallback, a remark."""

    text: str


@dataclass(frozen=True, slots=True)
class Contract:
    """What a module will be, shown before it is written. '' = it has none, or nobody said."""

    module: str
    ports: tuple[Port, ...]
    clock: str = ""
    reset: str = ""
    latency: str = ""
    behaviour: str = ""
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """The conversation waits for an answer: the next text that is sent."""

    text: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """A tool begins; `arguments` is JSON, long texts in it shortened."""

    id: str
    tool: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolEnded:
    """A tool has ended. `summary` is a line for people; `result` is what the model sees of it."""

    id: str
    tool: str
    ok: bool
    summary: str
    result: str = ""


@dataclass(frozen=True, slots=True)
class RoundTold:
    """Progress inside a tool: a line, and the loop's round where one is over."""

    text: str
    round: Round | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """A tool's verdict: the only thing that may be shown as one.

    `verdict.passed` says whether it is a pass. `sources` is exactly what was checked, `oracle`
    against what kind of thing, `against` its name in words. `wave` names the waveform of a failing
    simulation for the workbench's `wave_window` ('' = none was kept). `given` is what was checked
    as it was named: a path, or draft:NAME for what is no file yet.
    """

    verdict: Verdict
    tool: str
    oracle: Oracle
    sources: tuple[Source, ...]
    against: str = ""
    wave: str = ""
    given: tuple[str, ...] = ()

    @property
    def named(self) -> str:
        """What was checked, for a reader."""
        return ", ".join(self.given or (source.name for source in self.sources))

    @property
    def proved(self) -> bool:
        """Whether a prover has shown it, and not a simulation alone."""
        verdict = self.verdict
        return verdict.passed and any(each.tool == PROVER for each in verdict.diagnostics)


@dataclass(frozen=True, slots=True)
class Unverified:
    """A sentence of the model's that claims more than any verdict of its turn: show it so."""

    claim: str
    why: str


@dataclass(frozen=True, slots=True)
class ApprovalWanted:
    """Nothing is written before somebody decides about it. `new` = there is no such file yet."""

    id: str
    path: str
    diff: str
    new: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person decided about a proposal."""

    id: str
    decision: Decision
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Wrote:
    """A file has been changed, as approved; or, with `undone`, put back.

    `sha256` is the hash of its text now ('' = it is gone).
    """

    path: str
    diff: str
    undone: bool = False
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The turn is over; `usage` is what it cost."""

    reason: End
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class TurnFailed:
    """The turn is over because something broke; the conversation can go on."""

    message: str
    usage: Usage = field(default_factory=Usage)


Event = (
    Asked
    | Said
    | Told
    | Contract
    | Question
    | ToolStarted
    | ToolEnded
    | RoundTold
    | Verified
    | Unverified
    | ApprovalWanted
    | Decided
    | Wrote
    | TurnEnded
    | TurnFailed
)

_KINDS: dict[str, type[Event]] = {
    "asked": Asked,
    "said": Said,
    "told": Told,
    "contract": Contract,
    "question": Question,
    "tool_started": ToolStarted,
    "tool_ended": ToolEnded,
    "round": RoundTold,
    "verified": Verified,
    "unverified": Unverified,
    "approval": ApprovalWanted,
    "decided": Decided,
    "wrote": Wrote,
    "turn_ended": TurnEnded,
    "turn_failed": TurnFailed,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def event_json(event: Event) -> dict[str, Any]:
    """The event as plain JSON values, its kind under `kind`."""
    import msgspec

    return {"kind": _NAMES[type(event)], **msgspec.to_builtins(event)}


def event_from_json(document: dict[str, Any]) -> Event:
    """The event that `event_json` gave. Raises msgspec.ValidationError for another document."""
    import msgspec

    fields = dict(document)
    kind = _KINDS.get(str(fields.pop("kind", "")))
    if kind is None:
        raise msgspec.ValidationError(f"no event of the kind {document.get('kind')!r}")
    return msgspec.convert(fields, type=kind)


def ends_turn(event: Event) -> bool:
    """Nothing comes after it in its turn."""
    return isinstance(event, TurnEnded | TurnFailed)
