"""Prints who drives what by slang's elaboration of given files: a line of JSON a signal.

    python tests/real/drivers_inside.py [+FOLDER...] [-NAME...] [BRANCHES] FILE...

FOLDERs are searched for what files include, NAMEs are macros that are defined. In a process of its
own: the analysis crashes on some designs. A line is `{"module", "file", "signal", "drivers":
[[file, line], ...]}`, of all instances of the module together; what drives its inputs and inouts
from outside does not count. Signals that nothing drives are told as well; the last line is
`{"errors": [[file, line], ...]}`, where the code could not be elaborated. BRANCHES is a number:
other branches of generate blocks are chosen than the parameters choose, others for each number. If
all were chosen for numbers before, nothing is printed.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pyslang
from branches_inside import forced
from pyslang.analysis import AnalysisManager
from pyslang.ast import Compilation, CompilationFlags, CompilationOptions, SymbolKind, VisitAction
from pyslang.parsing import PreprocessorOptions
from pyslang.syntax import SyntaxKind, SyntaxTree

_DEEPEST = 6  # where branches are chosen that end no recursion of modules


def main(given: list[str]) -> None:
    files = [name for name in given if name[0] not in "+-" and not name.isdigit()]
    branches = next((int(name) for name in given if name.isdigit()), None)
    manager, bag = pyslang.SourceManager(), pyslang.Bag()
    preprocessor, options = PreprocessorOptions(), CompilationOptions()
    beside = sorted({str(Path(file).parent) for file in files})
    preprocessor.additionalIncludePaths = [*beside, *_told(given, "+")]
    preprocessor.predefines = [f"{name}=1" for name in _told(given, "-")]
    flags = CompilationFlags  # not LintMode: it leaves branches out that parameters choose
    options.flags = flags.IgnoreUnknownModules | flags.AllowUseBeforeDeclare
    options.errorLimit = 0
    bag.preprocessorOptions, bag.compilationOptions = preprocessor, options
    trees = _trees(files, branches, bag, manager)
    if branches is not None:  # what only a branch instantiates that is not chosen now counts, too
        units = (unit for tree in trees for unit in tree.root.members)
        modules = (unit for unit in units if unit.kind == SyntaxKind.ModuleDeclaration)
        options.maxInstanceDepth = _DEEPEST
        options.topModules = {unit.header.name.valueText for unit in modules}
        bag.compilationOptions = options
    compilation = Compilation(bag)
    for tree in trees:
        compilation.addSyntaxTree(tree)
    if not trees:
        return
    wrong = [found.location for found in compilation.getAllDiagnostics() if found.isError()]
    compilation.freeze()
    analysis = AnalysisManager()
    analysis.analyze(compilation)

    def place(location: Any) -> tuple[str, int]:
        if manager.isMacroLoc(location):
            location = manager.getFullyExpandedLoc(location)
        return str(manager.getFullPath(location.buffer)), manager.getLineNumber(location)

    told: dict[tuple[str, str, str], set[tuple[str, int]]] = {}

    def body(symbol: Any) -> Any:
        return VisitAction.Skip if symbol.isUninstantiated else None

    def signal(symbol: Any) -> None:
        scope = symbol.parentScope
        around = scope.containingInstance if scope is not None else None
        if around is None:
            return
        module = around.definition
        key = (module.name, place(module.location)[0], symbol.name)
        ends = {port.location for port in around.portList if hasattr(port, "internalSymbol")}
        found = told.setdefault(key, set())
        for driver in analysis.getDrivers(symbol):
            if not driver.isInputPort and driver.sourceRange.start not in ends:
                found.add(place(driver.sourceRange.start))
        if symbol.kind == SymbolKind.Net and symbol.initializer is not None:
            found.add(place(symbol.location))

    table = {
        SymbolKind.InstanceBody: body,
        SymbolKind.Variable: signal,
        SymbolKind.Net: signal,
    }
    for top in compilation.getRoot().topInstances:
        top.visit(lookup_table=table)
    for (module, file, signal), drivers in told.items():
        row = {"module": module, "file": file, "signal": signal, "drivers": sorted(drivers)}
        print(json.dumps(row))
    print(json.dumps({"errors": sorted({place(at) for at in wrong})}))
    sys.stdout.flush()
    os._exit(0)


def _told(given: list[str], sign: str) -> list[str]:
    return [name[1:] for name in given if name.startswith(sign)]


def _trees(files: list[str], branches: int | None, bag: Any, manager: Any) -> list[Any]:
    """The files read, with other branches chosen if so asked; none where all were chosen before."""
    if branches is None:
        return [SyntaxTree.fromFile(file, manager, bag) for file in files]
    fresh = False
    found = []
    for file in files:
        data = Path(file).read_bytes()
        first = pyslang.SourceManager()
        tree = SyntaxTree.fromFile(file, first, bag)
        buffer = tree.root.getFirstToken().location.buffer
        text = forced(tree.root, buffer, data, first, branches)
        fresh = fresh or text is not None
        text = forced(tree.root, buffer, data, first, 0) if text is None else text
        assert text is not None
        found.append(manager.assignText(file, text.decode("utf-8", "replace")))
    return [SyntaxTree.fromBuffer(text, manager, bag) for text in found] if fresh else []


if __name__ == "__main__":
    main(sys.argv[1:])
