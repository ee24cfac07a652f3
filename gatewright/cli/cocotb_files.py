"""The cocotb tests that `--cocotb` names: Python files, or the Makefile of a plain flow."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from gatewright.cli.inputs import read_source, read_sources, read_text
from gatewright.core import CocotbSpec, DataError, Source, UsageError


def cocotb_spec(paths: Sequence[str], data: tuple[Source, ...]) -> CocotbSpec:
    """The check that these files make up.

    Raises UsageError for a Makefile that is not understood, DataError where its tests are missing.
    """
    from gatewright.sandbox.harness.cocotb_makefile import is_makefile, read_makefile

    makefiles = [path for path in paths if is_makefile(Path(path))]
    if not makefiles:
        return CocotbSpec(read_sources(paths), data)
    if len(makefiles) > 1:
        raise UsageError("two Makefiles are two checks", where=makefiles[1])
    path = Path(makefiles[0])
    flow = read_makefile(read_text(path), path)
    given = read_sources([other for other in paths if other != makefiles[0]])
    tests = {source.name: source for source in given}
    for name in flow.modules:
        tests |= _with_helpers(name, flow.folders, str(path), tests)
    return CocotbSpec(tuple(tests.values()), data, flow.top, flow.defines, flow.parameters)


def _with_helpers(
    module: str, folders: Sequence[Path], where: str, known: dict[str, Source]
) -> dict[str, Source]:
    """A test module and what it imports that lies in the same folders."""
    file = _file(module, folders)
    if file is None and f"{module}.py" not in known:
        raise DataError(f"there is no {module}.py, which it names", where=where)
    found: dict[str, Source] = {}
    todo = [file] if file is not None else []
    while todo:
        path = todo.pop()
        if path.name in found or path.name in known:
            continue
        found[path.name] = read_source(path)
        imported = (_file(name, folders) for name in _imports(found[path.name].text))
        todo += [each for each in imported if each is not None]
    return found


def _file(module: str, folders: Sequence[Path]) -> Path | None:
    places = (folder / f"{module.partition('.')[0]}.py" for folder in folders)
    return next((place for place in places if place.is_file()), None)


def _imports(text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
