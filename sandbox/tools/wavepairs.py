"""Finds in a dump which signal is expected and which is got, by how testbenches name things."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gatewright.sandbox.tools.vcd import Steps, Trace, Variable

_REFERENCE = ("reference", "ref", "golden", "gold", "good", "model")
_EXPECTED = ("expected", "expect", "exp")
_DUT = ("dut", "uut", "actual", "got", "test", "impl", "result")
_CLOCK = re.compile(r"(?:^|_)(?:clk|clock|ck)(?:$|_|\d)|clk$|clock$|^clk", re.IGNORECASE)
_BOOKKEEPING = re.compile(
    r"mismatch|match$|^stats|strobe|wavedrom|errors?$|fail|^error|^i$|^j$|^k$|_count$|^seed$",
    re.IGNORECASE,
)
_MAX_INPUT_WIDTH = 4096
_MAX_SCOPE = 256


@dataclass(frozen=True, slots=True)
class Pair:
    """One output of the design: what it should be and what it is."""

    port: str
    reference: Variable
    dut: Variable


def find_pairs(variables: Sequence[Variable]) -> tuple[Pair, ...]:
    """The pairs of the shallowest scope in which names tell expected from got."""
    scopes = _by_scope(variables)
    for scope in sorted(scopes, key=lambda name: (name.count("."), name)):
        pairs = tuple(_named_pairs(scopes[scope]))
        if pairs:
            return pairs
    return ()


def find_pair(variables: Sequence[Variable], port: str, reference: str, dut: str) -> Pair | None:
    """The pair of these two names (full, or the end of one); None where a signal is missing."""
    expected, got = find_variable(variables, reference), find_variable(variables, dut)
    if expected is None or got is None:
        return None
    return Pair(port, expected, got)


def find_variable(variables: Sequence[Variable], name: str) -> Variable | None:
    """The shallowest variable of that full name or whose name ends in it."""
    named = [v for v in variables if v.name == name or v.name.endswith(f".{name}")]
    return min(named, key=lambda v: v.name.count("."), default=None)


def find_inputs(
    variables: Sequence[Variable], pairs: Sequence[Pair], names: Sequence[str] = ()
) -> tuple[Variable, ...]:
    """What drives the design: the signals of these names, else of the pairs' own scope.

    Without names, the testbench's counters and flags are left out as well as they can be told.
    """
    if names:
        found = (find_variable(variables, name) for name in names)
        return tuple(variable for variable in found if variable is not None)
    if not pairs:
        return ()
    ours = {v.code for pair in pairs for v in (pair.reference, pair.dut)}
    scope = pairs[0].dut.scope
    beside = [v for v in variables if v.scope == scope and v.code not in ours]
    nets = {v.code for v in variables if v.scope.startswith(f"{scope}.")}
    inside = [v for v in beside if v.code in nets and _instances_dumped(variables, scope)]
    return tuple(_unique(_plain(inside) or _plain(beside)))


def is_clock(variable: Variable) -> bool:
    """One bit wide and named like a clock."""
    return variable.width == 1 and bool(_CLOCK.search(variable.leaf))


def _instances_dumped(variables: Sequence[Variable], scope: str) -> bool:
    """Whether a design instance below the scope was dumped with its ports, not one net of it."""
    below = [v.scope for v in variables if v.scope.startswith(f"{scope}.")]
    return any(below.count(name) >= 3 for name in set(below))


def _plain(variables: Sequence[Variable]) -> list[Variable]:
    return [
        v
        for v in variables
        if v.kind not in {"integer", "int"}
        and v.width <= _MAX_INPUT_WIDTH
        and not _BOOKKEEPING.search(v.leaf)
    ]


def _unique(variables: Sequence[Variable]) -> Iterator[Variable]:
    seen = set[bytes]()
    for variable in variables:
        if variable.code not in seen:
            seen.add(variable.code)
            yield variable


def _by_scope(variables: Sequence[Variable]) -> dict[str, list[Variable]]:
    scopes: dict[str, list[Variable]] = defaultdict(list)
    for variable in variables:
        if "$ivl" not in variable.name:
            scopes[variable.scope].append(variable)
    return scopes


def _named_pairs(variables: Sequence[Variable]) -> Iterator[Pair]:
    """`<p>_ref`/`<p>_dut`, `ref_<p>`/`dut_<p>`, `expected_<p>`/`<p>` and their spellings."""
    by_name = {v.leaf.lower(): v for v in variables}
    for variable in _unique(variables):
        for core, family in _cores(variable.leaf.lower(), _REFERENCE + _EXPECTED):
            spellings = [f(core, word) for word in _DUT for f in (_suffixed, _prefixed)]
            if family in _EXPECTED or family in {"golden", "gold"}:
                spellings.append(core)
            partner = next((by_name[name] for name in spellings if name in by_name), None)
            if partner is not None and partner.width == variable.width and partner != variable:
                yield Pair(core, variable, partner)
                break


def _suffixed(core: str, word: str) -> str:
    return f"{core}_{word}"


def _prefixed(core: str, word: str) -> str:
    return f"{word}_{core}"


def _cores(name: str, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The port name that is left without an affix, and the affix."""
    for word in words:
        if name.endswith(f"_{word}") and len(name) > len(word) + 1:
            yield name[: -len(word) - 1], word
        elif name.startswith(f"{word}_") and len(name) > len(word) + 1:
            yield name[len(word) + 1 :], word


@dataclass(frozen=True, slots=True)
class Twins:
    """Two instances beside each other that share port names: the reference and the design."""

    parent: tuple[Variable, ...]
    reference: tuple[Variable, ...]
    dut: tuple[Variable, ...]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """All signals whose traces tell the ports from the rest."""
        return (*self.parent, *self.reference, *self.dut)


def find_twins(variables: Sequence[Variable]) -> Twins | None:
    """The shallowest two sibling instances of which one is named as a reference is."""
    scopes = _by_scope(variables)
    for parent in sorted(scopes, key=lambda name: (name.count("."), name)):
        children = [s for s in scopes if s.rpartition(".")[0] == parent and s != parent]
        references = [s for s in children if _is_reference(s.rpartition(".")[2])]
        for reference in references:
            names = {v.leaf for v in scopes[reference]}
            for dut in children:
                if dut not in references and names & {v.leaf for v in scopes[dut]}:
                    sides = (scopes[parent], scopes[reference], scopes[dut])
                    return Twins(*(tuple(side[:_MAX_SCOPE]) for side in sides))
    return None


def twin_ports(
    twins: Twins, traces: Mapping[bytes, Trace]
) -> tuple[tuple[Pair, ...], tuple[Variable, ...]]:
    """The output pairs and the inputs of twin instances.

    A port follows a net of the parent scope: an input the same net in both instances, an output
    each its own. (Simulators dump a vector port as a signal of its own, so only the traces tell.)
    """
    nets: dict[tuple[int, Steps], set[bytes]] = defaultdict(set)
    for net in twins.parent:
        nets[net.width, traces[net.code].steps()].add(net.code)
    by_leaf = {v.leaf: v for v in twins.dut}
    pairs: list[Pair] = []
    inputs: list[Variable] = []
    for variable in twins.reference:
        twin = by_leaf.get(variable.leaf)
        if twin is None or twin.width != variable.width:
            continue
        ours, theirs = (nets.get((v.width, traces[v.code].steps())) for v in (twin, variable))
        if ours and theirs and len(ours | theirs) > 1:
            pairs.append(Pair(variable.leaf, variable, twin))
        elif ours and theirs:
            inputs.append(twin)
    return tuple(pairs), tuple(inputs)


def _is_reference(instance: str) -> bool:
    return any(word in instance.lower() for word in (*_REFERENCE, *_EXPECTED))
