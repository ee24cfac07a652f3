"""CVDP's published reading of an answer, and the reading of a patch for agentic problems.

Source: `src/model_helpers.py` of github.com/NVlabs/cvdp_benchmark, commit d54edc9: one expected
file is the first fenced block, or the whole text; several come as JSON, whose unquoted names are
quoted first and whose control characters are dropped. Where the published flow asks the model
again up to three times for JSON that cannot be read, there is no code here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from gatewright.core import Candidate, Language, Problem, Provenance, Source, language_of
from gatewright.datasets.patches import PatchError, apply_patch
from gatewright.eval.suites.cvdp_prompt import answers_of

_FENCED = re.compile(r"```(?:(\w+)\n)?(.*?)```", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1F\x7F]")
_BARE_NAME = re.compile(r"(\{|\,)\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*:")
_BARE_VALUE = re.compile(r":\s*([a-zA-Z][a-zA-Z0-9_\s]*[a-zA-Z0-9])(\s*[,}])")
_PATCH = re.compile(r"^(?:--- .*\n\+\+\+ (?P<file>\S+).*\n)?@@ -\d", re.MULTILINE)


def extract(problem: Problem, response: str, *, agentic: bool) -> Candidate:
    """The files of an answer; a candidate without sources where there is no code."""
    answers, text = answers_of(problem), response.strip()
    if agentic:
        found = dict(_patched(problem, answers, response))
    elif len(answers) == 1:
        block = _FENCED.search(text)
        found = {answers[0]: block[2] if block else text}
    else:
        found = dict(_files(text))
    sources = tuple(_source(name, code) for name, code in found.items() if code.strip())
    return Candidate(sources, Provenance.MODEL)


def _source(name: str, text: str) -> Source:
    return Source(name, text, language_of(name) or Language.SYSTEMVERILOG)


def _files(text: str) -> Iterator[tuple[str, str]]:
    if text.startswith("{") and text.endswith("}"):
        text = _BARE_VALUE.sub(r': "\1"\2', _BARE_NAME.sub(r'\1 "\2":', text))
    text = _CONTROL.sub("", text)
    try:
        read = json.loads(text[text.find("{") : text.rfind("}") + 1])
    except (ValueError, RecursionError):
        return
    rows = read.get("code") if isinstance(read, dict) else None
    for row in rows if isinstance(rows, list) else ():
        for name, code in row.items() if isinstance(row, dict) else ():
            yield str(name), _code(code)


def _code(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    block = _FENCED.search(text)
    return block[2] if block else text


def _patched(
    problem: Problem, answers: tuple[str, ...], response: str
) -> Iterator[tuple[str, str]]:
    """The last patch of each file, applied; without any, the last fenced block is the file."""
    context = {source.name: source.text for source in problem.context}
    blocks = [match[2] for match in _FENCED.finditer(response)]
    patches = [block for block in blocks if _PATCH.search(block)]
    if not patches and _PATCH.search(response):
        patches = [response[_PATCH.search(response).start() :]]  # type: ignore[union-attr]
    for patch in patches:
        name = _target(patch, answers, tuple(context))
        try:
            yield name, apply_patch(context.get(name, ""), patch)
        except PatchError:
            continue
    if not patches and blocks and len(answers) == 1:
        yield answers[0], blocks[-1]


def _target(patch: str, answers: tuple[str, ...], known: tuple[str, ...]) -> str:
    """The file that a patch names, as far as one of that path is known; else the first."""
    head = _PATCH.search(patch)
    named = (head["file"] or "") if head else ""
    for name in (*answers, *known):
        if named == name or named.endswith(f"/{name}"):
            return name
    return answers[0] if answers else named
