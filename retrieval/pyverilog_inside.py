"""Runs confined: what pyverilog makes of a few modules: a slice of their text, dataflow bindings.

Confined, because its parser and analyzer take any time and memory on some inputs. Reads `job.json`,
writes `answer.json`; without a job it only makes the parser's tables. Imports nothing of ours but
the files beside it.
"""

from __future__ import annotations

import functools
import json
import re
import sys
from pathlib import Path
from typing import Any

import ply.yacc  # type: ignore[import-untyped]
import pyslang
import pyverilog.vparser.parser as vparser
from pyslang.ast import Compilation, CompilationFlags, CompilationOptions
from pyslang.parsing import PreprocessorOptions
from pyslang.syntax import SyntaxPrinter, SyntaxTree
from pyverilog.ast_code_generator.codegen import ASTCodeGenerator
from pyverilog.dataflow import dataflow
from pyverilog.dataflow.bindvisitor import BindVisitor
from pyverilog.dataflow.modulevisitor import ModuleVisitor
from pyverilog.dataflow.signalvisitor import SignalVisitor
from pyverilog.utils import signaltype
from pyverilog.utils.op2mark import op2mark
from pyverilog.vparser import ast

TABLES = "tables.pickle"
_MOST_BINDINGS = 2000
_LONGEST = 4000  # characters of an expression
_DEEPEST = 200
_RENAMED = re.compile(r"\A_rn\d+_")
_LOOP = re.compile(r"\bge_for\d+\[(\d+)\]\.(\w+)\.")
_INVENTED = re.compile(
    r"\b(?:md|al|ge|fu|ta)_(?:generate|always|block|if|for|while|case|initial)\d+(?:_ELSE)?\."
)


def parser() -> Any:
    """pyverilog's parser, with tables that are made only where there are none."""
    quiet = ply.yacc.NullLogger()
    vparser.yacc = functools.partial(ply.yacc.yacc, picklefile=TABLES, errorlog=quiet)
    return vparser.VerilogParser(outputdir=".", debug=False)


def preprocessed(files: list[str], folders: list[str], wanted: list[str]) -> str:
    """The wanted modules' text without macros, conditionals and comments."""
    bag, options = pyslang.Bag(), PreprocessorOptions()
    options.additionalIncludePaths = list(folders)
    bag.preprocessorOptions = options
    manager = pyslang.SourceManager()
    texts: dict[str, str] = {}
    for file in files:
        root: Any = SyntaxTree.fromFile(file, manager, bag).root
        members = root.members if root.kind.name == "CompilationUnit" else (root,)
        for member in members:
            name = getattr(getattr(member, "header", None), "name", None)
            if name is not None and name.valueText in wanted and name.valueText not in texts:
                printer = SyntaxPrinter(manager)
                printer.setIncludeDirectives(False).setIncludeComments(False)
                printer.setExpandMacros(True).setExpandIncludes(True)
                texts[name.valueText] = printer.print(member).str()
    return "\n".join(texts[name] for name in wanted if name in texts) + "\n"


class Writer(ASTCodeGenerator):  # type: ignore[misc]
    """The code generator, with the statements that it lacks."""

    def visit_CasezStatement(self, node: Any) -> str:  # noqa: N802
        """As a case statement is written."""
        return self._case("casez", node)

    def visit_UniqueCaseStatement(self, node: Any) -> str:  # noqa: N802
        """As a case statement is written."""
        return self._case("unique case", node)

    def _case(self, keyword: str, node: Any) -> str:
        written = str(self.visit(ast.CaseStatement(node.comp, node.caselist)))
        return written.replace("case", keyword, 1)

    def visit_TaskCall(self, node: Any) -> str:  # noqa: N802
        """A call with its arguments."""
        given = ", ".join(str(self.visit(argument)) for argument in node.args or ())
        return f"{self.visit(node.name)}({given});"

    def generic_visit(self, node: Any) -> str:
        """Refuses: what cannot be written may not be left out."""
        raise ValueError(f"cannot write a {type(node).__name__}")


def errors_in(text: str, top: str, unknown: bool) -> int:
    """How many errors slang finds in a slice."""
    tree = SyntaxTree.fromText(text)
    bag, options = pyslang.Bag(), CompilationOptions()
    options.topModules = {top}
    if unknown:
        options.flags = CompilationFlags.IgnoreUnknownModules
    bag.compilationOptions = options
    compilation = Compilation(bag)
    compilation.addSyntaxTree(tree)
    return sum(1 for found in compilation.getAllDiagnostics() if found.isError())


# dataflow


def bindings(source: Any, top: str, clocks: list[str], resets: list[str]) -> list[dict[str, Any]]:
    """What every signal is bound to, in the whole hierarchy below the top."""
    signaltype.isClock = lambda name: name in clocks  # by the design's edges, not by spelling
    signaltype.isReset = lambda name: name in resets
    modules = ModuleVisitor()
    modules.visit(source)
    table = modules.get_moduleinfotable()
    signals = SignalVisitor(table, top)
    signals.start_visit()
    binder = BindVisitor(table, top, signals.getFrameTable(), noreorder=False)
    binder.start_visit()
    variables = _genvars(source)
    found: list[dict[str, Any]] = []
    for name, binds in binder.getDataflows().getBinddict().items():
        for bind in binds:
            leaf = _RENAMED.sub("", str(name).rpartition(".")[2])
            constant = bind.parameterinfo in ("parameter", "localparam") or leaf in variables
            if len(found) < _MOST_BINDINGS and not constant:
                found.append(_binding(_short(str(name), f"{top}."), bind, f"{top}."))
    return found


def _genvars(node: Any) -> frozenset[str]:
    own = (node.name,) if isinstance(node, ast.Genvar) else ()
    return frozenset(own).union(*(_genvars(child) for child in node.children()))


def _short(name: object, top: str) -> str:
    """A signal's name from the top, without the scopes that the analyzer invents."""
    own = _LOOP.sub(r"\2[\1].", str(name).removeprefix(top))
    return _INVENTED.sub("", own)


def _binding(own: str, bind: Any, top: str) -> dict[str, Any]:
    bits = ""
    if bind.msb is not None and bind.lsb is not None:
        high, low = expression(bind.msb, own, top), expression(bind.lsb, own, top)
        bits = f"[{high}]" if high == low else f"[{high}:{low}]"
    elif bind.ptr is not None:
        bits = f"[{expression(bind.ptr, own, top)}]"
    clocked = not bind.isCombination()
    edge = bind.getClockEdge() if clocked else ""
    return {
        "signal": own,
        "bits": bits,
        "clock": f"{edge} {_short(bind.getClockName(), top)}" if edge else "",
        "expression": expression(bind.tree, own, top)[:_LONGEST],
        "tree": tree(bind.tree, own, top),
    }


def expression(node: Any, own: str, top: str, depth: int = 0) -> str:
    """A dataflow tree as an expression of Verilog; `own` stands where a signal keeps its value."""
    if node is None:
        return own
    if depth > _DEEPEST:
        return "…"

    def inside(child: Any) -> str:
        return expression(child, own, top, depth + 1)

    if isinstance(node, dataflow.DFTerminal):
        return _short(node.name, top)
    if isinstance(node, dataflow.DFBranch):
        cond, yes, no = (inside(n) for n in (node.condnode, node.truenode, node.falsenode))
        return f"({cond} ? {yes} : {no})"
    if isinstance(node, dataflow.DFOperator):
        mark = op2mark(node.operator) or node.operator
        parts = [inside(child) for child in node.nextnodes]
        return f"({mark}{parts[0]})" if len(parts) == 1 else f"({f' {mark} '.join(parts)})"
    if isinstance(node, dataflow.DFPartselect):
        high, low = inside(node.msb), inside(node.lsb)
        return f"{inside(node.var)}[{high if high == low else f'{high}:{low}'}]"
    if isinstance(node, dataflow.DFPointer):
        return f"{inside(node.var)}[{inside(node.ptr)}]"
    if isinstance(node, dataflow.DFConcat):
        return "{" + ", ".join(inside(child) for child in node.nextnodes) + "}"
    return str(node.tocode(own))


def tree(node: Any, own: str, top: str, depth: int = 0) -> dict[str, Any]:
    """A dataflow tree: `kind`, the `text` of a leaf or an operator, and what it is `of`."""
    if node is None:
        return {"kind": "keeps", "text": own, "of": []}
    if isinstance(node, dataflow.DFBranch):
        kind, text = "branch", "?:"
        children = [node.condnode, node.truenode, node.falsenode]
    elif isinstance(node, dataflow.DFOperator):
        kind, text = "operator", str(op2mark(node.operator) or node.operator)
        children = list(node.nextnodes)
    elif isinstance(node, dataflow.DFPartselect):
        kind, text, children = "bits", "[:]", [node.var, node.msb, node.lsb]
    elif isinstance(node, dataflow.DFPointer):
        kind, text, children = "bit", "[]", [node.var, node.ptr]
    elif isinstance(node, dataflow.DFConcat):
        kind, text, children = "concatenation", "{}", list(node.nextnodes)
    else:
        kind = "signal" if isinstance(node, dataflow.DFTerminal) else "constant"
        return {"kind": kind, "text": expression(node, own, top), "of": []}
    if depth > _DEEPEST:
        return {"kind": "cut", "text": "…", "of": []}
    return {"kind": kind, "text": text, "of": [tree(c, own, top, depth + 1) for c in children]}


# the job


def answer(job: dict[str, Any]) -> dict[str, Any]:
    """The slice and the bindings, each with the reason where there is none."""
    from pyverilog_plain import plain  # type: ignore[import-not-found]
    from pyverilog_slice import cut  # type: ignore[import-not-found]

    top = job["top"]
    told: dict[str, Any] = {"slice": "", "missing": [], "bindings": [], "reason": "", "unbound": ""}
    try:
        text = preprocessed(job["files"], job["folders"], job["modules"])
        source = parser().parse(plain(text, job["registers"]))
        told["missing"] = cut(source, top, job["signals"])
        told["slice"] = Writer().visit(source)
    except Exception as error:
        told["reason"] = told["unbound"] = _said("reads", error)
        return told
    errors = errors_in(told["slice"], top, bool(told["missing"]))
    if errors:
        told["slice"], told["reason"] = "", f"the slice that it writes has {errors} errors"
    try:
        _without(source, told["missing"])
        told["bindings"] = bindings(source, top, job["clocks"], job["resets"])
    except Exception as error:
        told["unbound"] = _said("analyzes", error)
    return told


def _without(source: Any, missing: list[str]) -> None:
    """Leave out instances of modules that are not there, which the analyzer does not take."""
    for module in source.description.definitions:
        module.items = tuple(i for i in module.items if getattr(i, "module", "") not in missing)


def _said(verb: str, error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"pyverilog {verb} no such code: {type(error).__name__} {text}".strip()[:200]


if __name__ == "__main__":
    sys.setrecursionlimit(20_000)
    asked = Path("job.json")
    if asked.is_file():
        done = answer(json.loads(asked.read_text(encoding="utf-8")))
        Path("answer.json").write_text(json.dumps(done), encoding="utf-8")
    else:
        parser()
