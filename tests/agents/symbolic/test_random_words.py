"""Random circuits described in words: the designs do what their writer computes by himself."""

from __future__ import annotations

import random

GATES = {
    "AND": lambda bits: all(bits),
    "OR": lambda bits: any(bits),
    "XOR": lambda bits: sum(bits) % 2 == 1,
    "NAND": lambda bits: not all(bits),
    "NOR": lambda bits: not any(bits),
    "XNOR": lambda bits: sum(bits) % 2 == 0,
}
ASKS = (
    "The module should implement ",
    "Implement ",
    "Please design a circuit that implements ",
    "Your task is to build a module that acts as ",
    "This circuit implements ",
    "The module must behave like ",
    "Create a module named Top that implements ",
)
DOES = ("The module should ", "The circuit must ", "Implement a module that ", "This module ")
COUNTS = ("zero", "one", "two", "three", "four", "five")


def digits(value: int, width: int) -> str:
    return f"{value:0{width}b}"


def drawn(rng: random.Random, inputs, count: int = 24):
    """Values for all inputs; all combinations where they are few."""
    bits = sum(width for _, width in inputs)
    keys = range(1 << bits) if bits <= 5 else [rng.getrandbits(bits) for _ in range(count)]
    for key in keys:
        values = {}
        for name, width in inputs:
            values[name] = key & (1 << width) - 1
            key >>= width
        yield values


def wires(rng: random.Random, inputs, outputs, function):
    """Moments of a circuit without registers; `function` gives all outputs for all inputs."""
    found = []
    for values in drawn(rng, inputs):
        given = {name: digits(values[name], width) for name, width in inputs}
        want = function(values)
        found.append(({}, given, {name: digits(want[name], width) for name, width in outputs}))
    return found


def gate_sentence(rng: random.Random, gate: str, names: list[str]) -> str:
    listed = ", ".join(names[:-1]) + f" and {names[-1]}"
    word = rng.choice([gate, gate.lower()])
    forms = [f"f is the {word} of {listed}.", f"The output f should be the {word} of {listed}."]
    forms += [f"{rng.choice(DOES)}compute the {word} of {listed}."]
    if len(names) == 2:
        forms += [f"f is {names[0]} {word} {names[1]}.", f"f = {names[0]} {gate} {names[1]}."]
        forms += [f"{rng.choice(ASKS)}an {word} gate."]
    number = rng.choice([COUNTS[len(names)], str(len(names))])
    forms += [f"{rng.choice(ASKS)}a {number}-input {word} gate."]
    forms += [f"{rng.choice(ASKS)}an {word} gate with inputs {listed} and output f."]
    return rng.choice(forms)


def test_gates(bench, draws, writer) -> None:
    total = 0
    for rng in draws(30, 1500):
        gate = rng.choice(list(GATES))
        names = list("abcd"[: 2 if gate == "XNOR" else rng.randint(2, 4)])
        inputs, outputs = [(n, 1) for n in names], [("f", 1)]
        before, after = writer.heading(rng, inputs, outputs)
        spec = before + gate_sentence(rng, gate, names) + "\n" + after
        bench.add(
            spec,
            wires(
                rng,
                inputs,
                outputs,
                lambda v, gate=gate: {"f": int(GATES[gate](list(v.values())))},
            ),
        )
        total += 1
    assert not [(c.spec, c.wrong) for c in bench.run()]
    assert len(bench.emitted) >= 0.9 * total


def choice_sentence(rng: random.Random) -> tuple[str, int]:
    """A sentence that chooses between a and b, and which of them sel=1 brings."""
    one = rng.randrange(2)
    at0, at1 = ("a", "b") if one else ("b", "a")
    forms = [
        f"When sel=0, choose {at0}. When sel=1, choose {at1}.",
        f"If sel is 1, select {at1}. Otherwise, select {at0}.",
        f"f is {at1} if sel is high, otherwise {at0}.",
        f"When sel is 0, f is {at0}, otherwise f is {at1}.",
        f"sel=0 selects {at0}, sel=1 selects {at1}.",
        f"{at1} is selected when sel=1. {at0} is selected when sel=0.",
        f"f is {at0} when sel = 0 and {at1} otherwise.",
    ]
    return rng.choice(forms), one


def test_choices(bench, draws, writer) -> None:
    for rng in draws(25, 600):
        width = rng.choice([1, 1, 4, 8, 32])
        text, one = choice_sentence(rng)
        if rng.random() < 0.5:
            wide = rng.choice(["", f"{width}-bit wide, ", f"{width}-bit "])
            text = f"{rng.choice(ASKS)}a {wide}2-to-1 {rng.choice(['multiplexer', 'mux'])}. {text}"
        inputs, outputs = [("a", width), ("b", width), ("sel", 1)], [("f", width)]
        before, after = writer.heading(rng, inputs, outputs)
        moments = wires(
            rng,
            inputs,
            outputs,
            lambda v, one=one: {"f": v["b"] if v["sel"] == one else v["a"]},
        )
        bench.add(f"{before}{text}\n{after}", moments)
    assert not [(c.spec, c.wrong) for c in bench.run()]
    assert len(bench.emitted) >= 0.9 * len(bench.cases)


def arithmetic(rng: random.Random):
    """A sentence about one vector or two, its ports and its function."""
    width = rng.choice([2, 3, 4, 8, 16, 33])
    kind = rng.randrange(7)
    do, ask = rng.choice(DOES), rng.choice(ASKS)
    a, b = ("a", width), ("b", width)
    if kind == 0:
        return (
            f"{do}reverse the {rng.choice(['bits', 'bit order', 'bit ordering'])} of a.",
            [a],
            [("f", width)],
            lambda v: {"f": int(digits(v["a"], width)[::-1], 2)},
        )
    if kind == 1:
        return (
            f"{do}count the number of {rng.choice(['ones', '1s', 'set bits'])} in a.",
            [a],
            [("f", width.bit_length())],
            lambda v: {"f": v["a"].bit_count()},
        )
    if kind == 2:
        wide = width + rng.randrange(2)
        kept = " The output s should include the carry bit." if wide > width else ""
        text = f"{ask}a {width}-bit adder.{kept}"
        return text, [a, b], [("s", wide)], lambda v: {"s": (v["a"] + v["b"]) % (1 << wide)}
    if kind == 3:
        value = rng.choice([5, 7, 3]) % (1 << width)
        value = 2 if value == 1 else value
        return (
            f"f is 0 if a is equal to {value}, otherwise 1.",
            [a],
            [("f", 1)],
            lambda v: {"f": int(v["a"] != value)},
        )
    if kind == 4:
        signed, wide = rng.randrange(2), width + rng.randint(1, 9)
        text = f"{do}{'sign' if signed else 'zero'}-extend a to {wide} bits."
        top = ((1 << wide) - (1 << width)) * signed
        return (
            text,
            [a],
            [("f", wide)],
            lambda v: {"f": v["a"] | (top if v["a"] >> width - 1 else 0)},
        )
    if kind == 5:
        return (
            "s is the exclusive or of a and b. t is the bitwise complement of a.",
            [a, b],
            [("s", width), ("t", width)],
            lambda v: {"s": v["a"] ^ v["b"], "t": ~v["a"] & (1 << width) - 1},
        )
    return (
        "f is the NAND of all bits of a.",
        [a],
        [("f", 1)],
        lambda v: {"f": int(v["a"] != (1 << width) - 1)},
    )


def test_vectors(bench, draws, writer) -> None:
    for rng in draws(40, 1000):
        text, inputs, outputs, function = arithmetic(rng)
        before, after = writer.heading(rng, inputs, outputs)
        bench.add(f"{before}{text}\n{after}", wires(rng, inputs, outputs, function))
    assert not [(c.spec, c.wrong) for c in bench.run()]
    assert len(bench.emitted) >= 0.85 * len(bench.cases)


def walked(rng: random.Random, width: int, falling, reset, value, following, data: bool):
    """Moments of a register: `reset` is (port, asynchronous, low) or None."""
    before, after = ("1", "0") if falling else ("0", "1")
    held, found = None, []
    for step in range(60):
        resets = reset is not None and (step < 2 or rng.random() < 0.07)
        d = rng.getrandbits(width)
        given = {"d": digits(d, width)} if data else {}
        if reset is not None:
            given[reset[0]] = str(int(resets != reset[2]))
        if resets and reset[1]:
            held = value
        for level in (before, after):
            if level == after:
                held = value if resets else following(held, d)
            shown = "x" * width if held is None else digits(held, width)
            found.append(({"clk": level}, given, {"q": shown}))
    return found


def reset_sentence(rng: random.Random, thing: str, reset, value: int) -> tuple[str, str]:
    """A modifier, or a sentence of its own, about the reset."""
    port, asynchronous, low = reset
    adjectives = ["asynchronous" if asynchronous else "synchronous"]
    adjectives.insert(rng.randrange(2), "active-low" if low else "active-high")
    words = rng.choice([" ", ", "]).join(adjectives)
    article = "an" if words[0] == "a" else "a"
    shown = rng.choice([str(value), hex(value)]) if value != 1 else "1"
    if value in (10, 11, 100, 101, 110, 111):
        shown = hex(value)
    return rng.choice(
        [
            (f" with {words} reset to {shown}", ""),
            (f" with {article} {words} reset {port} that sets the output to {shown}", ""),
            ("", f" {port} is {article} {words} reset and resets the {thing} to {shown}."),
            ("", f" The reset input is {words}, and should reset the {thing} to {shown}."),
            (f" with {words} reset", f" The {thing} should be reset to {shown}."),
        ]
    )


def register_text(rng: random.Random, noun: str, thing: str, falling, reset, value) -> str:
    word = rng.choice(["negative", "falling"] if falling else ["positive", "rising"])
    modifier, sentence = reset_sentence(rng, thing, reset, value) if reset else ("", "")
    ask = rng.choice(ASKS)
    if rng.random() < 0.5:
        return (
            f"{ask}{noun}{modifier}.{sentence} The {thing} is triggered on the {word} edge of clk."
        )
    return f"{ask}{noun}, triggered on the {word} edge of the clock{modifier}.{sentence}"


def test_registers(bench, draws, writer) -> None:
    for rng in draws(20, 800):
        width, falling = rng.choice([1, 1, 4, 8]), rng.random() < 0.4
        low = rng.random() < 0.5
        reset = ("rst_n" if low else "rst", rng.random() < 0.5, low)
        reset = reset if rng.random() < 0.7 else None
        value = rng.randrange(1 << width)
        noun = "a D flip-flop" if width == 1 else f"a {width}-bit register"
        text = register_text(rng, noun, "register", falling, reset, value)
        inputs = [("clk", 1), *([(reset[0], 1)] if reset else []), ("d", width)]
        before, after = writer.heading(rng, inputs, [("q", width)])
        moments = walked(rng, width, falling, reset, value, lambda _, d: d, True)
        bench.add(f"{before}{text}\n{after}", moments)
    assert not [(c.spec, c.wrong) for c in bench.run()]
    assert len(bench.emitted) >= 0.9 * len(bench.cases)


def counter_noun(rng: random.Random, width: int, first: int, last: int) -> str:
    period = last - first + 1
    forms = [
        f"a counter that counts from {first} through {last}, inclusive, with a period of {period}"
    ]
    forms += [f"a counter that counts from {first} to {last} and wraps around to {first}"]
    if first == 0:
        forms += [f"a modulo-{period} counter"]
    if period == 1 << width:
        forms += [f"a {width}-bit binary counter"]
    return rng.choice(forms)


def test_counters(bench, draws, writer) -> None:
    for rng in draws(20, 600):
        width, falling = rng.choice([2, 3, 4, 6]), rng.random() < 0.3
        top = (1 << width) - 1
        first = rng.choice([0, 0, rng.randrange(top)])
        last = rng.choice([top, rng.randint(first + 1, top)])
        value = rng.randint(first, last)
        low = rng.random() < 0.3
        reset = ("rst_n" if low else "rst", rng.random() < 0.5, low)
        noun = counter_noun(rng, width, first, last)
        text = register_text(rng, noun, "counter", falling, reset, value)

        def following(held, _, first=first, last=last):
            return None if held is None else first if held == last else held + 1

        before, after = writer.heading(rng, [("clk", 1), (reset[0], 1)], [("q", width)])
        moments = walked(rng, width, falling, reset, value, following, False)
        bench.add(f"{before}{text}\n{after}", moments)
    assert not [(c.spec, c.wrong) for c in bench.run()]
    assert len(bench.emitted) >= 0.8 * len(bench.cases)
