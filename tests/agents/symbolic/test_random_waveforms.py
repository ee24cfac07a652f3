from __future__ import annotations

import itertools
import random

from gatewright.agents.symbolic import Strength


def hexadecimal(digits: str) -> str:
    return "x" if "x" in digits else f"{int(digits, 2):x}"


def written(rng: random.Random, columns, samples) -> str:
    """Samples as a table of times."""
    unit = rng.choice(["ns", "ps", ""])
    rows = [["time", *columns]]
    rows += [[f"{5 * at}{unit}", *map(hexadecimal, row)] for at, row in enumerate(samples)]
    if rng.random() < 0.3:
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        lines.insert(1, "|" + "---|" * len(rows[0]))
        return "\n".join(lines) + "\n"
    if rng.random() < 0.3:
        return "\n".join("\t".join(row) for row in rows) + "\n"
    return "\n".join("  " + "".join(cell.ljust(8) for cell in row).rstrip() for row in rows) + "\n"


class Combinational:
    """A random function of a few bits, or of one small vector."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        bits = rng.randint(1, 4)
        self.inputs = [("a", 3)] if rng.random() < 0.25 else [(n, 1) for n in "abcd"[:bits]]
        self.outputs = [("q", rng.choice([1, 1, 1, 4, 16]))]
        total = sum(w for _, w in self.inputs)
        self.function = [
            [f"{rng.getrandbits(w):0{w}b}" for _, w in self.outputs] for _ in range(1 << total)
        ]

    def row(self, key: int) -> list[str]:
        total = sum(w for _, w in self.inputs)
        digits, row = f"{key:0{total}b}", []
        for _, width in self.inputs:
            row.append(digits[:width])
            digits = digits[width:]
        return row + self.function[key]

    def spec(self, writer, keys) -> str:
        names = [n for n, _ in self.inputs + self.outputs]
        unknown = ["x" * w for _, w in self.inputs + self.outputs]
        samples = [unknown] * self.rng.randrange(3) + [self.row(k) for k in keys]
        before, after = writer.heading(self.rng, self.inputs, self.outputs)
        table = writer.commented(self.rng, written(self.rng, names, samples))
        intro = "This is a combinational circuit. Read the waveforms, then implement it."
        return f"{before}{intro}\n\n{table}{after}"

    def moments(self):
        found = []
        for key in range(len(self.function)):
            digits = self.row(key)
            given = {n: d for (n, _), d in zip(self.inputs, digits, strict=False)}
            shown = digits[len(self.inputs) :]
            want = {n: d for (n, _), d in zip(self.outputs, shown, strict=True)}
            found.append(({}, given, want))
        return found


def test_complete_combinational_waveforms(bench, draws, writer) -> None:
    total = 0
    for rng in draws(60, 800):
        circuit = Combinational(rng)
        keys = list(range(len(circuit.function)))
        keys += [rng.choice(keys) for _ in range(rng.randrange(6))] + keys[:2]
        rng.shuffle(keys)
        if len(keys) < 4 or circuit.outputs[0][1] == 4:
            continue  # a 4-bit column may be decimal or hexadecimal
        reading = bench.add(circuit.spec(writer, keys), circuit.moments())
        assert reading.strength in (None, Strength.PROVED)
        total += 1
    assert not [(c.spec, c.wrong) for c in bench.run()]
    assert len(bench.emitted) >= 0.85 * total


def test_incomplete_combinational_waveforms_are_not_proved(bench, draws, writer) -> None:
    for rng in draws(60, 800):
        circuit = Combinational(rng)
        keys = list(range(len(circuit.function)))
        keys.remove(rng.choice(keys))
        keys = [rng.choice(keys) for _ in range(20)]
        reading = bench.add(circuit.spec(writer, keys), circuit.moments())
        assert reading.strength is not Strength.PROVED, bench.cases[-1].spec
    assert not bench.emitted


def test_contradictory_waveforms_are_not_read(bench, draws, writer) -> None:
    for rng in draws(30, 300):
        circuit = Combinational(rng)
        keys = list(range(len(circuit.function))) * 2
        spec = circuit.spec(writer, keys)
        again = Combinational(random.Random(rng.random()))
        again.inputs, again.outputs = circuit.inputs, circuit.outputs
        width = circuit.outputs[0][1]
        again.function = [[f"{int(values[0], 2) ^ 1:0{width}b}"] for values in circuit.function]
        names = [n for n, _ in circuit.inputs + circuit.outputs]
        samples = [circuit.row(k) for k in keys] + [again.row(0)]
        before, after = writer.heading(rng, circuit.inputs, circuit.outputs)
        spec = f"{before}A combinational circuit:\n\n{written(rng, names, samples)}{after}"
        assert not bench.add(spec, []).complete, spec


class Register:
    """One register, perhaps with visible output logic behind it; inputs change at some rows."""

    def __init__(self, rng: random.Random, *, logic: bool) -> None:
        self.rng = rng
        self.inputs = ["a", "b"][: rng.randint(1, 2)]
        self.falling = rng.random() < 0.25
        size = 1 << len(self.inputs)
        self.next = [rng.getrandbits(1) for _ in range(2 * size)]
        self.next[0:1] = [self.next[size]]  # for some input the state does not matter
        self.logic = [rng.getrandbits(1) for _ in range(2 * size)] if logic else None
        self.change = rng.choice(["edge", "middle", "any"])

    def key(self, state: int, data) -> int:
        return int("".join(map(str, data)), 2) | state << len(self.inputs)

    def run(self, rows: int, state=None, level: int = 0):
        """(clock, data, state, output) row by row; data that change with the edge come after it."""
        rng = self.rng
        data = [rng.getrandbits(1) for _ in self.inputs]
        for at in range(rows):
            clock = (at + level) % 2
            if at and clock == (0 if self.falling else 1):
                if state is not None:
                    state = self.next[self.key(state, data)]
                elif self.next[self.key(0, data)] == self.next[self.key(1, data)]:
                    state = self.next[self.key(0, data)]
            active = clock == (0 if self.falling else 1)
            if self.change == "any" or (self.change == "edge") == active:
                data = [rng.getrandbits(1) for _ in self.inputs]
            output = None
            if self.logic is not None and state is not None:
                output = self.logic[self.key(state, data)]
            yield clock, list(data), state, output

    def names(self) -> list[str]:
        return ["q", "y"] if self.logic else ["q"]


def digit(value) -> str:
    return "x" if value is None else str(value)


def sequential_case(rng, writer, rows, *, logic):
    register = Register(rng, logic=logic)
    trace = list(register.run(rows))
    columns = ["clk", *register.inputs, *register.names()]
    samples = []
    for clock, data, state, output in trace:
        row = [str(clock), *map(str, data), digit(state)]
        samples.append(row + ([digit(output)] if logic else []))
    inputs = [("clk", 1), *((n, 1) for n in register.inputs)]
    before, after = writer.heading(rng, inputs, [(n, 1) for n in register.names()])
    said = (
        f" Assume all sequential logic is triggered on the "
        f"{'negative' if register.falling else 'positive'} edge of the clock."
        if rng.random() < 0.7
        else ""
    )
    intro = f"This is a sequential circuit. Read the simulation waveforms, then implement it.{said}"
    spec = f"{before}{intro}\n\n{writer.commented(rng, written(rng, columns, samples))}{after}"
    last = trace[-1]
    later = list(register.run(60, last[2], 1 - last[0]))
    # The first row of the continuation repeats no edge: the register steps from the second on.
    moments = []
    for clock, data, state, output in [*trace, *later[:0]]:
        want = {"q": digit(state)} | ({"y": digit(output)} if logic else {})
        given = dict(zip(register.inputs, map(str, data), strict=True))
        moments.append(({"clk": str(clock)}, given, want))
    moments += continued(register, last, logic)
    return spec, moments


def continued(register, last, logic):
    """More cycles than the trace shows, from its last row."""
    clock, data, state, _ = last
    moments = []
    for _ in range(80):
        clock = 1 - clock
        if clock == (0 if register.falling else 1) and state is not None:
            state = register.next[register.key(state, data)]
        data = [register.rng.getrandbits(1) for _ in register.inputs]
        want = {"q": digit(state)}
        if logic:
            want["y"] = digit(None if state is None else register.logic[register.key(state, data)])
        given = dict(zip(register.inputs, map(str, data), strict=True))
        moments.append(({"clk": str(clock)}, given, want))
    return moments


def test_long_sequential_waveforms(bench, draws, writer) -> None:
    for rng in draws(80, 1200):
        spec, moments = sequential_case(rng, writer, rng.randint(30, 70), logic=rng.random() < 0.4)
        reading = bench.add(spec, moments)
        assert reading.strength in (None, Strength.CONSISTENT)
    assert not [(c.spec, c.wrong) for c in bench.run()]
    assert len(bench.emitted) >= 0.3 * len(bench.cases)


def test_short_sequential_waveforms_are_never_proved(bench, draws, writer) -> None:
    for rng in draws(60, 800):
        spec, moments = sequential_case(rng, writer, rng.randint(4, 14), logic=rng.random() < 0.4)
        reading = bench.add(spec, moments)
        assert reading.strength in (None, Strength.CONSISTENT)


def test_counters(bench, draws, writer) -> None:
    for rng in draws(40, 500):
        width = rng.choice([2, 3])
        modulus = rng.randint(3, 1 << width)
        load = rng.randrange(modulus)
        step = rng.choice([1, -1])
        rows, q, a, samples, moments = rng.randint(40, 70), None, 1, [], []
        for at in range(rows + 120):
            clock = at % 2
            if clock and a:
                q = load
            elif clock and q is not None:
                q = (q + step) % modulus
            if clock:
                a = int(rng.random() < (0.12 if at > 4 else 1))
            digits = "x" * width if q is None else f"{q:0{width}b}"
            if at < rows:
                samples.append([str(clock), str(a), digits])
            moments.append(({"clk": str(clock)}, {"a": str(a)}, {"q": digits}))
        before, after = writer.heading(rng, [("clk", 1), ("a", 1)], [("q", width)])
        table = written(rng, ["clk", "a", "q"], samples)
        reading = bench.add(
            f"{before}A sequential circuit with this waveform:\n\n{table}{after}", moments
        )
        assert reading.strength in (None, Strength.CONSISTENT)
    assert not [(c.spec, c.wrong) for c in bench.run()]
    assert len(bench.emitted) >= 0.3 * len(bench.cases)


def test_a_selector_among_constant_inputs(bench, draws, writer) -> None:
    for rng in draws(20, 200):
        values = rng.sample(range(16), 4)
        data, default = values[:3], values[3]
        chosen = [rng.choice([*range(3), None]) for _ in range(8)]
        names = ["s", "a", "b", "c"]
        samples = []
        for key, pick in itertools.product(range(8), [0]):
            value = default if chosen[key] is None else data[chosen[key]]
            numbers = [f"{key:03b}", *(f"{v:04b}" for v in data), f"{value:04b}"]
            samples.append(numbers[pick:])
        ports = [("s", 3), *((n, 4) for n in names[1:])]
        before, after = writer.heading(rng, ports, [("q", 4)])
        table = written(rng, [*names, "q"], samples)
        reading = bench.add(f"{before}This is a combinational circuit:\n\n{table}{after}", [])
        assert reading.strength in (None, Strength.CONSISTENT)
    assert bench.emitted
