"""The one place where models, oracle, harnesses and agents are put together."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gatewright.agents.authors import DraftAuthor, ModelAuthor, SymbolicAuthor
from gatewright.agents.beside import BesideLibrary
from gatewright.agents.budget import Purse
from gatewright.agents.coder import Coder, Draft
from gatewright.agents.journal import Journal
from gatewright.agents.judge import Judge
from gatewright.agents.kernel_problem import KERNELS
from gatewright.agents.language import kit_for
from gatewright.agents.library import Library
from gatewright.agents.listener import Listener
from gatewright.agents.loop import Author, Loop
from gatewright.agents.oracle import HarnessFactory, choose
from gatewright.agents.policy import LoopPolicy
from gatewright.agents.structure import Structure, read_structure
from gatewright.agents.task import Task
from gatewright.agents.testbench_oracle import CrossCheck, cross_check
from gatewright.agents.turn import Improver
from gatewright.agents.windows import without_window
from gatewright.agents.workshop import Workshop
from gatewright.core import (
    HarnessSpec,
    Oracle,
    Problem,
    ReferenceSpec,
    Trajectory,
    UsageError,
)
from gatewright.models import Model, Sampling


def solve(
    problem: Problem,
    *,
    model: Model | None,
    harnesses: HarnessFactory,
    policy: LoopPolicy | None = None,
    listener: Listener | None = None,
    sample: int = 0,
    library: Library | None = None,
) -> Trajectory:
    """Write a design for the problem, check it, improve it; the whole of it as a Trajectory.

    `model` None = what can be read off the specification alone. `harnesses` makes the checks
    (`Harnesses(isolation)`). `sample` tells apart independent runs on the same problem. `library`
    is the repository that the design will live in: prompts show what the task and the design name
    of it, and designs are checked among the files that they need of it. Raises
    UsageError for a language or oracle that cannot be had, LoopInterrupted on Ctrl-C, and another
    GatewrightError where a tool fails; a failing model only ends the run.
    """
    policy, listener = policy or LoopPolicy(), listener or Listener()
    kit = kit_for(problem.language, problem.harness)
    purse = Purse(policy.budget)
    problem, told = _with_reference(problem, model, policy, purse, listener)
    # Of a kernel nothing is read but what it would be from templates: that takes a torch process.
    reads = policy.symbolic or problem.language not in KERNELS
    structure = read_structure(problem) if reads else Structure()
    task = Task(problem, kit, structure.sentences if policy.hints else "", library)
    if library is not None:
        harnesses = BesideLibrary(harnesses, library)
    coder = None
    if model is not None:
        # Without anybody listening the model need not stream, and may try again half-way.
        on_text = listener.text if type(listener).text is not Listener.text else None
        sampling = Sampling(policy.temperature, policy.top_p, policy.max_tokens, sample=sample)
        coder = Coder(task, model, sampling, on_text)
    generator = _Generator(task, coder, policy, harnesses, purse, listener)
    choice = choose(problem, policy.oracle, harnesses, structure.testbench, generator.testbench)
    listener.started(choice.oracle)
    journal = Journal(listener)
    for note in (told, generator.note, choice.note):
        journal.note(note)
    if policy.oracle is Oracle.DERIVED:
        journal.note(structure.abstention)
    if choice.oracle is Oracle.DERIVED:
        journal.note(structure.reservation)
    workshop = Workshop(choice, kit, policy, journal, purse, listener, coder)
    authors: list[Author] = []
    if policy.symbolic and structure.candidate is not None:
        authors.append(SymbolicAuthor(replace(structure.candidate, sample=sample)))
    elif policy.symbolic or model is None:
        journal.note(structure.abstention or "the symbolic reader is switched off")
    improver = None
    drafts = generator.drafts
    if coder is not None and model is not None:
        more = replace(policy, samples=max(0, policy.samples - len(drafts)))
        authors += [DraftAuthor(drafts), ModelAuthor(coder, more, listener)]
        judge = Judge(task, model, choice.oracle, policy.max_tokens, sample)
        improver = Improver(workshop, coder, judge)
    comparer = None
    several = max(policy.samples, len(drafts)) > 1
    if choice.blind and several and problem.language not in KERNELS:
        comparer = without_window(harnesses(ReferenceSpec(())))
    return Loop(workshop, authors, improver, comparer).run()


def _with_reference(
    problem: Problem,
    model: Model | None,
    policy: LoopPolicy,
    purse: Purse,
    listener: Listener,
) -> tuple[Problem, str]:
    """The problem; a kernel's that is only described, with a module that the model wrote for it.

    Raises UsageError where there is no model to write it.
    """
    if problem.language not in KERNELS or problem.harness is not None:
        return problem, ""
    if model is None:
        raise UsageError(
            "a kernel that is only described needs a model, which writes a PyTorch module first",
            hint="name one by -m, or give a Python file with class Model, get_inputs() and "
            "get_init_inputs()",
        )
    from gatewright.agents.kernel_reference import write_reference

    listener.stage("writing the PyTorch module that kernels are compared with")
    sampling = Sampling(policy.temperature, policy.top_p, policy.max_tokens)
    written = write_reference(problem.spec, model, sampling)
    purse.pay(written.usage)
    text = written.spec.reference.text
    told = f"the reference is generated: the model wrote it from the description\n{text}"
    return replace(problem, spec=text, harness=written.spec), told


@dataclass(slots=True)
class _Generator:
    """Makes a generated oracle where one is asked for; without a model there is none."""

    task: Task
    coder: Coder | None
    policy: LoopPolicy
    harnesses: HarnessFactory
    purse: Purse
    listener: Listener
    made: CrossCheck | None = None

    def testbench(self) -> HarnessSpec | None:
        """The testbench that the cross-check believes; None where there is none."""
        if self.coder is None:
            return None
        self.made = cross_check(
            self.task.problem,
            self.coder,
            self.policy.cross_check,
            self.harnesses,
            self.purse,
            self.listener,
        )
        return self.made.spec

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """The designs written on the way."""
        return self.made.drafts if self.made else ()

    @property
    def note(self) -> str:
        """What came of it; '' where nothing was asked for."""
        return self.made.note if self.made else ""
