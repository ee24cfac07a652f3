"""Who answers an `eval`: a file, the references, a model, or the loop."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class LoopWish:
    """What the flags say about the agent; `agent` '' = single, or loop where there is no model."""

    agent: str
    oracle: str
    symbolic: bool


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
    if generations:
        return Generations(generations)
    if references:
        return References()
    return _asked(suite, settings, wish)


def _asked(suite: Suite, settings: Settings, wish: LoopWish) -> Answers:
    from gatewright.agents.harnesses import Harnesses
    from gatewright.eval.agent import AIDED, BARE, LOOP, SINGLE, LoopAgent, SingleShot
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
    if wish.agent == LOOP or model is None:
        policy = policy_from(settings, wish.oracle, wish.symbolic or model is None)
        parameters: dict[str, str | int | float | bool | None] = {
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "max_tokens": settings.max_tokens,
            "rounds": policy.rounds,
            "symbolic": policy.symbolic,
        }
        return LoopAgent(model, Harnesses(isolation_from(settings)), policy, parameters)
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
