"""Designs and testbenches written for a specification, with the loop's own checks."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatewright.agents.kernel_problem import KERNELS, kernel_spec
from gatewright.agents.listener import Listener
from gatewright.agents.naming import NAMELESS, named_module
from gatewright.agents.outcome import STOPS, outcome_lines
from gatewright.agents.workbench.results import Bench, Generated, RoundMade
from gatewright.core import (
    HarnessSpec,
    Language,
    Oracle,
    Problem,
    Round,
    Source,
    StopReason,
    Trajectory,
    UsageError,
)
from gatewright.core.config import Settings
from gatewright.core.stopping import Stopped
from gatewright.sandbox.harness.modules import expected_name, require_name

if TYPE_CHECKING:
    from gatewright.agents.library import Library
    from gatewright.agents.policy import LoopPolicy
    from gatewright.agents.testbench import BenchPolicy, BenchRun
    from gatewright.models import Model
    from gatewright.sandbox.isolation import Isolation

GENERATED = (Language.VERILOG, Language.SYSTEMVERILOG, Language.CHISEL, *KERNELS)
_LONGEST_SPEC = 1 << 20
_NO_MODEL = "nothing was written: no table or diagram could be read off this text; it needs a model"


class StoppingListener(Listener):
    """Passes everything on, unless the run was asked to stop."""

    def __init__(self, listener: Listener, stop: threading.Event) -> None:
        self._listener, self._stop = listener, stop

    def _check(self) -> None:
        if self._stop.is_set():
            raise Stopped

    def started(self, oracle: Oracle) -> None:
        """The oracle is chosen."""
        self._check()
        self._listener.started(oracle)

    def stage(self, text: str) -> None:
        """What is being done now."""
        self._check()
        self._listener.stage(text)

    def text(self, piece: str) -> None:
        """A piece of the answer."""
        self._check()
        self._listener.text(piece)

    def round(self, turn: Round) -> None:
        """A turn is over: it is told even where the run is to stop."""
        self._listener.round(turn)

    def note(self, text: str) -> None:
        """Something worth knowing."""
        self._listener.note(text)

    def stopped(self, trajectory: Trajectory) -> None:
        """The run is over."""
        self._listener.stopped(trajectory)


@dataclass(frozen=True, slots=True)
class GenerateWish:
    """What is to be written, checked by what, and how hard to try (None = as settings say).

    `oracle` '' is the best there is. `library` is the repository that the design will live in.
    """

    spec: str
    language: str = "systemverilog"
    top: str = ""
    check: HarnessSpec | None = None
    context: tuple[Source, ...] = ()
    oracle: str = ""
    rounds: int | None = None
    samples: int | None = None
    symbolic: bool = True
    init_registers: bool = True
    library: Library | None = None


@dataclass(frozen=True, slots=True)
class BenchWish:
    """The testbench that is to be written; `mutants` is the most wrong designs it is tried on."""

    spec: str
    reference: tuple[Source, ...] = ()
    style: str = "verilog"
    top: str = ""
    context: tuple[Source, ...] = ()
    rounds: int = 1
    designs: int = 3
    mutants: int = 40


class Writer:
    """Writes with one model, under one isolation."""

    def __init__(self, model: Model | None, settings: Settings, isolation: Isolation) -> None:
        self._model, self._settings, self._isolation = model, settings, isolation

    def generate(self, wish: GenerateWish, listener: Listener) -> Generated:
        """From a specification to the best design. Raises a GatewrightError where a tool fails."""
        from gatewright.agents.engine import solve
        from gatewright.agents.harnesses import Harnesses
        from gatewright.agents.loop import LoopInterrupted

        problem = _problem(wish)
        try:
            trajectory = solve(
                problem,
                model=self._model,
                harnesses=Harnesses(self._isolation),
                policy=self._policy(wish),
                listener=listener,
                library=wish.library,
            )
        except LoopInterrupted as interrupted:
            trajectory = interrupted.trajectory
        except Stopped:  # before the loop began
            trajectory = Trajectory(problem.id, Oracle.NONE, (), None, None, StopReason.INTERRUPTED)
        return _generated(trajectory)

    def testbench(self, wish: BenchWish, listener: Listener) -> Bench:
        """From a specification to the best testbench. Raises as `generate` does."""
        from gatewright.agents.harnesses import Harnesses
        from gatewright.agents.testbench import write_testbench
        from gatewright.sandbox.mutants.measuring import measuring

        name = _name(wish.top, wish.spec, None)
        problem = Problem(
            id=name, spec=wish.spec, top=name, context=wish.context, reference=wish.reference
        )
        policy = self._bench_policy(wish)
        try:
            with measuring(self._isolation, 0, wish.mutants, formal=True) as measure:
                run = write_testbench(
                    problem,
                    model=self._model,
                    harnesses=Harnesses(self._isolation),
                    measure=measure,
                    policy=policy,
                    listener=listener,
                )
        except Stopped:
            stop = StopReason.INTERRUPTED
            return Bench(False, "", "", "", None, (), stop, f"nothing was written: {STOPS[stop]}")
        return _bench(run)

    def _policy(self, wish: GenerateWish) -> LoopPolicy:
        from gatewright.agents.budget import Budget
        from gatewright.agents.policy import LoopPolicy

        known = [str(kind) for kind in Oracle]
        if wish.oracle not in ("", *known):
            raise UsageError(f"no oracle {wish.oracle!r}", hint=f"there is: {', '.join(known)}")
        settings = self._settings
        return LoopPolicy(
            samples=settings.samples if wish.samples is None else wish.samples,
            rounds=settings.rounds if wish.rounds is None else wish.rounds,
            temperature=settings.temperature,
            top_p=settings.top_p,
            max_tokens=settings.max_tokens,
            budget=Budget(settings.budget_tokens, settings.budget_usd, settings.budget_s),
            oracle=Oracle(wish.oracle) if wish.oracle else None,
            symbolic=wish.symbolic,
            init_registers=wish.init_registers,
        )

    def _bench_policy(self, wish: BenchWish) -> BenchPolicy:
        from gatewright.agents.budget import Budget
        from gatewright.agents.testbench import BenchPolicy
        from gatewright.agents.testbench_author import Style

        known = [str(each) for each in Style]
        if wish.style not in known:
            raise UsageError(f"no style {wish.style!r}", hint=f"there is: {', '.join(known)}")
        settings = self._settings
        return BenchPolicy(
            style=Style(wish.style),
            rounds=wish.rounds,
            designs=wish.designs,
            temperature=settings.temperature,
            top_p=settings.top_p,
            max_tokens=settings.max_tokens,
            budget=Budget(settings.budget_tokens, settings.budget_usd, settings.budget_s),
        )


def _problem(wish: GenerateWish) -> Problem:
    known = [str(language) for language in GENERATED]
    if wish.language not in known:
        raise UsageError(f"cannot write {wish.language!r}", hint=f"languages: {', '.join(known)}")
    language = Language(wish.language)
    if language in KERNELS:
        name = require_name(wish.top)
        check: HarnessSpec | None = kernel_spec("the specification", _spec(wish.spec))
    else:
        name, check = _name(wish.top, wish.spec, wish.check), wish.check
    return Problem(
        id=name or "kernel",
        spec=wish.spec,
        language=language,
        top=name,
        context=wish.context,
        harness=check,
    )


def _name(top: str, spec: str, check: HarnessSpec | None) -> str:
    return require_name(top) or expected_name(check) or named_module(_spec(spec)) or NAMELESS


def _spec(text: str) -> str:
    if not text.strip():
        raise UsageError(
            "the specification is empty",
            hint="describe the module: its name, its ports and what it does",
        )
    if len(text) > _LONGEST_SPEC:
        raise UsageError(f"the specification has {len(text)} characters", hint="shorten it")
    return text


def _generated(trajectory: Trajectory) -> Generated:
    best, verdict = trajectory.best, trajectory.verdict
    text = outcome_lines(trajectory)
    if not text:
        needs = trajectory.stop is StopReason.NO_CANDIDATE and not trajectory.rounds
        text = _NO_MODEL if needs else f"nothing was written: {STOPS[trajectory.stop]}"
    return Generated(
        verified=verdict is not None and verdict.passed,
        code=best.text if best else "",
        files=best.sources if best else (),
        provenance=best.provenance if best else None,
        oracle=trajectory.oracle,
        stop=trajectory.stop,
        text=text,
        rounds=rounds_made(trajectory.rounds),
        notes=trajectory.notes,
        verdict=verdict,
        usage=trajectory.usage,
    )


def rounds_made(rounds: Sequence[Round]) -> tuple[RoundMade, ...]:
    """The rounds of a run, each in short."""
    return tuple(
        RoundMade(
            number=turn.number,
            outcome=str(turn.verdict.outcome),
            failure_class=str(turn.verdict.failure_class or ""),
            score=turn.verdict.score,
            kept=turn.kept,
            issue=turn.judgement.issue if turn.judgement else "",
            code=turn.candidate.text,
        )
        for turn in rounds
    )


def _bench(run: BenchRun) -> Bench:
    from gatewright.agents.testbench_findings import result_of

    best, right = run.best, run.right
    if best is None or right is None:
        needs = run.stop is StopReason.NO_CANDIDATE and not run.usage.calls
        text = _NO_MODEL if needs else f"nothing was written: {STOPS[run.stop]}"
    elif not best.strength.sound:
        text = f"NOT usable: it refuses {right.name}"
    else:
        state = "accepts" if right.trusted else "NOT verified: accepts"
        text = f"{state} {right.name}. {result_of(best.strength)}"
    return Bench(
        verified=run.verified,
        name=best.source.name if best else "",
        code=best.source.text if best else "",
        judged_with=right.name if right else "",
        score=best.strength.score if best else None,
        survivors=tuple(str(trial.mutant) for trial in best.strength.survivors) if best else (),
        stop=run.stop,
        text=text,
        notes=run.notes,
        usage=run.usage,
    )


def stoppable(listener: Listener | None, stop: threading.Event | None) -> Listener:
    """The listener; with `stop`, one that ends the run when it is set."""
    heard = listener or Listener()
    return StoppingListener(heard, stop) if stop is not None else heard
