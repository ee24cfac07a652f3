"""The faults of ChipBench that its rule sets `errata` and `hardened` correct.

docs/errata_chipbench.md has the list with what is left. A correction gives a right answer its due:
it never changes what the specification asks for, the stimulus, or which values are right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from gatewright.core import Candidate, Problem, Provenance, Source, TestbenchSpec
from gatewright.datasets.verilogeval import GOLDEN, TOP

Edit = Callable[[str], str]

_MODULE = re.compile(r"^[ \t]*module\s+(\w+).*?\bendmodule\b", re.MULTILINE | re.DOTALL)
_DEFINE = re.compile(r"^`define .*", re.MULTILINE)
_COMPARISON = re.compile(
    r"assign tb_match = \( (\{[^}]*\}) === \( \{[^}]*\} \^ (\{[^}]*\}) \^ \{[^}]*\} \) \);"
)
_OWN = f"{GOLDEN}_"
_FINISHED = '$display("Simulation finished at %0d ps", $time);'
_COUNT = '$display("Mismatches: %1d in %1d samples", stats1.errors, stats1.clocks);'


@dataclass(frozen=True, slots=True)
class Erratum:
    """One fault: whose (a pattern of ids), what it is, and the edit of the testbench if any.

    `fails` marks a fault for which the reference itself fails under the published flow.
    """

    key: str
    problems: re.Pattern[str]
    what: str
    testbench: Edit | None = None
    fails: bool = False


def _same_is_same(text: str) -> str:
    """Let outputs that are equal in every bit, z included, match."""
    return _COMPARISON.sub(r"assign tb_match = ( \1 === \2 ) || \g<0>", text).replace(
        "|| assign tb_match = ", "|| "
    )


ERRATA = (
    Erratum(
        "high-impedance",
        re.compile(r".*-Prob013_least_common_multiple"),
        "the specification wants lcm_out to be z until it is valid, and the testbench's comparison "
        "takes a z for a difference",
        _same_is_same,
        fails=True,
    ),
    Erratum(
        "same-name",
        re.compile(
            r"not_self_contain-Prob00[134]_.*"
            r"|timing-Prob02[12]_(?:a?synchronous)_FIFO"
        ),
        "the reference defines its submodule beside it, so an answer that gives its own the same "
        "name, as the specifications of all but not_self_contain-Prob001 do, does not compile",
        fails=True,
    ),
    Erratum(
        "borrowed",
        re.compile(
            r"not_self_contain-Prob00[256]_.*"
            r"|arithmetic-Prob0(?:19|21|22)_.*"
            r"|assignment-Prob02[12]_.*"
            r"|timing-Prob018_.*"
        ),
        "the reference has no submodules and takes the answer's: what is wrong in them is wrong on "
        "both sides",
    ),
    Erratum(
        "pattern",
        re.compile(r"not_self_contain-Prob006_cpu_top"),
        "the testbench clears its counters with an assignment pattern, which Icarus Verilog does "
        "not compile; they are 0 without it",
        lambda text: text.replace("initial stats1 = '{default:0};", ""),
        fails=True,
    ),
    Erratum(
        "no-count",
        re.compile(r"cpu_ip-Prob00(?:8_chapter12_ctrl|9_cp0_reg)"),
        "the testbench never prints the line `Mismatches: N in M samples` that the published "
        "scripts look for",
        lambda text: text.replace(_FINISHED, f"{_FINISHED}\n\t\t{_COUNT}"),
        fails=True,
    ),
    Erratum(
        "dump",
        re.compile(r".*"),
        "$dumpvars names tb_mismatch before its declaration, an error in Icarus Verilog 13",
        lambda text: re.sub(r"\$dump(?:file|vars)\s*\([^;]*\);", "", text),
    ),
)
_EASING = frozenset({"dump"})


def errata_of(problem: Problem) -> tuple[Erratum, ...]:
    """The errata that concern a problem."""
    return tuple(each for each in ERRATA if each.problems.fullmatch(problem.id))


def only_eases(problem: Problem) -> bool:
    """True where no correction changes what a run does that compiles and ends in time."""
    return all(each.key in _EASING for each in errata_of(problem))


def known_faults(problems: tuple[str, ...]) -> dict[str, str]:
    """Of these problems, those whose reference the published flow fails, and why.

    Measured on Icarus Verilog 11.
    """
    return {
        name: each.what
        for name in problems
        for each in ERRATA
        if each.fails and each.problems.fullmatch(name)
    }


def corrected(problem: Problem) -> Problem:
    """The problem with testbench and reference corrected; the specification stays."""
    harness = problem.harness
    if not isinstance(harness, TestbenchSpec):
        return problem
    edits = [each.testbench for each in errata_of(problem) if each.testbench]
    testbench = harness.testbench
    for edit in edits:
        testbench = tuple(replace(source, text=edit(source.text)) for source in testbench)
    reference = tuple(_apart(source, problem.spec) for source in problem.reference)
    return replace(
        problem,
        reference=golden_answer(problem).sources,
        harness=replace(harness, testbench=testbench, reference=reference),
    )


def _apart(reference: Source, spec: str) -> Source:
    """The reference with submodules of its own, under names that no answer has."""
    text = "\n\n".join([reference.text, *_lacking(reference.text, spec)])
    for name in _defined(text):
        if name != GOLDEN:
            text = re.sub(rf"\b{name}\b(?!\s*\.)", f"{_OWN}{name}", text)
    return replace(reference, text=f"{text}\n")


def _defined(text: str) -> list[str]:
    return [match[1] for match in _MODULE.finditer(text)]


def _lacking(reference: str, spec: str) -> Iterator[str]:
    """The modules of the specification that the reference instantiates and does not define."""
    seen = {TOP, *_defined(reference)}
    for match in _MODULE.finditer(spec):
        name = match[1]
        if name not in seen and re.search(rf"\b{name}\b", reference):
            seen.add(name)
            yield match[0]


def golden_answer(problem: Problem) -> Candidate:
    """The reference as an answer: under its name, with what the testbench's file lends it.

    That is the macros, which an answer's file is compiled before, and the specification's modules.
    """
    harness = problem.harness
    benches = harness.testbench if isinstance(harness, TestbenchSpec) else ()
    macros = [line for bench in benches for line in _DEFINE.findall(bench.text)]
    sources = tuple(
        replace(
            source,
            text="\n".join(
                [
                    *macros,
                    re.sub(rf"\b{GOLDEN}\b", TOP, source.text),
                    *_lacking(source.text, problem.spec),
                    "",
                ]
            ),
        )
        for source in problem.reference
    )
    return Candidate(sources, Provenance.REFERENCE)
