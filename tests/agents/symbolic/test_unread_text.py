"""Text beside a structure that no reader took makes the reading abstain; sizes are bounded."""

from __future__ import annotations

import time
from itertools import product

import pytest

from gatewright.agents.symbolic import emit, normalise, oracle_testbench, read
from gatewright.agents.symbolic.expression import evaluate
from gatewright.agents.symbolic.ir import Equations, Signal
from gatewright.core import Direction, Interface, Port


def _ports(inputs: str, outputs: str) -> str:
    lines = [f"- input {name}" for name in inputs.split()]
    return "\n".join([*lines, *(f"- output {name}" for name in outputs.split())]) + "\n\n"


def _equation(text: str, inputs: str = "a b c") -> str:
    return "Implement the Boolean function.\n\n" + _ports(inputs, "f") + text + "\n"


TABLE = (
    "Implement the following truth table.\n\n"
    + _ports("a b", "f")
    + "| a | b | f |\n|---|---|---|\n| 0 | 0 | 0 |\n| 0 | 1 | 1 |\n| 1 | 0 | 0 |\n| 1 | 1 | 1 |\n"
)
MACHINE = (
    "Implement this Moore machine.\n\n"
    + _ports("clk rst x", "z")
    + "Synchronous active-high reset to state {}.\n\n"
    + "A (z=0) --x=0--> A\nA (z=0) --x=1--> B\nB (z=1) --x=0--> A\nB (z=1) --x=1--> B\n"
)
MERMAID = (
    "Implement this Moore machine with synchronous active-high reset.\n\n"
    + _ports("clk rst x", "z")
    + "```mermaid\nstateDiagram-v2\n    {}\n    A --> A : x=0\n    A --> B : x=1\n"
    + "    B --> A : x=0\n    {}B --> B : x=1\n    A : z=0\n    B : z=1\n```\n"
)


@pytest.mark.parametrize(
    ("text", "ones"),
    [
        ("f = (a+b+c) . (a+b)", "234567"),
        ("f = (a + b + c) . a . b.", "67"),
        ("f = a . b . c", "7"),
        ("f = b ^ a ^ (c + b) . a;", "23467"),
        ("f = a + (b + b) ^ c . a", "234567"),
        ("f = (a' + b') . (c + c)'.", "024"),
        ("f = a b c\n  + b c", "37"),
        ("f = abc\n    + bc", "37"),
        ("f = (a ^ b ^ c)\n  & a", "47"),
        ("f = a b c\n  or b", "2367"),
        ("f = a b c +\n  b", "2367"),
        ("f = (a+b+c)\n  . a", "4567"),
        ("f = (a + b\n  ^ c) & a", "4567"),
        ("f = abc. The module is combinational.", "7"),
        ("The module implements the function f = abc + a.", "4567"),
        ("f(a, b, c) = abc; // the function", "7"),
    ],
)
def test_an_equation_is_read_to_its_end(text: str, ones: str) -> None:
    reading = read(_equation(text))
    assert isinstance(reading.structure, Equations), reading.abstained
    expression = reading.structure.assignments[0].expression
    names = (Signal("a"), Signal("b"), Signal("c"))
    values = [
        evaluate(expression, dict(zip(names, bits, strict=True)), 1)
        for bits in product((0, 1), repeat=3)
    ]
    assert "".join(str(key) for key, value in enumerate(values) if value) == ones


@pytest.mark.parametrize(
    "text",
    [
        "f = (a+b+c)\n(a+b)",
        "f = a b c\nb",
        "f = abc\n\n+ b",
        "f = abc\n\nor b",
        "f = abc\n* b",
        "f = abc;\n+ b",
        "f = abc\nplus b",
        "f = abc +",
        "f = abc, b",
        "f = abc + b when told",
        "When told, f = abc",
        "f = abc / b",
        "f = abc\n= b",
        *(
            f"{mark}f = abc"
            for mark in ("/", "bar ", "overline ", "-", "\\bar ", "\\overline ", "not ", "~", "! ")
        ),
        "f' = abc",
        "¬f(a,b,c) = abc",
        "comp f = abc",
        "the complement f = abc",
    ],
)
def test_text_beside_an_equation_is_not_dropped(text: str) -> None:
    assert not read(_equation(text)).complete


@pytest.mark.parametrize(
    "mark", ["/", "~", "~ ", "!", "¬", "bar ", "comp ", "-", "overline ", "\\bar ", "not "]
)
def test_a_complemented_list_is_not_read(mark: str) -> None:
    assert not read(_equation(f"{mark}f(a,b,c) = Σm(1,2,4)")).complete


@pytest.mark.parametrize(
    "after",
    [
        "'",
        " + abc",
        " + m7",
        " + m(7)",
        " ⊕ m7",
        ", 7",
        " · c",
        " & (a+b)",
        "\nm7 as well",
        " xor c",
        " + a",
        " + d5",
        " + φ(5)",
        " with d = 5",
        " \nDon't cares: 5, 7",
        "\n\nDon't cares: 5, 7",
        "\n\nd5",
        "\nor c",
        "\n\n+ c",
        "\nplus c",
        " except 4",
        ", where c is the MSB",
        ", where a is bit 0",
    ],
)
def test_text_after_a_list_is_not_dropped(after: str) -> None:
    assert not read(_equation("f(a,b,c) = Σm(1,2,4)" + after)).complete


@pytest.mark.parametrize(
    "after", ["", ".", ";", ", where a is the MSB.", " + d(5)", "\n\nThe circuit has 3 inputs."]
)
def test_a_plain_list_is_read(after: str) -> None:
    reading = read(_equation("The function is f(a,b,c) = Σm(1,2,4)" + after))
    assert reading.complete, reading.abstained


@pytest.mark.parametrize(
    "after",
    [
        "Correction:\n11\t0",
        "New:\n\n11\t1",
        "Errata:\n- 11: 0",
        "Errata:\n\n11 0",
        "11 | 0",
        "1,1,0",
        "(11): 0",
        "11 -> 0",
        "11 = 0",
        "a & b",
    ],
)
def test_a_row_outside_the_table_is_not_dropped(after: str) -> None:
    assert read(TABLE).complete
    assert not read(TABLE + "\n" + after + "\n").complete


def test_remarks_in_a_mermaid_diagram_are_no_transitions() -> None:
    whole = read(MERMAID.format("%% [*] --> B", ""))
    assert "state <= S_A;" in emit(whole).text
    assert not read(MERMAID.format("[*] --> A", "%% ")).complete
    assert not read(MERMAID.format("[*] --> A", "// ")).complete
    assert read(MERMAID.format("[*] --> A", "")).complete


def test_an_arrow_that_was_not_read_is_not_dropped() -> None:
    assert not read(MERMAID.format("[*] --> A", "") + "\n[*] --> B --> A\n").complete


def test_a_reset_to_a_state_that_is_not_there_is_refused() -> None:
    assert read(MACHINE.format("A")).complete
    for state in ("C", "IDLE", "S0"):
        assert not read(MACHINE.format(state)).complete


@pytest.mark.parametrize("entry", ["not left", "left, inverted", "~left", "left right"])
def test_a_lookup_entry_is_a_name_and_nothing_else(entry: str) -> None:
    spec = (
        "Implement this decoder.\n\n- input [1:0] code\n- output left\n- output right\n\n"
        "| code | output |\n|------|--------|\n| 00 | left |\n| 01 | right |\n"
        f"| 10 | {entry} |\n| others | none |\n"
    )
    assert read(spec.replace(entry, "left arrow")).complete
    assert not read(spec).complete


def _lookup(intro: str, *rows: str) -> str:
    lines = "".join(f"| {row} |\n" for row in rows)
    ports = "- input [3:0] k\n- output [3:0] y\n\n"
    return f"Implement this lookup table{intro}\n\n{ports}| k | y |\n|---|---|\n{lines}"


@pytest.mark.parametrize(
    "spec",
    [
        _lookup(".", "1 | 0001", "10 | 0010", "11 | 0100", "others | 0000"),
        _lookup("; numbers are in base 2.", "0 | 10", "1 | 11", "10 | 1", "others | 0"),
        _lookup("; the numbers are octal.", "0 | 10", "1 | 11", "12 | 12", "others | 0"),
        _lookup("; all values are hexadecimal.", "0 | 9", "1 | 11", "2 | 12", "others | 0"),
        TABLE.replace("output f", "output [3:0] f").replace("0 | 1 | 1 |", "0 | 1 | 10 |"),
    ],
)
def test_a_number_base_that_is_not_certain_is_refused(spec: str) -> None:
    assert not read(spec).complete


@pytest.mark.parametrize(
    ("inputs", "output"), [("table b", "reg"), ("do bit", "final"), ("a release", "f")]
)
def test_keywords_name_no_ports(inputs: str, output: str) -> None:
    first, second = inputs.split()
    spec = TABLE.replace(_ports("a b", "f"), _ports(inputs, output))
    spec = spec.replace("| a | b | f |", f"| {first} | {second} | {output} |")
    assert "keyword" in read(spec).abstained
    ports = tuple(Port(name, Direction.INPUT) for name in (first, second))
    given = Interface("top", (*ports, Port(output, Direction.OUTPUT)))
    table = f"{first} {second} | {output}\n0 0 | 1\n0 1 | 0\n1 0 | 0\n1 1 | 1\n"
    assert "keyword" in read(table, given).abstained


REGISTER = (
    "Implement the register of this characteristic table.\n\n- input clk\n- input t\n{}\n"
    "| t |{}\n|---|{}\n| 0 |{}\n| 1 |{}\n"
)


def _wide_register(width: int) -> str:
    return REGISTER.format(
        f"- output [{width - 1}:0] q\n", " q(t+1) |", "---|", " hold |", " toggle |"
    )


def _many_registers(count: int) -> str:
    ports = "".join(f"- output q{i}\n" for i in range(count))
    titles = "".join(f" q{i}(t+1) |" for i in range(count))
    return REGISTER.format(ports, titles, "---|" * count, " hold |" * count, " 0 |" * count)


def _grid(states: int, inputs: int) -> str:
    names = " ".join(f"x{i}" for i in range(inputs))
    lines = [
        f"S{s} (z={s & 1}) --{'&'.join(names.split())}--> S{(s + 1) % states}\n"
        f"S{s} (z={s & 1}) --else--> S{s}"
        for s in range(states)
    ]
    head = "Moore machine. Synchronous active-high reset to state S0.\n\n"
    return head + _ports(f"clk rst {names}", "z") + "\n".join(lines) + "\n"


def _letters(run: str) -> str:
    rows = "| 00 | 0 |\n| 01 | 1 |\n"
    return "Table.\n\n" + _ports("a aa", "f") + f"| {run} | f |\n|---|---|\n{rows}"


def _vectors(left: int, right: str) -> str:
    ports = f"- input [{left}:0] a\n- input [{left}:0] b\n- output [{left}:0] f\n\n"
    return f"Boolean equation:\n\n{ports}f = {right}\n"


@pytest.mark.parametrize(
    "spec",
    [
        _equation("f = " + "(" * 250 + "abc" + ")" * 250),
        _equation("f = " + "( " * 3000 + "abc" + ") " * 3000),
        _equation("f = " + "~ " * 900 + "a & b & c"),
        _equation("f = " + "a & b & c + " * 2000 + "a"),
        _letters("a" * 60),
        _letters("a" * 79 + "b"),
        _vectors(99_999_999_999, "a & b"),
        _vectors(199_999, "a & b"),
        _vectors(1_023, "a & b"),
        "Rule 90 cellular automaton, zero boundary: boundaries are zero.\n\n- input clk\n"
        "- input load\n- input [99999999:0] data\n- output [99999999:0] q\n",
        "Lookup.\n\n- input [99999:0] k\n- output [3:0] y\n\n| k | y |\n| 0 | 1 |\n| 1 | 2 |\n"
        "| others | 0 |\n",
        "Lookup.\n\n- input [999:0] k\n- output [3:0] y\n\n| k | y |\n| 0 | 1 |\n| 1 | 2 |\n"
        "| others | 0 |\n",
        *(_wide_register(width) for width in (16, 20, 32)),
        _many_registers(26),
        _ports("a", "f") + " " * 39_000 + "f\n",
        _ports("clk rst a", "f") + ("A" + "-" * 2000 + "x\n") * 4 + ">\n",
        _ports("clk rst a", "f") + ("A " + "-=" * 1000 + "x>\n") * 10,
        _ports("clk rst a", "f") + ("A" + "-x" * 1000 + ">\n") * 10,
        _ports("clk rst a", "f") + ("A " + "- " * 1000 + ">\n") * 10,
        _grid(200, 8),
        _grid(128, 3),
        _grid(4, 8),
    ],
    ids=range(24),
)
def test_no_text_takes_long(spec: str) -> None:
    started = time.process_time()
    reading = read(spec)
    if reading.complete:
        assert emit(reading).text
        assert normalise(reading)
        oracle_testbench(reading)
    else:
        assert reading.abstained
    assert time.process_time() - started < 2


def test_a_register_too_wide_to_follow_has_no_oracle() -> None:
    assert oracle_testbench(read(_wide_register(32))) is None
    assert oracle_testbench(read(_wide_register(4))) is None
