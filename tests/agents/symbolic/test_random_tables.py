from __future__ import annotations

import itertools
import random


class TruthTable:
    """Random ports (bits and small vectors), shuffled rows, wildcards, don't-cares."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        names = list(rng.choice(["abcd", "pqrs", "uvwz"]))
        self.inputs = [(names[i], 1) for i in range(rng.randint(1, 4))]
        if rng.random() < 0.3:
            self.inputs = [("sel", 2), *self.inputs[: rng.randint(0, 2)]]
        self.outputs = [(name, 1) for name in ("f", "g", "h")[: rng.randint(1, 3)]]
        if rng.random() < 0.3:
            self.outputs[0] = ("y", rng.randint(2, 4))
        self.mark = rng.choice("xX-")
        self.wild = rng.choice("xX-") if rng.random() < 0.3 else ""
        self.rows = self.fill()

    def fill(self) -> list[tuple[list[str], list[str]]]:
        rng = self.rng
        rows = [
            (list(bits), [self.value(w) for _, w in self.outputs])
            for bits in itertools.product(*(self.numbers(w) for _, w in self.inputs))
        ]
        if self.wild:
            last = len(self.inputs) - 1
            if self.inputs[last][1] == 1 and len(self.inputs) > 1:
                merged: dict[tuple[str, ...], list[str]] = {}
                for keys, values in rows:
                    merged.setdefault(tuple(keys[:-1]), values)
                chosen = {k for k in merged if rng.random() < 0.4}
                kept = [(k, v) for k, v in rows if tuple(k[:-1]) not in chosen]
                rows = kept + [([*k, self.wild], merged[k]) for k in chosen]
        if rng.random() < 0.4:
            rng.shuffle(rows)
        return rows

    def numbers(self, width: int) -> list[str]:
        return [f"{i:0{width}b}" for i in range(1 << width)]

    def value(self, width: int) -> str:
        if self.rng.random() < 0.1:
            return self.mark * width
        return f"{self.rng.getrandbits(width):0{width}b}"

    def spec(self, writer, rows=None) -> str:
        before, after = writer.heading(self.rng, self.inputs, self.outputs)
        head = [name for name, _ in self.inputs + self.outputs]
        body = [head] + [keys + values for keys, values in (rows or self.rows)]
        intro = self.rng.choice(
            [
                "Implement the following truth table.",
                "The circuit is described by this truth table:",
            ]
        )
        table = writer.commented(self.rng, writer.table(self.rng, body))
        return f"{before}{intro}\n\n{table}{after}"

    def moments(self):
        found = []
        for keys, values in self.rows:
            spread = [("0", "1") if key == self.wild else (key,) for key in keys]
            for combination in itertools.product(*spread):
                given = {n: v for (n, _), v in zip(self.inputs, combination, strict=True)}
                want = {
                    n: v if set(v) <= set("01") else "x" * len(v)
                    for (n, _), v in zip(self.outputs, values, strict=True)
                }
                found.append(({}, given, want))
        return found


def test_emitted_designs_do_what_the_table_says(bench, draws, writer) -> None:
    total = 0
    for rng in draws(80, 1500):
        table = TruthTable(rng)
        bench.add(table.spec(writer), table.moments())
        total += 1
    assert not [(c.spec, c.wrong) for c in bench.run()]
    assert len(bench.emitted) >= 0.85 * total


def test_tables_that_lack_or_repeat_rows_are_not_read(bench, draws, writer) -> None:
    for rng in draws(60, 800):
        table = TruthTable(rng)
        rows = list(table.rows)
        at = rng.randrange(len(rows))
        if rng.random() < 0.5:
            del rows[at]
        else:
            rows.append(rows[at])
        reading = bench.add(table.spec(writer, rows), [])
        assert not reading.complete, bench.cases[-1].spec


def test_tables_with_added_behaviour_are_not_read(bench, draws, writer, added_behaviour) -> None:
    for rng in draws(30, 300):
        spec = TruthTable(rng).spec(writer)
        reading = bench.add(spec + "\n" + rng.choice(added_behaviour) + "\n", [])
        assert not reading.complete, bench.cases[-1].spec


FLIP_FLOPS = {
    ("d",): lambda q, d: d,
    ("t",): lambda q, t: q ^ t,
    ("j", "k"): lambda q, j, k: (j & ~q | ~k & q) & 1,
    ("s", "r"): lambda q, s, r: None if s and r else s | (q & ~r & 1),
}


def test_characteristic_tables(bench, draws, writer) -> None:
    total = 0
    for rng in draws(40, 400):
        names, law = rng.choice(list(FLIP_FLOPS.items()))
        flip = rng.getrandbits(1)
        upper = rng.random() < 0.5 and "d" not in names
        shown = [n.upper() if upper else n for n in names]
        old = rng.choice(["Q(t)", "Qold", "Qprev"])
        rows = [[*shown, rng.choice(["Q(t+1)", "Qnext", "Q+"])]]
        function = {}
        for given in itertools.product((0, 1), repeat=len(names)):
            low, high = law(0, *given), law(1, *given)
            if low is None or high is None:
                cell = "x"
                function[given] = (None, None)
            else:
                low, high = low ^ flip, high ^ flip
                function[given] = (low, high)
                cell = str(low) if low == high else old if high else "~" + old
            rows.append([*map(str, given), cell])
        before, after = writer.heading(rng, [("clk", 1), *((n, 1) for n in names)], [("Q", 1)])
        text = writer.commented(rng, writer.table(rng, rows))
        moments = []
        state = None
        for _ in range(60):
            given = tuple(rng.getrandbits(1) for _ in names)
            data = {n: str(v) for n, v in zip(names, given, strict=True)}
            show = {"Q": "x" if state is None else str(state)}
            moments.append(({"clk": "0"}, data, show))
            low, high = function[given]
            if state is not None:
                state = high if state else low
            elif low == high:
                state = low
            moments.append(({"clk": "1"}, data, {"Q": "x" if state is None else str(state)}))
        if "x" in [row[-1] for row in rows[1:]]:
            moments = moments[:0]
        bench.add(
            f"{before}Implement a flip-flop with this characteristic table.\n\n{text}{after}",
            moments,
        )
        total += 1
    assert not [(c.spec, c.wrong) for c in bench.run()]
    assert len(bench.emitted) >= 0.8 * total


def test_lookup_tables(bench, draws, writer) -> None:
    total = 0
    for rng in draws(40, 400):
        width = rng.choice([2, 3, 8, 16])
        keys = rng.sample(range(1 << width), min(3, (1 << width) - 1))
        names = ["left", "right", "up"][: len(keys)]
        literal = rng.choice(["h", "b", "d"])
        shown = {
            k: f"{width}'{literal}{k:{ {'h': 'x', 'b': 'b', 'd': 'd'}[literal] }}" for k in keys
        }
        rows = [["code", "action"]]
        rows += [[shown[k], n + rng.choice(["", " key"])] for k, n in zip(keys, names, strict=True)]
        rows.append([rng.choice(["others", "Anything else", "default", "otherwise"]), "none"])
        before, after = writer.heading(rng, [("code", width)], [(n, 1) for n in names])
        text = "\n".join(" | ".join(row) for row in rows) + "\n"
        moments = []
        for key in [*keys, *(rng.getrandbits(width) for _ in range(8))]:
            hit = {n: str(int(k == key)) for k, n in zip(keys, names, strict=True)}
            moments.append(({}, {"code": f"{key:0{width}b}"}, hit))
        bench.add(f"{before}Build a decoder for these codes.\n\n{text}{after}", moments)
        total += 1
    assert not [(c.spec, c.wrong) for c in bench.run()]
    assert len(bench.emitted) >= 0.8 * total
