"""Chisel candidates: built into SystemVerilog, then checked as any Verilog candidate is.

Everything in a process shares one builder, whose servers stay warm.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, cast

from gatewright.core import (
    Candidate,
    Diagnostic,
    FailureClass,
    Interface,
    Language,
    Outcome,
    Problem,
    ReferenceSpec,
    Severity,
    Source,
    TestbenchSpec,
    Verdict,
)
from gatewright.sandbox.chisel.builder import Build, Builder, Request
from gatewright.sandbox.chisel.locators import at_source
from gatewright.sandbox.harness.base import Harness
from gatewright.sandbox.harness.reference import interface_differences
from gatewright.sandbox.isolation import Isolation, Level, lasting
from gatewright.sandbox.tools import slang

_INITIAL = re.compile(r"\binitial\b|^\s*(?:reg|logic)\b[^;={}()]*=(?!=)", re.MULTILINE)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_IMPLICIT = {"clock", "reset"}
_builders: dict[Level, Builder] = {}
_opening = threading.Lock()
_HINT = (
    "extra ports clock and reset come from `extends Module`: use RawModule, with every port an IO"
)
_BUNDLED = (
    "the ports are all named {0}_NAME, for val {0} is a Bundle: write FlatIO(new Bundle ...) for "
    "IO(new Bundle ...), or each port as an IO of its own"
)


class _Showing(Protocol):
    """A harness that can keep the waveform of a failing simulation."""

    def check(
        self, problem: Problem, candidate: Candidate, *, waveform: Path | None = None
    ) -> Verdict: ...


@dataclass(frozen=True, slots=True)
class ChiselHarness:
    """Hands Chisel to `inner` as SystemVerilog, once its ports are right; the rest as it is.

    Remarks on the emitted text are moved to the candidate's own lines. Registers start at 0 only
    where the reference gives its own first values, which Chisel cannot say. `arguments` are the
    top's constructor arguments, as Scala writes them.
    """

    isolation: Isolation
    inner: Harness
    arguments: str = ""

    @property
    def rules(self) -> str:
        """The inner harness's."""
        return self.inner.rules

    def check(
        self, problem: Problem, candidate: Candidate, *, waveform: Path | None = None
    ) -> Verdict:
        """A failing design is a Verdict; raises what the inner harness raises, and ToolMissing.

        `waveform` is for inner harnesses that keep one.
        """
        if all(source.language is not Language.CHISEL for source in candidate.sources):
            return self._inner(problem, candidate, waveform)
        build = self.build(problem, candidate)
        if build.failure is not None:
            return self._failed(build, build.failure, build.diagnostics)
        if build.beside:
            said = (*build.diagnostics, *build.beside)
            return self._failed(build, FailureClass.UNSAFE, said)
        emitted = replace(candidate, sources=build.verilog)
        differences = tuple(self._differences(problem, emitted))
        if differences:
            said = (*build.diagnostics, *differences)
            return self._failed(build, FailureClass.INTERFACE, said)
        as_verilog = replace(
            problem, language=Language.SYSTEMVERILOG, header="", top=problem.top or build.top
        )
        return self._told(self._inner(as_verilog, emitted, waveform), build)

    def build(self, problem: Problem, candidate: Candidate) -> Build:
        """The candidate's SystemVerilog, or why there is none."""
        sources = tuple(s for s in candidate.sources if s.language is Language.CHISEL)
        request = Request(sources, problem.top, self.arguments, powers_up(problem))
        return open_builder(self.isolation).build(request)

    def _inner(self, problem: Problem, candidate: Candidate, waveform: Path | None) -> Verdict:
        if waveform is None:
            return self.inner.check(problem, candidate)
        return cast("_Showing", self.inner).check(problem, candidate, waveform=waveform)

    def _differences(self, problem: Problem, emitted: Candidate) -> Iterator[Diagnostic]:
        wanted = problem.interface or _reference_interface(problem)
        if wanted is None:
            return
        module = slang.parse_sources(emitted.sources).module(problem.top or wanted.module)
        if module is None:
            return
        extra = {port.name for port in module.interface.ports} - {p.name for p in wanted.ports}
        prefix = _prefix(extra, [port.name for port in wanted.ports])
        if prefix:
            yield Diagnostic(Severity.ERROR, _BUNDLED.format(prefix), code="port", tool="chisel")
            return
        if _IMPLICIT & extra:
            yield Diagnostic(Severity.ERROR, _HINT, code="port", tool="chisel")
        yield from interface_differences(emitted, replace(wanted, module=module.name))

    def _failed(
        self, build: Build, failure: FailureClass, diagnostics: Sequence[Diagnostic]
    ) -> Verdict:
        return Verdict(
            Outcome.FAIL,
            failure,
            diagnostics=tuple(diagnostics),
            log=build.log,
            tools=open_builder(self.isolation).toolchain.versions,
            cpu_s=build.cpu_s,
            wall_s=build.wall_s,
            rules=self.rules,
        )

    def _told(self, verdict: Verdict, build: Build) -> Verdict:
        texts = {source.name: source.text for source in build.verilog}
        moved = tuple(
            at_source(d, texts[d.file]) if d.file in texts else d for d in verdict.diagnostics
        )
        inline = tuple(
            Diagnostic(
                Severity.WARNING,
                f"{name} is Verilog that the candidate wrote inline, not Chisel",
                code="inline_verilog",
                tool="chisel",
            )
            for name in build.inline
        )
        return replace(
            verdict,
            diagnostics=(*build.diagnostics, *inline, *moved),
            tools={**verdict.tools, **open_builder(self.isolation).toolchain.versions},
            cpu_s=verdict.cpu_s + build.cpu_s,
            wall_s=verdict.wall_s + build.wall_s,
        )


def _prefix(extra: set[str], wanted: Sequence[str]) -> str:
    """What stands before every wanted name, as the name of a Bundle does; '' where that is not."""
    first = (name.rpartition("_" + wanted[0])[0] for name in extra) if wanted else ()
    found = (prefix for prefix in first if all(f"{prefix}_{name}" in extra for name in wanted))
    return next((prefix for prefix in found if prefix), "")


def powers_up(problem: Problem) -> bool:
    """Whether the reference gives its registers first values."""
    return any(_INITIAL.search(_COMMENT.sub(" ", s.text)) for s in _reference(problem))


def open_builder(isolation: Isolation) -> Builder:
    """The builder that everything in this process shares. Raises ToolMissing without Chisel."""
    import atexit

    from gatewright.sandbox.chisel.toolchain import open_toolchain

    with _opening:
        builder = _builders.get(isolation.level)
        if builder is None:
            builder = _builders[isolation.level] = Builder(open_toolchain(), lasting(isolation))
            atexit.register(builder.close)
        return builder


def _reference(problem: Problem) -> tuple[Source, ...]:
    spec = problem.harness
    given = spec.reference if isinstance(spec, TestbenchSpec | ReferenceSpec) else ()
    return given or problem.reference


def _reference_interface(problem: Problem) -> Interface | None:
    known = slang.parse_interfaces(_reference(problem))
    return known[0] if len(known) == 1 else None
