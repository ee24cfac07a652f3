"""The published analysis of VerilogEval v2.0: letter codes and the results table.

Rules and layout are those of `scripts/sv-iv-analyze` (github.com/NVlabs/verilog-eval, commit
c498220). The letters come from words in a log, so they depend on the simulator's version and on
what a design prints; they are kept because published numbers are made of them.

====  ==========================================================================
code  the log says
====  ==========================================================================
.     `Mismatches: 0 in N samples` on some line: a pass
S     syntax error
e     an assignment requires an explicit cast
0     a sized constant of size zero
n     a process without sensitivities
w     a port or variable declared as wire
m     an unknown module type
c     cannot bind `clk`
T     TIMEOUT, from the testbench or from the 30 s limit
p     cannot bind a wire or reg
C     any other line with the word `error`
r     none of these, and the design has an asynchronous `reset`
R     none of these: the outputs differ, or the testbench never reported
====  ==========================================================================
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PASS = "."

_DECISIVE = (
    ("syntax error", "S"),
    ("error: This assignment requires an explicit cast", "e"),
    ("error: Sized numeric constant must have a size greater than zero", "0"),
    ("warning: always_comb process has no sensitivities", "n"),
    ("found no sensitivities so it will never trigger", "n"),
    ("is declared here as wire", "w"),
    ("Unknown module type", "m"),
    ("Unable to bind wire/reg/memory `clk'", "c"),
    ("TIMEOUT", "T"),
)
_SUMMARY = re.compile(r"^Mismatches: (\d+) in (\d+) samples$", re.MULTILINE)
_RESET_EDGES = ("posedge reset", "negedge reset", "posedge r)")


@dataclass(frozen=True, slots=True)
class Summary:
    """The testbench's own last line: samples compared, and how many of them differed."""

    mismatches: int
    samples: int


def summaries(log: str) -> tuple[Summary, ...]:
    """Every summary line of a log, in order; an honest run leaves one."""
    return tuple(Summary(int(m[1]), int(m[2])) for m in _SUMMARY.finditer(_text(log)))


def letter(log: str, source: str) -> str:
    """The code of one sample, from the compile and simulation log and the sample's text."""
    log = _text(log)
    for line in log.split("\n"):
        for words, code in _DECISIVE:
            if words in line:
                return code
    if "Unable to bind wire/reg" in log:
        return "p"
    if "error" in log:
        return "C"
    if any(summary.mismatches == 0 for summary in summaries(log)):
        return PASS
    return "r" if any(edge in source for edge in _RESET_EDGES) else "R"


def _text(log: str) -> str:
    return log.replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True, slots=True)
class Record:
    """One sample's row in the published table. A sample that is missing has the code `?`."""

    code: str = "?"
    mismatches: int = 0
    prompt_tokens: int = 0
    response_tokens: int = 0
    cost: float = 0.0


Records = Mapping[str, Sequence[Record]]
"""Problem name to its samples, in order; the table sorts by name."""


def problem_rate(samples: Sequence[Record]) -> int:
    """A problem's whole per cent, cut off in floating point (29 of 50 gives 57)."""
    passed = sum(record.code == PASS for record in samples)
    return int((passed / len(samples)) * 100)


def pass_rate(records: Records) -> float:
    """The published headline number: the mean of the problems' cut-off percentages."""
    return sum(float(problem_rate(samples)) for samples in records.values()) / len(records)


def gini_simpson(records: Records) -> float:
    """Mean Gini-Simpson index of the samples' outcomes; `R` counts as its mismatches."""
    return sum(_diversity(records[name]) for name in sorted(records)) / len(records)


def _diversity(samples: Sequence[Record]) -> float:
    outcomes = Counter(
        record.mismatches if record.code == "R" else record.code for record in samples
    )
    return 1 - sum((count / len(samples)) ** 2 for count in outcomes.values())


def table(records: Records) -> str:
    """The whole of the published `summary.txt`."""
    width = max(len(name) for name in records)
    rows = [_row(name, records[name], width) for name in sorted(records)]
    return "\n".join(["", *rows, "", *_totals(records), "", ""])


def _row(name: str, samples: Sequence[Record], width: int) -> str:
    passed = sum(record.code == PASS for record in samples)
    tokens = sum(record.prompt_tokens + record.response_tokens for record in samples)
    codes = "".join(record.code for record in samples)
    groups = " ".join(codes[at : at + 5] for at in range(0, len(codes), 5))
    rate = f"[{passed:02}/{len(samples):02}]({problem_rate(samples):3}%)"
    return f"{name:{width}} {rate} {tokens / 1000:5.2f} {groups:24}"


def _totals(records: Records) -> list[str]:
    everything = [record for name in sorted(records) for record in records[name]]
    prompt = sum(record.prompt_tokens for record in everything)
    response = sum(record.response_tokens for record in everything)
    queries = len(everything)
    return [
        f"pass_rate             = {pass_rate(records):>10.2f}",
        f"avg_gini_simpson_idx  = {gini_simpson(records):>10.2f}",
        f"total_prompt_tokens   = {prompt:>10}",
        f"total_resp_tokens     = {response:>10}",
        f"total_tokens          = {prompt + response:>10}",
        f"avg_tokens_per_prompt = {prompt / queries:>10.2f}",
        f"avg_tokens_per_resp   = {response / queries:>10.2f}",
        f"avg_tokens_per_query  = {(prompt + response) / queries:>10.2f}",
        f"total_cost            = {sum(record.cost for record in everything):>10.2f}",
    ]


def csv(records: Records) -> str:
    """The whole of the published `summary.csv`: name, passed, samples, rate, the codes."""
    lines = []
    for name in sorted(records):
        samples = records[name]
        passed = sum(record.code == PASS for record in samples)
        codes = ",".join(record.code for record in samples)
        lines.append(f"{name},{passed},{len(samples)},{problem_rate(samples) / 100.0},{codes}\n")
    return "".join(lines)
