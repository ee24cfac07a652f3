"""The kernel in a model's answer: a fenced block of it, and the file that it is."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from gatewright.core import Candidate, KernelSpec, Language, Problem, Provenance, Source

_FENCE = re.compile(r"^```[ \t]*([\w+-]*)[^\n]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_OPEN = re.compile(r"^```[ \t]*([\w+-]*)[^\n]*\n(.*)\Z", re.MULTILINE | re.DOTALL)


def extract(problem: Problem, response: str) -> Candidate:
    """The first fenced block that defines the entry, else the first one, else the whole text.

    Text without any block counts as code only where it defines the entry.
    """
    entry = _entry(problem)
    blocks = [match[2] for match in _FENCE.finditer(response)]
    if not blocks:
        cut_off = _OPEN.search(response)
        blocks = [cut_off[2]] if cut_off else []
    defining = [block for block in blocks if _defines(block, entry)]
    if not blocks and _defines(response, entry):
        defining = [response]
    code = next(iter(defining or blocks), "")
    if not code.strip():
        return Candidate((), Provenance.MODEL)
    named = Source(f"{problem.top}.py", code, Language.PYTHON)
    return as_file(Candidate((named,), Provenance.MODEL), problem)


def as_file(candidate: Candidate, problem: Problem) -> Candidate:
    """The candidate under the name of the file that its text is: Python, or bare CUDA."""
    if not candidate.sources:
        return candidate
    text = candidate.sources[0].text
    bare = _function_wanted(problem) and not _is_python(text)
    name, language = (".cu", Language.CUDA) if bare else (".py", Language.PYTHON)
    return replace(candidate, sources=(Source(f"{_entry(problem)}{name}", text, language),))


def _entry(problem: Problem) -> str:
    return problem.harness.entry if isinstance(problem.harness, KernelSpec) else problem.top


def _function_wanted(problem: Problem) -> bool:
    return isinstance(problem.harness, KernelSpec) and problem.harness.is_function


def _defines(code: str, entry: str) -> bool:
    """Whether a text binds the name, as a class, function, variable or exported function."""
    bound = rf'(?:class|def)\s+{entry}\b|^{entry}\s*=|"{entry}"|\b{entry}\s*\('
    return re.search(bound, code, re.MULTILINE) is not None


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True
