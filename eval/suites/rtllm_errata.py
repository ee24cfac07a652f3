"""The faults of RTLLM v2.0 that `errata` and `hardened` correct; docs/errata_rtllm.md has the rest.

A correction gives a right answer its due and makes a testbench mean what it prints. None changes
what the description asks for or which values are compared; two move the instant of a comparison
off the clock edge at which the value changes. Where a testbench passes plainly wrong designs and
a word of it is enough to see them, `hardened` is stricter; `errata` is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gatewright.core import Candidate, DataError, Problem, Provenance, Source, TestbenchSpec

Edit = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Erratum:
    """One fault of one testbench: what is edited, and who reported it.

    `unless` is a name: an answer that has it is taken as the testbench was published. `fails`
    tells on which major versions of Icarus the reference itself fails for this fault. `strict`
    marks what only `hardened` applies: a testbench that passes wrong designs is made to see them.
    """

    problem: str
    key: str
    what: str
    source: str
    edit: Edit
    unless: str = ""
    fails: frozenset[int] = frozenset()
    strict: bool = False


def _swap(*pairs: tuple[str, str]) -> Edit:
    """The edit that replaces each text by another."""

    def edited(text: str) -> str:
        for old, new in pairs:
            if old not in text:
                raise DataError(
                    f"the testbench to correct has no {old!r}",
                    hint="this is not RTLLM v2.0: fetch it again",
                )
            text = text.replace(old, new)
        return text

    return edited


def _array_by_words(text: str) -> str:
    """Give an array's initial values word by word."""
    found = re.search(r"(reg \[7:0\] data \[0:9\]) = \{([^}]*)\};", text)
    if found is None:
        raise DataError(
            "the testbench to correct has no array with initial values",
            hint="this is not RTLLM v2.0: fetch it again",
        )
    words = "".join(f" data[{n}] = {v.strip()};" for n, v in enumerate(found[2].split(",")))
    return f"{text[: found.start()]}{found[1]};\n    initial begin{words} end{text[found.end() :]}"


_ALL = frozenset({11, 12, 13})
_COMPARED = _swap(
    (
        "(A > B && !A_greater) || (A == B && !A_equal) || (A < B && !A_less)",
        "{A_greater, A_equal, A_less} !== {A > B, A == B, A < B}",
    )
)

ERRATA = (
    Erratum(
        "radix2_div",
        "clock-edge",
        "the testbench changes the operands at the very clock edge that the design samples them "
        "at, so the reference takes some operands of the division before",
        "RTLLM issue 20 (which blames the reference); cause measured",
        _swap(
            ("wait(res_valid);\n            #10;", "wait(res_valid);\n            @(negedge clk);")
        ),
        fails=_ALL,
    ),
    Erratum(
        "radix2_div",
        "res_ready",
        "the testbench connects a port res_ready that the description does not name",
        "RTLLM pull request 18, issue 16",
        _swap((".res_ready(res_ready),", "")),
        unless="res_ready",
    ),
    Erratum(
        "ring_counter",
        "array",
        "the testbench gives an array its initial values in one assignment, which no version of "
        "Icarus Verilog compiles",
        "RTLLM issue 19",
        _array_by_words,
        fails=_ALL,
    ),
    Erratum(
        "ring_counter",
        "verdict",
        "the testbench prints `Your Design Passed` after `Failed` as well, and looks at its "
        "counter at the edge that changes it",
        "RTLLM issue 19",
        _swap(
            ("// $finish;", "failed = 1;"),
            ("reg [3:0] i;", "reg [3:0] i;\n    reg failed = 0;"),
            (
                "always @(posedge clk) begin\n        if (i == 9)",
                "always @(negedge clk) begin\n        if (i == 9 && !failed)",
            ),
        ),
    ),
    Erratum(
        "asyn_fifo",
        "break",
        "the testbench leaves a loop with `break`, which Icarus Verilog 11 and 12 do not compile",
        "RTLLM issue 19",
        _swap(
            ("break;", "disable writing;"),
            ("initial begin\n  repeat (17)", "initial begin : writing\n  repeat (17)"),
        ),
        fails=frozenset({11, 12}),
    ),
    Erratum(
        "clkgenerator",
        "toggle",
        "the testbench looks at the clock at the very instant at which it toggles",
        "RTLLM issue 19",
        _swap(
            ("#5; // Time delay between clock cycles", "#4; // just before the clock toggles"),
            ("res = res + 1;", "res = res + 1; #1;"),
        ),
        fails=_ALL,
    ),
    Erratum(
        "sequence_detector",
        "reset",
        "the testbench connects rst_n; the description calls the port reset_n",
        "RTLLM pull request 18, issue 16",
        _swap((".rst_n(rst_n)", ".reset_n(rst_n)")),
        unless="rst_n",
    ),
    Erratum(
        "freq_divbyeven",
        "module",
        "the testbench instantiates freq_divbyeven; the description calls the module freq_diveven",
        "RTLLM issue 16",
        _swap(("freq_divbyeven uut", "freq_diveven uut")),
        unless="freq_divbyeven",
    ),
    *(
        Erratum(
            name,
            "all-outputs",
            "the testbench looks at one of the three outputs, so that all of them may always be 1; "
            "the description wants just one of them to be",
            "measured",
            _COMPARED,
            strict=True,
        )
        for name in ("comparator_3bit", "comparator_4bit")
    ),
    Erratum(
        "square_wave",
        "no-wave",
        "the testbench minds only that the output is 1 for too long, so that there need be no wave",
        "measured",
        _swap(
            ("integer error = 0; ", "integer seen = 0; integer error = 0; "),
            (
                "if (ones_count > 8)",
                "if (ones_count == 8) seen = 1;\n                if (ones_count > 8)",
            ),
            (
                "if (error == 0) begin",
                'if (!seen) $display("Error: no wave"); else if (error == 0) begin',
            ),
        ),
        strict=True,
    ),
    Erratum(
        "sequence_detector",
        "unknown",
        "the testbench takes an unknown output for right at two of its three looks",
        "measured",
        _swap(
            ("if (!sequence_detected)", "if (sequence_detected !== 1)"),
            ("if (sequence_detected)", "if (sequence_detected !== 0)"),
        ),
        strict=True,
    ),
)


def corrected(problem: Problem, candidate: Candidate, *, strict: bool = False) -> Problem:
    """The problem with its testbench corrected, as this answer needs it."""
    harness = problem.harness
    mine = [
        each
        for each in ERRATA
        if each.problem == problem.id
        and (strict or not each.strict)
        and not (each.unless and _has(candidate, each.unless))
    ]
    if not mine or not isinstance(harness, TestbenchSpec):
        return problem
    testbench = harness.testbench
    for erratum in mine:
        testbench = tuple(replace(s, text=erratum.edit(s.text)) for s in testbench)
    top = "freq_diveven" if any(each.key == "module" for each in mine) else problem.top
    return replace(problem, top=top, harness=replace(harness, testbench=testbench))


def _has(candidate: Candidate, name: str) -> bool:
    return re.search(rf"\b{name}\b", candidate.text) is not None


def known_faults(icarus: int) -> dict[str, str]:
    """References that fail as published, on that major version of Icarus, with the reason.

    Measured on versions 11, 12 and 13; a later one is taken to be as 13.
    """
    version = min(max(icarus, 11), 13)
    return {each.problem: each.what for each in reversed(ERRATA) if version in each.fails}


def golden_answer(problem: Problem) -> Candidate:
    """The reference, its top named as an answer's must be."""
    sources = tuple(_as_answer(source, problem.top) for source in problem.reference)
    return Candidate(sources, Provenance.REFERENCE)


def _as_answer(source: Source, top: str) -> Source:
    if re.search(rf"\bmodule\s+{top}\b", source.text):
        return source
    names: Sequence[str] = re.findall(r"\bmodule\s+(verified_\w+)", source.text)
    if len(names) != 1:
        raise DataError(f"defines neither {top} nor one verified_ module", where=source.name)
    return replace(source, text=re.sub(rf"\b{names[0]}\b", top, source.text))
