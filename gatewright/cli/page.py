"""One check as one HTML page: no other file, no network, no script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gatewright.core import (
    Candidate,
    CocotbSpec,
    Diagnostic,
    HarnessSpec,
    ReferenceSpec,
    Source,
    TestbenchSpec,
    Verdict,
)
from gatewright.pictures.drawn import Schematic

if TYPE_CHECKING:
    from markupsafe import Markup

    from gatewright.eval.highlight import Line

_SHOWN_CODE = 100_000  # characters, of all files together
_SHOWN_DIAGNOSTICS = 100
_SHOWN_LOG = 20_000


@dataclass(frozen=True, slots=True)
class CheckPage:
    """What a page tells: the design, what it was checked against, what came of it."""

    name: str
    candidate: Candidate
    spec: HarnessSpec
    verdict: Verdict
    formal: bool = False
    schematics: tuple[Schematic, ...] = ()

    @property
    def against(self) -> str:
        """What the design was checked against, in words."""
        if isinstance(self.spec, CocotbSpec):
            return f"cocotb tests in {_names(self.spec.tests)}"
        if isinstance(self.spec, TestbenchSpec):
            return f"the testbench {_names(self.spec.testbench)}"
        if isinstance(self.spec, ReferenceSpec):
            how = "by proof" if self.formal else "by random simulation"
            return f"the reference {_names(self.spec.reference)}, {how}"
        return "nothing"


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class _Picture:
    title: str
    svg: Markup | str


def check_html(page: CheckPage) -> str:
    """The page's text."""
    from markupsafe import Markup

    from gatewright.eval.answer_view import verdict_view
    from gatewright.eval.report import page_environment, page_text
    from gatewright.eval.trim import encodable, shortened

    environment = page_environment()
    shown = replace(
        page.verdict,
        diagnostics=page.verdict.diagnostics[:_SHOWN_DIAGNOSTICS],
        log=shortened(page.verdict.log, _SHOWN_LOG),
    )
    text = environment.get_template("check.html").render(
        page=page,
        view=verdict_view("", shown),
        files=list(_files(page.candidate.sources, page.verdict.diagnostics)),
        # The drawing escapes every name and value itself.
        schematics=[_Picture(each.title, Markup(each.svg)) for each in page.schematics],
        facts=list(_facts(page)),
        style=page_text(environment, "report_style.html"),
    )
    return encodable(text)


def _files(sources: Sequence[Source], diagnostics: Sequence[Diagnostic]) -> Iterator[_File]:
    from gatewright.eval.highlight import code_lines
    from gatewright.eval.trim import shortened

    room = _SHOWN_CODE
    for source in sources:
        mine = tuple(
            d for d in diagnostics if d.file == source.name or (not d.file and len(sources) == 1)
        )
        text = source.text if len(source.text) <= room else shortened(source.text, max(room, 400))
        # In a shortened text lines are no longer where tools saw them.
        yield _File(source.name, code_lines(text, mine if text is source.text else ()))
        room = max(0, room - len(text))


def _facts(page: CheckPage) -> Iterator[tuple[str, str]]:
    from gatewright import __version__

    verdict = page.verdict
    yield "Checked against", page.against
    if verdict.checks:
        yield "Checks", f"{verdict.checks:,}"
    if "seed" in verdict.metrics:
        yield "Seed", f"{verdict.metrics['seed']:.0f}; give it with --seed to see this run again"
    tools = ", ".join(f"{name} {version}" for name, version in verdict.tools.items())
    yield "Tools", tools or "none was needed"
    yield "Rule set", verdict.rules or "none"
    yield "Time", f"{verdict.cpu_s:.2f} CPU seconds, {verdict.wall_s:.2f} s in all"
    yield "Design", f"sha256 {page.candidate.sha256}"
    yield "Gatewright", __version__


def _names(sources: Sequence[Source]) -> str:
    return ", ".join(source.name for source in sources)
