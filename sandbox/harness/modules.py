"""The modules that a check is about: which there are, and what to say where one is not there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from gatewright.core import (
    Candidate,
    DataError,
    HarnessSpec,
    Language,
    ReferenceSpec,
    Source,
    TestbenchSpec,
    UsageError,
    Verdict,
)

_IDENTIFIER = re.compile(r"[A-Za-z_][\w$]*", re.ASCII)
_MOST_SHOWN = 60


def require_module(sources: Sequence[Source], top: str) -> None:
    """Raises UsageError where the sources define modules, but none called `top`."""
    names = modules_of(sources)
    if top and names and top not in names:
        raise UsageError(
            f"the design has no module {top!r}",
            where="--top",
            hint=f"it defines: {', '.join(names[:10])}",
        )


def checked_modules(
    sources: Sequence[Source], top: str, spec: HarnessSpec
) -> tuple[str, HarnessSpec]:
    """The module of the design that is checked ('' = the one the check names), and the check.

    `--top` chooses in the reference too where that has the module; without it, a reference of
    several modules is compared by the one that has the design's name. A name that the design
    does not have, but the reference, leaves the design's only top module to be compared.
    Raises UsageError where the design has no such module.
    """
    if not isinstance(spec, ReferenceSpec):
        require_module(sources, top)
        return top, spec
    golden, own = modules_of(spec.reference), modules_of(sources)
    free = top_modules_of(sources)
    if top in golden and top not in own and len(free) == 1:
        return free[0], replace(spec, top=top)
    require_module(sources, top)
    name = top or (free[0] if len(free) == 1 else "")
    if name in golden:
        return top or name, replace(spec, top=name)
    several = top_modules_of(spec.reference)
    if len(several) > 1:
        raise UsageError(
            f"the reference has several top modules: {', '.join(several[:10])}",
            where=", ".join(source.name for source in spec.reference),
            hint="choose the one to compare with: --top NAME",
        )
    return top, spec


def require_name(top: str) -> str:
    """The name given for a module to be written. Raises UsageError where no module can have it."""
    from gatewright.sandbox.integrity.layout import KEYWORDS

    if top and (not _IDENTIFIER.fullmatch(top) or top in KEYWORDS):
        raise UsageError(
            f"{top[:_MOST_SHOWN]!r} cannot be a module's name",
            where="--top",
            hint="letters, digits, _ and $, a letter or _ first, and no keyword",
        )
    return top


def top_modules_of(sources: Sequence[Source]) -> tuple[str, ...]:
    """The modules that no other of the sources instantiates."""
    from gatewright.sandbox.tools.slang import top_modules

    return top_modules(sources)


def modules_of(sources: Sequence[Source]) -> tuple[str, ...]:
    """The modules that sources define, in order; of Chisel its hardware classes."""
    from gatewright.sandbox.integrity import definitions, preprocess

    if sources and all(source.language is Language.CHISEL for source in sources):
        from gatewright.sandbox.chisel.prepare import classes

        return tuple(one.name for one in classes(sources) if "Module" in one.extends)
    return tuple(d.name for d in definitions(preprocess(sources).tokens) if d.is_module)


def better_told(error: DataError, spec: HarnessSpec | None, candidate: Candidate) -> DataError:
    """The error, or a clearer one where the golden design beside a testbench is the trouble."""
    if not isinstance(spec, TestbenchSpec):
        return error
    missing = missing_modules(replace(spec, reference=()))
    bench = spec.testbench[0].name
    if spec.reference:
        golden = [name for name in missing if name in modules_of(spec.reference)]
        if not golden or missing_modules(spec):
            return error
        return DataError(
            f"--reference defines {' and '.join(golden)}, all that the testbench instantiates; "
            "nothing is left for the design to be",
            where=bench,
            hint="leave --reference out: a testbench that compares instantiates it by another name",
        )
    golden = [name for name in missing if name not in modules_of(candidate.sources)]
    if len(missing) < 2 or not golden:
        return error
    return DataError(
        f"the testbench instantiates {' and '.join(missing)}; one is the design under test, and no "
        "file given defines the other",
        where=bench,
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
    names = modules_of(candidate.sources)
    absent = [d.message for d in verdict.diagnostics if d.code == "no-top"]
    if absent:  # what a Chisel class calls its module is not in the source
        known = names and f"a module {names[0]} is expected" not in absent[0]
        return f"to check it under the name it has: --top {names[0]}" if known else ""
    if any("several top modules" in diagnostic.message for diagnostic in verdict.diagnostics):
        listed = ", ".join(top_modules_of(candidate.sources)[:10])
        return f"to choose the module that is checked: --top NAME ({listed})"
    return ""


def expected_name(check: HarnessSpec | None) -> str:
    """The name that a testbench instantiates, or a reference has; '' where that is not one."""
    names: Sequence[str] = ()
    if isinstance(check, TestbenchSpec):
        names = missing_modules(check)
    elif isinstance(check, ReferenceSpec):
        names = top_modules_of(check.reference)
    return names[0] if len(names) == 1 else ""
