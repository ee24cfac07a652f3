"""Prints who drives what by slang's elaboration of given files: a line of JSON a signal.

    python tests/real/drivers_inside.py [+FOLDER...] FILE...

FOLDERs are searched for what files include. In a process of its own: the analysis crashes on some
designs. A line is `{"module", "signal", "drivers": [[file, line], ...]}`; inputs' drivers from
outside do not count.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pyslang
from pyslang.analysis import AnalysisManager
from pyslang.ast import Compilation, CompilationFlags, CompilationOptions, SymbolKind, VisitAction
from pyslang.parsing import PreprocessorOptions
from pyslang.syntax import SyntaxTree


def main(given: list[str]) -> None:
    files = [name for name in given if not name.startswith("+")]
    manager, bag = pyslang.SourceManager(), pyslang.Bag()
    preprocessor, options = PreprocessorOptions(), CompilationOptions()
    beside = sorted({str(Path(file).parent) for file in files})
    preprocessor.additionalIncludePaths = [*beside, *(g[1:] for g in given if g.startswith("+"))]
    flags = CompilationFlags
    options.flags = flags.IgnoreUnknownModules | flags.AllowUseBeforeDeclare | flags.LintMode
    options.errorLimit = 0
    bag.preprocessorOptions, bag.compilationOptions = preprocessor, options
    compilation = Compilation(bag)
    for file in files:
        compilation.addSyntaxTree(SyntaxTree.fromFile(file, manager, bag))
    compilation.getAllDiagnostics()
    compilation.freeze()
    analysis = AnalysisManager()
    analysis.analyze(compilation)

    def place(location: Any) -> tuple[str, int]:
        if manager.isMacroLoc(location):
            location = manager.getFullyExpandedLoc(location)
        return str(manager.getFullPath(location.buffer)), manager.getLineNumber(location)

    done: set[tuple[str, str]] = set()

    def visit(symbol: Any) -> Any:
        if symbol.kind == SymbolKind.InstanceBody:
            key = (symbol.definition.name, "")
            if key in done:
                return VisitAction.Skip
            done.add(key)
        if symbol.kind in (SymbolKind.Variable, SymbolKind.Net):
            scope = symbol.parentScope
            around = scope.containingInstance if scope is not None else None
            if around is None:
                return None
            found = {
                place(d.sourceRange.start) for d in analysis.getDrivers(symbol) if not d.isInputPort
            }
            row = {
                "module": around.definition.name,
                "signal": symbol.name,
                "drivers": sorted(found),
            }
            if found:
                print(json.dumps(row))
        return None

    for top in compilation.getRoot().topInstances:
        top.visit(visit)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
