"""The faults of VerilogEval v2.0 that the rule set `errata` corrects; docs/errata.md has the rest.

A correction may only give a right answer its due: it never changes what the specification asks
for, which stimulus the testbench applies or what it compares. Every verdict that differs from
`official` is therefore the dataset's or the simulator's doing, not the design's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from gatewright.core import Candidate, Problem, Provenance, Source, TestbenchSpec
from gatewright.datasets.verilogeval import GOLDEN, TOP

Edit = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Erratum:
    """One fault: which suites and problems (none = all), what is edited, and who reported it.

    `eases` marks an edit without effect on a run that compiles and ends before the time limit.
    """

    key: str
    what: str
    source: str
    suites: tuple[str, ...] = ("verilogeval", "verilogeval-complete")
    problems: tuple[str, ...] = ()
    testbench: Edit | None = None
    reference: Edit | None = None
    eases: bool = False

    def concerns(self, problem: Problem) -> bool:
        """True where this erratum's edits apply."""
        return problem.origin.suite in self.suites and (
            not self.problems or problem.id in self.problems
        )


def _rename_ports(text: str) -> str:
    return text.replace(".Y2(", ".Y1(").replace(".Y4(", ".Y3(")


def _raise_time_limit(text: str) -> str:
    return re.sub(r"#1000000\b", "#100000000", text)


def _drop_dump(text: str) -> str:
    return re.sub(r"\$dump(?:file|vars)\s*\([^;]*\);", "", text)


def _drop_enum_casts(text: str) -> str:
    return text.replace("States'(", "(").replace("States state", "logic [3:0] state")


ERRATA = (
    Erratum(
        key="ports",
        what="the testbench connects ports Y2 and Y4; specification and reference have Y1 and Y3",
        source="NVlabs/verilog-eval issue 13, pull request 16",
        suites=("verilogeval",),
        problems=("Prob099_m2014_q6c",),
        testbench=_rename_ports,
    ),
    Erratum(
        key="time-limit",
        what="the testbench's time limit ends before its stimulus does (082, 141, 156)",
        source="NVlabs/verilog-eval issue 21",
        testbench=_raise_time_limit,
        eases=True,
    ),
    Erratum(
        key="enum-cast",
        what="the reference casts to an enumeration, which Icarus Verilog 11 cannot compile",
        source="measured: `sorry: This cast operation is not yet supported.`",
        problems=("Prob151_review2015_fsm", "Prob156_review2015_fancytimer"),
        reference=_drop_enum_casts,
    ),
    Erratum(
        key="dump",
        what="$dumpvars names tb_mismatch before its declaration, an error in Icarus Verilog 13",
        source="NVlabs/verilog-eval issue 9",
        testbench=_drop_dump,
        eases=True,
    ),
)


def corrected(problem: Problem) -> Problem:
    """The problem with its testbench and reference corrected; the specification stays."""
    harness = problem.harness
    if not isinstance(harness, TestbenchSpec):
        return problem
    mended = [erratum for erratum in ERRATA if erratum.concerns(problem)]
    references = [erratum.reference for erratum in mended if erratum.reference]
    testbenches = [erratum.testbench for erratum in mended if erratum.testbench]
    return replace(
        problem,
        reference=_edited(problem.reference, references),
        harness=replace(
            harness,
            testbench=_edited(harness.testbench, testbenches),
            reference=_edited(harness.reference, references),
        ),
    )


def only_eases(problem: Problem) -> bool:
    """True where no correction changes what a run does that compiles and ends in time."""
    return all(erratum.eases for erratum in ERRATA if erratum.concerns(problem))


def _edited(sources: tuple[Source, ...], edits: list[Edit]) -> tuple[Source, ...]:
    for edit in edits:
        sources = tuple(replace(source, text=edit(source.text)) for source in sources)
    return sources


def golden_answer(problem: Problem) -> Candidate:
    """The corrected reference under the name an answer must have."""
    sources = tuple(
        replace(source, text=_as_answer(source)) for source in corrected(problem).reference
    )
    return Candidate(sources=sources, provenance=Provenance.REFERENCE)


def _as_answer(source: Source) -> str:
    return re.sub(rf"\b{GOLDEN}\b", TOP, source.text)


_CASTS_TO_ENUMERATIONS = 12
_LATE = ("Prob082_lfsr32", "Prob141_count_clock", "Prob156_review2015_fancytimer")


def known_faults(suite: str, icarus: int) -> dict[str, str]:
    """References that fail as published, on that major version of Icarus, with the reason.

    Measured on versions 11 and 12; version 13 compiles no published testbench at all.
    """
    by_key = {erratum.key: erratum for erratum in ERRATA}
    found = dict.fromkeys(_LATE, by_key["time-limit"].what)
    if suite in by_key["ports"].suites:
        found |= dict.fromkeys(by_key["ports"].problems, by_key["ports"].what)
    if icarus < _CASTS_TO_ENUMERATIONS:
        found |= dict.fromkeys(by_key["enum-cast"].problems, by_key["enum-cast"].what)
    return found
