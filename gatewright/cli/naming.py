"""Module names on the command line: which there are, and what to say where one is not there."""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.cli.console import say
from gatewright.core import (
    Candidate,
    DataError,
    HarnessSpec,
    ReferenceSpec,
    Source,
    TestbenchSpec,
    UsageError,
    Verdict,
)

# What a module is called that nothing names.
NAMELESS = "top"


def require_module(sources: Sequence[Source], top: str) -> None:
    """Raises UsageError where the sources define modules, but none called `top`."""
    names = modules_of(sources)
    if top and names and top not in names:
        raise UsageError(
            f"the design has no module {top!r}",
            where="--top",
            hint=f"it defines: {', '.join(names[:10])}",
        )


def modules_of(sources: Sequence[Source]) -> tuple[str, ...]:
    """The modules that sources define, in order."""
    from gatewright.sandbox.integrity import definitions, preprocess

    return tuple(d.name for d in definitions(preprocess(sources).tokens) if d.is_module)


def wanted_name(text: str, check: HarnessSpec | None) -> str:
    """The name for a module to be written: the one that its check or its specification expects.

    Says on stderr which that is where the specification does not say.
    """
    from gatewright.agents.naming import named_module

    expected = _checked_name(check)
    name = expected or named_module(text)
    if not name:
        say(f"no module name in the specification; calling it {NAMELESS}; --top NAME to choose")
    elif expected and named_module(text) not in ("", expected):
        say(f"the module is called {expected}, as what checks it expects")
    return name or NAMELESS


def _checked_name(check: HarnessSpec | None) -> str:
    """The name that a testbench instantiates, or a reference has; '' where that is not one."""
    names: Sequence[str] = ()
    if isinstance(check, TestbenchSpec):
        names = missing_modules(check)
    elif isinstance(check, ReferenceSpec):
        from gatewright.sandbox.tools.slang import top_modules

        names = top_modules(check.reference)
    return names[0] if len(names) == 1 else ""


def better_told(error: DataError, spec: HarnessSpec | None, candidate: Candidate) -> DataError:
    """The error, or a clearer one where the testbench needs a golden design and got none."""
    if not isinstance(spec, TestbenchSpec) or spec.reference:
        return error
    missing = missing_modules(spec)
    golden = [name for name in missing if name not in modules_of(candidate.sources)]
    if len(missing) < 2 or not golden:
        return error
    return DataError(
        f"the testbench instantiates {' and '.join(missing)}; one is the design under test, and no "
        "file given defines the other",
        where=spec.testbench[0].name,
        hint="give the golden design that the testbench compares with: --reference FILE (-r)",
    )


def missing_modules(spec: TestbenchSpec) -> tuple[str, ...]:
    """The modules that a testbench instantiates and nothing beside it defines."""
    from gatewright.sandbox.integrity import preprocess
    from gatewright.sandbox.tools.slang import parse

    done = preprocess((*spec.testbench, *spec.reference))
    modules = parse(done.tokens, done.files, with_instances=True).modules
    defined = {module.name for module in modules}
    used = (instance.module for module in modules for instance in module.instances)
    return tuple(dict.fromkeys(name for name in used if name not in defined))


def hint_of(verdict: Verdict, candidate: Candidate) -> str:
    """What to try after a verdict about the module's name; '' for any other."""
    if not any(diagnostic.code == "no-top" for diagnostic in verdict.diagnostics):
        return ""
    names = modules_of(candidate.sources)
    return f"to check it under the name it has: --top {names[0]}" if names else ""
