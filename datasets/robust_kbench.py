"""Reads robust-kbench: PyTorch functions to replace by CUDA ones, in every configuration.

Layout: github.com/SakanaAI/robust-kbench (Apache-2.0), arXiv 2509.14279: `tasks/NAME/` with
`func_forward.py`, `config_forward.json` and, for some, the same for `backward`; below
`tasks/kernelbench/level_{1,2}/task_N/` KernelBench's problems in that form. A problem's id is
`NAME/forward` or `NAME/backward`, `level_1/task_N/forward` for those.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gatewright.core import (
    DataError,
    KernelConfiguration,
    KernelSpec,
    Language,
    Origin,
    Problem,
    Source,
)
from gatewright.datasets.reading import read, text_of

SUITE = "robust-kbench"
DIRECTIONS = ("forward", "backward")
_FILTERS = {
    "filter_output_range": "the output is within ±0.01",
    "filter_output_std": "the output hardly varies between inputs",
    "filter_output_axes": "the output hardly varies along an axis",
    "filter_init_impact": "the weights hardly matter",
    "filter_input_impact": "the inputs hardly matter",
}
_OPINIONS = {
    "filter_llm_redundancy": "redundant",
    "filter_llm_inefficiency": "inefficient",
    "filter_llm_sanity": "unsound",
}


@dataclass(frozen=True, slots=True)
class RobustData:
    """The problems, the hash of their files, and the folder read.

    `filtered` says of problems that the benchmark's own measurements reject why they do, `doubted`
    what its language model called the others.
    """

    problems: tuple[Problem, ...]
    sha256: str
    folder: Path
    filtered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    doubted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def load(data: Path) -> RobustData:
    """Read the tasks of a checkout, or of a folder that holds it as `robust-kbench`.

    `sha256` covers names and bytes of functions and configurations. Raises DataError where `data`
    is no such folder, or a task lacks its configurations.
    """
    root = _root(data)
    digest = hashlib.sha256()
    problems: list[Problem] = []
    filtered: dict[str, tuple[str, ...]] = {}
    doubted: dict[str, tuple[str, ...]] = {}
    for name, folder in _tasks(root):
        for direction in DIRECTIONS:
            if (folder / f"func_{direction}.py").is_file():
                problem = _problem(name, folder, direction)
                digest.update(bytes.fromhex(problem.origin.sha256))
                problems.append(problem)
        for said, known in ((filtered, _FILTERS), (doubted, _OPINIONS)):
            by = _said(folder / "filter_results.json", known)
            if by:
                said[f"{name}/forward"] = by
    doubted = {name: by for name, by in doubted.items() if name not in filtered}
    return RobustData(tuple(problems), digest.hexdigest(), root, filtered, doubted)


def _root(data: Path) -> Path:
    if not data.is_dir():
        hint = "give the folder of a robust-kbench checkout with --data"
        raise DataError("no such folder", where=str(data), hint=hint)
    for place in (data, data / SUITE):
        if any((place / "tasks").glob("**/func_forward.py")):
            return place
    hint = "looked for tasks/*/func_forward.py"
    raise DataError("not a robust-kbench folder", where=str(data), hint=hint)


def _tasks(root: Path) -> Iterator[tuple[str, Path]]:
    """The tasks' names and folders: the benchmark's own, then KernelBench's."""
    own = root / "tasks"
    for path in sorted(own.iterdir()):
        if path.is_dir() and path.name != "kernelbench":
            yield path.name, path
    for level in sorted((own / "kernelbench").glob("level_*")):
        for path in sorted(level.glob("task_*"), key=lambda p: int(p.name.removeprefix("task_"))):
            yield f"{level.name}/{path.name}", path


def _problem(name: str, folder: Path, direction: str) -> Problem:
    code = read(folder / f"func_{direction}.py")
    raw = read(folder / f"config_{direction}.json")
    digest = hashlib.sha256()
    for part in (f"{name}/{direction}".encode(), code, raw):
        digest.update(f"{len(part)}\0".encode() + part)
    text = text_of(code)
    file = f"{name.replace('/', '_')}_{direction}.py"
    spec = KernelSpec(
        reference=Source(file, text, Language.PYTHON),
        entry=direction,
        is_function=True,
        configurations=configurations(raw, str(folder / f"config_{direction}.json")),
        backward=direction == "backward",
    )
    return Problem(
        id=f"{name}/{direction}",
        spec=text,
        language=Language.CUDA,
        top=direction,
        harness=spec,
        category=f"{name.partition('/')[0] if '/' in name else 'own'} {direction}",
        origin=Origin(SUITE, "Apache-2.0", digest.hexdigest()),
    )


def configurations(raw: bytes, where: str) -> tuple[KernelConfiguration, ...]:
    """All combinations of a configuration file: of weights, of inputs, and of what both share.

    The `multi_*` lists; the `single_*` ones where those are empty (KernelBench's tasks). What is
    shared goes before the others, as in the benchmark. Equal combinations count once.
    """
    try:
        found = json.loads(raw)
        many = [found[f"multi_{part}_configs"] for part in ("init", "input", "shared")]
        if not any(any(options) for options in many):
            many = [found[f"single_{part}_configs"] for part in ("init", "input", "shared")]
    except (ValueError, KeyError, TypeError) as error:
        said = f"not a task's configurations: {type(error).__name__} {error}"
        raise DataError(said, where=where, hint="the copy is incomplete") from None
    inits, inputs, shared = many
    made = [
        KernelConfiguration(_json({**one, **both}), _json({**init, **both}))
        for init in inits
        for one in inputs
        for both in shared
    ]
    return tuple(dict.fromkeys(made))


def _json(keywords: Mapping[str, Any]) -> str:
    return json.dumps(keywords, sort_keys=True)


def _said(path: Path, known: Mapping[str, str]) -> tuple[str, ...]:
    """Which of the known filters reject a task, in words."""
    if not path.is_file():
        return ()
    try:
        found = json.loads(read(path))
        return tuple(why for name, why in known.items() if found.get(name) is True)
    except (ValueError, AttributeError) as error:
        raise DataError(f"not a task's filters: {error}", where=str(path)) from None
