"""Many files' lines of code, made ready to be copied from: all of it arrays, which a file can hold.

Between two files stands a place without a line, so that no line follows another file's last.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from gatewright.retrieval.complete.headers import Header, headers_of
from gatewright.retrieval.complete.lines import CodeLine, code_text, unit_named
from gatewright.retrieval.complete.stream import (
    END_OF_LINE,
    KeptVocabulary,
    Numbered,
    Stream,
    Vocabulary,
)
from gatewright.retrieval.complete.table import Keys, Pairs, Places, Strings
from gatewright.retrieval.complete.tokens import parse_line

if TYPE_CHECKING:
    from numpy.typing import NDArray

Arrays = Mapping[str, "NDArray[Any]"]
_MOST_MADE = 1 << 18  # lines kept as objects


class Segment:
    """Files and their lines. Only read, so that several threads may use it.

    `first` is the number of its first file; `parent` knows the tokens that it does not bring along.
    """

    def __init__(
        self, paths: Sequence[str], arrays: Arrays, first: int = 0, parent: Numbered | None = None
    ) -> None:
        self.paths = tuple(paths)
        self.arrays = arrays
        self.first = first
        self._parent = parent
        self._raw = arrays["raw"].data
        self._file = arrays["file"].data
        self._unit = arrays["unit"].data
        self._above = arrays["above"].data
        self._gap = arrays["gap"].data
        self._number = arrays["number"].data
        self._raws = self._strings("raws")
        self._units = self._strings("units")
        self._aboves = self._strings("aboves")
        self._made: dict[int, CodeLine] = {}

    def __len__(self) -> int:
        return len(self._raw)

    def line(self, place: int) -> CodeLine | None:
        """The line at a place; None between files."""
        found = self._made.get(place)
        if found is None and self._raw[place] >= 0:
            if len(self._made) >= _MOST_MADE:
                self._made.clear()
            found = self._made[place] = CodeLine(
                parse_line(self._raws[self._raw[place]]),
                self._number[place],
                self._aboves[self._above[place]],
                bool(self._gap[place]),
            )
        return found

    def file_of(self, place: int) -> int:
        """The number of the file that holds a place; -1 between files."""
        return int(self._file[place])

    def unit_of(self, place: int) -> str:
        """The module or other unit begun last above a place."""
        return self._units[self._unit[place]]

    def with_text(self, text: str) -> list[int]:
        """The places of a line's text."""
        return self._places("text").at(self._keys("text").find(text))

    def with_texts(self, before: str, text: str) -> list[int]:
        """The places of a line's text after another's."""
        find = self._keys("text").find
        return self._pairs("texts", find(before), find(text))

    def with_shape(self, shape: str) -> list[int]:
        """The places of lines of a shape."""
        return self._places("shape").at(self._keys("shape").find(shape))

    def with_shapes(self, before: str, shape: str) -> list[int]:
        """The places of a line's shape after another's."""
        find = self._keys("shape").find
        return self._pairs("shapes", find(before), find(shape))

    def with_tokens(self, tokens: Sequence[str]) -> list[int]:
        """The places of a row of tokens, however they are spaced."""
        return self._places("tokens").at(self._keys("tokens").find("\0".join(tokens)))

    def under(self, above: str) -> list[int]:
        """The places of lines with that comment above them."""
        return self._places("aboves").at(self._keys("aboves").find(above))

    @cached_property
    def starts(self) -> list[int]:
        """The places without a line."""
        return [place for place, raw in enumerate(self._raw) if raw < 0]

    @cached_property
    def headers(self) -> Mapping[str, Sequence[tuple[int, Header]]]:
        """The modules that are defined, and in which file each."""
        found: dict[str, list[tuple[int, Header]]] = {}
        for name, file, ports, parameters in json.loads(self.arrays["headers"].tobytes()):
            header = Header(name, tuple(ports), tuple(parameters))
            found.setdefault(name, []).append((file, header))
        return found

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """The files' names without suffixes."""
        return tuple(PurePosixPath(path).stem for path in self.paths)

    @cached_property
    def vocabulary(self) -> Numbered:
        """Numbers for the tokens of all files."""
        if self._parent is None:
            return KeptVocabulary(self._keys("words"), self._strings("words"))
        known = Vocabulary(self._parent)
        words = self._strings("words")
        for number in range(len(words)):
            known.number(words[number])
        return known

    @cached_property
    def stream(self) -> Stream:
        """All files' tokens in a row."""
        names = ("stream_keys", "stream_starts", "stream_places")
        pairs = Pairs(*(self.arrays[name] for name in names))
        return Stream(
            self.arrays["row"], pairs, self.arrays["row_bounds"], self.arrays["row_owners"]
        )

    def _keys(self, name: str) -> Keys:
        return Keys(self.arrays[f"{name}_hashes"], self.arrays[f"{name}_numbers"])

    def _places(self, name: str) -> Places:
        return Places(self.arrays[f"{name}_starts"], self.arrays[f"{name}_places"])

    def _strings(self, name: str) -> Strings:
        return Strings(self.arrays[f"{name}_text"], self.arrays[f"{name}_ends"])

    def _pairs(self, name: str, before: int, there: int) -> list[int]:
        parts = ("keys", "starts", "places")
        pairs = Pairs(*(self.arrays[f"{name}_{part}"] for part in parts))
        found: list[int] = pairs.found(before, there).tolist()
        return found


def build(files: Mapping[str, str], first: int = 0, parent: Numbered | None = None) -> Segment:
    """The segment of these files, in the order of their paths."""
    builder = _Builder(first, parent)
    paths = sorted(files)
    for number, path in enumerate(paths, first):
        builder.add(number, files[path])
    return Segment(paths, builder.arrays(), first, parent)


class _Builder:
    def __init__(self, first: int, parent: Numbered | None) -> None:
        self._words = Vocabulary(parent)
        self._end = self._words.number(END_OF_LINE)
        self._raws: dict[str, int] = {}
        self._texts: dict[str, int] = {}
        self._shapes: dict[str, int] = {}
        self._rows: dict[str, int] = {}
        self._units: dict[str, int] = {"": 0}
        self._aboves: dict[str, int] = {"": 0}
        # of each different line: its text, shape, tokens
        self._text_of, self._shape_of, self._row_of = array("i"), array("i"), array("i")
        self._numbers: list[array[int]] = []
        self._begins: list[str | None] = []
        # of each place
        self._raw, self._file, self._unit = array("i"), array("i"), array("i")
        self._above, self._gap, self._number = array("i"), array("B"), array("i")
        self._row, self._bounds, self._owners = array("i"), array("i"), array("i")
        self._headers: list[tuple[str, int, tuple[str, ...], tuple[str, ...]]] = []
        self._between()

    def add(self, number: int, text: str) -> None:
        """A file's lines."""
        unit = 0
        self._bounds.append(len(self._row))
        self._owners.append(number)
        for line in code_text(text).lines:
            raw = self._raw_of(line)
            begins = self._begins[raw]
            if begins:
                unit = self._units.setdefault(begins, len(self._units))
            above = self._aboves.setdefault(line.above, len(self._aboves))
            self._place(raw, number, unit, above, line.gap, line.number)
            self._row.extend(self._numbers[raw])
            self._row.append(self._end)
        self._between()
        for header in headers_of(text):
            self._headers.append((header.name, number, header.ports, header.parameters))

    def _between(self) -> None:
        self._bounds.append(len(self._row))
        self._owners.append(-1)
        self._row.append(self._end)
        self._place(-1, -1, 0, 0, False, 0)

    def _place(self, raw: int, file: int, unit: int, above: int, gap: bool, number: int) -> None:
        self._raw.append(raw)
        self._file.append(file)
        self._unit.append(unit)
        self._above.append(above)
        self._gap.append(gap)
        self._number.append(number)

    def _raw_of(self, line: CodeLine) -> int:
        parsed = line.parsed
        raw = parsed.indent + parsed.code
        known = self._raws.get(raw)
        if known is None:
            known = self._raws[raw] = len(self._raws)
            self._text_of.append(self._texts.setdefault(parsed.text, len(self._texts)))
            self._shape_of.append(self._shapes.setdefault(parsed.shape, len(self._shapes)))
            row = "\0".join(parsed.tokens)
            self._row_of.append(self._rows.setdefault(row, len(self._rows)))
            self._numbers.append(array("i", map(self._words.number, parsed.tokens)))
            self._begins.append(unit_named(line))
        return known

    def arrays(self) -> Arrays:
        """Everything, once all files are added."""
        import numpy as np

        found: dict[str, NDArray[Any]] = {
            "raw": _int32(self._raw),
            "file": _int32(self._file),
            "unit": _int32(self._unit),
            "above": _int32(self._above),
            "gap": np.frombuffer(self._gap, dtype=np.uint8),
            "number": _int32(self._number),
            "row": _int32(self._row),
            "row_bounds": _int32(self._bounds),
            "row_owners": _int32(self._owners),
        }
        for name, strings in (
            ("raws", Strings.of(self._raws)),
            ("units", Strings.of(self._units)),
            ("aboves", Strings.of(self._aboves)),
            ("words", Strings.of(self._words.own)),
        ):
            found |= {f"{name}_text": strings.text, f"{name}_ends": strings.ends}
        raw = found["raw"]
        for name, keys, of in (
            ("text", self._texts, self._text_of),
            ("shape", self._shapes, self._shape_of),
            ("tokens", self._rows, self._row_of),
        ):
            numbers = np.append(_int32(of), np.int32(-1))[raw]  # -1 picks the last
            found |= _placed(name, Places.of(numbers, len(keys)), Keys.of(keys))
            if name != "tokens":
                found |= _paired(f"{name}s", Pairs.of(numbers))
        above = np.where(found["above"] > 0, found["above"], -1)
        found |= _placed("aboves", Places.of(above, len(self._aboves)), Keys.of(self._aboves))
        words = Keys.of(self._words.own)
        found |= {"words_hashes": words.hashes, "words_numbers": words.numbers}
        found |= _paired("stream", Pairs.of(found["row"]))
        headers = json.dumps(self._headers, separators=(",", ":")).encode()
        return found | {"headers": np.frombuffer(headers, dtype=np.uint8)}


def _int32(row: array[int]) -> NDArray[Any]:
    import numpy as np

    return np.frombuffer(row, dtype=np.int32) if row else np.empty(0, dtype=np.int32)


def _placed(name: str, places: Places, keys: Keys) -> Arrays:
    return {
        f"{name}_starts": places.starts,
        f"{name}_places": places.places,
        f"{name}_hashes": keys.hashes,
        f"{name}_numbers": keys.numbers,
    }


def _paired(name: str, pairs: Pairs) -> Arrays:
    return {
        f"{name}_keys": pairs.keys,
        f"{name}_starts": pairs.starts,
        f"{name}_places": pairs.places,
    }
