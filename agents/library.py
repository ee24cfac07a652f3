"""The user's repository, as the agents have it: what prompts show, what checks compile with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gatewright.core import Language, Source, language_of

if TYPE_CHECKING:
    from gatewright.retrieval.pack_brief import Asked
    from gatewright.retrieval.repository import Repository

TOKENS = 6000
HEADERS = (".vh", ".svh")
_INCLUDE = re.compile(r'^[ \t]*`include[ \t]+"([^"\n]+)"[^\n]*', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Library:
    """A repository whose modules, packages and macros a design may use.

    `exclude` are globs of files that are neither shown nor compiled: answers, benchmarks.
    `tokens` is the most that a prompt shows of it.
    """

    repository: Repository
    exclude: tuple[str, ...] = ()
    tokens: int = TOKENS
    _briefs: dict[Asked, str] = field(default_factory=dict, compare=False, repr=False)

    def brief(self, spec: str, sources: Sequence[Source], top: str) -> str:
        """What a model needs to see: of what the specification names and the code uses."""
        from gatewright.retrieval.pack_brief import Asked, brief

        asked = Asked(spec, tuple(source.text for source in sources), top)
        if asked not in self._briefs:
            found = brief(self.repository, asked, self.tokens, self.exclude)
            self._briefs[asked] = found.text.rstrip()
        return self._briefs[asked]

    def sources(self, code: Sequence[Source]) -> tuple[Source, ...]:
        """The repository's files that code is compiled with, in order. Raises DataError.

        Where they ask for it, they are read as synthesis reads them: without what only checks.
        """
        from gatewright.retrieval.pack import Exclusion
        from gatewright.retrieval.pack_sources import needed_files
        from gatewright.retrieval.pack_synthesis import DEFINED

        allowed = Exclusion(self.exclude).allows
        texts, names = [source.text for source in code], {source.name for source in code}
        found = needed_files(self.repository, texts, allowed, names)
        default = Language.SYSTEMVERILOG
        files = [Source(f.name, f.text, language_of(f.name) or default) for f in found.files]
        if any(DEFINED in file.text for file in files):
            files.insert(0, Source("as_synthesis.sv", f"`define {DEFINED}\n"))
        return tuple(files)

    def whole(self, code: Sequence[Source]) -> tuple[Source, ...]:
        """Code and the files it is compiled with, their includes written out. Raises DataError."""
        files = (*self.sources(code), *code)
        by_name = {file.name: file.text for file in files}
        return tuple(
            replace(file, text=_spliced(file.text, by_name, (file.name,)))
            for file in files
            if not file.name.endswith(HEADERS)
        )


def _spliced(text: str, files: Mapping[str, str], inside: tuple[str, ...]) -> str:
    """A text with the files in the place of their includes; one that includes itself is not."""

    def included(found: re.Match[str]) -> str:
        name = found[1]
        if name in inside or name not in files:
            return "" if name in inside else found[0]
        return _spliced(files[name], files, (*inside, name))

    return _INCLUDE.sub(included, text)
