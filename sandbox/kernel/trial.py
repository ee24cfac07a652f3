"""Runs a candidate in the torch process on prepared inputs, and reads what it left."""

from __future__ import annotations

import json
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from gatewright.core import DataError, KernelSpec, Source
from gatewright.sandbox.emulator import Built, Kit, Mode, Unit, build
from gatewright.sandbox.isolation import Isolation
from gatewright.sandbox.kernel.expected import expected_units
from gatewright.sandbox.kernel.packed import Packed, unpack
from gatewright.sandbox.kernel.prepared import Ready
from gatewright.sandbox.kernel.worker import Budget, Done, TorchWorker, WorkerDied

_BARE = (".cu", ".cpp")
_ENTRY = "gatewright.sandbox.kernel.inside.candidate:run"
_MOST_ROUNDS = 6
_MOST_REMEMBERED = 500
# Up to so many operations and elements of a trial, calls of checks that do nothing cost less than
# compiling without them, too.
_LIGHT = 50_000_000
_OUTPUT_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception of the candidate's: its type, its text, the candidate's line."""

    error: str
    message: str
    line: int = 0
    memory: bool = False

    def __str__(self) -> str:
        return f"{self.error}: {self.message}" if self.message else self.error


@dataclass(frozen=True, slots=True)
class Ran:
    """One call that was made: of which variant, in which order, and what came of it.

    `operations` are torch's that computed something, `large` those of them on large tensors.
    `taken` is how many values the host took to itself, where these are many.
    """

    variant: int
    call: int
    order: str
    sham: bool
    failure: Failure | None = None
    output: Packed | None = None
    mutated: tuple[int, ...] = ()
    launches: int = 0
    operations: Mapping[str, int] = field(default_factory=dict)
    large: Mapping[str, int] = field(default_factory=dict)
    taken: int = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """One process's work. `unloaded` is why no model came about, by variant.

    `status` is the process's; `ended` says that it came to its end. `report` is the emulator's,
    raw; `crash` what it wrote as the process died. `units` are what the candidate asked for.
    """

    builts: tuple[Built, ...]
    ran: tuple[Ran, ...] = ()
    unloaded: Mapping[int, Failure] = field(default_factory=dict)
    ended: bool = False
    status: int = 0
    report: bytes = b""
    crash: bytes = b""
    log: str = ""
    cpu_s: float = 0.0
    build_s: float = 0.0
    units: tuple[Unit, ...] = ()

    @property
    def signal_name(self) -> str:
        """The signal that ended the process, or ''."""
        try:
            return signal.Signals(-self.status).name if self.status < 0 else ""
        except ValueError:
            return f"signal {-self.status}"

    @property
    def out_of_time(self) -> bool:
        """The process was ended by a time limit."""
        return self.status in (-signal.SIGXCPU, -signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Step:
    """Calls to make on one model: of variant number `variant` those numbered `calls`."""

    variant: int
    calls: tuple[int, ...]
    sham: bool = False
    order: str = ""


@dataclass(slots=True)
class Trials:
    """Runs candidates: compiles what they ask for, then runs them, in a mode of the emulator.

    What a fast run needs is compiled with the checks, which it passes over, so that the run with
    checks finds it compiled; `counted` says that counters will be wanted as well.
    """

    isolation: Isolation
    worker: TorchWorker
    kit: Kit
    target: str
    budget: Budget = field(default_factory=Budget)
    counted: bool = False
    _asked: dict[str, tuple[str, ...]] = field(init=False, default_factory=dict)

    def run(
        self,
        spec: KernelSpec,
        candidate: Source,
        ready: Sequence[Ready],
        steps: Sequence[Step],
        mode: Mode,
    ) -> Trial:
        """Run the steps in one process. Where something does not compile, nothing is run."""
        request, files = self._job(spec, candidate, ready, steps, mode)
        compiled = compiled_as(mode, spec, ready, steps, counted=self.counted)
        before = {text: self._build(text, compiled) for text in self._foreseen(candidate)}
        builts = {text: built for text, built in before.items() if built.module is not None}
        spent = 0.0
        for _ in range(_MOST_ROUNDS):
            request["built"] = {_key(text): str(b.module) for text, b in builts.items()}
            trial, needs = self._round(request, files, tuple(builts.values()))
            spent += trial.cpu_s
            for text in needs:
                builts[text] = before.get(text) or self._build(text, compiled)
            if not needs or any(built.module is None for built in builts.values()):
                break
        self._remember(candidate, tuple(builts))
        return replace(
            trial,
            builts=tuple(builts.values()),
            cpu_s=spent,
            build_s=sum(built.cpu_s for built in {**before, **builts}.values()),
            units=tuple(map(Unit.from_json, builts)),
        )

    def _build(self, text: str, mode: Mode) -> Built:
        return build(Unit.from_json(text), mode, self.kit, self.isolation)

    def _foreseen(self, candidate: Source) -> tuple[str, ...]:
        """The units that it asked for the last time, else those that its text names plainly."""
        asked = self._asked.get(_key(candidate.text))
        if asked is not None:
            return asked
        if not candidate.name.endswith(".py"):
            return ()
        return tuple(unit.to_json() for unit in expected_units(candidate.text))

    def _remember(self, candidate: Source, asked: tuple[str, ...]) -> None:
        while len(self._asked) >= _MOST_REMEMBERED:
            self._asked.pop(next(iter(self._asked)), None)
        self._asked[_key(candidate.text)] = asked

    def _job(
        self,
        spec: KernelSpec,
        candidate: Source,
        ready: Sequence[Ready],
        steps: Sequence[Step],
        mode: Mode,
    ) -> tuple[dict[str, object], dict[str, bytes]]:
        name = candidate_file(candidate)
        files = {name: candidate.text.encode("utf-8", "replace")}
        told = []
        for step in steps:
            one = ready[step.variant]
            files[f"{step.variant}.py"] = one.text.encode()
            files[f"{step.variant}.init"] = one.init
            for call in step.calls:
                files[f"{step.variant}_{call}.in"] = one.calls[call].inputs
            told.append(_step(step, one))
        request: dict[str, object] = {
            "source": name,
            "entry": spec.entry,
            "is_function": spec.is_function,
            "backward": spec.backward,
            "mode": str(mode),
            "target": self.target,
            "library": str(self.kit.library),
            "variants": told,
        }
        return request, files

    def _round(
        self, request: Mapping[str, object], files: Mapping[str, bytes], builts: tuple[Built, ...]
    ) -> tuple[Trial, list[str]]:
        try:
            with self.worker.job(_ENTRY, request, files, self.budget) as done:
                return _read(done, builts)
        except WorkerDied as error:
            return Trial(builts, status=-signal.SIGABRT, log=str(error)), []


def compiled_as(
    mode: Mode, spec: KernelSpec, ready: Sequence[Ready], steps: Sequence[Step], *, counted: bool
) -> Mode:
    """How that which runs in a mode is compiled: so that the runs that follow find it compiled."""
    # Of configurations there is no run with checks.
    if mode is Mode.FAST and (spec.configurations or _work(ready, steps) > _LIGHT):
        return Mode.FAST
    return Mode.PROFILE if counted or mode is Mode.PROFILE else Mode.CHECK


def candidate_file(candidate: Source) -> str:
    """What a candidate's file is called in a job's folder."""
    return f"answer{Path(candidate.name).suffix if candidate.name.endswith(_BARE) else '.py'}"


def built_modules(trial: Trial) -> dict[str, str]:
    """The modules that a trial has compiled, as a job finds them."""
    both = zip(trial.units, trial.builts, strict=True)
    return {_key(unit.to_json()): str(built.module) for unit, built in both}


def _key(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _work(ready: Sequence[Ready], steps: Sequence[Step]) -> int:
    """Operations of the reference and elements that it touches, in all calls of the steps."""
    return sum(
        len(step.calls) * (ready[step.variant].flops + ready[step.variant].elements)
        for step in steps
    )


def _step(step: Step, ready: Ready) -> dict[str, object]:
    variant = ready.variant
    return {
        "number": step.variant,
        "seed": variant.seed,
        "inputs": variant.configuration.inputs,
        "init": variant.configuration.init,
        "calls": [
            {
                "number": number,
                "seed": variant.calls[number].seed,
                "order": step.order or variant.calls[number].order,
                "sham": step.sham,
            }
            for number in step.calls
        ],
    }


def _read(done: Done, builts: tuple[Built, ...]) -> tuple[Trial, list[str]]:
    """What a job left. Its writer may have been the candidate: nothing is taken on trust."""
    ran: list[Ran] = []
    unloaded: dict[int, Failure] = {}
    needs: list[str] = []
    ended = False
    for line in (done.read("told") or b"").splitlines():
        try:
            told = json.loads(line)
            if "needs" in told:
                needs = [str(text) for text in told["needs"]]
            elif told.get("stage") == "load":
                unloaded[int(told["variant"])] = _failure(told)
            elif "call" in told:
                ran.append(_ran(done, told))
            ended = ended or told.get("ended") is True
        except (ValueError, KeyError, TypeError, AttributeError, DataError):
            return Trial(builts, status=-signal.SIGABRT, log="its report is damaged"), []
    trial = Trial(
        builts,
        tuple(ran),
        unloaded,
        ended and done.ok,
        done.status,
        done.read("report") or b"",
        done.read("crash") or b"",
        done.log,
        done.cpu_s,
    )
    return trial, needs


def _failure(told: Mapping[str, object]) -> Failure:
    return Failure(
        str(told["error"]),
        str(told["message"]),
        int(str(told.get("line", 0))),
        told.get("memory") is True,
    )


def _ran(done: Done, told: Mapping[str, object]) -> Ran:
    variant, call, sham = int(str(told["variant"])), int(str(told["call"])), bool(told["sham"])
    order = str(told["order"])
    if told.get("stage") == "run":
        return Ran(variant, call, order, sham, _failure(told))
    raw = done.read(f"{variant}_{call}.{'sham' if sham else 'out'}") or b""
    mutated = told["mutated"]
    if not isinstance(mutated, list):
        raise TypeError
    return Ran(
        variant,
        call,
        order,
        sham,
        output=unpack(raw[:_OUTPUT_BYTES]),
        mutated=tuple(int(number) for number in mutated),
        launches=int(str(told["launches"])),
        operations=_counts(told["operations"]),
        large=_counts(told["large"]),
        taken=int(str(told["taken"])),
    )


def _counts(told: object) -> dict[str, int]:
    if not isinstance(told, dict):
        raise TypeError
    return {str(name): int(count) for name, count in told.items()}
