"""Reads an answer's Python before it runs: what no kernel needs, and what could fool its checker.

Outputs are compared outside the candidate's process, so most of this could change no verdict; it
is refused all the same, so that a verdict can be trusted without asking how.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gatewright.core import Diagnostic, Severity

TOOL = "gate"
_IMPORTS = frozenset(
    (
        "torch",
        "triton",
        "math",
        "cmath",
        "typing",
        "typing_extensions",
        "functools",
        "itertools",
        "collections",
        "dataclasses",
        "enum",
        "abc",
        "copy",
        "numbers",
        "operator",
        "string",
        "textwrap",
        "warnings",
        "numpy",
        "einops",
        "__future__",
    )
)
# Modules of torch through which a candidate reaches files, processes, or its own checker.
_TORCH_REFUSED = re.compile(
    r"torch\.(hub|multiprocessing|distributed|package|serialization|profiler|testing|utils\.data|"
    r"utils\.model_zoo|utils\.benchmark|utils\._python_dispatch|overrides|fx|jit|library|export|"
    r"_dynamo|_inductor|_C)\b"
)
_BUILTINS = {
    "open": "opens files",
    "exec": "runs text",
    "eval": "runs text",
    "compile": "runs text",
    "__import__": "imports by name",
    "globals": "reaches the module's names",
    "locals": "reaches names",
    "vars": "reaches names",
    "breakpoint": "starts a debugger",
    "memoryview": "reaches memory",
    "id": "tells where an object lies",
    "exit": "ends the process",
    "quit": "ends the process",
    "delattr": "changes objects",
}
# Attributes by which any module or object leads to what is not imported.
_ATTRIBUTES = frozenset(
    """
    os sys subprocess ctypes builtins importlib inspect gc threading multiprocessing socket shutil
    pathlib pickle signal mmap tempfile types weakref traceback linecache
    __globals__ __builtins__ __subclasses__ __code__ __closure__ __mro__ __bases__ __dict__
    __class_getitem__ __loader__ __spec__ __getattribute__ __reduce__ __reduce_ex__ f_back f_globals
    f_locals tb_frame gi_frame cr_frame
    hub set_default_device set_default_dtype set_default_tensor_type
    manual_seed seed set_rng_state initial_seed fork_rng get_rng_state
    as_subclass _make_subclass _make_wrapper_subclass __torch_function__ __torch_dispatch__
    use_deterministic_algorithms elapsed_time CUDAGraph graph make_graphed_callables
    storage untyped_storage from_file from_blob is_meta
    tofile fromfile memmap savetxt loadtxt genfromtxt fromregex savez savez_compressed open_memmap
    DataSource npyio ctypeslib dump export_chrome_trace export_stacks _dump_snapshot onnx
    """.split()  # noqa: SIM905
)
_FILES = frozenset(
    f"{module}.{name}" for module in ("torch", "numpy", "np") for name in ("load", "save")
)
_STREAMS = frozenset(("Stream", "ExternalStream", "stream", "wait_stream", "Event"))
_DUNDERS = frozenset(
    (
        "__init__",
        "__name__",
        "__file__",
        "__class__",
        "__doc__",
        "__len__",
        "__call__",
        "__version__",
    )
)
_OVERRIDES = frozenset(
    ("__eq__", "__ne__", "__bool__", "__float__", "__array__", "__del__", "__torch_function__")
)
_SETTINGS = ("torch.backends.",)
_KERNEL_MARKS = ("load_inline", "cpp_extension", "triton")


def gate(text: str, name: str, *, entry: str, is_function: bool) -> tuple[Diagnostic, ...]:
    """What is refused in an answer's Python text, with lines; nothing where all is well.

    Code `syntax` where it cannot be parsed, `no_code` where there is no kernel in it at all.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0) or 0
        return (_refusal(f"not Python: {getattr(error, 'msg', error)}", name, line, "syntax"),)
    found = [
        _refusal(why, name, getattr(node, "lineno", 0), "unsafe") for node, why in _reasons(tree)
    ]
    if not found and not any(mark in text for mark in _KERNEL_MARKS):
        return (_refusal("the answer holds no kernel", name, 0, "no_kernel"),)
    if not found and not is_function and not _defines(tree, entry):
        return (_refusal(f"the answer defines no {entry}", name, 0, "interface"),)
    return tuple(sorted(found, key=lambda diagnostic: diagnostic.line))


def _refusal(what: str, name: str, line: int, code: str) -> Diagnostic:
    return Diagnostic(Severity.ERROR, what, name, line, code=code, tool=TOOL)


def _defines(tree: ast.Module, entry: str) -> bool:
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == entry:
            return True
        if isinstance(node, ast.Assign):
            names = [t.id for t in node.targets if isinstance(t, ast.Name)]
            if entry in names:
                return True
        if isinstance(node, ast.If | ast.Try | ast.With) and _defines(
            ast.Module(
                [n for n in ast.walk(node) if isinstance(n, ast.stmt) and n is not node], []
            ),
            entry,
        ):
            return True
    return False


def _reasons(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    imported = _imported_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _import(node, alias.name)
        elif isinstance(node, ast.ImportFrom):
            yield from _import_from(node)
        elif isinstance(node, ast.Try | ast.TryStar):
            if not _only_raises(node):
                yield node, "try and except around a kernel: a failure must show"
        elif isinstance(node, ast.Global | ast.Nonlocal):
            yield node, f"{', '.join(node.names)} kept between calls"
        elif isinstance(node, ast.Attribute):
            yield from _attribute(node)
        elif isinstance(node, ast.Name):
            yield from _name(node)
        elif isinstance(node, ast.ClassDef):
            yield from _class(node)
        elif isinstance(node, ast.Call):
            yield from _call(node)
        elif isinstance(node, ast.AsyncFunctionDef | ast.Await):
            yield node, "asynchronous code"
        for target in _targets(node):
            yield from _assigned(target, imported)


def _import(node: ast.AST, module: str) -> Iterator[tuple[ast.AST, str]]:
    root = module.partition(".")[0]
    if root not in _IMPORTS or _TORCH_REFUSED.match(module):
        yield node, f"import of {module}"


def _import_from(node: ast.ImportFrom) -> Iterator[tuple[ast.AST, str]]:
    module = node.module or ""
    if node.level:
        yield node, "a relative import"
        return
    yield from _import(node, module)
    for alias in node.names:
        if alias.name == "*":
            yield node, f"everything imported from {module}"
            continue
        full = f"{module}.{alias.name}"
        if alias.name in _ATTRIBUTES or full in _FILES or _TORCH_REFUSED.match(full):
            yield node, f"import of {module}.{alias.name}"


def _only_raises(node: ast.Try | ast.TryStar) -> bool:
    """Every handler ends by raising, so that nothing is hidden."""
    return all(
        handler.body and isinstance(handler.body[-1], ast.Raise) for handler in node.handlers
    )


def _attribute(node: ast.Attribute) -> Iterator[tuple[ast.AST, str]]:
    name = node.attr
    full = _dotted(node)
    if name in _ATTRIBUTES and full != "self.__dict__":
        yield node, f"use of {full or name}"
    elif full != "self.__dict__" and name.startswith("__") and name not in _DUNDERS:
        yield node, f"use of {name}"
    elif full and (_TORCH_REFUSED.match(full) or full in _FILES):
        yield node, f"use of {full}"
    elif name in _STREAMS and full.startswith("torch.cuda."):
        yield node, f"use of {full}: work belongs on the current stream"
    elif name == "data_ptr" and isinstance(node.ctx, ast.Load):
        yield node, "use of data_ptr in Python: answers must not depend on where inputs lie"


def _name(node: ast.Name) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node.ctx, ast.Load) and node.id in _BUILTINS:
        yield node, f"use of {node.id}, which {_BUILTINS[node.id]}"
    elif isinstance(node.ctx, ast.Load) and node.id in ("__builtins__", "__loader__", "__spec__"):
        yield node, f"use of {node.id}"


def _call(node: ast.Call) -> Iterator[tuple[ast.AST, str]]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name in ("setattr", "getattr", "hasattr") and len(node.args) > 1:
        owner, what = node.args[0], node.args[1]
        is_self = isinstance(owner, ast.Name) and owner.id == "self"
        if name == "setattr" and not is_self:
            yield node, "setattr on an object that is not its own"
        if not isinstance(what, ast.Constant):
            if name != "hasattr" and not _own(owner):
                yield node, f"{name} with a name that is not written out"
        elif str(what.value) in _ATTRIBUTES or str(what.value).startswith("__"):
            yield node, f"{name} of {what.value!r}"
    if name == "type" and len(node.args) == 3:
        yield node, "a class made at run time"


def _own(owner: ast.expr) -> bool:
    """Whether an object is the class's own, or a part of it."""
    return _dotted(owner).partition(".")[0] == "self"


def _class(node: ast.ClassDef) -> Iterator[tuple[ast.AST, str]]:
    for base in node.bases:
        if _dotted(base) in ("torch.Tensor", "Tensor", "torch.nn.Parameter", "nn.Parameter"):
            yield node, f"a subclass of {_dotted(base)}"
    for keyword in node.keywords:
        if keyword.arg == "metaclass":
            yield node, "a metaclass"
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef) and statement.name in _OVERRIDES:
            yield statement, f"a class with {statement.name} of its own"


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    if isinstance(node, ast.AugAssign | ast.AnnAssign | ast.For | ast.NamedExpr):
        return [node.target]
    if isinstance(node, ast.Delete):
        return node.targets
    if isinstance(node, ast.withitem) and node.optional_vars is not None:
        return [node.optional_vars]
    return []


def _imported_names(tree: ast.Module) -> frozenset[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                found.add((alias.asname or alias.name).partition(".")[0])
    return frozenset(found)


def _assigned(target: ast.expr, imported: frozenset[str]) -> Iterator[tuple[ast.AST, str]]:
    """Assignments that change what others use: an imported module, or the problem's functions."""
    if isinstance(target, ast.Tuple | ast.List):
        for one in target.elts:
            yield from _assigned(one, imported)
        return
    full = _dotted(target)
    root = full.partition(".")[0]
    if isinstance(target, ast.Attribute) and root in imported:
        if not full.startswith(_SETTINGS):
            yield target, f"{full} is changed"
    elif isinstance(target, ast.Name) and target.id in ("get_inputs", "get_init_inputs", "Model"):
        yield target, f"{target.id} is replaced"
    elif isinstance(target, ast.Subscript) and _dotted(target.value).partition(".")[0] in imported:
        yield target, f"{_dotted(target.value)} is changed"


def _dotted(node: ast.AST) -> str:
    """`a.b.c` of an expression made of names; '' for another."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])
