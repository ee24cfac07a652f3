"""What decides signals, as expressions and as a module of its own: by pyverilog, else by the facts.

pyverilog's dataflow analyzer and code generator read little SystemVerilog; where they fail, in a
confined process, the same questions are answered from the facts, and the reason is told.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TypedDict

from gatewright.core import UsageError
from gatewright.retrieval.binding import Binding, Term, bindings
from gatewright.retrieval.confined import Runner, copied, reached
from gatewright.retrieval.facts.types import BlockKind, Module
from gatewright.retrieval.places import Place, bare, find_modules, names_of
from gatewright.retrieval.repository import Definition, Repository
from gatewright.retrieval.text_slice import text_slice

_SCRIPT, _TABLES = "pyverilog_inside.py", "tables.pickle"
_BESIDE = ("pyverilog_plain.py", "pyverilog_slice.py")
_NETS = frozenset((BlockKind.ASSIGN, BlockKind.GATE))
_BLANK_LINES = re.compile(r"\n\s*\n\s*\n")
_MOST_LINES = 20_000
_MOST_MODULES = 200


@dataclass(frozen=True, slots=True)
class Enriched:
    """Bindings and a slice; `by` says by what: `pyverilog` or `facts`.

    The slice holds only what decides the signals. `missing` names the modules and macros that it
    needs and the repository does not have; without any it stands alone.
    """

    bindings: tuple[Binding, ...]
    bindings_by: str
    slice: str
    slice_by: str
    missing: tuple[str, ...]
    notes: tuple[str, ...]


class _Tree(TypedDict):
    kind: str
    text: str
    of: list[_Tree]


class _Row(TypedDict):
    signal: str
    bits: str
    clock: str
    expression: str
    tree: _Tree


class _Answer(TypedDict):
    slice: str
    missing: list[str]
    bindings: list[_Row]
    reason: str
    unbound: str


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where pyverilog runs: `runner` confines it, `folder` is empty, `cache` keeps its tables."""

    runner: Runner
    folder: Path
    cache: Path


def enrich(
    repository: Repository, module: str, signals: Sequence[str], at: Workplace, near: str = ""
) -> Enriched:
    """What decides signals of a module; without signals, all of its outputs.

    Raises UsageError where there is no such module or signal.
    """
    place = find_modules(repository, module, near)[0]
    wanted = [bare(signal) for signal in signals] or _outputs(place)
    unknown = sorted(set(wanted) - names_of(place.module))
    if unknown:
        raise UsageError(
            f"{module} has no signal {unknown[0]}",
            where=f"{place.path}:{place.definition.line}",
            hint=f"gatewright show lists what {module} has",
        )
    told = _asked(repository, place.definition, wanted, at)
    notes = dict.fromkeys(note for note in (told["reason"], told["unbound"]) if note)
    bound = tuple(_binding(row) for row in told["bindings"])
    cut, missing, by = _tidy(told["slice"]), tuple(told["missing"]), "pyverilog"
    if not cut:
        cut, missing = text_slice(repository, place.definition, wanted, repository.text)
        by = "facts"
    of_facts = bool(told["unbound"])
    if of_facts:
        bound = bindings(repository, place, wanted, repository.text)
    return Enriched(bound, "facts" if of_facts else "pyverilog", cut, by, missing, tuple(notes))


def _outputs(place: Place) -> list[str]:
    """The outputs of a module; of one that has none, all it drives."""
    found = [port.name for port in place.module.ports if port.direction in ("output", "inout")]
    return found or sorted({name for block in place.module.blocks for name in block.drives})


def _tidy(text: str) -> str:
    """The generator's text without the blanks and empty lines that it strews in."""
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip("\n") + "\n" if text.strip() else ""


# pyverilog


def _asked(
    repository: Repository, top: Definition, signals: Sequence[str], at: Workplace
) -> _Answer:
    """pyverilog's answer, or the reason why there is none."""
    modules = [d for d in reached(repository, top) if d.kind == "module"]
    if sum(d.end_line - d.line for d in modules) > _MOST_LINES or len(modules) > _MOST_MODULES:
        return _failed("the module and those below it are too large for pyverilog")
    failed = _with_tables(at)
    if failed:
        return _failed(f"pyverilog's tables cannot be made: {failed}")
    files = copied(repository, top, at.folder)
    blocks = [block for d in modules for block in repository.module(d).blocks]
    edges = {bare(event.signal) for b in blocks for event in b.events if event.edge}
    clocks = {bare(block.clock) for block in blocks if block.clock}
    job = {
        "files": files.written,
        "folders": files.folders,
        "registers": {d.name: _registers(repository.module(d)) for d in reversed(modules)},
        "modules": list(dict.fromkeys(d.name for d in modules)),
        "top": top.name,
        "signals": list(signals),
        "clocks": sorted(clocks),
        "resets": sorted(edges - clocks),
    }
    here = Path(__file__)
    for name in _BESIDE:
        shutil.copyfile(here.with_name(name), at.folder / name)
    (at.folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    failed = at.runner(here.with_name(_SCRIPT), at.folder)
    answer = at.folder / "answer.json"
    if failed or answer.is_symlink() or not answer.is_file():
        return _failed(f"pyverilog did not end well: {failed or 'no answer came'}")
    told: _Answer = json.loads(answer.read_text(encoding="utf-8"))
    return told


def _registers(module: Module) -> list[str]:
    """What processes drive, and what has a first value."""
    return sorted({name for b in module.blocks if b.kind not in _NETS for name in b.drives})


def _failed(reason: str) -> _Answer:
    return {"slice": "", "missing": [], "bindings": [], "reason": reason, "unbound": reason}


def _with_tables(at: Workplace) -> str:
    """Put the parser's tables into the folder; made once, by a run that reads nothing else."""
    kept = at.cache / f"pyverilog-{version('pyverilog')}-{version('ply')}.pickle"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=at.folder) as empty:
            failed = at.runner(Path(__file__).with_name(_SCRIPT), Path(empty))
            made = Path(empty) / _TABLES
            if failed or made.is_symlink() or not made.is_file():
                return failed or "no tables came"
            with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as whole:
                whole.write(made.read_bytes())
            Path(whole.name).replace(kept)
    shutil.copyfile(kept, at.folder / _TABLES)
    return ""


def _binding(row: _Row) -> Binding:
    names = (row["signal"], row["bits"], row["clock"])
    return Binding(*names, "", row["expression"], _term(row["tree"]))


def _term(tree: _Tree) -> Term:
    return Term(tree["kind"], tree["text"], tuple(_term(child) for child in tree["of"]))
