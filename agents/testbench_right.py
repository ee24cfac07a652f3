"""The design that a testbench has to accept: given, read off the specification, or agreed on."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gatewright.agents.budget import Purse
from gatewright.agents.coder import Coder
from gatewright.agents.consensus import largest_agreement
from gatewright.agents.journal import Entry
from gatewright.agents.language import kit_for
from gatewright.agents.listener import Listener
from gatewright.agents.oracle import HarnessFactory
from gatewright.agents.task import Task
from gatewright.agents.windows import without_window
from gatewright.agents.workshop import is_clean
from gatewright.core import (
    Candidate,
    DataError,
    Interface,
    ModelError,
    Problem,
    Provenance,
    ReferenceSpec,
)
from gatewright.models import Model, Sampling

SPREAD = 0.8  # attempts after the first are sampled at this temperature, if the first was at 0


@dataclass(frozen=True, slots=True)
class Right:
    """A design taken to be right, its ports, and what it is called when a testbench refuses it."""

    design: Candidate
    interface: Interface
    name: str
    trusted: bool
    note: str = ""


def right_design(
    problem: Problem,
    read: Candidate | None,
    model: Model | None,
    sampling: Sampling,
    attempts: int,
    harnesses: HarnessFactory,
    purse: Purse,
    listener: Listener,
) -> Right | None:
    """The reference, else what was `read` off the specification, else what attempts agree on.

    None where there is nothing of them. Raises DataError for a reference without a module.
    """
    if problem.reference:
        given = Candidate(problem.reference, Provenance.REFERENCE)
        return _right(given, problem.top, "the reference", True)
    if read is not None:
        name = "the design read off the specification"
        return _right(read, problem.top, name, True, f"judged with {name}")
    if model is None:
        return None
    bare = replace(problem, harness=None)
    coder = Coder(Task(bare, kit_for(problem.language)), model, sampling)
    clean = clean_attempts(bare, coder, attempts, harnesses, purse, listener)
    if not clean:
        return None
    votes, chosen = 1, clean[0]
    if len(clean) > 1:
        comparer = without_window(harnesses(ReferenceSpec(())))
        found = largest_agreement(problem, clean, comparer)
        votes, chosen = found.votes, found.entry
    name = "a design of the model's own"
    note = f"no reference: judged with the design that {votes} of {len(clean)} attempts agree on"
    return _right(chosen.candidate, problem.top, name, False, note)


def clean_attempts(
    problem: Problem,
    coder: Coder,
    attempts: int,
    harnesses: HarnessFactory,
    purse: Purse,
    listener: Listener,
) -> list[Entry]:
    """The model's attempts at the design that elaborate; a call that fails is one attempt less."""
    kit, harness = coder.task.kit, harnesses(None)
    clean: list[Entry] = []
    for number in range(attempts):
        if purse.exhausted() is not None:
            break
        listener.stage(f"writing a design (attempt {number + 1} of {attempts})")
        spread = number > 0 and coder.sampling.temperature == 0
        try:
            draft = coder.first(SPREAD if spread else None)
        except ModelError as error:
            listener.note(f"the model failed: {error}")
            continue
        purse.pay(draft.candidate.usage)
        sources = draft.candidate.sources
        if sources:
            verdict = harness.check(problem, draft.candidate)
            if is_clean(verdict):
                clean.append(Entry(draft, verdict, kit.fingerprint(sources, problem.top)))
    return clean


def _right(design: Candidate, top: str, name: str, trusted: bool, note: str = "") -> Right:
    from gatewright.sandbox.tools.slang import parse_interfaces, top_modules

    found = parse_interfaces(design.sources)
    tops = top_modules(design.sources)
    named = [each for each in found if each.module == top]
    named = named or [each for each in found if len(tops) == 1 and each.module == tops[0]]
    if not named:
        modules = ", ".join(each.module for each in found) or "none"
        raise DataError(
            f"{name} has no top module {top or 'of its own'}; it has: {modules}",
            where=design.sources[0].name,
            hint="name the module: --top",
        )
    return Right(design, named[0], name, trusted, note)
