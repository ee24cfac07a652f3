from __future__ import annotations

import itertools
import random
import re


def ports_of(names) -> list[tuple[str, int]]:
    return [(name, 1) for name in names]


def moments_of(names, outputs):
    found = []
    for bits in itertools.product("01", repeat=len(names)):
        key = int("".join(bits), 2)
        want = {name: values[key] for name, values in outputs.items()}
        found.append(({}, dict(zip(names, bits, strict=True)), want))
    return found


def listed(rng: random.Random, numbers) -> str:
    numbers = list(numbers)
    rng.shuffle(numbers)
    return rng.choice([", ", ","]).join(map(str, numbers))


def test_minterm_and_maxterm_lists(bench, draws, writer) -> None:
    total = 0
    for rng in draws(80, 1500):
        names = list(rng.choice(["abcd", "wxyz", "pqrs"])[: rng.randint(2, 4)])
        rng.shuffle(names)
        kinds = [rng.choice("011x" if rng.random() < 0.5 else "01") for _ in range(1 << len(names))]
        ones = [k for k, kind in enumerate(kinds) if kind == "1"]
        zeros = [k for k, kind in enumerate(kinds) if kind == "0"]
        dont = [k for k, kind in enumerate(kinds) if kind == "x"]
        if not ones or not zeros:
            continue
        arguments = ", ".join(names)
        if rng.random() < 0.6:
            sign = rng.choice(["Σm", "Σ m", "sum m", "Sum_m", "Σ"])
            text = f"f({arguments}) = {sign}({listed(rng, ones)})"
            mark = rng.choice([" + Σd", " + d", ", d", ", don't cares d", "\n  don't cares: "])
        else:
            text = f"f({arguments}) = {rng.choice(['ΠM', 'Π M', 'prod M'])}({listed(rng, zeros)})"
            mark = rng.choice([" · ΠD", " . D", ", D"])
        if dont:
            text += f"{mark}({listed(rng, dont)})"
        before, after = writer.heading(rng, ports_of(sorted(names)), [("f", 1)])
        spec = f"{before}Implement the function\n\n  {text}\n{after}"
        bench.add(spec, moments_of(names, {"f": kinds}))
        total += 1
    assert not [(c.spec, c.wrong) for c in bench.run()]
    assert len(bench.emitted) >= 0.85 * total


def test_lists_in_words(bench, draws, writer) -> None:
    total = 0
    for rng in draws(30, 300):
        names = list("abcd"[: rng.randint(3, 4)])
        kinds = [rng.choice("01x") for _ in range(1 << len(names))]
        if not all(kinds.count(kind) > 1 for kind in "01x"):
            continue
        one, zero, never = (
            ", ".join(str(k) for k, kind in enumerate(kinds) if kind == wanted) for wanted in "10x"
        )
        before, after = writer.heading(rng, ports_of(names), [("f", 1)])
        spec = (
            f"{before}The system with inputs ({','.join(names)}) generates a logic-1 when {one}"
            f" appears on the inputs, and a logic-0 when {zero} appears. The input conditions for"
            f" the numbers {never} never occur.\n{after}"
        )
        bench.add(spec, moments_of(names, {"f": kinds}))
        total += 1
    assert not [(c.spec, c.wrong) for c in bench.run()]
    assert len(bench.emitted) >= 0.85 * total


def test_contradictory_lists_are_not_read(bench, draws, writer) -> None:
    for rng in draws(30, 300):
        before, after = writer.heading(rng, ports_of("abc"), [("f", 1)])
        text = rng.choice(
            [
                "f(a, b, c) = Σm(1, 2, 2)",
                "f(a, b, c) = Σm(1, 8)",
                "f(a, b, c) = Σm(1, 2) + Σd(2)",
                "f(a, b) = Σm(1, 2)",
                "f(a, b, e) = Σm(1, 2)",
                "f(a, b, c) = Σm(1, 2)\nf(a, b, c) = Σm(1, 3)",
                "f(a, b, c) = ΠM(1, 2) + Σm(3)",
            ]
        )
        reading = bench.add(f"{before}Implement the function\n\n{text}\n{after}", [])
        assert not reading.complete, bench.cases[-1].spec


class Formula:
    """A random expression, as text in one of three styles, with its own value."""

    def __init__(self, rng: random.Random, names, depth: int = 3) -> None:
        style = rng.choice(["verilog", "algebra", "words"])
        self.text, self.value = self.make(rng, names, depth, style)

    def make(self, rng, names, depth, style):
        if depth == 0 or rng.random() < 0.15:
            name = rng.choice(names)
            return name, lambda env: env[name]
        if rng.random() < 0.2:
            inner, value = self.make(rng, names, depth - 1, style)
            simple = len(inner) == 1
            text = {
                "verilog": f"~{inner}" if simple else f"~({inner})",
                "algebra": f"{inner}'" if simple else f"({inner})'",
                "words": f"NOT {inner}" if simple else f"NOT ({inner})",
            }[style]
            return text, lambda env: 1 - value(env)
        operator = rng.choice("&|^")
        parts = [self.make(rng, names, depth - 1, style) for _ in range(2)]
        texts = [t if len(t) <= 2 else f"({t})" for t, _ in parts]
        sign = {
            "verilog": f" {operator} ",
            "algebra": {"&": "", "|": " + ", "^": " ⊕ "}[operator],
            "words": {"&": " AND ", "|": " OR ", "^": " XOR "}[operator],
        }[style]
        left, right = parts[0][1], parts[1][1]
        return sign.join(texts), {
            "&": lambda env: left(env) & right(env),
            "|": lambda env: left(env) | right(env),
            "^": lambda env: left(env) ^ right(env),
        }[operator]


def test_boolean_equations(bench, draws, writer) -> None:
    total = 0
    for rng in draws(80, 1500):
        names = list("abcd"[: rng.randint(2, 4)])
        outputs = ["f", "g"][: rng.randint(1, 2)]
        formulas = {out: Formula(rng, names) for out in outputs}
        used = {
            n
            for f in formulas.values()
            for n in names
            if n in re.findall("[a-d]", re.sub("[A-Z]+", " ", f.text))
        }
        if any(len(f.text) == 1 for f in formulas.values()):
            continue
        names = sorted(used)
        tables = {
            out: [
                str(f.value(dict(zip(names, bits, strict=True))))
                for bits in itertools.product((0, 1), repeat=len(names))
            ]
            for out, f in formulas.items()
        }
        lines = "\n".join(f"  {out} = {f.text}" for out, f in formulas.items())
        before, after = writer.heading(rng, ports_of(names), ports_of(outputs))
        words = ["these boolean equations", "these logic equations", "these Boolean functions", ""]
        word = rng.choice(words)
        asked = f"Implement {word}:\n\n" if word else ""
        bench.add(f"{before}{asked}{lines}\n{after}", moments_of(names, tables))
        # An equation that nothing calls so may be refused for one that reads in two ways.
        total += bool(word)
    assert not [(c.spec, c.wrong) for c in bench.run()]
    assert len(bench.emitted) >= 0.85 * total


def test_cellular_automata(bench, draws, writer) -> None:
    total = 0
    for rng in draws(20, 256):
        rule, width, ring = rng.randrange(256), rng.choice([5, 8, 16]), rng.random() < 0.5
        rows = [["Left[i+1]", "Center[i]", "Right[i-1]", "Center's next state"]]
        keys = list(range(8))
        rng.shuffle(keys)
        rows += [[*f"{key:03b}", str(rule >> key & 1)] for key in keys]
        inputs = [("clk", 1), ("load", 1), ("data", width)]
        before, after = writer.heading(rng, inputs, [("q", width)])
        edge = (
            "The array is circular: the ends wrap around."
            if ring
            else f"Assume the boundaries (q[-1] and q[{width}]) are both zero."
        )
        spec = (
            f"{before}Implement Rule {rule}, a one-dimensional cellular automaton. The next state"
            " of each cell depends on itself and its two neighbours:\n\n"
            f"{writer.commented(rng, writer.table(rng, rows))}\n"
            f"The load input indicates that the cells should be loaded with data. {edge}\n{after}"
        )
        moments = []
        cells = rng.getrandbits(width)
        digits = f"{cells:0{width}b}"
        moments.append(({"clk": "0"}, {"load": "1", "data": digits}, {}))
        moments.append(({"clk": "1"}, {"load": "1", "data": digits}, {"q": digits}))
        for _ in range(10):
            moments.append(({"clk": "0"}, {"load": "0", "data": digits}, {}))
            outside = [(cells >> width - 1 & 1, cells & 1) if ring else (0, 0)][0]
            new = 0
            for i in range(width):
                left = cells >> i + 1 & 1 if i + 1 < width else outside[1]
                right = cells >> i - 1 & 1 if i else outside[0]
                new |= (rule >> (left << 2 | (cells >> i & 1) << 1 | right) & 1) << i
            cells = new
            shown = {"q": f"{cells:0{width}b}"}
            moments.append(({"clk": "1"}, {"load": "0", "data": digits}, shown))
        bench.add(spec, moments)
        total += 1
    assert not [(c.spec, c.wrong) for c in bench.run()]
    assert len(bench.emitted) >= 0.85 * total
