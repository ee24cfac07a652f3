"""A candidate made ready for cocotb: gated, its top found, its inputs kept apart from the tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gatewright.core import (
    Candidate,
    CocotbSpec,
    Diagnostic,
    Direction,
    FailureClass,
    Interface,
    Port,
    Severity,
)
from gatewright.sandbox.integrity import (
    GatePolicy,
    Kind,
    Layout,
    Place,
    Preprocessed,
    Token,
    check,
    definitions,
    lay_out,
    leave_out,
    preprocess,
    tokenize,
    tops,
)
from gatewright.sandbox.integrity.gate import TOOL as GATE
from gatewright.sandbox.integrity.policy import LOADS
from gatewright.sandbox.tools import slang
from gatewright.sandbox.tools.slang_modules import Module

TOOL = "cocotb"
_MACROS = {"COCOTB_SIM": "1"}
_ON_ICARUS = {"__ICARUS__": "1"}
_REAL = re.compile(r"\binput\s+(?:(?:var|wire)\s+)?(?:real|realtime|shortreal)\b")
_REACHING = frozenset({"include", "macro-budget"})


@dataclass(frozen=True, slots=True)
class Design:
    """A candidate that passed the gate: its text as compiled, its module under test.

    `notes` say what was left out of the text; `parameters` are those that are set.
    """

    layout: Layout
    module: Module
    notes: tuple[Diagnostic, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def instance(self) -> str:
        """What instantiates it: its name and its parameters."""
        given = " , ".join(f". {name} ( {value} )" for name, value in self.parameters)
        return f"{self.module.name} # ( {given} )" if given else self.module.name

    def place(self, file: str, line: int, name: str) -> Place | None:
        """Where a line of its text came from; `file` must be the compiled `name`."""
        return self.layout.place(line) if file.endswith(name) else None

    @property
    def unmeasured(self) -> tuple[Port, ...]:
        """The inputs whose width the text does not tell: of a named type, of computed bounds."""
        inputs = self.module.interface.inputs
        return tuple(p for p in inputs if self.parameters or p.name not in self.module.sized)


@dataclass(frozen=True, slots=True)
class Refused:
    """A candidate that goes no further."""

    failure: FailureClass
    diagnostics: tuple[Diagnostic, ...]


def ready(
    candidate: Candidate,
    top: str,
    spec: CocotbSpec,
    policy: GatePolicy,
    wanted: Interface | None = None,
    macros: Mapping[str, str] = _ON_ICARUS,
) -> Design | Refused:
    """Gate a candidate and find the module under test.

    `wanted` are the ports it must have, `macros` those that its simulator defines.
    """
    if not any(source.text.strip() for source in candidate.sources):
        return Refused(FailureClass.NO_CODE, (error("the design holds no code"),))
    done = preprocess(candidate.sources, defines={**_MACROS, **macros, **dict(spec.defines)})
    left = leave_out(done.tokens, done.files, policy)
    compiled = [t for t in left.tokens if t.kind is not Kind.ATTRIBUTE]
    refused = refusal(done, left.tokens, policy) or _borrowed(compiled, done.files, spec)
    if refused is not None:
        return refused
    found = definitions(compiled)
    modules = [d.name for d in found if d.is_module]
    chosen = _top(top or spec.top, modules, tops(compiled, found), spec)
    if isinstance(chosen, Diagnostic):
        return Refused(FailureClass.INTERFACE, (chosen,))
    parsed = slang.parse(compiled, done.files)
    module = parsed.module(chosen)
    if module is None:
        said = parsed.diagnostics or (error(f"the module '{chosen}' cannot be read"),)
        return Refused(FailureClass.SYNTAX, said)
    differing = tuple(_differences(module.interface, wanted)) if wanted else ()
    if differing:
        return Refused(FailureClass.INTERFACE, differing)
    unknown = [name for name, _ in spec.parameters if name not in module.parameters]
    if unknown:
        message = f"{module.name} has no parameter {', '.join(unknown)}"
        return Refused(FailureClass.INTERFACE, (error(message),))
    return Design(parsed.layout, module, left.notes, spec.parameters)


def refusal(done: Preprocessed, tokens: Sequence[Token], policy: GatePolicy) -> Refused | None:
    """Why a preprocessed text goes no further: what the gate minds, else what cannot be read."""
    errors = [d for d in done.diagnostics if d.severity is Severity.ERROR]
    errors += check(tokens, done.files, policy)
    # An attribute or a directive may stand between the parts of a path: look without them too.
    bare = [t for t in tokens if t.kind not in (Kind.ATTRIBUTE, Kind.DIRECTIVE)]
    if len(bare) < len(tokens):
        errors += check(bare, done.files, policy)
    if not errors:
        return None
    unsafe = [d for d in errors if (d.tool == GATE and d.code != "lexical") or d.code in _REACHING]
    if unsafe:
        return Refused(FailureClass.UNSAFE, tuple(dict.fromkeys(unsafe)))
    return Refused(FailureClass.SYNTAX, tuple(dict.fromkeys(errors)))


def _borrowed(tokens: Sequence[Token], files: Sequence[str], spec: CocotbSpec) -> Refused | None:
    """Refuse to load the tests, or what they read: that is where expected values are kept."""
    text = "\n".join(source.text for source in spec.tests)
    kept = {s.name for s in spec.tests} | {s.name for s in spec.data if s.name in text}
    for index, token in enumerate(tokens[:-2]):
        if token.text in LOADS and tokens[index + 2].text[1:-1] in kept:
            message = f"{tokens[index + 2].text} is a file of the tests"
            where = (files[token.file], token.line, token.column)
            said = Diagnostic(Severity.ERROR, message, *where, code="file", tool=TOOL)
            return Refused(FailureClass.UNSAFE, (said,))
    return None


def _top(
    wanted: str, modules: Sequence[str], free: Sequence[str], spec: CocotbSpec
) -> str | Diagnostic:
    """The module asked for, else the only one that no other instantiates, else one tests name."""
    if wanted:
        if wanted in modules:
            return wanted
        return error(f"there is no module '{wanted}'; there is {', '.join(modules) or 'none'}")
    if len(free) == 1:
        return free[0]
    text = "\n".join(source.text for source in spec.tests)
    named = [name for name in free if f'"{name}"' in text or f"'{name}'" in text]
    if len(named) == 1:
        return named[0]
    if not free:
        return error("the design has no top module")
    return error(f"the design has several top modules: {', '.join(free)}; name one")


def _differences(ours: Interface, wanted: Interface) -> Iterator[Diagnostic]:
    for port in wanted.ports:
        has = ours.port(port.name)
        if has is None:
            yield error(f"{port.direction} '{port.name}' is missing")
        elif has.direction is not port.direction:
            yield error(f"'{port.name}' must be an {port.direction}, not {has.direction}")


def has_reals(design: Design) -> bool:
    """Whether an input is a real number, which no vector can drive."""
    return bool(_REAL.search(design.layout.text))


def probe(design: Design, nonce: str) -> str:
    """Verilog that prints `nonce name width` for each input that is not measured yet."""
    prints = " ".join(
        f'$display ( "{nonce} {p.name} %0d" , $bits ( dut . {p.name} ) ) ;'
        for p in design.unmeasured
    )
    return (
        f"`resetall\nmodule probe_{nonce} ; {design.instance} dut ( ) ;\n"
        f"initial begin {prints} $finish ; end endmodule\n"
    )


def widths(output: str, nonce: str) -> dict[str, int]:
    """What the probe printed."""
    rows = (line.split() for line in output.splitlines() if line.startswith(f"{nonce} "))
    return {row[1]: int(row[2]) for row in rows if len(row) == 3 and row[2].isdecimal()}


def floating(_: Port, width: int) -> str:
    """What no input is driven with yet: z."""
    return f"{{{width}{{1'bz}}}}"


def wrapper(
    design: Design,
    nonce: str,
    measured: Mapping[str, int],
    wave: str = "",
    start: Callable[[Port, int], str] = floating,
) -> str:
    """The module `cocotb_<nonce>`, in which the design is an instance of its own name.

    The tests write variables of the wrapper, which no design can reach: a cast keeps the nets
    apart. They `start` as z, as unconnected inputs are. Outputs are read in the design itself.
    """
    module, top = design.module, design.module.name
    variables, connections = [], []
    for port in module.interface.inputs:
        name = variable(module, port, nonce)
        width = measured.get(port.name, port.width)
        range_ = f"[{width - 1}:0]" if port.name in measured and width > 1 else port.range_text
        sign, cast = ("signed ", "$signed") if port.signed else ("", "$unsigned")
        variables.append(f"reg {sign}{range_} {name} = {start(port, width)} ;")
        connections.append(f". {port.name} ( {cast} ( {name} ) )")
    for port in module.interface.ports:
        if port.direction is Direction.INOUT:
            # Without a driver Icarus would take the net for a constant.
            free, net = f"z_{nonce}_{port.name}", f"io_{nonce}_{port.name}"
            variables.append(f"reg {port.range_text} {free} = {{{port.width}{{1'bz}}}} ;")
            variables.append(f"wire {port.range_text} {net} = {free} ;")
            connections.append(f". {port.name} ( {net} )")
    dump = f'initial begin $dumpfile ( "{wave}" ) ; $dumpvars ( 0 , {top} ) ; end' if wave else ""
    return (
        f"`resetall\n`timescale 1ns/1ps\nmodule cocotb_{nonce} ;\n"
        + "\n".join([*variables, f"{design.instance} {top} ( {' , '.join(connections)} ) ;", dump])
        + "\nendmodule\n"
    )


def variable(module: Module, port: Port, nonce: str) -> str:
    """The wrapper's variable for an input: of its name, where the instance is not called so."""
    return f"in_{nonce}" if port.name == module.name else port.name


def driven(module: Module, nonce: str) -> tuple[tuple[str, str], ...]:
    """(input, the wrapper's variable) for all inputs."""
    return tuple((p.name, variable(module, p, nonce)) for p in module.interface.inputs)


def stubs(design: Design) -> Iterator[Design]:
    """Designs of the same ports whose outputs are all 0, and all 1."""
    module = design.module
    names = [f"parameter {name} = {value or 1}" for name, value in module.parameters.items()]
    header = f"#({', '.join(names)})" if names else ""
    ports = ", ".join(
        f"{p.direction} wire {'signed' if p.signed else ''} {p.range_text} {p.name}"
        for p in module.interface.ports
    )
    outputs = [p.name for p in module.interface.ports if p.direction is Direction.OUTPUT]
    for constant in ("'0", "'1"):
        assigns = " ".join(f"assign {name} = {constant};" for name in outputs)
        tokens = tokenize(f"module {module.name} {header} ({ports}); {assigns} endmodule")
        yield Design(lay_out(tokens, ("stub",)), module, parameters=design.parameters)


def error(message: str) -> Diagnostic:
    """A diagnostic of the harness."""
    return Diagnostic(Severity.ERROR, message, tool=TOOL)
