"""Who answers an `eval`: a file, the references, a model, or the loop."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gatewright.cli.console import say
from gatewright.cli.options import isolation_from
from gatewright.core import Oracle, UsageError

if TYPE_CHECKING:
    from gatewright.agents.policy import LoopPolicy
    from gatewright.core.config import Settings
    from gatewright.eval import Answers
    from gatewright.eval.suites import Suite
    from gatewright.models import Model


@dataclass(frozen=True, slots=True)
class LoopWish:
    """What the flags say about the agent; `agent` '' = single, or loop where there is no model.

    `optimise`: the loop makes kernels that pass faster; `gpu` is the one they are for.
    """

    agent: str
    oracle: str
    symbolic: bool
    optimise: bool = False
    gpu: str = ""


def answers_of(
    suite: Suite,
    settings: Settings,
    wish: LoopWish,
    generations: Path | None,
    references: bool,
) -> Answers:
    """The answers that the flags ask for. Raises UsageError for two sources at once."""
    from gatewright.eval import Generations, References

    if generations and references:
        raise UsageError("--generations and --references exclude each other", hint="give one")
    if wish.optimise and (generations or references):
        raise UsageError(
            "--optimise makes faster what a model writes",
            hint="--static estimates how good answers are that are there already",
        )
    if generations:
        return Generations(generations)
    if references:
        return References()
    return _asked(suite, settings, wish)


def _asked(suite: Suite, settings: Settings, wish: LoopWish) -> Answers:
    from gatewright.agents.harnesses import Harnesses
    from gatewright.eval.agent import AIDED, BARE, LOOP, SINGLE, LoopAgent, SingleShot
    from gatewright.eval.optimised import OPTIMISE
    from gatewright.models.choice import ModelKind
    from gatewright.models.select import open_model, resolve, sampling_of

    agents = (SINGLE, LOOP, AIDED, BARE)
    if wish.agent not in ("", *agents):
        raise UsageError(f"no agent {wish.agent!r}", hint=f"there is: {', '.join(agents)}")
    choice = resolve(settings)
    say(f"model: {choice.name} ({choice.why})")
    if choice.kind is ModelKind.OFFLINE:
        return _offline(suite)
    if wish.agent in (AIDED, BARE):
        from gatewright.agents.complete_model import open_writer
        from gatewright.agents.completing import Policy
        from gatewright.eval.suites.completion_model import ModelCompletions

        lines = Policy(sampling=sampling_of(settings))
        return ModelCompletions(suite, open_writer(choice, settings), lines, wish.agent == AIDED)
    model = open_model(choice, settings)
    if wish.optimise:
        _optimisable(wish, model)
    if wish.agent == LOOP or wish.optimise or model is None:
        policy = policy_from(settings, wish.oracle, wish.symbolic or model is None)
        policy = replace(policy, optimise=wish.optimise)
        parameters: dict[str, str | int | float | bool | None] = {
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "max_tokens": settings.max_tokens,
            "rounds": policy.rounds,
            "symbolic": policy.symbolic,
        }
        if wish.optimise:
            parameters[OPTIMISE] = True
        # Templates are not edited, so nothing is gained by rating them here as well.
        harnesses = Harnesses(isolation_from(settings), wish.gpu, static=model is not None)
        return LoopAgent(model, harnesses, policy, parameters)
    sampling = sampling_of(settings)
    return SingleShot(
        suite,
        model,
        sampling,
        {
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": sampling.max_tokens,
        },
    )


def _optimisable(wish: LoopWish, model: Model | None) -> None:
    """Raises UsageError where nobody could make anything faster."""
    from gatewright.eval.agent import LOOP

    if model is None:
        raise UsageError("--optimise needs a model: templates are not edited", hint="name it by -m")
    if wish.agent not in ("", LOOP):
        raise UsageError("--optimise is the loop's", hint="give --agent loop, or no --agent")


def _offline(suite: Suite) -> Answers:
    from gatewright.eval.suites.completion_offline import OfflineCompletions
    from gatewright.eval.suites.hdlsearch import HdlSearch
    from gatewright.eval.suites.hdlsearch_offline import OfflineSearch

    return OfflineSearch(suite) if isinstance(suite, HdlSearch) else OfflineCompletions(suite)


def policy_from(settings: Settings, oracle: str, symbolic: bool, samples: int = 1) -> LoopPolicy:
    """The loop's policy as the settings have it. Raises UsageError for an unknown oracle."""
    from gatewright.agents.budget import Budget
    from gatewright.agents.policy import LoopPolicy

    known = [str(kind) for kind in Oracle]
    if oracle not in ("", *known):
        raise UsageError(f"no oracle {oracle!r}", hint=f"there is: {', '.join(known)}")
    return LoopPolicy(
        samples=samples,
        rounds=settings.rounds,
        temperature=settings.temperature,
        top_p=settings.top_p,
        max_tokens=settings.max_tokens,
        budget=Budget(settings.budget_tokens, settings.budget_usd, settings.budget_s),
        oracle=Oracle(oracle) if oracle else None,
        symbolic=symbolic,
    )
