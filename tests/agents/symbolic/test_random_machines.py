from __future__ import annotations

import random

import pytest

from gatewright.agents.symbolic import Strength

LETTERS = ["A", "B", "C", "D", "E", "F", "G", "H"]
WORDS = ["IDLE", "LOAD", "RUN", "WAIT", "DONE", "FAIL", "STOP", "ERR"]


class Machine:
    """A random machine with its own step function."""

    def __init__(self, rng: random.Random, *, mealy: bool | None = None) -> None:
        self.rng = rng
        count = rng.randint(2, 6)
        self.names = rng.choice([LETTERS, WORDS, [f"S{i}" for i in range(8)]])[:count]
        self.inputs = rng.choice([["x"], ["w"], ["in"], ["a", "b"], ["j", "k"]])
        self.outputs = rng.choice([["z"], ["out"], ["y1", "y0"]])
        self.mealy = rng.random() < 0.35 if mealy is None else mealy
        keys = range(1 << len(self.inputs))
        self.target = {(s, k): rng.choice(self.names) for s in self.names for k in keys}
        for at, name in enumerate(self.names):  # every state can be reached, every input matters
            self.target[name, keys[-1]] = self.names[(at + 1) % count]
            self.target[name, 0] = name
            if len(self.inputs) == 2:
                self.target[name, 1] = self.names[(at + 1) % count]
                self.target[name, 2] = name if at else self.names[-1]
        marks = (
            [(s, k) for s in self.names for k in keys]
            if self.mealy
            else [(s, 0) for s in self.names]
        )
        self.shown = {m: "".join(rng.choice("01") for _ in self.outputs) for m in marks}
        self.start = rng.choice(self.names)
        self.asynchronous = rng.random() < 0.4
        self.low = rng.random() < 0.3
        self.reset = rng.choice(["rst_n", "resetn"] if self.low else ["rst", "reset"])
        self.clock = rng.choice(["clk", "clock"])

    def key(self, key: int) -> str:
        return f"{key:0{len(self.inputs)}b}"

    def output(self, state: str, key: int) -> str:
        return self.shown[state, key if self.mealy else 0]

    def condition(self, key: int, *, bare: bool) -> str:
        bits = self.key(key)
        if bare:
            return bits
        return ", ".join(f"{n}={b}" for n, b in zip(self.inputs, bits, strict=True))

    def named(self, digits: str) -> str:
        return ", ".join(f"{n}={d}" for n, d in zip(self.outputs, digits, strict=True))

    def intro(self) -> str:
        kind = "asynchronous" if self.asynchronous else "synchronous"
        level = "active-low" if self.low else "active-high"
        kind_of = "Mealy" if self.mealy else "Moore"
        return self.rng.choice(
            [
                f"Implement this {kind_of} state machine. It has an {level} {kind} reset to state"
                f" {self.start}.",
                f"Implement the following finite-state machine. {self.reset} is an {level} {kind}"
                f" reset that resets the FSM into state {self.start}.",
                f"The reset state is {self.start} and reset is {level} {kind}.",
                f"Include an {kind} {level} reset that resets the machine to state {self.start}."
                " Assume all sequential logic is triggered on the positive edge of the clock.",
            ]
        )

    def ports(self):
        inputs = [(self.clock, 1), (self.reset, 1), *((n, 1) for n in self.inputs)]
        return inputs, [(n, 1) for n in self.outputs]

    def arrows(self) -> list[str]:
        rng = self.rng
        style = rng.randrange(5)
        bare = rng.random() < 0.5
        lines = []
        for (state, key), target in self.target.items():
            label = self.condition(key, bare=bare)
            digits = self.output(state, key)
            if self.mealy:
                out = digits if rng.random() < 0 else self.named(digits)
                label_out = [f"{label} ({out})", f"{label} / {out}"][style % 2]
                note = ""
            else:
                label_out = label
                note = [f" ({self.named(digits)})", f" ({', '.join(digits)})"][style % 2]
            lines.append(
                [
                    f"  {state}{note} --{label_out}--> {target}",
                    f"  {state}{note} -- {label_out} --> {target}",
                    f"  {state}{note} ---{label_out}---> {target}",
                    f"  {state}{note} -> {target} : {label_out}",
                    f'  {state}{note} -> {target} [label="{label_out}"]',
                ][style]
            )
        if rng.random() < 0.3:
            rng.shuffle(lines)
        return lines

    def mermaid(self) -> str:
        lines = ["stateDiagram-v2", f"    [*] --> {self.start}"]
        for (state, key), target in self.target.items():
            label = self.condition(key, bare=False)
            out = f" / {self.named(self.output(state, key))}" if self.mealy else ""
            lines.append(f"    {state} --> {target} : {label}{out}")
        if not self.mealy:
            lines += [f"    {s} : {self.named(self.output(s, 0))}" for s in self.names]
        return "```mermaid\n" + "\n".join(lines) + "\n```\n"

    def wide_table(self, writer) -> str:
        keys = range(1 << len(self.inputs))
        style = self.rng.randrange(3)
        joined = "".join(self.inputs)
        heads = [
            [
                f"Next state {joined}={self.key(k)}",
                f"{joined}={self.key(k)}",
                f"Next state when {joined}={self.key(k)}",
            ][style]
            for k in keys
        ]
        present = self.rng.choice(["State", "Present state", "Current state"])
        if self.mealy:
            mark = self.rng.choice(["/", "/", ", "])
            rows = [[present, *heads]]
            rows += [
                [s, *(f"{self.target[s, k]}{mark}{self.output(s, k)}" for k in keys)]
                for s in self.names
            ]
        else:
            rows = [[present, *heads, *(f"Output {n}" for n in self.outputs)]]
            rows += [
                [s, *(self.target[s, k] for k in keys), *self.output(s, 0)] for s in self.names
            ]
        return writer.table(self.rng, rows)

    def long_table(self, writer) -> str:
        present = self.rng.choice(["State", "Present state", "Current state"])
        rows = [[present, *self.inputs, "Next state", *self.outputs]]
        for (state, key), target in self.target.items():
            rows.append([state, *self.key(key), target, *self.output(state, key)])
        return writer.table(self.rng, rows)

    def draw(self, writer) -> tuple[str, list[str]]:
        """The drawing, and its lines that each carry a transition."""
        style = self.rng.randrange(5)
        if style == 0:
            return self.mermaid(), []
        if style == 1:
            return self.wide_table(writer), []
        if style == 2:
            return self.long_table(writer), []
        lines = self.arrows()
        return "\n".join(lines) + "\n", lines

    def spec(self, writer, drawing: str) -> str:
        before, after = writer.heading(self.rng, *self.ports())
        body = drawing if "```" in drawing else writer.commented(self.rng, drawing)
        return f"{before}{self.intro()}\n\n{body}{after}"

    def moments(self):
        rng, found = self.rng, []
        on, off = ("0", "1") if self.low else ("1", "0")
        state = None
        for cycle in range(60):
            resetting = cycle == 0 or rng.random() < 0.06
            key = rng.randrange(1 << len(self.inputs))
            data = dict(zip(self.inputs, self.key(key), strict=True))
            data[self.reset] = on if resetting else off
            if resetting and self.asynchronous:
                state = self.start
            found.append(({self.clock: "0"}, data, self.expected(state, key)))
            if resetting:
                state = self.start
            elif state is not None:
                state = self.target[state, key]
            found.append(({self.clock: "1"}, data, self.expected(state, key)))
        return found

    def expected(self, state, key: int) -> dict[str, str]:
        if state is None:
            return {}
        return dict(zip(self.outputs, self.output(state, key), strict=True))


def test_clocked_machines(bench, draws, writer) -> None:
    total = 0
    for rng in draws(100, 1500):
        machine = Machine(rng)
        bench.add(machine.spec(writer, machine.draw(writer)[0]), machine.moments())
        total += 1
    assert not [(c.spec, c.wrong) for c in bench.run()]
    assert len(bench.emitted) >= 0.8 * total


def test_machines_that_lack_or_contradict_are_not_read(bench, draws, writer) -> None:
    for rng in draws(60, 800):
        machine = Machine(rng)
        lines = machine.arrows()
        at = rng.randrange(len(lines))
        damage = rng.randrange(3)
        if damage == 0:
            del lines[at]
        elif damage == 1:
            lines.append(lines[at])
        else:
            other = [s for s in machine.names if not lines[at].split("[")[0].rstrip().endswith(s)]
            words = lines[at].replace("->", "-> ").split()
            where = words.index("->") if "->" in words else None
            if where is None or not other or words[where + 1] == other[0]:
                del lines[at]
            else:
                words[where + 1] = other[0]
                lines.append("  " + " ".join(words))
        spec = machine.spec(writer, "\n".join(lines) + "\n")
        assert not bench.add(spec, []).complete, spec


def test_state_tables_that_lack_or_repeat_rows_are_not_read(bench, draws, writer) -> None:
    for rng in draws(60, 800):
        machine = Machine(rng)
        draw = machine.wide_table if rng.random() < 0.5 else machine.long_table
        lines = draw(writer).splitlines()
        data = [i for i, line in enumerate(lines) if any(f"{n}" in line for n in machine.names)]
        data = [i for i in data if "tate" not in lines[i]]
        at = rng.choice(data)
        if rng.random() < 0.5:
            lines.insert(at, lines[at])
        else:
            del lines[at]
        spec = machine.spec(writer, "\n".join(lines) + "\n")
        assert not bench.add(spec, []).complete, spec


def test_machines_with_added_behaviour_are_not_read(bench, draws, writer, added_behaviour) -> None:
    for rng in draws(40, 400):
        machine = Machine(rng)
        spec = machine.spec(writer, machine.draw(writer)[0])
        spec += "\n" + rng.choice(added_behaviour) + "\n"
        assert not bench.add(spec, []).complete, spec


@pytest.mark.parametrize("missing", ["state", "kind"])
def test_an_unsaid_reset_is_never_proved(bench, draws, writer, missing) -> None:
    for rng in draws(20, 200):
        machine = Machine(rng)
        machine.intro = lambda missing=missing, machine=machine: (
            "Implement this state machine with a synchronous reset."
            if missing == "state"
            else f"Implement this state machine. Reset leads to state {machine.start}."
        )
        drawing = "\n".join(machine.arrows()) + "\n"
        reading = bench.add(machine.spec(writer, drawing), [])
        assert reading.strength is not Strength.PROVED, bench.cases[-1].spec


def test_next_state_logic(bench, draws, writer) -> None:
    total = 0
    for rng in draws(60, 800):
        machine = Machine(rng, mealy=False)
        count = len(machine.names)
        hot = rng.random() < 0.5
        width = count if hot else max(2, (count - 1).bit_length())
        order = list(range(count))
        codes = [1 << i for i in order] if hot else rng.sample(range(1 << width), count)
        code = dict(zip(machine.names, codes, strict=True))
        if width < 2:
            continue
        texts = ", ".join(f"{s}={width}'b{code[s]:0{width}b}" for s in machine.names)
        inputs = [(n, 1) for n in machine.inputs] + [("state", width)]
        outputs = [("next_state", width)] + [(n, 1) for n in machine.outputs]
        before, after = writer.heading(rng, inputs, outputs)
        drawing = rng.choice(
            [
                lambda m=machine: "\n".join(m.arrows()) + "\n",
                lambda m=machine: m.wide_table(writer),
                lambda m=machine: m.long_table(writer),
            ]
        )()
        what = "one-hot state encoding" if hot else "state encoding"
        spec = (
            f"{before}Implement only the state transition logic and output logic of this Moore"
            f" machine. Use the following {what}: {texts}.\n\n{drawing}{after}"
        )
        moments = []
        for (state, key), target in machine.target.items():
            data = dict(zip(machine.inputs, machine.key(key), strict=True))
            data["state"] = f"{code[state]:0{width}b}"
            want = machine.expected(state, key) | {"next_state": f"{code[target]:0{width}b}"}
            moments.append(({}, data, want))
        bench.add(spec, moments)
        total += 1
    assert not [(c.spec, c.wrong) for c in bench.run()]
    assert len(bench.emitted) >= 0.8 * total
