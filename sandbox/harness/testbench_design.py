"""A candidate made ready for a testbench: gated, its top found, its ports compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from gatewright.core import (
    Candidate,
    Diagnostic,
    Direction,
    FailureClass,
    Interface,
    Problem,
    Provenance,
    Severity,
    Source,
)
from gatewright.sandbox.harness.testbench_bench import Bench
from gatewright.sandbox.integrity import (
    Definition,
    GatePolicy,
    Kind,
    Layout,
    Preprocessed,
    Token,
    check,
    definitions,
    lay_out,
    leave_out,
    needed,
    preprocess,
    tops,
)
from gatewright.sandbox.integrity.lexer import words
from gatewright.sandbox.integrity.policy import LOADS, PRINTS
from gatewright.sandbox.tools import slang
from gatewright.sandbox.tools.slang_modules import Module

TOOL = "harness"
_NETS = words(
    """
    none wire tri tri0 tri1 wand triand wor trior trireg uwire
    """
)
_LEFT_OUT = frozenset({Kind.ATTRIBUTE, Kind.DIRECTIVE})
_TIME_UNITS = frozenset({"timeunit", "timeprecision"})
_OPENING = frozenset({"(", "[", "{", "'{", "'("})
_CLOSING = frozenset({")", "]", "}"})
_UNSAFE_TEXT = frozenset({"include", "macro-budget"})


@dataclass(frozen=True, slots=True)
class Design:
    """A candidate that may be compiled: the text to compile and its top module.

    `parts` are its other modules that the testbench instantiates.
    """

    layout: Layout
    module: Module
    parts: tuple[Module, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A candidate that goes no further.

    `parsed` is set where the parser found ports that do not fit: it may have misread them.
    `coupled` is the design where nothing is wrong but that an input is no plain vector.
    """

    failure: FailureClass
    diagnostics: tuple[Diagnostic, ...]
    parsed: slang.Parsed | None = None
    top: str = ""
    coupled: Design | None = None


@dataclass(slots=True)
class _Notes:
    files: Sequence[str]
    found: list[Diagnostic] = field(default_factory=list)

    def add(self, severity: Severity, message: str, code: str, at: Token | None = None) -> None:
        file, line, column = (self.files[at.file], at.line, at.column) if at else ("", 0, 0)
        self.found.append(Diagnostic(severity, message, file, line, column, code, TOOL))


def ready(
    problem: Problem, candidate: Candidate, bench: Bench, policy: GatePolicy
) -> Design | Refused:
    """Gate a candidate and fit it to the testbench."""
    done = preprocess(candidate.sources, includes=problem.context)
    found = definitions(done.tokens)
    modules = [d for d in found if d.is_module]
    notes = _Notes(done.files or ("",))
    if not modules:
        return _no_module(done.tokens, done.diagnostics, notes)
    if problem.context:
        done = _in_context(problem.context, candidate.sources, {d.name for d in found})
        found = definitions(done.tokens)
        notes = _Notes(done.files)
    top = _top(done.tokens, found, problem, candidate, bench)
    if top is None:
        names = ", ".join(d.name for d in modules)
        message = f"a module {bench.design} is expected; the design defines {names}"
        notes.add(Severity.ERROR, message, "no-top", _first_module(done.tokens, found))
        return Refused(FailureClass.INTERFACE, tuple(notes.found))
    others = {i.module for i in bench.duts} - {bench.design}
    missing = sorted(others - {d.name for d in found})
    if missing:
        message = f"the testbench also needs a module {missing[0]}, which the candidate lacks"
        notes.add(Severity.ERROR, message, "no-module")
        return Refused(FailureClass.INTERFACE, tuple(notes.found))
    roots = others | {top}
    tokens, dropped = needed(done.tokens, found, roots)
    for definition in dropped:
        message = f"the module {definition.name} is not part of {top} and was left out"
        notes.add(Severity.NOTE, message, "unused", done.tokens[definition.start])
    left = leave_out(tokens, done.files, policy)
    tokens = left.tokens
    notes.found += left.notes
    refused = gated(tokens, done.files, done.diagnostics, policy) or _borrowed(
        tokens, done.files, bench
    )
    if refused is not None:
        return refused
    compiled = _compiled(tokens, bench)
    if any(t.kind in _LEFT_OUT or t.text in _TIME_UNITS for t in tokens):
        # What is left out may have stood between the parts of a path: look at what is compiled.
        refused = gated(compiled, done.files, (), policy)
        if refused is not None:
            return refused
    parsed = slang.parse(compiled, done.files)
    module = parsed.module(top)
    if module is None:
        return Refused(FailureClass.SYNTAX, parsed.diagnostics or tuple(notes.found))
    return _fitted(problem, bench, parsed, module, notes)


def _first_module(tokens: Sequence[Token], found: Sequence[Definition]) -> Token:
    return tokens[next(d.start for d in found if d.is_module)]


def _in_context(
    context: Sequence[Source], sources: Sequence[Source], names: set[str]
) -> Preprocessed:
    """The candidate among the task's other sources, whose definitions it may replace."""
    own = {s.name for s in sources}
    others = [s for s in context if s.name not in own and s.name.endswith((".v", ".sv"))]
    done = preprocess((*others, *sources), includes=context)
    given = {s.name for s in others}
    replaced = {
        index
        for d in definitions(done.tokens)
        if d.name in names and done.files[done.tokens[d.start].file] in given
        for index in range(d.start, d.end)
    }
    kept = tuple(t for i, t in enumerate(done.tokens) if i not in replaced)
    return replace(done, tokens=kept)


def _no_module(tokens: Sequence[Token], found: Sequence[Diagnostic], notes: _Notes) -> Refused:
    unsafe = [d for d in found if d.code in _UNSAFE_TEXT]
    if unsafe:
        return Refused(FailureClass.UNSAFE, tuple(unsafe))
    message = "the design defines no module" if tokens else "the design holds no code"
    notes.add(Severity.ERROR, message, "no-code")
    return Refused(FailureClass.NO_CODE, (*notes.found, *found))


def _top(
    tokens: Sequence[Token],
    found: Sequence[Definition],
    problem: Problem,
    candidate: Candidate,
    bench: Bench,
) -> str | None:
    """The design's top: as the testbench calls it or as the task does; a reference's only one."""
    names = {d.name for d in found if d.is_module}
    for wanted in (bench.design, problem.top):
        if wanted in names:
            return wanted
    roots = tops(tokens, found)
    # Benchmarks name their references' modules as they like; an answer's name is part of the task.
    free = candidate.provenance is Provenance.REFERENCE
    return roots[0] if free and len(roots) == 1 else None


def gated(
    tokens: Sequence[Token],
    files: Sequence[str],
    found: Sequence[Diagnostic],
    policy: GatePolicy,
) -> Refused | None:
    """Why these tokens may not be compiled, if so; `found` is what the preprocessor said."""
    unsafe = [d for d in found if d.code in _UNSAFE_TEXT]
    errors = [d for d in found if d.severity is Severity.ERROR and d.code not in _UNSAFE_TEXT]
    for diagnostic in check(tokens, files, policy):
        (errors if diagnostic.code == "lexical" else unsafe).append(diagnostic)
    if unsafe:
        return Refused(FailureClass.UNSAFE, tuple(unsafe))
    return Refused(FailureClass.SYNTAX, tuple(errors)) if errors else None


def _borrowed(tokens: Sequence[Token], files: Sequence[str], bench: Bench) -> Refused | None:
    """Refuse to load what the testbench reads: that is where expected values are kept."""
    notes = _Notes(files)
    for index, token in enumerate(tokens[:-2]):
        if token.text in LOADS and _file(tokens[index + 2]) in bench.files:
            message = f"{tokens[index + 2].text} is a file of the testbench"
            notes.add(Severity.ERROR, message, "file", token)
    return Refused(FailureClass.UNSAFE, tuple(notes.found)) if notes.found else None


def _file(token: Token) -> str:
    return PurePosixPath(token.text[1:-1].strip()).name


def _compiled(tokens: Sequence[Token], bench: Bench) -> list[Token]:
    """The tokens as they are compiled: no directive left but the default net type.

    A design's own time scale only matters where it waits for time; elsewhere it could but change
    the precision, and with it the length, of the testbench's delays.
    """
    timed = bool(bench.timescale) and any(t.text == "#" for t in tokens)
    kept = [Token(Kind.DIRECTIVE, bench.timescale, 0, 1, 1)] if timed else []
    in_time_unit = False
    for token in tokens:
        in_time_unit = in_time_unit or token.text in _TIME_UNITS
        if token.kind is Kind.DIRECTIVE:
            kept += _directive(token, timed)
        elif token.kind is not Kind.ATTRIBUTE and not in_time_unit:
            kept.append(token)
        in_time_unit = in_time_unit and token.text != ";"
    return kept


def silenced(design: Design) -> Design:
    """The design without its prints."""
    kept: list[Token] = []
    depth, silent = 0, False
    for token in (t for row in design.layout.lines for t in row):
        if token.kind is Kind.SYSTEM and token.text in PRINTS and not silent:
            depth, silent = 0, True
            continue
        if silent:
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
            silent = depth > 0
            if silent or token.text == ")":
                continue
        kept.append(token)
    return replace(design, layout=lay_out(kept, design.layout.files))


def _directive(token: Token, timed: bool) -> list[Token]:
    words = token.text.split()
    if words[0] == "`resetall":
        return [token._replace(text="`default_nettype wire")]
    if words[0] == "`default_nettype" and len(words) == 2 and words[1] in _NETS:
        return [token]
    # Finer than picoseconds, the delays of a coarse testbench would overflow.
    if words[0] == "`timescale" and timed and "fs" not in token.text:
        return [token]
    return []


def _fitted(
    problem: Problem, bench: Bench, parsed: slang.Parsed, module: Module, notes: _Notes
) -> Design | Refused:
    expected = problem.interface or (bench.golden.interface if bench.golden else None)
    place = parsed.layout.place(parsed.layout.text.count("\n", 0, module.offset) + 1)
    file, line = (place.file, place.line) if place else ("", 0)
    for severity, message in _differences(bench, module, expected):
        notes.found.append(Diagnostic(severity, message, file, line, 0, "port", TOOL))
    if any(d.severity is Severity.ERROR for d in notes.found):
        found = tuple(notes.found)
        return Refused(FailureClass.INTERFACE, found, parsed, module.name)
    coupled = _coupled(module)
    if coupled:
        message = f"port {coupled} must be a plain vector: another kind joins the testbench's net"
        notes.found.append(Diagnostic(Severity.ERROR, message, file, line, 0, "port", TOOL))
        said = tuple(notes.found)
        design = _design(bench, parsed, module, said[:-1])
        return Refused(FailureClass.UNSAFE, said, coupled=design)
    return _design(bench, parsed, module, notes.found)


def _design(
    bench: Bench, parsed: slang.Parsed, module: Module, notes: Sequence[Diagnostic]
) -> Design:
    others = {d.module for d in bench.duts} - {bench.design}
    parts = tuple(m for m in parsed.modules if m.name in others)
    return Design(parsed.layout, module, parts, (*notes, *parsed.diagnostics))


def _coupled(module: Module) -> str | None:
    """An input that a cast cannot keep apart from the testbench: the design could drive it."""
    for port in module.interface.ports:
        if port.direction is not Direction.OUTPUT and port.name not in module.plain:
            return port.name
    return None


def _differences(
    bench: Bench, module: Module, expected: Interface | None
) -> Iterator[tuple[Severity, str]]:
    ours = {p.name: p for p in module.interface.ports}
    duts = [d for d in bench.duts if d.module == bench.design]
    for name in dict.fromkeys(c.port for d in duts for c in d.connections if c.port):
        if name not in ours:
            has = ", ".join(ours) or "none"
            yield Severity.ERROR, f"{module.name} has no port {name} (its ports: {has})"
    wild = any(c.wildcard for d in duts for c in d.connections)
    most = max((sum(not c.port and not c.wildcard for c in d.connections) for d in duts), default=0)
    if most > len(ours):
        message = f"the testbench connects {most} ports in order; {module.name} has {len(ours)}"
        yield Severity.ERROR, message
    theirs = {p.name: p for p in expected.ports} if expected else {}
    if not theirs:
        yield from _against_drivers(bench, module)
    for name, port in ours.items():
        other = theirs.get(name)
        if other is None:
            if theirs:
                severity = Severity.ERROR if wild else Severity.WARNING
                yield severity, f"port {name} is not part of the task"
        elif other.direction is not port.direction:
            yield Severity.ERROR, f"port {name} must be {other.direction}, not {port.direction}"
        elif name in module.sized and other.width != port.width and _certain(bench, name):
            message = f"port {name} must be {other.width} bits wide, not {port.width}"
            yield Severity.WARNING, message


def _against_drivers(bench: Bench, module: Module) -> Iterator[tuple[Severity, str]]:
    """Ports that would drive a net of the testbench's own, where nobody says what they must be."""
    ports = module.interface.ports
    for dut in (d for d in bench.duts if d.module == bench.design):
        nets = {
            c.port or (ports[n].name if n < len(ports) else ""): c.text
            for n, c in enumerate(dut.connections)
        }
        for port in ports:
            driven = bench.driven.intersection(nets.get(port.name, port.name).split())
            if port.direction is Direction.OUTPUT and driven:
                yield Severity.ERROR, f"port {port.name} must be an input: the testbench drives it"
            elif port.direction is Direction.INOUT and not bench.releases_nets:
                message = f"port {port.name} is an inout, but the testbench never lets go of it"
                yield Severity.ERROR, message


def _certain(bench: Bench, name: str) -> bool:
    return bench.golden is None or name in bench.golden.sized
