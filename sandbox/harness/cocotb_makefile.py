"""Reads the Makefile of a plain cocotb flow: what to simulate, and how.

Only what such a Makefile is made of is understood: variables (`=`, `:=`, `?=`, `+=`, `export`),
references to them, `$(PWD)`, `$(CURDIR)`, `$(shell pwd)`, conditionals (`ifeq`, `ifneq`, `ifdef`,
`ifndef`), and the include of cocotb's `Makefile.sim`. Targets are passed over. What would change
the run and is not understood is refused, never guessed. Names: docs.cocotb.org, "Makefile-based
Test Scripts"; the older ones (TOPLEVEL, MODULE) count as well.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gatewright.core import UsageError

_ASSIGNED = re.compile(
    r"(?P<export>export\s+)?(?P<name>\w+)\s*(?P<how>\?=|\+=|::?=|=)\s*(?P<text>.*)"
)
_CONDITION = re.compile(r"(ifeq|ifneq)\s*\((.*),(.*)\)\s*|(ifdef|ifndef)\s+(\w+)\s*")
_REFERENCE = re.compile(r"\$\((\w+)\)|\$\{(\w+)\}|\$\(shell pwd\)|\$\(.*?\)+|\$\w")
_IGNORED = re.compile(r"-g\d\S*|-W\S*|-I\S*|-v")
_MAX_DEPTH = 32
_UNKNOWN = {
    "TESTCASE": "a choice of tests",
    "COCOTB_TESTCASE": "a choice of tests",
    "COCOTB_TEST_FILTER": "a choice of tests",
    "PLUSARGS": "arguments of the simulation",
    "COCOTB_PLUSARGS": "arguments of the simulation",
    "SIM_ARGS": "arguments of the simulation",
    "VHDL_SOURCES": "sources in VHDL",
    "CUSTOM_COMPILE_DEPS": "files made before the build",
}


@dataclass(frozen=True, slots=True)
class MakefileFlow:
    """What a Makefile asks for. `folders` are where the test modules may lie."""

    top: str
    modules: tuple[str, ...]
    folders: tuple[Path, ...]
    defines: tuple[tuple[str, str], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Makefile:
    where: str
    folder: Path
    variables: dict[str, str] = field(default_factory=dict)
    exported: list[str] = field(default_factory=list)

    def read(self, text: str) -> None:
        taken: list[bool] = []
        for line in _lines(text):
            word = line.split(maxsplit=1)[0]
            if word in ("ifeq", "ifneq", "ifdef", "ifndef"):
                taken.append(self._holds(line))
            elif word == "else" and taken:
                taken[-1] = not taken[-1]
                if line != "else":
                    self._refuse(line)
            elif word == "endif" and taken:
                taken.pop()
            elif all(taken):
                self._statement(line)

    def _statement(self, line: str) -> None:
        match = _ASSIGNED.fullmatch(line)
        if match:
            self._assign(match["name"], match["how"], match["text"])
            if match["export"]:
                self.exported.append(match["name"])
        elif line.startswith("export "):
            self.exported += line.split()[1:]
        elif line.startswith(("include ", "-include ")):
            if not line.endswith("Makefile.sim"):
                self._refuse(line)
        elif ":" not in line and not line.startswith((".PHONY", "$(info", "unexport")):
            self._refuse(line)

    def _assign(self, name: str, how: str, text: str) -> None:
        if how == "?=" and name in self.variables:
            return
        if how == "+=" and name in self.variables:
            text = f"{self.variables[name]} {text}"
        elif how.startswith(":"):
            # The value as it is now, as far as it can be told; what uses the rest will say so.
            text = _REFERENCE.sub(self._known, text)
        self.variables[name] = text.strip()

    def _known(self, match: re.Match[str]) -> str:
        try:
            return self._expanded(match[0], 0)
        except UsageError:
            return match[0]

    def value(self, *names: str) -> str:
        """The value of the first of these variables that is set."""
        for name in names:
            if name in self.variables:
                return self._expanded(self.variables[name], 0).strip()
        return ""

    def _expanded(self, text: str, depth: int) -> str:
        def one(match: re.Match[str]) -> str:
            name = match[1] or match[2]
            if match[0] == "$(shell pwd)" or name in ("PWD", "CURDIR"):
                return str(self.folder)
            if name is None or depth > _MAX_DEPTH:
                self._refuse(match[0])
            return self._expanded(self.variables.get(name or "", ""), depth + 1)

        return _REFERENCE.sub(one, text)

    def _holds(self, line: str) -> bool:
        match = _CONDITION.fullmatch(line)
        if match is None:
            self._refuse(line)
            return False
        if match[1]:
            same = self._expanded(match[2], 0).strip() == self._expanded(match[3], 0).strip()
            return same == (match[1] == "ifeq")
        return bool(self.variables.get(match[5])) == (match[4] == "ifdef")

    def _refuse(self, what: str) -> None:
        raise UsageError(
            f"this part of the Makefile is not understood: {what}",
            where=self.where,
            hint="name the test modules themselves: --cocotb test_….py --top TOP",
        )

    def flow(self) -> MakefileFlow:
        for name, what in _UNKNOWN.items():
            if self.variables.get(name):
                self._refuse(f"{name} ({what})")
        simulator = self.value("SIM") or "icarus"
        if simulator != "icarus":
            raise UsageError(
                f"the Makefile asks for the simulator {simulator}; only Icarus runs here",
                where=self.where,
                hint="if the tests may run there: SIM = icarus",
            )
        if self.value("TOPLEVEL_LANG") not in ("", "verilog"):
            self._refuse(f"TOPLEVEL_LANG = {self.value('TOPLEVEL_LANG')}")
        modules = self.value("COCOTB_TEST_MODULES", "MODULE")
        if not modules:
            self._refuse("it names no test module (COCOTB_TEST_MODULES or MODULE)")
        defines, parameters = self._arguments()
        return MakefileFlow(
            self.value("COCOTB_TOPLEVEL", "TOPLEVEL"),
            tuple(name.strip() for name in modules.split(",") if name.strip()),
            tuple(self._folders()),
            defines,
            parameters,
        )

    def _folders(self) -> Iterator[Path]:
        yield self.folder
        for name in self.exported:
            if name == "PYTHONPATH":
                for part in self.value(name).split(":"):
                    if part:
                        yield self.folder / part
            elif name not in _OWN:
                self._refuse(f"export {name}")

    def _arguments(self) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
        defines, parameters = dict[str, str](), dict[str, str]()
        text = f"{self.value('COMPILE_ARGS')} {self.value('EXTRA_ARGS')}"
        words = iter(shlex.split(text))
        for word in words:
            argument = f"{word}{next(words, '')}" if word in ("-D", "-P", "-I") else word
            name, _, value = argument[2:].partition("=")
            if argument.startswith("-D") and name:
                defines[name] = value or "1"
            elif argument.startswith("-P") and value:
                parameters[name.rpartition(".")[2]] = value
            elif not _IGNORED.fullmatch(argument):
                self._refuse(argument)
        return tuple(defines.items()), tuple(parameters.items())


_OWN = (
    *("SIM", "TOPLEVEL_LANG", "TOPLEVEL", "COCOTB_TOPLEVEL", "MODULE", "COCOTB_TEST_MODULES"),
    *("VERILOG_SOURCES", "COMPILE_ARGS", "EXTRA_ARGS"),
)


def read_makefile(text: str, path: Path) -> MakefileFlow:
    """What the Makefile at `path` asks for. Raises UsageError for what is not understood."""
    makefile = _Makefile(str(path), path.resolve().parent)
    makefile.read(text)
    return makefile.flow()


def is_makefile(path: Path) -> bool:
    """Whether a file is called like a Makefile."""
    return path.name in ("Makefile", "makefile", "GNUmakefile") or path.suffix == ".mk"


def _lines(text: str) -> Iterator[str]:
    """Statements: continued lines joined, comments and recipes left out."""
    for line in text.replace("\\\n", " ").splitlines():
        bare = line.partition("#")[0].strip()
        if bare and not line.startswith("\t"):
            yield bare
