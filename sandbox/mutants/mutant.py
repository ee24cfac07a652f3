"""Designs that differ from a given one by a single mistake.

The mistakes are made on slang's syntax tree and cut into the text itself: all but one range of a
mutant is byte for byte what the author wrote. Same text, top and seed, same mutants.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from gatewright.core import DataError, Severity, Source
from gatewright.sandbox.integrity import definitions, needed, preprocess, tokenize
from gatewright.sandbox.integrity.structure import MAX_NESTING, nesting
from gatewright.sandbox.mutants.clocking import in_clocking
from gatewright.sandbox.mutants.constants import in_constants
from gatewright.sandbox.mutants.edit import Edit, Operator
from gatewright.sandbox.mutants.expressions import in_expressions
from gatewright.sandbox.mutants.scene import Elsewhere, living, scene_of
from gatewright.sandbox.mutants.statements import in_statements
from gatewright.sandbox.tools.slang_modules import members

_LONGEST = 60
_MISTAKES = (in_expressions, in_constants, in_statements, in_clocking)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake: at `line` and `column` (from 1) the text `before` became `after`."""

    operator: Operator
    line: int
    column: int
    before: str
    after: str
    source: Source

    def __str__(self) -> str:
        """One line for a reader."""
        return f"{self.source.name}:{self.line}: {self.operator}: {self.change}"

    @property
    def change(self) -> str:
        """What became of what, shortened to one line."""
        before, after = _brief(self.before), _brief(self.after)
        if not after:
            return f"`{before}` left out"
        return f"`{before}` became `{after}`" if before else f"`{after}` put in"


def mutants(
    source: Source, top: str = "", *, seed: int = 0, most: int | None = None
) -> tuple[Mutant, ...]:
    """The mutants of a source's modules that `top` ('' = all) needs, in the text's order.

    Every one parses, and differs from the source in its tokens. With `most`, at most so many are
    drawn by `seed`, all kinds of mistake in turn. Raises DataError for a text that cannot be read.
    """
    dropped = _readable(source, top)
    text = source.text.encode()
    groups: dict[Operator, list[Edit]] = defaultdict(list)
    for edit in _edits(source, text, dropped):
        groups[edit.operator].append(edit)
    faults = _faults(source.text)
    made: list[tuple[int, Mutant]] = []
    texts = {_squeezed(source.text)}
    for edit in _in_turn(groups, seed):
        if most is not None and len(made) >= most:
            break
        mutant = _made(source, text, edit)
        squeezed = _squeezed(mutant.source.text)
        if squeezed in texts or _words(mutant.before) == _words(mutant.after):
            continue
        if _faults(mutant.source.text) <= faults:
            texts.add(squeezed)
            made.append((edit.start, mutant))
    ordered = sorted(made, key=lambda each: (each[0], each[1].operator, each[1].after))
    return tuple(mutant for _, mutant in ordered)


def _readable(source: Source, top: str) -> frozenset[str]:
    """The modules that the top does not need. Raises DataError."""
    done = preprocess([source])
    error = next((d for d in done.diagnostics if d.severity is Severity.ERROR), None)
    deep = nesting(done.tokens) > MAX_NESTING
    if error is not None or deep:
        raise DataError(
            f"no mutants can be made: {error or 'the text is nested too deeply'}",
            where=source.name,
            hint="give a design that can be read",
        )
    found = definitions(done.tokens)
    if not any(d.name == top for d in found):
        return frozenset()
    return frozenset(d.name for d in needed(done.tokens, found, [top])[1])


def _edits(source: Source, text: bytes, dropped: frozenset[str]) -> Iterator[Edit]:
    tree = _parsed(source.text)
    for module in members(tree.root):
        if module.kind.name != "ModuleDeclaration" or module.header.name.valueText in dropped:
            continue
        scene = scene_of(module, text)
        for node in living(module):
            for mistakes in _MISTAKES:
                try:
                    yield from mistakes(node, scene)
                except Elsewhere:
                    continue


def _in_turn(groups: dict[Operator, list[Edit]], seed: int) -> Iterator[Edit]:
    """All edits, those of each operator shuffled, one of every operator in turn."""
    random = Random(seed)
    queues: list[Sequence[Edit]] = []
    for operator in sorted(groups):
        edits = sorted(set(groups[operator]), key=lambda e: (e.start, e.end, e.after))
        random.shuffle(edits)
        queues.append(edits)
    for turn in range(max(map(len, queues), default=0)):
        yield from (queue[turn] for queue in queues if turn < len(queue))


def _made(source: Source, text: bytes, edit: Edit) -> Mutant:
    after = _apart(text, edit)
    mutated = text[: edit.start] + after.encode() + text[edit.end :]
    head = text[: edit.start]
    line_start = head.rfind(b"\n") + 1
    return Mutant(
        edit.operator,
        head.count(b"\n") + 1,
        len(head[line_start:].decode()) + 1,
        text[edit.start : edit.end].decode(),
        after,
        replace(source, text=mutated.decode()),
    )


_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$'`")


def _apart(text: bytes, edit: Edit) -> str:
    """The new text, with a space where it would grow together with what stands beside it."""
    after = edit.after
    left, right = text[: edit.start][-1:], text[edit.end :][:1]
    first, last = (after or " ").encode()[:1], (after or " ").encode()[-1:]
    if not after:
        return " " if _WORD.issuperset(left + right) and left and right else ""
    before = " " if left and _clings(left, first) else ""
    behind = " " if right and _clings(last, right) else ""
    return f"{before}{after}{behind}"


def _clings(left: bytes, right: bytes) -> bool:
    if left[0] in _WORD and right[0] in _WORD:
        return True
    return left[0] in _SIGNS and right[0] in _SIGNS


_SIGNS = frozenset(b"&|^~!<>=+-*/%")


def _parsed(text: str) -> Any:
    from pyslang import syntax

    return syntax.SyntaxTree.fromText(text)


def _faults(text: str) -> int:
    """How many syntax errors slang sees."""
    return sum(1 for diagnostic in _parsed(text).diagnostics if diagnostic.isError())


def _brief(text: str) -> str:
    """The text on one line, its middle left out where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST // 2]} … {line[-_LONGEST // 2 :]}"


def _words(text: str) -> list[str]:
    return [token.text for token in tokenize(text)]


def _squeezed(text: str) -> str:
    return " ".join(text.split())
