"""The bundled suite: small, complete, ours; what `make demo` scores."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from gatewright.core import (
    Candidate,
    DataError,
    Language,
    Origin,
    Problem,
    Provenance,
    Source,
    TestbenchSpec,
    UsageError,
)
from gatewright.eval.suites.base import Dataset
from gatewright.models import Message, Role
from gatewright.sandbox.harness import Harness
from gatewright.sandbox.harness.simulators import SimulatorChoice

RULES = ("hardened",)
WRONG_VARIANTS = ("wrong1.sv", "wrong2.sv", "wrong3.sv")


class Starter:
    """Each problem has a specification, a reference, a testbench and three wrong designs."""

    name = "starter"
    rule_sets: Sequence[str] = RULES
    default_rules: Sequence[str] = RULES

    def load(self, data: Path | None) -> Dataset:
        """Read the bundled problems, or a folder of the same layout."""
        root: Traversable = data or resources.files("gatewright.datasets") / "starter"
        index = root / "problems.toml"
        if not index.is_file():
            raise DataError(
                "has no problems.toml", where=str(root), hint="leave --data out: it is bundled"
            )
        digest = hashlib.sha256()
        problems = [
            _problem(root / str(entry["id"]), entry, digest)
            for entry in tomllib.loads(index.read_text())["problem"]
        ]
        return Dataset(tuple(problems), digest.hexdigest(), str(root))

    def messages(self, problem: Problem) -> Sequence[Message]:
        """The coder's own first prompt: this suite has no other."""
        from gatewright.agents.language import kit_for
        from gatewright.agents.task import Task

        task = Task(problem, kit_for(problem.language))
        return (
            Message(Role.SYSTEM, task.render("system")),
            Message(Role.USER, task.render("first")),
        )

    def extract(self, problem: Problem, response: str) -> Candidate:
        """The coder's own extraction."""
        from gatewright.agents.language import kit_for

        kit = kit_for(problem.language)
        code = kit.extract(response, problem.top, problem.header).code
        sources = (kit.source(problem, code),) if code.strip() else ()
        return Candidate(sources, Provenance.MODEL)

    def harness(self, rules: str) -> Harness:
        """The testbench, hardened: the only rule set."""
        if rules not in RULES:
            raise UsageError(f"no rule set {rules!r}", hint=f"there is: {', '.join(RULES)}")
        return self.hardened_on(SimulatorChoice.ICARUS)

    def hardened_on(self, simulator: SimulatorChoice) -> Harness:
        """The hardened rule set, on that simulator."""
        from gatewright.sandbox.harness.testbench import TestbenchHarness
        from gatewright.sandbox.isolation import open_isolation

        return TestbenchHarness(open_isolation(), simulator=simulator)

    def references(self, problem: Problem) -> Candidate:
        """The golden answer."""
        return Candidate(problem.reference, Provenance.REFERENCE)


def wrong_variants(problem: Problem, data: Path | None = None) -> tuple[Candidate, ...]:
    """The designs that the problem's testbench must reject."""
    root: Traversable = data or resources.files("gatewright.datasets") / "starter"
    folder = root / problem.id
    return tuple(Candidate((Source(name, (folder / name).read_text()),)) for name in WRONG_VARIANTS)


def _problem(folder: Traversable, entry: dict[str, str], digest: hashlib._Hash) -> Problem:
    texts: dict[str, str] = {}
    for name in ("spec.md", "reference.sv", "testbench.sv"):
        try:
            texts[name] = (folder / name).read_text()
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror}", where=str(folder / name)) from None
        digest.update(f"{entry['id']}/{name}\0{texts[name]}\0".encode())
    reference = Source("reference.sv", texts["reference.sv"], Language.SYSTEMVERILOG)
    bench = Source("testbench.sv", texts["testbench.sv"], Language.SYSTEMVERILOG)
    return Problem(
        id=entry["id"],
        spec=texts["spec.md"],
        top=entry["top"],
        harness=TestbenchSpec((bench,), top="tb"),
        reference=(reference,),
        category=entry["category"],
        origin=Origin("starter", "Apache-2.0"),
    )
