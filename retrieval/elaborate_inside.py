"""Runs confined: elaborates a design with slang and tells what drives and reads one signal's bits.

Confined, because elaboration and analysis run code paths that crash on some inputs. Reads
`job.json`, writes `answer.json`; imports nothing of ours.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pyslang
from pyslang.analysis import AnalysisManager
from pyslang.ast import (
    ArgumentDirection,
    Compilation,
    CompilationFlags,
    CompilationOptions,
    EvalContext,
    SignalEventControl,
    SymbolKind,
    ValuePath,
    VisitAction,
)
from pyslang.parsing import PreprocessorOptions
from pyslang.syntax import SyntaxTree

Row = dict[str, object]
_OUT = ArgumentDirection.Out


class Design:
    """Sources, elaborated with one module as the top."""

    def __init__(self, files: list[str], folders: list[str], top: str) -> None:
        self.manager, bag = pyslang.SourceManager(), pyslang.Bag()
        preprocessor, options = PreprocessorOptions(), CompilationOptions()
        preprocessor.additionalIncludePaths = list(folders)
        flags = CompilationFlags
        options.flags = flags.IgnoreUnknownModules | flags.AllowUseBeforeDeclare
        options.topModules = {top}
        options.errorLimit = 0
        bag.preprocessorOptions, bag.compilationOptions = preprocessor, options
        self.compilation = Compilation(bag)
        for file in files:
            self.compilation.addSyntaxTree(SyntaxTree.fromFile(file, self.manager, bag))
        found = list(self.compilation.getAllDiagnostics())
        self.errors = sum(1 for diagnostic in found if diagnostic.isError())
        self.compilation.freeze()
        self.analysis = AnalysisManager()
        self.reads: list[tuple[str, tuple[int, int], Any]] = []

    def analyze(self) -> None:
        """Find drivers and reads: the reads are taken as they come, later they are gone."""

        def procedure(found: Any) -> None:
            symbol = found.analyzedSymbol
            syntax = symbol.syntax if symbol is not None else None
            if syntax is not None:
                row = self.place(syntax.sourceRange)
                row["kind"] = symbol.kind.name
                for read in found.readSet:
                    self.reads.append((read.symbol.hierarchicalPath, read.bitRange, dict(row)))

        self.analysis.addProcListener(procedure)
        self.analysis.analyze(self.compilation)

    def place(self, spot: Any) -> Row:
        """A range as file and lines, where it is used if it is a macro's."""

        def expanded(location: Any) -> Any:
            macro = self.manager.isMacroLoc(location)
            return self.manager.getFullyExpandedLoc(location) if macro else location

        start, end = expanded(spot.start), expanded(spot.end)
        return {
            "file": str(self.manager.getFullPath(start.buffer)),
            "line": self.manager.getLineNumber(start),
            "end_line": self.manager.getLineNumber(end),
        }

    def symbols(self, path: list[str], name: str) -> list[Any]:
        """The variables and nets of that name in the instance at a path below the top."""
        bodies = [top.body for top in self.compilation.getRoot().topInstances]
        for step in path:
            inner = (i for body in bodies for i in _members(body, SymbolKind.Instance))
            bodies = [instance.body for instance in inner if instance.name == step]
        kinds = (SymbolKind.Variable, SymbolKind.Net)
        return [s for body in bodies for k in kinds for s in _members(body, k) if s.name == name]

    def quiet_reads(self, symbol: Any) -> list[Row]:
        """Reads that no process tells of: by inputs of instances beside a symbol, by what nets
        and variables begin with, by what processes wait for."""
        scope = symbol.parentScope
        body = scope.containingInstance if scope is not None else None
        if body is None:
            return []
        found: list[Row] = []
        for instance in _members(body, SymbolKind.Instance):
            for connection in instance.portConnections:
                port, given = connection.port, connection.expression
                if given is not None and getattr(port, "direction", None) != _OUT:
                    row: Row = {"kind": "PortConnection", "via": f"{instance.name}.{port.name}"}
                    found += self._reads(symbol, given, EvalContext(instance), row)
        for kind in (SymbolKind.Net, SymbolKind.Variable):
            for declared in _members(body, kind):
                if declared.initializer is not None:
                    context = EvalContext(declared)
                    row = {"kind": "ContinuousAssign" if kind == SymbolKind.Net else "Other"}
                    found += self._reads(symbol, declared.initializer, context, row)
        for process in _members(body, SymbolKind.ProceduralBlock):
            for event in _events(process):
                row = {"kind": process.procedureKind.name}
                found += self._reads(symbol, event.expr, EvalContext(process), row)
        return found

    def _reads(self, symbol: Any, expression: Any, context: Any, row: Row) -> list[Row]:
        """Where an expression reads bits of a symbol."""
        found: list[Row] = []

        def path(taken: Any) -> None:
            if taken.rootSymbol == symbol:
                bits = taken.lspBounds
                place = self.place(taken.fullExpr.sourceRange)
                whole = {"bits": [max(bits), min(bits)], "scope": symbol.hierarchicalPath}
                found.append({**place, **row, **whole})

        ValuePath.visitPaths(expression, context, path)
        return found


def _members(body: Any, kind: Any) -> list[Any]:
    """The symbols of a kind in a module, its generate blocks included, its instances not."""
    found: list[Any] = []

    def visit(symbol: Any) -> Any:
        if symbol.kind == kind:
            found.append(symbol)
        return VisitAction.Skip if symbol.kind == SymbolKind.Instance else None

    body.visit(visit)
    return found


def _events(process: Any) -> list[Any]:
    """The signals that a process waits for."""
    found: list[Any] = []

    def visit(node: Any) -> None:
        if isinstance(node, SignalEventControl):
            found.append(node)

    process.visit(visit)
    return found


def answer(job: dict[str, Any]) -> dict[str, object]:
    """Drivers and loads of the signal: places with `bits`, offsets from the least significant."""
    design = Design(job["files"], job["folders"], job["top"])
    design.analyze()
    symbols = design.symbols(job["path"], job["signal"])
    drivers: list[Row] = []
    loads: list[Row] = []
    for symbol in symbols:
        for driver in design.analysis.getDrivers(symbol):
            row = design.place(driver.sourceRange)
            row["kind"] = driver.source.name
            row["bits"] = [max(driver.bounds), min(driver.bounds)]
            row["scope"] = symbol.hierarchicalPath
            row["input"] = bool(driver.isInputPort)
            drivers.append(row)
        path = symbol.hierarchicalPath
        for where, bits, read in design.reads:
            if where == path:
                loads.append({**read, "bits": [max(bits), min(bits)], "scope": path})
        loads += design.quiet_reads(symbol)
    return {
        "found": len(symbols),
        "errors": design.errors,
        "drivers": drivers,
        "loads": loads,
    }


if __name__ == "__main__":
    told = answer(json.loads(Path("job.json").read_text(encoding="utf-8")))
    Path("answer.json").write_text(json.dumps(told), encoding="utf-8")
    sys.stdout.flush()
    os._exit(0)  # the bindings complain of objects that outlive them
