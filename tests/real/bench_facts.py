"""Recall of facts on real repositories: against the union of what several parsers find.

    python tests/real/bench_facts.py FOLDER [REPO...]

FOLDER holds a checkout a folder. The other parsers are pyverilog (on files that it can read) and,
where it is installed, tree-sitter-systemverilog. A fact is a name: of a module in its file, of a
port or instance in its module, of a connection's port in its instance. Then files are damaged,
and what lies before the damage is looked for. Prints a line a repository.
"""

from __future__ import annotations

import collections
import contextlib
import itertools
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from gatewright.retrieval.facts import extract
from gatewright.retrieval.facts.types import Module, ModuleKind
from gatewright.retrieval.scan import read, scan

KINDS = ("module", "port", "instance", "connection")
Fact = tuple[str, ...]
Facts = dict[str, set[Fact]]
_PYVERILOG_FILES = 40  # a repository; a file takes it up to seconds
_DAMAGED_FILES = 25
_HARDWARE = (ModuleKind.MODULE, ModuleKind.INTERFACE, ModuleKind.PROGRAM)


def ours(text: str, path: str) -> Facts:
    return of_modules(extract(text, path).modules)


def of_modules(modules: tuple[Module, ...], last: int = sys.maxsize) -> Facts:
    """The facts of modules, of what ends before line `last`."""
    found: Facts = {kind: set() for kind in KINDS}
    for module in modules:
        if module.kind not in _HARDWARE:
            continue
        if module.range.line < last:
            found["module"].add((module.name,))
        for port in module.ports:
            if port.range.end_line < last:
                found["port"].add((module.name, port.name))
        for instance in module.instances:
            key = (module.name, instance.module, instance.name)
            if instance.range.end_line < last:
                found["instance"].add(key)
            for connection in instance.connections:
                if connection.port and connection.range.end_line < last:
                    found["connection"].add((*key, connection.port))
    return found


def tree_sitter() -> Callable[[str], Facts] | None:
    """Facts by tree-sitter-systemverilog; None where it is not installed."""
    try:
        import tree_sitter_systemverilog
        from tree_sitter import Language, Parser
    except ImportError:
        return None
    parser = Parser(Language(tree_sitter_systemverilog.language()))

    def facts(text: str) -> Facts:
        return _by_tree_sitter(parser.parse(text.encode("utf-8", "replace")).root_node)

    return facts


def _by_tree_sitter(root: Any) -> Facts:
    found: Facts = {kind: set() for kind in KINDS}
    waiting = [(root, "")]
    while waiting:
        node, module = waiting.pop()
        kind = node.type
        if kind in ("module_declaration", "interface_declaration", "program_declaration"):
            header = next((c for c in node.children if c.type.endswith("_header")), None)
            module = _name(header if header is not None else node)
            if module:
                found["module"].add((module,))
        elif kind == "ansi_port_declaration" and module:
            found["port"].add((module, _last_name(node)))
        elif kind == "list_of_ports" and module:
            found["port"].update((module, _name(port)) for port in node.named_children)
        elif kind == "module_instantiation" and module:
            _instances(node, module, found)
        waiting += [(child, module) for child in node.children]
    for facts in found.values():
        facts.difference_update([fact for fact in facts if "" in fact])
    return found


def _instances(node: Any, module: str, found: Facts) -> None:
    for instance in node.children:
        if instance.type != "hierarchical_instance":
            continue
        named = next((c for c in instance.children if c.type == "name_of_instance"), None)
        key = (module, _name(node), _name(named) if named is not None else "")
        found["instance"].add(key)
        for listed in instance.children:
            for connection in listed.children:
                if connection.type == "named_port_connection" and _name(connection):
                    found["connection"].add((*key, _name(connection)))


def _name(node: Any) -> str:
    names = [
        c for c in node.named_children if c.type in ("simple_identifier", "escaped_identifier")
    ]
    return names[0].text.decode().removeprefix("\\").strip() if names else ""


def _last_name(node: Any) -> str:
    names = [
        c for c in node.named_children if c.type in ("simple_identifier", "escaped_identifier")
    ]
    return names[-1].text.decode().removeprefix("\\").strip() if names else ""


def pyverilog(folder: str) -> Callable[[Path], Facts | None]:
    """Facts by pyverilog, whose tables are made once; None for a file that it cannot read."""
    import pyverilog.vparser.parser as parsing

    parser = parsing.VerilogParser(outputdir=folder, debug=False)

    class _Same:
        def __new__(cls, *_: Any, **__: Any) -> Any:
            parser.lexer.reset_lineno()
            parser.lexer.directives = []
            return parser

    parsing.VerilogParser = _Same

    def facts(path: Path) -> Facts | None:
        try:
            tree, _ = parsing.parse([str(path)], outputdir=folder, debug=False)
        except Exception:  # it raises whatever comes along
            return None
        return _by_pyverilog(tree)

    return facts


def _by_pyverilog(tree: Any) -> Facts:
    found: Facts = {kind: set() for kind in KINDS}
    waiting: list[tuple[Any, str]] = [(tree, "")]
    while waiting:
        node, module = waiting.pop()
        kind = type(node).__name__
        if kind == "ModuleDef":
            module = node.name
            found["module"].add((module,))
            for port in node.portlist.ports if node.portlist else ():
                name = getattr(port, "name", None) or getattr(port.first, "name", "")
                found["port"].add((module, name))
        elif kind == "Instance":
            key = (module, node.module, node.name)
            found["instance"].add(key)
            ports = (connection.portname for connection in node.portlist)
            found["connection"].update((*key, port) for port in ports if port)
        waiting += [(child, module) for child in node.children()]
    return found


class Tally:
    """How many facts there are, and how many of them we have."""

    def __init__(self) -> None:
        self.all: collections.Counter[str] = collections.Counter()
        self.had: collections.Counter[str] = collections.Counter()
        self.missed: list[str] = []

    def add(self, mine: Facts, truth: Facts, where: str) -> None:
        for kind in KINDS:
            every = mine[kind] | truth[kind]
            self.all[kind] += len(every)
            self.had[kind] += len(mine[kind])
            self.missed += [f"{where} {kind} {fact}" for fact in truth[kind] - mine[kind]]

    def add_required(self, mine: Facts, required: Facts, where: str) -> None:
        for kind in KINDS:
            self.all[kind] += len(required[kind])
            self.had[kind] += len(required[kind] & mine[kind])
            self.missed += [f"{where} {kind} {fact}" for fact in required[kind] - mine[kind]]

    def recall(self, kind: str) -> float:
        return self.had[kind] / self.all[kind] if self.all[kind] else 1.0

    def __str__(self) -> str:
        shares = (f"{100 * self.recall(kind):6.2f}" for kind in KINDS)
        counts = "/".join(str(self.all[kind]) for kind in KINDS)
        return f"{' '.join(shares)}  of {counts}"


def recall(root: Path) -> Tally:
    """Our facts of a repository against those of every parser together."""
    tally = Tally()
    by_tree_sitter = tree_sitter()
    files = sorted(scan(root).files)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        by_pyverilog = pyverilog(folder)
        chosen = set(random.Random(1).sample(files, min(len(files), _PYVERILOG_FILES)))
        for path in files:
            text = read(root, path).text
            mine = ours(text, path)
            if by_tree_sitter is not None:
                tally.add(mine, by_tree_sitter(text), path)
            if path in chosen:
                other = by_pyverilog(root / path)
                if other is not None:
                    tally.add(mine, other, path)
    return tally


def damages(text: str, module: Module, dice: random.Random) -> Iterator[tuple[str, int]]:
    """The text cut in the middle of a line, and without one `;`: each with the line of it."""
    lines = text.split("\n")
    body = range(module.range.line + 1, module.range.end_line - 1)
    if not body:
        return
    line = dice.choice(body)
    start = sum(len(part) + 1 for part in lines[: line - 1])
    yield text[: start + len(lines[line - 1]) // 2], line
    ends = [n for n in body if lines[n - 1].rstrip().endswith(";")]
    if ends:
        line = dice.choice(ends)
        whole = lines[line - 1].rstrip()
        yield "\n".join((*lines[: line - 1], whole[:-1], *lines[line:])), line


def damaged(root: Path) -> Tally:
    """What lies before a damage must be found, whatever comes behind."""
    tally = Tally()
    dice = random.Random(7)
    files = [path for path in sorted(scan(root).files) if path.endswith((".v", ".sv"))]
    dice.shuffle(files)
    tried = 0
    for path in files:
        text = read(root, path).text.replace("\r\n", "\n")
        modules = [m for m in extract(text, path).modules if m.kind in _HARDWARE]
        if not modules or tried == _DAMAGED_FILES:
            continue
        tried += 1
        for broken, line in damages(text, dice.choice(modules), dice):
            required = of_modules(tuple(modules), line)
            tally.add_required(ours(broken, path), required, f"{path}:{line}")
    return tally


def main(folder: Path, names: list[str]) -> None:
    print("repository          module   port   inst   conn  (recall in %)")
    for root in sorted(path for path in folder.iterdir() if path.is_dir()):
        if names and root.name not in names:
            continue
        for title, measure in (("", recall), (" damaged", damaged)):
            tally = measure(root)
            print(f"{root.name + title:18} {tally}", flush=True)
            for missed in itertools.islice(tally.missed, 8):
                print(f"    missed {missed}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
