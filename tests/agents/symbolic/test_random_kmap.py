from __future__ import annotations

import random

NAMES = ("abcdef", "vwxyz", "ABCDE", "pqrst")


def gray(width: int) -> list[str]:
    return [f"{i ^ i >> 1:0{width}b}" for i in range(1 << width)]


class Map:
    """A random Karnaugh map: variables, label orders, cells, layout."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.rows, self.columns = rng.choice(
            [(1, 1), (1, 2), (2, 1), (2, 2), (2, 2), (2, 3), (3, 2)]
        )
        count = self.rows + self.columns
        self.vector = rng.random() < 0.25
        base = rng.randrange(2)
        if self.vector:
            self.base = base
            self.text = [f"x[{i + base}]" for i in range(count)]
            self.bits = list(range(count))
        else:
            self.text = list(rng.choice(NAMES)[:count])
        order = list(range(count))
        rng.shuffle(order)
        self.order = order  # order[k] = variable at position k: rows first
        self.row_labels, self.column_labels = (self.labels(w) for w in (self.rows, self.columns))
        self.mark = rng.choice("dxX-")
        weights = rng.choice([(1, 1, 0), (2, 2, 1)])
        self.cells = {
            (r, c): rng.choices(("0", "1", self.mark), weights)[0]
            for r in self.row_labels
            for c in self.column_labels
        }

    def labels(self, width: int) -> list[str]:
        labels = gray(width)
        if self.rng.random() < 0.3:
            self.rng.shuffle(labels)
        return labels

    def names(self, part: list[int]) -> str:
        joint = self.rng.choice(["", "", " "]) if not self.vector else ""
        return joint.join(self.text[i] for i in part)

    def ports(self) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
        if self.vector:
            return [("x", len(self.text))], [("f", 1)]
        return [(name, 1) for name in sorted(self.text)], [("out", 1)]

    def rows_of_cells(self) -> list[list[str]]:
        return [[r, *(self.cells[r, c] for c in self.column_labels)] for r in self.row_labels]

    def draw(self, writer) -> str:
        rows, columns = self.order[: self.rows], self.order[self.rows :]
        row_names, column_names = self.names(rows), self.names(columns)
        style = self.rng.randrange(4)
        body = self.rows_of_cells()
        if style == 0:
            head = f"{row_names:>10}  " + "  ".join(self.column_labels)
            lines = [" " * 16 + column_names, head]
            lines += [f"{row[0]:>10} | " + " | ".join(row[1:]) + " |" for row in body]
            return "\n".join(lines) + "\n"
        if style == 1 and not self.vector:
            corner = row_names.replace(" ", "") + "\\" + column_names.replace(" ", "")
            return writer.table(self.rng, [[corner, *self.column_labels], *body])
        if style == 2 and not self.vector:
            row_names, column_names = row_names.replace(" ", ""), column_names.replace(" ", "")
            head = ["", *(f"{column_names}={label}" for label in self.column_labels)]
            marked = [[f"{row_names}={row[0]}", *row[1:]] for row in body]
            lines = ["| " + " | ".join(row) + " |" for row in [head, *marked]]
            return "\n".join(lines) + "\n"
        lines = [" " * 14 + column_names, " " * 12 + "  ".join(self.column_labels)]
        for at, row in enumerate(body):
            left = row_names.replace(" ", "") if at == 0 else ""
            lines.append(f"{left:>8} {row[0]}  " + "   ".join(row[1:]))
        return "\n".join(lines) + "\n"

    def moments(self):
        outputs = self.ports()[1]
        found = []
        for (r, c), cell in self.cells.items():
            values = dict(zip(self.order, r + c, strict=True))
            if self.vector:
                word = "".join(values[i] for i in reversed(range(len(self.text))))
                given = {"x": word}
            else:
                given = {self.text[i]: v for i, v in values.items()}
            want = cell if cell in "01" else "x"
            found.append(({}, given, {outputs[0][0]: want}))
        return found


def spec_of(drawn: str, instance, rng, writer) -> str:
    before, after = writer.heading(rng, *instance.ports())
    intro = rng.choice(
        [
            "The module should implement the Karnaugh map below.",
            "Implement the circuit described by the following Karnaugh map.",
            "Implement the function shown in this K-map. An entry of "
            f"{instance.mark!r} is don't-care.",
        ]
    )
    return f"{before}{intro}\n\n{writer.commented(rng, drawn)}{after}"


def test_emitted_designs_do_what_the_map_says(bench, draws, writer) -> None:
    total = 0
    for rng in draws(80, 1500):
        instance = Map(rng)
        bench.add(spec_of(instance.draw(writer), instance, rng, writer), instance.moments())
        total += 1
    assert not [(c.spec, c.wrong) for c in bench.run()]
    assert len(bench.emitted) >= 0.85 * total


def test_damaged_maps_are_not_read(bench, draws, writer) -> None:
    for rng in draws(60, 800):
        instance = Map(rng)
        lines = instance.draw(writer).splitlines()
        data = [i for i, line in enumerate(lines) if sum(c in "01" for c in line) >= 2][1:]
        at = rng.choice(data)
        damage = rng.randrange(4)
        if damage == 0:
            del lines[at]
        elif damage == 1:
            lines.insert(at, lines[at])
        elif damage == 2:
            lines[at] = lines[at].rstrip(" |│")[:-1].rstrip(" |│,\t")
        else:
            head = lines[data[0] - 1] if "─" not in lines[data[0] - 1] else None
            label = instance.column_labels[0]
            if head is None or head.count(label) != 1:
                continue
            lines[data[0] - 1] = head.replace(label, instance.column_labels[1])
        reading = bench.add(spec_of("\n".join(lines) + "\n", instance, rng, writer), [])
        assert not reading.complete, bench.cases[-1].spec


def test_maps_with_added_behaviour_are_not_read(bench, draws, writer, added_behaviour) -> None:
    for rng in draws(30, 300):
        instance = Map(rng)
        spec = spec_of(instance.draw(writer), instance, rng, writer)
        reading = bench.add(spec + "\n" + rng.choice(added_behaviour) + "\n", [])
        assert not reading.complete, bench.cases[-1].spec
