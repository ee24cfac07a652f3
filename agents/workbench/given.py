"""Designs and benches as they are handed to a tool: paths inside the folders, or texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from gatewright.agents.workbench.folders import Folders, Located
from gatewright.core import (
    CocotbSpec,
    DataError,
    HarnessSpec,
    Language,
    ReferenceSpec,
    Source,
    TestbenchSpec,
    UsageError,
    distinct,
    language_of,
)
from gatewright.core.decoding import LARGEST_BYTES

Given = Source | str
"""A path inside the folders that are open, or a text with its name."""

_MOST_FILES = 2000
_SEEDS = 1 << 63
_NAME = re.compile(r"[\w.$+-]+(?: [\w.$+-]+)*", re.ASCII)
_READS = re.compile(r"\$(?:readmem[hb]|fopen)\s*\(\s*\"([^\"\\]+)\"")


class Inputs:
    """Reads what is given. Raises UsageError for bad names, DataError for unreadable files."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders

    def sources(
        self, given: Iterable[Given], default: Language = Language.SYSTEMVERILOG
    ) -> tuple[Source, ...]:
        """All of them; two of one bare name are told apart by a number."""
        return distinct(self._source(each, default) for each in several(given))

    def check(
        self,
        testbench: Iterable[Given] = (),
        reference: Iterable[Given] = (),
        cocotb: Iterable[Given] = (),
        data: Iterable[Given] = (),
        seed: int | None = None,
    ) -> HarnessSpec | None:
        """The check that these make up; None for none of them. Raises UsageError for two."""
        if seed is not None and not -_SEEDS <= seed < _SEEDS:
            raise UsageError("has more than 64 bits", where="seed", hint="such as 1")
        files, golden = self.sources(data), self.sources(reference)
        benches, tests = several(testbench), several(cocotb)
        if tests:
            if benches or golden:
                raise UsageError("cocotb tests stand alone", hint="leave the others out")
            return CocotbSpec(self._tests(tests), files)
        if benches:
            read = self.sources(benches)
            return TestbenchSpec(read, golden, data=(*files, *self._beside(benches, read, files)))
        return ReferenceSpec(golden, seed=seed) if golden else None

    def _tests(self, given: Sequence[Given]) -> tuple[Source, ...]:
        tests = self.sources(given, Language.PYTHON)
        for test in tests:
            if test.language is not Language.PYTHON:
                raise UsageError("is no Python file", where=test.name, hint="such as test_fifo.py")
        return tests

    def _source(self, given: Given, default: Language) -> Source:
        if isinstance(given, Source):
            return _checked(given)
        at = self._folders.locate(given)
        text = self._folders.text(at)
        return Source(at.path.name, text, language_of(at.path.name) or default)

    def _beside(
        self, benches: Sequence[Given], read: Sequence[Source], given: Sequence[Source]
    ) -> tuple[Source, ...]:
        """The files that testbenches read by a name that leads beside or below them."""
        taken = {source.name for source in given}
        found: dict[str, Source] = {}
        for bench, source in zip(benches, read, strict=True):
            if isinstance(bench, Source):
                continue
            home = self._folders.locate(bench)
            for name in dict.fromkeys(_READS.findall(source.text)):
                at = self._below(home, name)
                if at is not None and at.path.name not in taken:
                    text = self._folders.text(at)
                    found.setdefault(at.path.name, Source(at.path.name, text))
        return tuple(found.values())

    def _below(self, home: Located, name: str) -> Located | None:
        if PurePosixPath(name).is_absolute():
            return None
        try:
            at = self._folders.locate(str(home.path.parent / name), home.folder.name)
        except UsageError:
            return None
        return at if self._folders.is_file(at) else None


def several(given: Iterable[Given]) -> tuple[Given, ...]:
    """What is given, one or many. Raises UsageError for far too many."""
    # A lone text is an iterable of characters, none of which is meant.
    found = (given,) if isinstance(given, (str, Source)) else tuple(given)
    if len(found) > _MOST_FILES:
        raise UsageError(f"{len(found)} files are too many", hint=f"at most {_MOST_FILES}")
    return found


def _checked(source: Source) -> Source:
    if not _NAME.fullmatch(source.name) or source.name.startswith((".", "-")):
        raise UsageError(
            "is no plain file name", where=source.name[:100] or "name", hint="such as adder.sv"
        )
    if len(source.text) > LARGEST_BYTES:
        raise DataError(f"is larger than {LARGEST_BYTES >> 20} MiB", where=source.name)
    if "\0" in source.text:
        raise DataError("holds a zero byte: a text is needed here", where=source.name)
    return source
