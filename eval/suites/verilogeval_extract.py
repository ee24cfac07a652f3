"""VerilogEval v2's reading of a model's answer: the file that `scripts/sv-generate` writes.

The reading is line by line and forgiving in places, strict in others (an answer that opens with
`[BEGIN]` and never closes yields nothing); published numbers include all of it, so it is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gatewright.core import Candidate, Problem, Provenance, Source
from gatewright.datasets.verilogeval import TOP, Task

_HEADER = f"module {TOP}"
_REMARK = "// VERILOG-EVAL: "
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def extract(problem: Problem, response: str, task: Task) -> Candidate:
    """The candidate an answer stands for; without sources where nothing but comments is left."""
    text = extracted_text(problem, response, task)
    written = text.removeprefix(f"\n{problem.header}")
    if not _COMMENT.sub("", written).strip():
        return Candidate(sources=(), provenance=Provenance.MODEL, note="the answer holds no code")
    source = Source(f"{problem.id}_answer.sv", text)
    return Candidate(sources=(source,), provenance=Provenance.MODEL)


def extracted_text(problem: Problem, response: str, task: Task) -> str:
    """The text of the published flow's `_sampleNN.sv`, byte for byte."""
    if task is Task.CODE_COMPLETE:
        return f"\n{_completed_text(problem.header, response)}\n"
    return f"\n{_answered_text(response)}\n"


def _answered_text(response: str) -> str:
    marked = _between_marks(response)
    if marked is not None:
        return marked
    kept = _Kept.of(response)
    return f"{kept.text}\n{_REMARK}response did not use <CODE></CODE> correctly\n"


def _between_marks(response: str) -> str | None:
    """What [BEGIN] and [DONE] enclose; empty if never closed, None if never opened."""
    lines: list[str] = []
    opened = False
    for line in response.splitlines():
        if not opened:
            opened = line.lstrip().startswith("[BEGIN]")
            if opened and line.strip() != "[BEGIN]":
                lines.append(line.lstrip().replace("[BEGIN]", ""))
        elif line.rstrip().endswith("[DONE]"):
            if line.strip() != "[DONE]":
                lines.append(line.rstrip().replace("[DONE]", ""))
            return _joined(lines)
        else:
            lines.append(line)
    return "" if opened else None


def _completed_text(header: str, response: str) -> str:
    kept = _Kept.of(response)
    remarks = (
        (kept.fences == 1 or kept.fences > 2, "abnormal backticks count"),
        (kept.saw_module, "errant inclusion of module definition"),
        (not kept.saw_endmodule, "endmodule not found"),
    )
    lead = "" if kept.own_header else f"{header}\n\n"
    tail = "".join(f"{_REMARK}{remark}\n\n" for applies, remark in remarks if applies)
    return f"{lead}{kept.text}\n{tail}"


@dataclass(frozen=True, slots=True)
class _Kept:
    """The lines of an answer that count as code, and what was seen on the way.

    `own_header` looks at column 0 only and is undone by an earlier `endmodule`; `saw_module`
    takes indented ones too. Both rules are the benchmark's.
    """

    text: str
    fences: int
    own_header: bool
    saw_module: bool
    saw_endmodule: bool

    @classmethod
    def of(cls, response: str) -> _Kept:
        lines = response.splitlines()
        fences = sum(line.startswith("```") for line in lines)
        own_header = _has_own_header(lines)
        if fences >= 2:
            code = _inside_first_fences(lines)
        else:
            code = _up_to_endmodule(lines, from_header=own_header)
        return cls(
            text=_joined(code),
            fences=fences,
            own_header=own_header,
            saw_module=any(line.strip().startswith(_HEADER) for line in lines),
            saw_endmodule=any(line.strip().startswith("endmodule") for line in lines),
        )


def _has_own_header(lines: list[str]) -> bool:
    for line in lines:
        if line.startswith("endmodule"):
            return False
        if line.startswith(_HEADER):
            return True
    return False


def _inside_first_fences(lines: list[str]) -> list[str]:
    fenced = [number for number, line in enumerate(lines) if line.startswith("```")]
    return lines[fenced[0] + 1 : fenced[1]]


def _up_to_endmodule(lines: list[str], *, from_header: bool) -> list[str]:
    kept: list[str] = []
    begun = not from_header
    for line in lines:
        begun = begun or line.strip().startswith(_HEADER)
        if begun and not line.startswith("```"):
            kept.append(line)
        if line.strip().startswith("endmodule"):
            break
    return kept


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
