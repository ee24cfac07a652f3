"""The check against a trusted design of the same interface, by random co-simulation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from gatewright.core import (
    Candidate,
    DataError,
    Diagnostic,
    Direction,
    FailureClass,
    Interface,
    Outcome,
    Problem,
    ReferenceSpec,
    Severity,
    Source,
    TestbenchSpec,
    UsageError,
    Verdict,
)
from gatewright.sandbox.harness import reference_bench
from gatewright.sandbox.harness.reference_bench import Plan, constants_in
from gatewright.sandbox.harness.reference_roles import elaborate
from gatewright.sandbox.harness.testbench import SIMULATION, TestbenchHarness
from gatewright.sandbox.integrity import (
    Kind,
    Preprocessed,
    Token,
    definitions,
    lay_out,
    preprocess,
    tops,
)
from gatewright.sandbox.integrity.layout import KEYWORDS
from gatewright.sandbox.isolation import Isolation, Limits
from gatewright.sandbox.tools import slang

RULES = "reference"
PREFIX = "gw_ref_"
MAX_CYCLES = 1_000_000

_HEADS = frozenset({"module", "macromodule", "interface", "package", "primitive", "class"})
_QUALIFIERS = frozenset({"automatic", "static", "virtual"})
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A reference made ready: its own interface under its own name, and the testbench."""

    interface: Interface
    spec: TestbenchSpec
    why_not: str = ""


@dataclass(slots=True)
class ReferenceHarness:
    """Drives a reference and a candidate with the same inputs and compares all outputs.

    Clocks and resets are told from how the reference uses its inputs, then from their names. The
    ports are compared first; then a generated testbench (see `reference_bench`) is run by the
    testbench harness, with all its safeguards. Without a clock and with at most 12 input bits the
    check is exhaustive. A design with an inout port, or without outputs, is inconclusive: it says
    why. `limits` bound the simulation. Safe to call from several threads at once.
    """

    isolation: Isolation
    limits: Limits = SIMULATION
    _bench: TestbenchHarness = field(init=False)
    _prepared: dict[tuple[ReferenceSpec, str], _Prepared] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._bench = TestbenchHarness(self.isolation, limits=self.limits, rules=RULES)

    @property
    def rules(self) -> str:
        """Its only rule set."""
        return RULES

    def check(
        self, problem: Problem, candidate: Candidate, *, waveform: Path | None = None
    ) -> Verdict:
        """Compare a candidate with the problem's ReferenceSpec.

        `waveform` is where to keep a VCD of a failing simulation. Raises UsageError for another
        kind of problem or an absurd number of cycles, DataError where the reference itself cannot
        be read, ToolMissing without Icarus.
        """
        spec = problem.harness
        if not isinstance(spec, ReferenceSpec):
            raise UsageError("the reference harness needs a problem with a reference")
        if not 0 < spec.cycles <= MAX_CYCLES:
            raise UsageError(f"{spec.cycles} cycles: between 1 and {MAX_CYCLES} make sense")
        key = (spec, problem.top)
        ready = self._prepared.get(key) or prepare(spec, problem.top)
        self._prepared[key] = ready
        if ready.why_not:
            return _inconclusive(ready.why_not)
        wanted = replace(ready.interface, module=problem.top or ready.interface.module)
        differences = tuple(interface_differences(candidate, wanted))
        if differences:
            return Verdict(
                Outcome.FAIL, FailureClass.INTERFACE, diagnostics=differences, rules=RULES
            )
        task = replace(problem, harness=ready.spec, interface=ready.interface)
        return self._bench.check(task, candidate, waveform=waveform)


def prepare(spec: ReferenceSpec, wanted_top: str = "") -> _Prepared:
    """Read a reference and write the testbench for it. Raises DataError where it is unreadable."""
    where = ", ".join(source.name for source in spec.reference)
    done = preprocess(spec.reference)
    errors = [d for d in done.diagnostics if d.severity is Severity.ERROR]
    if errors:
        raise DataError(f"the reference cannot be read: {errors[0]}", where=where)
    top = _reference_top(done, spec.top, wanted_top, where)
    plain = Source("reference.sv", lay_out(done.tokens, done.files).text)
    interface, roles = elaborate([plain], top)
    why_not = _unsuited(interface)
    if why_not:
        return _Prepared(interface, TestbenchSpec(()), why_not)
    plan = Plan(
        interface=interface,
        roles=roles,
        reference=f"{PREFIX}{top}",
        candidate=wanted_top or top,
        cycles=spec.cycles,
        seed=spec.seed,
        constants=constants_in([plain]),
    )
    renamed = Source("gw_reference.sv", lay_out(renamed_tokens(done.tokens), done.files).text)
    bench = TestbenchSpec(
        testbench=(reference_bench.testbench(plan),),
        reference=(renamed,),
        top=reference_bench.TOP,
        samples=plan.samples,
    )
    return _Prepared(interface, bench)


def _reference_top(done: Preprocessed, named: str, wanted: str, where: str) -> str:
    found = definitions(done.tokens)
    modules = [d.name for d in found if d.is_module]
    if named and named not in modules:
        raise DataError(
            f"the reference has no module '{named}'", where=where, hint=f"it has {modules}"
        )
    free = tops(done.tokens, found)
    chosen = named or (wanted if wanted in modules else "")
    if chosen:
        return chosen
    if len(free) != 1:
        listed = ", ".join(free) or "none"
        raise DataError(
            f"the reference needs one top module; it has {listed}", where=where, hint="name one"
        )
    return free[0]


def _unsuited(interface: Interface) -> str:
    inouts = [p.name for p in interface.ports if p.direction is Direction.INOUT]
    if inouts:
        return f"inout ports are not driven by random co-simulation: {', '.join(inouts)}"
    if not interface.outputs:
        return "the reference has no output to compare"
    names = {port.name for port in interface.ports}
    odd = [name for name in names if not _IDENTIFIER.fullmatch(name) or name.startswith("gw_")]
    odd += [name for name in names if f"{name}_ref" in names or f"{name}_dut" in names]
    if odd:
        return f"these port names collide with the testbench's own: {', '.join(sorted(odd))}"
    return ""


def interface_differences(candidate: Candidate, wanted: Interface) -> Iterator[Diagnostic]:
    """What differs between the candidate's ports and the reference's, one diagnostic each.

    Nothing where the module is not there: the testbench harness then says at which stage it fails.
    """
    module = slang.parse_sources(candidate.sources).module(wanted.module)
    if module is None:
        return
    has = module.interface
    listed = ", ".join(port.name for port in has.ports) or "none"
    for port in wanted.ports:
        ours = has.port(port.name)
        if ours is None:
            yield _remark(f"{port.direction} '{port.name}' is missing; the ports are {listed}")
        elif ours.direction is not port.direction:
            yield _remark(f"'{port.name}' must be an {port.direction}, not {ours.direction}")
        elif port.name in module.sized and ours.width != port.width:
            yield _remark(f"'{port.name}' must be {port.width} bits wide, not {ours.width}")
    for port in has.ports:
        if wanted.port(port.name) is None:
            yield _remark(f"{port.direction} '{port.name}' is not a port of the reference")


def renamed_tokens(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with every definition's name prefixed, where it is a definition's name.

    So the candidate may define modules, packages and interfaces of the same names.
    """
    keywords = {d.name: d.keyword for d in definitions(tokens) if d.name}
    return [
        token._replace(text=f"{PREFIX}{token.text}")
        if token.kind is Kind.IDENT
        and token.text in keywords
        and _names_definition(tokens, index, keywords[token.text])
        else token
        for index, token in enumerate(tokens)
    ]


def _names_definition(tokens: Sequence[Token], index: int, keyword: str) -> bool:
    def text(at: int) -> str:
        return tokens[at].text if 0 <= at < len(tokens) else ""

    before, after = text(index - 1), text(index + 1)
    if before in _HEADS or (before in _QUALIFIERS and text(index - 2) in _HEADS):
        return True
    if before == ":" and text(index - 2).startswith("end"):
        return True
    if after == "::" or before == "import":
        return True
    if before in (".", "[", "(", ",") and after != "#" and keyword != "interface":
        return False
    follows = index + 1 < len(tokens) and tokens[index + 1].kind in (Kind.IDENT, Kind.ESCAPED)
    if follows and after not in KEYWORDS:
        return True
    return (
        after == "#"
        or (keyword == "primitive" and after == "(")
        or (keyword == "interface" and after == ".")
    )


def _inconclusive(reason: str) -> Verdict:
    return Verdict(
        Outcome.INCONCLUSIVE, FailureClass.NO_CHECKS, diagnostics=(_remark(reason),), rules=RULES
    )


def _remark(message: str) -> Diagnostic:
    return Diagnostic(Severity.ERROR, message, code="port", tool=RULES)
