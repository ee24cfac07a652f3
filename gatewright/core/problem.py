"""A task for the coder: a specification, and how an answer to it will be checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from gatewright.core.interface import Interface
from gatewright.core.source import Language, Source


class Oracle(StrEnum):
    """What the loop may look at while it works; recorded on every result row.

    A number got with the golden testbench inside the loop is never mixed with one got without.
    """

    GOLDEN = "golden"
    REFERENCE = "reference"
    DERIVED = "derived"
    GENERATED = "generated"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class TestbenchSpec:
    """Check by simulating `testbench` (whose top is `top`, '' = find it) around the candidate.

    `reference` holds modules that the testbench instantiates beside the candidate (a golden model).
    `samples` is the number of samples the golden design gets through, where it is known: a
    candidate that makes the testbench see fewer has ended the simulation early.
    `data` holds files that the testbench reads from its working folder.
    """

    __test__ = False  # not a pytest class

    testbench: tuple[Source, ...]
    reference: tuple[Source, ...] = ()
    top: str = ""
    samples: int | None = None
    data: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class ReferenceSpec:
    """Check by random co-simulation against a trusted design of the same interface.

    `cycles` counts clock cycles, or input vectors for a design without a clock. `seed` None draws
    a new one for every run, so that no candidate can know the stimulus.
    """

    reference: tuple[Source, ...]
    top: str = ""
    cycles: int = 2000
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class CocotbSpec:
    """Check by running cocotb test modules, unchanged, on the candidate.

    `top` is the module under test where the problem names none; `defines` are macros it is compiled
    with, `parameters` those of the module that are set (name, value as Verilog writes it).
    """

    tests: tuple[Source, ...]
    data: tuple[Source, ...] = ()
    top: str = ""
    defines: tuple[tuple[str, str], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class GraderService:
    """One command of a benchmark's own grader: it runs in `folder` and must exit with 0."""

    name: str
    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    folder: str = "/code/rundir"


@dataclass(frozen=True, slots=True)
class GraderSpec:
    """Check by running a benchmark's own grading commands, with files at the places they expect.

    Names are relative paths: of `files` below the root (`src/test.py`, `code/rtl/given.v`), of
    what the answer consists of (`answers`) and of the problem's context below `/code`. Every
    service must exit with 0.
    """

    services: tuple[GraderService, ...]
    files: tuple[Source, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KernelConfiguration:
    """Keyword arguments, as JSON objects: `inputs` of get_inputs, `init` of the model."""

    inputs: str = "{}"
    init: str = "{}"


@dataclass(frozen=True, slots=True)
class KernelSpec:
    """Check a GPU kernel by comparing it with a PyTorch module on the same inputs and weights.

    `reference` is a Python file that defines `Model`, `get_inputs` and, where the model takes
    arguments, `get_init_inputs`. `entry` is what an answer must define: a module class that takes
    the place of `Model`, or, where `is_function`, a function that its forward takes as `fn`.
    With `configurations` the answer must hold in each of them, at whatever sizes: then none of
    the reference's own numbers is changed. `backward` compares gradients, too.
    `torch_allowed` is False where torch may compute nothing in the answer's forward. `generated`:
    the reference is no one's but a model's, which wrote it from a description.
    """

    reference: Source
    entry: str = "ModelNew"
    is_function: bool = False
    configurations: tuple[KernelConfiguration, ...] = ()
    backward: bool = False
    torch_allowed: bool = True
    generated: bool = False


HarnessSpec = TestbenchSpec | ReferenceSpec | CocotbSpec | GraderSpec | KernelSpec


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a problem comes from."""

    suite: str = ""
    licence: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One task: `top` is the module name an answer must define ('' = any single top).

    `category` groups problems in reports. `header` is the module header given with the task
    (code completion), '' where the specification alone names the ports.
    """

    id: str
    spec: str
    language: Language = Language.SYSTEMVERILOG
    top: str = ""
    interface: Interface | None = None
    header: str = ""
    context: tuple[Source, ...] = ()
    harness: HarnessSpec | None = None
    reference: tuple[Source, ...] = ()
    category: str = ""
    origin: Origin = field(default_factory=Origin)
