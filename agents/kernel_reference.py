"""A PyTorch module from a description in words: what a kernel is compared with, if nothing better
is given. A model writes it, and whoever reads the result is told so."""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.agents.extract_python import extract_problem
from gatewright.agents.prompts import render
from gatewright.core import DataError, KernelSpec, Language, ModelError, Source, Usage
from gatewright.models import Message, Model, Role, Sampling

NAME = "reference.py"
_TRIES = 2


@dataclass(frozen=True, slots=True)
class Written:
    """The check that a description became, and what it cost."""

    spec: KernelSpec
    usage: Usage


def write_reference(description: str, model: Model, sampling: Sampling) -> Written:
    """Have the model write the module; one that does not run is asked for again.

    Raises ModelError where it writes none that runs, ToolMissing without torch.
    """
    usage = Usage()
    code = problem = ""
    for _ in range(_TRIES):
        text = render("kernel/reference.md", spec=description.strip(), code=code, problem=problem)
        system = Message(Role.SYSTEM, render("kernel/reference_system.md"))
        answer = model.complete((system, Message(Role.USER, text)), sampling)
        usage += answer.usage
        code = extract_problem(answer.text).code
        spec = KernelSpec(Source(NAME, code, Language.PYTHON), generated=True)
        problem = _fault(spec) if code else "It holds no block that defines Model and get_inputs."
        if not problem:
            return Written(spec, usage)
    raise ModelError(
        f"the model writes no PyTorch module that runs: {problem}",
        hint="give a Python file with class Model, get_inputs() and get_init_inputs() instead",
    )


def _fault(spec: KernelSpec) -> str:
    """Why the module cannot serve, or ''. It is run in a confined process, at reduced sizes."""
    from gatewright.sandbox.isolation import open_isolation
    from gatewright.sandbox.kernel.plan import variants
    from gatewright.sandbox.kernel.prepared import ReferenceTooLarge, prepare
    from gatewright.sandbox.kernel.worker import TorchWorker

    with TorchWorker(open_isolation()) as worker:
        try:
            found, _ = prepare(worker, spec, variants(spec, 0, frozenset(), strict=False)[:1])
        except (DataError, ReferenceTooLarge) as error:
            return error.what
    if not all(call.finite for call in found[0].calls):
        return "Its outputs are not all finite numbers."
    return ""
