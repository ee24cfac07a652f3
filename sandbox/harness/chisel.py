"""Chisel candidates: built into SystemVerilog, then checked as any Verilog candidate is."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

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
from gatewright.sandbox.isolation import Isolation
from gatewright.sandbox.tools import slang

_INITIAL = re.compile(r"\binitial\b")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_IMPLICIT = {"clock", "reset"}
_HINT = (
    "extra ports clock and reset come from `extends Module`: use RawModule, with every port an IO"
)


@dataclass(frozen=True, slots=True)
class ChiselHarness:
    """Builds the candidate, compares its ports, and hands its SystemVerilog to `inner`.

    Remarks on the emitted text are moved to the candidate's own lines. Registers start at 0 only
    where the reference has `initial` blocks, which Chisel cannot say. `arguments` are the top's
    constructor arguments.
    """

    builder: Builder
    inner: Harness
    arguments: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def rules(self) -> str:
        """The inner harness's."""
        return self.inner.rules

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        """A failing design is a Verdict; raises what the inner harness and the toolchain raise."""
        build = self.build(problem, candidate)
        if build.failure is not None:
            return self._failed(build, build.failure, build.diagnostics)
        emitted = replace(candidate, sources=build.verilog)
        differences = tuple(self._differences(problem, emitted))
        if differences:
            said = (*build.diagnostics, *differences)
            return self._failed(build, FailureClass.INTERFACE, said)
        as_verilog = replace(problem, language=Language.SYSTEMVERILOG, header="")
        return self._told(self.inner.check(as_verilog, emitted), build)

    def build(self, problem: Problem, candidate: Candidate) -> Build:
        """The candidate's SystemVerilog, or why there is none."""
        sources = tuple(s for s in candidate.sources if s.language is Language.CHISEL)
        if not sources:
            said = Diagnostic(Severity.ERROR, "the candidate holds no Chisel source", tool="chisel")
            return Build(failure=FailureClass.NO_CODE, diagnostics=(said,))
        request = Request(sources, problem.top, self.arguments, powers_up(problem))
        return self.builder.build(request)

    def _differences(self, problem: Problem, emitted: Candidate) -> Iterator[Diagnostic]:
        wanted = problem.interface or _reference_interface(problem)
        if wanted is None:
            return
        module = slang.parse_sources(emitted.sources).module(problem.top or wanted.module)
        if module is None:
            return
        yield from interface_differences(emitted, replace(wanted, module=module.name))
        extra = {port.name for port in module.interface.ports} - {p.name for p in wanted.ports}
        if _IMPLICIT & extra:
            yield Diagnostic(Severity.NOTE, _HINT, code="port", tool="chisel")

    def _failed(
        self, build: Build, failure: FailureClass, diagnostics: Sequence[Diagnostic]
    ) -> Verdict:
        return Verdict(
            Outcome.FAIL,
            failure,
            diagnostics=tuple(diagnostics),
            log=build.log,
            tools=self.builder.toolchain.versions,
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
            tools={**verdict.tools, **self.builder.toolchain.versions},
            cpu_s=verdict.cpu_s + build.cpu_s,
            wall_s=verdict.wall_s + build.wall_s,
        )


def powers_up(problem: Problem) -> bool:
    """Whether the reference gives its registers first values."""
    return any(_INITIAL.search(_COMMENT.sub(" ", s.text)) for s in _reference(problem))


@cache
def open_builder(isolation: Isolation) -> Builder:
    """The builder that everything in this process shares: its servers stay warm.

    Raises ToolMissing where Chisel is not installed.
    """
    import atexit

    from gatewright.sandbox.chisel.toolchain import open_toolchain

    builder = Builder(open_toolchain(), isolation)
    atexit.register(builder.close)
    return builder


def _reference(problem: Problem) -> tuple[Source, ...]:
    spec = problem.harness
    given = spec.reference if isinstance(spec, TestbenchSpec | ReferenceSpec) else ()
    return given or problem.reference


def _reference_interface(problem: Problem) -> Interface | None:
    known = slang.parse_interfaces(_reference(problem))
    return known[0] if len(known) == 1 else None
