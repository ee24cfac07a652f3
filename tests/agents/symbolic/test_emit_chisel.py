"""The Chisel of every kind of structure is proved equal to its Verilog, through the builder."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from gatewright.agents.structure import read_structure
from gatewright.agents.symbolic import Abstain, Reading, Strength, emit
from gatewright.agents.symbolic.circuit import (
    Bitwise,
    Choice,
    Circuit,
    Drive,
    Equal,
    Inverse,
    Joined,
    Number,
    Part,
    Pick,
    Reduced,
    Sum,
)
from gatewright.agents.symbolic.ir import (
    Arc,
    Assignment,
    Automaton,
    Clock,
    Clocked,
    Constant,
    Copy,
    Counter,
    Equations,
    Level,
    Literal,
    Logic,
    Machine,
    NextBit,
    NextIs,
    NextWord,
    Not,
    Notation,
    Op,
    Reset,
    Row,
    Signal,
    Span,
    Step,
    Table,
    Trace,
    Value,
)
from gatewright.agents.symbolic.structure import Structure
from gatewright.core import (
    Direction,
    Interface,
    Language,
    Outcome,
    Port,
    Problem,
    ReferenceSpec,
    ToolMissing,
    Verdict,
)
from gatewright.eval.suites.starter import Starter
from gatewright.sandbox.chisel.toolchain import open_toolchain
from gatewright.sandbox.harness.chisel import ChiselHarness
from gatewright.sandbox.harness.equivalence import ENTRY, EquivalenceHarness
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.tools.yosys import Yosys

Prove = Callable[[Interface, Structure], Verdict]
SPAN = Span(1, 1)
CLOCK = Clock("clk")
STARTER = {problem.id: problem for problem in Starter().load(None).problems}
READABLE = [i for i, problem in STARTER.items() if read_structure(problem).candidate is not None]


@pytest.fixture(scope="module")
def prove() -> Iterator[Prove]:
    try:
        open_toolchain()
    except ToolMissing as error:
        pytest.skip(str(error))
    isolation = open_isolation()
    with Yosys(isolation, ENTRY) as yosys:
        harness = ChiselHarness(isolation, EquivalenceHarness(isolation, yosys))

        def check(interface: Interface, structure: Structure) -> Verdict:
            reading = Reading(interface, structure, Strength.PROVED)
            golden = ReferenceSpec(emit(reading, "Top").sources, "Top")
            written = emit(reading, "Top", Language.CHISEL)
            return harness.check(
                Problem("p", "", top="Top", harness=golden, language=Language.CHISEL), written
            )

        yield check


def ports(inputs: str, outputs: str) -> Interface:
    """`a b:4` is a scalar and a vector of four bits."""
    made = []
    for words, direction in ((inputs, Direction.INPUT), (outputs, Direction.OUTPUT)):
        for word in words.split():
            name, _, width = word.partition(":")
            made.append(Port(name, direction, int(width or 1)))
    return Interface("Top", tuple(made))


def bit(text: str) -> Value:
    return Value(int(text.replace("x", "0"), 2), int(text.replace("0", "1").replace("x", "0"), 2))


def rows(*texts: str) -> tuple[Row, ...]:
    return tuple(Row(key, (bit(text),)) for key, text in enumerate(texts))


A, B, Q = Signal("a"), Signal("b"), Signal("q")
W4, Q4 = Signal("w", 4), Signal("q", 4)
FOUR = Part("w", 3, 0, whole=True)
COUNT = Part("q", 3, 0, whole=True)
RESET = Reset("rst_n", active_low=True, asynchronous=True)


def table(
    inputs: tuple[Signal, ...], output: Signal, given: tuple[Row, ...], **more: object
) -> Table:
    return Table(Notation.TRUTH_TABLE, inputs, (output,), given, SPAN, **more)  # type: ignore[arg-type]


def machine(form: Clocked | Logic, *, mealy: bool = False) -> Machine:
    marks = {"A": "00", "B": "01", "C": "10"}
    arcs = [
        ("A", "A", 0),
        ("A", "B", 1),
        ("B", "C", 0),
        ("B", "B", 1),
        ("C", "A", 0),
        ("C", "B", 1),
    ]
    return Machine(
        Notation.STATE_TABLE,
        ("A", "B", "C"),
        (A,),
        (Signal("z", 2),),
        tuple(
            Arc(s, t, (Literal(A, v),), (bit(f"{v}{int(s == 'C')}"),) if mealy else ())
            for s, t, v in arcs
        ),
        () if mealy else tuple((bit(marks[s]),) for s in "ABC"),
        form,
        SPAN,
    )


def circuit(*drives: Drive) -> Circuit:
    return Circuit(Notation.WORDS, drives, SPAN)


def part(name: str, high: int, low: int) -> Part:
    return Part(name, high, low, whole=False)


STRUCTURES: dict[str, tuple[Interface, Structure]] = {
    "a truth table with don't-cares": (
        ports("a b", "q"),
        table((A, B), Q, rows("0", "1", "1", "x")),
    ),
    "a table as product of sums": (
        ports("a b", "q"),
        table((A, B), Q, rows("0", "1", "1", "0"), products_of_sums=("q",)),
    ),
    "words by a nibble": (
        ports("w:4", "q:7"),
        table((W4,), Signal("q", 7), rows(*(f"{k * 37 % 128:07b}" for k in range(16)))),
    ),
    "a lookup with a default and a copied input": (
        ports("a b w:4", "q"),
        table(
            (A, W4),
            Q,
            (Row(3, (Copy(B),)), Row(17, (Copy(B, inverted=True),)), Row(9, (bit("1"),))),
            default=(bit("0"),),
        ),
    ),
    "a flip-flop by its characteristic table": (
        ports("clk a b", "q"),
        table((A, B, Q), Q, rows("0", "1", "0", "0", "1", "1", "1", "0"), trigger=CLOCK),
    ),
    "a register that holds": (
        ports("clk a b", "q"),
        table(
            (A,), Q, (Row(0, (Copy(Q),)), Row(1, (Copy(B),))), trigger=Clock("clk", falling=True)
        ),
    ),
    "equations over vectors": (
        ports("w:4 v:4 a", "q:4 z"),
        Equations(
            Notation.EQUATIONS,
            (
                Assignment(Q4, Not(Op("^", (W4, Op("&", (W4, Signal("v", 4))))))),
                Assignment(Signal("z"), Op("|", (Not(A), Signal("w", 1, 2), Constant(0)))),
            ),
            SPAN,
        ),
    ),
    "an equation for each bit": (
        ports("w:4", "q:2"),
        Equations(
            Notation.EQUATIONS,
            (
                Assignment(Signal("q", 1, 0), Op("&", (Signal("w", 1, 0), Signal("w", 1, 3)))),
                Assignment(Signal("q", 1, 1), Not(Not(Signal("w", 1, 1)))),
            ),
            SPAN,
        ),
    ),
    "a machine with an asynchronous reset, active low": (
        ports("clk rst_n a", "z:2"),
        machine(Clocked(CLOCK, RESET, "A")),
    ),
    "a Mealy machine that starts in the second state": (
        ports("clk rst a", "z:2"),
        machine(Clocked(CLOCK, Reset("rst"), "B"), mealy=True),
    ),
    "the logic of a coded machine": (
        ports("y:2 a", "z:2 n:2 b0 isC"),
        machine(
            Logic(
                Signal("y", 2),
                (0, 1, 3),
                one_hot=False,
                drives=(
                    NextWord(Signal("n", 2)),
                    NextBit(Signal("b0"), 0),
                    NextIs(Signal("isC"), "C"),
                ),
            )
        ),
    ),
    "the logic of a one-hot machine": (
        ports("y:3 a", "z:2 n:3 b0 isC"),
        machine(
            Logic(
                Signal("y", 3),
                (1, 2, 4),
                one_hot=True,
                drives=(
                    NextWord(Signal("n", 3)),
                    NextBit(Signal("b0"), 0),
                    NextIs(Signal("isC"), "C"),
                ),
            ),
            mealy=True,
        ),
    ),
    "rule 110, loaded": (
        ports("clk load w:8", "q:8"),
        Automaton(
            Notation.AUTOMATON, 110, CLOCK, "load", Signal("w", 8), Signal("q", 8), False, SPAN
        ),
    ),
    "a counter that a waveform shows": (
        ports("clk a", "q:3"),
        Trace(
            Notation.WAVEFORM,
            (),
            (),
            "clk",
            (Counter(CLOCK, (A,), Signal("q", 3), (Step(0, 1, None, (6, 0)), Step(1, 0, 4))),),
            SPAN,
        ),
    ),
    "words: sums, choices, words of a vector": (
        ports("w:4 v:4 s:2 a", "q:4 r:5 p:2 z"),
        circuit(
            Drive(COUNT, Choice(Part("a", 0, 0, whole=True), FOUR, Inverse(FOUR))),
            Drive(Part("r", 4, 0, whole=True), Sum((FOUR, Part("v", 3, 0, whole=True)), 5)),
            Drive(Part("p", 1, 0, whole=True), Pick(FOUR, Part("a", 0, 0, whole=True), 2)),
            Drive(
                Part("z", 0, 0, whole=True),
                Bitwise(
                    "^", (Reduced("|", FOUR), Equal(Part("s", 1, 0, whole=True), Number(2, 2)))
                ),
            ),
        ),
    ),
    "words: ones counted, and their parity by a sum": (
        ports("w:40", "q:6 z"),
        circuit(
            Drive(Part("q", 5, 0, whole=True), Sum(tuple(part("w", k, k) for k in range(40)), 6)),
            Drive(Part("z", 0, 0, whole=True), Sum(tuple(part("w", k, k) for k in range(3)), 1)),
        ),
    ),
    "words: a register that counts, reset to 9": (
        ports("clk rst_n w:4", "q:4 h:4"),
        circuit(
            Drive(COUNT, Sum((COUNT, Number(3, 4)), 4), CLOCK, RESET, 9),
            Drive(part("h", 3, 2), part("w", 1, 0)),
            Drive(part("h", 1, 0), Joined((part("w", 3, 3), part("w", 2, 2)))),
        ),
    ),
}


@pytest.mark.parametrize("name", STRUCTURES)
def test_chisel_is_the_verilog(name: str, prove: Prove) -> None:
    verdict = prove(*STRUCTURES[name])
    assert verdict.outcome is Outcome.PASS, verdict


@pytest.mark.parametrize(
    ("interface", "structure", "why"),
    [
        (ports("en a", "q"), table((A,), Q, rows("0", "1"), trigger=Level("en")), "no latches"),
        (ports("do", "q"), table((Signal("do"),), Q, rows("0", "1")), "SystemVerilog reserves it"),
        (
            ports("c1 c2 a", "q r"),
            circuit(
                Drive(Part("q", 0, 0, whole=True), Part("a", 0, 0, whole=True), Clock("c1")),
                Drive(Part("r", 0, 0, whole=True), Part("a", 0, 0, whole=True), Clock("c2")),
            ),
            "several clocks",
        ),
    ],
)
def test_what_chisel_has_not_is_told(interface: Interface, structure: Structure, why: str) -> None:
    with pytest.raises(Abstain, match=why):
        emit(Reading(interface, structure, Strength.PROVED), "Top", Language.CHISEL)


def test_the_starter_suite_is_read_for_chisel() -> None:
    assert len(READABLE) >= 10


@pytest.mark.parametrize("name", READABLE)
def test_the_starter_suite_passes_in_chisel(name: str, prove: Prove) -> None:
    from dataclasses import replace

    problem = replace(STARTER[name], language=Language.CHISEL)
    written = read_structure(problem).candidate
    assert written is not None
    assert written.sources[0].language is Language.CHISEL
    verdict = ChiselHarness(open_isolation(), Starter().harness("hardened")).check(problem, written)
    assert verdict.passed, verdict
