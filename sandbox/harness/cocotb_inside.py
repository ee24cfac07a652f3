"""Runs inside the simulator, before the user's tests, and reports on them to the harness.

This file is copied beside the tests and imported by cocotb's own start-up (PYGPI_USERS), so it uses
nothing but the standard library, cocotb and `gw_cocotb_names` beside it. Reports are JSON lines on
the descriptor that GATEWRIGHT_CHANNEL names: `load` (the test files are about to be), `tests`
(names), `test` (one result), `wrote` (a signal of the design that is no input), `import` (a test
file that does not load), `end`. The design is Verilog without file access: it cannot write there.

The design is an instance in a wrapper. The tests see it as `dut`, but for its inputs the wrapper's
variables of the same names, which the design cannot drive. Without GATEWRIGHT_DESIGN there is no
wrapper. GATEWRIGHT_FOLDERS are where the tests lie, GATEWRIGHT_RUN is the number of the simulation
where a session holds several.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import itertools
import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

NAMES = "gw_cocotb_names"
LEFT, RIGHT, SEEN = "@left", "@right", "@seen"
_MAX_TEXT = 2000
_MAX_VALUE = 120


class Counter:
    """Counts the assertions executed."""

    def __init__(self) -> None:
        self._ticks = itertools.count()
        self._reads = 0
        self.tick = self._ticks.__next__

    @property
    def value(self) -> int:
        """How many assertions have been executed so far."""
        self._reads += 1
        return next(self._ticks) - self._reads + 1


class Channel:
    """JSON lines to the harness."""

    def __init__(self, descriptor: int, **always: object) -> None:
        os.set_inheritable(descriptor, False)
        self._descriptor = descriptor
        self._always = always
        self._owner = os.getpid()

    def send(self, event: str, **fields: object) -> None:
        """Write one report at once; a vanished harness is no reason to disturb the tests."""
        if os.getpid() != self._owner:
            return  # a test has forked: what the child does is not the run
        line = json.dumps({"event": event, **self._always, **fields}).encode() + b"\n"
        try:
            while line:
                line = line[os.write(self._descriptor, line) :]
        except OSError:
            return


class AssertionWatcher(ast.NodeTransformer):
    """Counts each `assert`, and keeps both sides of a comparison for the failure message.

    The sides are evaluated once and in order, as without it; the names used are no identifiers,
    so they meet none of the user's.
    """

    def visit_Assert(self, node: ast.Assert) -> list[ast.stmt]:
        """Put the count before the assertion."""
        if isinstance(node.test, ast.Compare) and len(node.test.ops) == 1:
            compare = node.test
            compare.left = _kept(LEFT, compare.left)
            compare.comparators = [_kept(RIGHT, compare.comparators[0])]
        call = ast.Call(ast.Name(SEEN, ast.Load()), [], [])
        count = ast.copy_location(ast.Expr(ast.copy_location(call, node)), node)
        ast.fix_missing_locations(count)
        return [count, node]


def _kept(name: str, value: ast.expr) -> ast.expr:
    kept = ast.NamedExpr(ast.Name(name, ast.Store()), value)
    ast.copy_location(kept.target, value)
    return ast.copy_location(kept, value)


class Loader(SourceFileLoader):
    """Loads a module of the test folder with its assertions watched."""

    counter: Counter

    def source_to_code(  # type: ignore[override]
        self, data: Any, path: Any, *, _optimize: int = -1
    ) -> Any:
        """Compile the watched syntax tree."""
        tree = AssertionWatcher().visit(ast.parse(data, path))
        return compile(tree, path, "exec", dont_inherit=True, optimize=_optimize)

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its counter, then run it."""
        module.__dict__[SEEN] = self.counter.tick
        super().exec_module(module)


class Finder(MetaPathFinder):
    """Finds modules in the test folders."""

    def __init__(self, folders: Sequence[Path], counter: Counter) -> None:
        self._folders = folders
        self._counter = counter

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Only plain files at the top of a folder; all else is found as usual."""
        files = (folder / f"{fullname}.py" for folder in self._folders)
        file = next((f for f in files if f.is_file()), None) if path is None else None
        if file is None:
            return None
        loader = Loader(fullname, str(file))
        loader.counter = self._counter
        return importlib.util.spec_from_file_location(fullname, file, loader=loader)


class Reporter:
    """Tells the harness about each test that cocotb's regression manager has judged."""

    def __init__(self, channel: Channel, counter: Counter, folders: Sequence[Path]) -> None:
        self._channel = channel
        self._counter = counter
        self._folders = folders
        self._asserted = 0

    def watch(self, manager: type) -> None:
        """Wrap the manager's recorders. Raises AttributeError on a cocotb that has others."""
        for outcome, method in (
            ("passed", "_record_test_passed"),
            ("failed", "_record_test_failed"),
            ("failed", "_record_test_init_failed"),
            ("skipped", "_record_test_skipped"),
            ("xfailed", "_record_test_xfail"),
        ):
            setattr(manager, method, self._wrapped(getattr(manager, method), outcome))
        original = manager._tear_down  # type: ignore[attr-defined]

        def tear_down(self: Any) -> None:
            if not self._tearing_down:
                channel.send("end")
            original(self)

        channel = self._channel
        manager._tear_down = tear_down  # type: ignore[attr-defined]

    def _wrapped(self, original: Callable[..., None], outcome: str) -> Callable[..., None]:
        def record(manager: Any, *args: Any, **kwargs: Any) -> None:
            error = kwargs.get("result") or (sys.exc_info()[1] if not kwargs else None)
            original(manager, *args, **kwargs)
            self._report(manager, outcome, kwargs.get("msg"), error)

        return record

    def _report(
        self, manager: Any, outcome: str, note: str | None, error: BaseException | None
    ) -> None:
        asserted = self._counter.value
        self._channel.send(
            "test",
            name=manager._test.fullname,
            outcome=outcome,
            message=describe(error, note, self._folders)[:_MAX_TEXT],
            kind=kind_of(error),
            sim_time_ns=manager._test_results[-1].sim_time_ns,
            assertions=asserted - self._asserted,
        )
        self._asserted = asserted


def describe(error: BaseException | None, note: str | None, folders: Sequence[Path]) -> str:
    """One text: where in the user's files, the statement, the values compared, the message."""
    if error is None:
        return note or ""
    error = first_of(error)
    text = str(error).strip()
    parts = [note] if note else []
    spot = _user_frame(error, folders)
    if spot is not None:
        frame, line = spot
        file = Path(frame.f_code.co_filename)
        parts.append(f"{file.name}:{line}: {_statement(file, line)}")
        if isinstance(error, AssertionError):
            parts += _sides(frame)
    name = type(error).__name__
    parts.append(f"{name}: {text}" if text else name)
    return "\n".join(part for part in parts if part)


def first_of(error: BaseException) -> BaseException:
    """The first of a group of exceptions, else the exception itself."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return error


def kind_of(error: BaseException | None) -> str:
    """What went wrong: assertion, port (no such signal), ended, error; '' for nothing."""
    if error is None:
        return ""
    error = first_of(error)
    if isinstance(error, AssertionError):
        return "assertion"
    if type(error).__name__ == "SimFailure":
        return "ended"
    last = traceback.extract_tb(error.__traceback__)[-1:]
    if isinstance(error, AttributeError) and last and "cocotb" in Path(last[0].filename).parts:
        return "port"
    return "error"


def _user_frame(error: BaseException, folders: Sequence[Path]) -> tuple[FrameType, int] | None:
    found = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        if Path(frame.f_code.co_filename).parent in folders:
            found = (frame, line)
    return found


def _statement(file: Path, line: int) -> str:
    """The whole statement around a line, on one line."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
        tree = ast.parse(text)
    except (OSError, SyntaxError, ValueError):
        return ""
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    if not around:
        return ""
    inner = min(around, key=lambda node: (node.end_lineno or 0) - node.lineno)
    return " ".join((ast.get_source_segment(text, inner) or "").split())[:400]


def _sides(frame: FrameType) -> list[str]:
    scope = frame.f_locals
    if LEFT not in scope or RIGHT not in scope:
        return []
    return [f"left is {_shown(scope[LEFT])}, right is {_shown(scope[RIGHT])}"]


def _shown(value: object) -> str:
    try:
        return repr(value)[:_MAX_VALUE]
    except Exception as error:
        return f"<{type(value).__name__}, not printable: {type(error).__name__}>"


class Watch:
    """Tells the harness of the design's own signals, its inputs aside, that the tests write."""

    def __init__(self, channel: Channel, dut: Any, inputs: Sequence[str]) -> None:
        self._channel = channel
        self._dut = dut
        self._inputs = frozenset(inputs)
        self._seen: set[tuple[str, bool]] = set()

    def wrote(self, path: str, *, released: bool) -> None:
        """A write to the signal at `path`, or to a bit of it.

        Below the top scope, or in a memory, it cannot be taken for a port.
        """
        if (path, released) in self._seen:
            return
        self._seen.add((path, released))
        inside = path.removeprefix(f"{self._dut._path}.")
        name = inside.partition("[")[0]
        if inside == path or "." in inside or name in self._inputs:
            return
        if name != inside and type(self._dut._get(name)).__name__ == "ArrayObject":
            return
        self._channel.send("wrote", name=name, released=released)


def show_design(name: str, inputs: Sequence[tuple[str, str]], channel: Channel) -> None:
    """Make the instance `name` what the tests get as `dut`, its inputs the wrapper's variables."""
    import cocotb
    from cocotb import clock, handle

    outer: Any = cocotb.top
    objects: dict[Any, Any] = handle._handle2obj
    raw = outer._handle.get_handle_by_name(name, handle.GPIDiscovery.AUTO)
    dut: Any = handle._make_sim_object(raw, name)
    theirs: set[object] = set()
    for port, variable in inputs:
        drive = outer._handle.get_handle_by_name(variable, handle.GPIDiscovery.AUTO)
        shown = handle._make_sim_object(drive, f"{name}.{port}")
        theirs.add(shown)
        dut._sub_handles[port] = shown
        inside = raw.get_handle_by_name(port, handle.GPIDiscovery.AUTO)
        if inside is not None:
            # cocotb keeps one object for each signal: whoever looks this one up gets the other.
            objects[inside] = shown
    cocotb.top = dut
    cocotb.tops = {name.casefold(): dut}
    _watch_writes(Watch(channel, dut, [port for port, _ in inputs]), theirs, handle, clock)


def _watch_writes(watch: Watch, theirs: set[object], handle: Any, clock: Any) -> None:
    scheduled, made = handle._schedule_write, clock.Clock.__init__
    actions = handle._GPISetAction
    unheeded = {actions.FORCE, actions.RELEASE}

    def schedule(target: Any, function: Any, action: Any, value: Any) -> None:
        # What is forced stands whatever the design does; only a deposit can be overwritten.
        if target not in theirs and action not in unheeded:
            watch.wrote(target._path, released="z" in str(value).lower())
        scheduled(target, function, action, value)

    def make(self: Any, signal: Any, *args: Any, **kwargs: Any) -> None:
        if signal not in theirs:
            watch.wrote(signal._path, released=False)
        made(self, signal, *args, **kwargs)

    handle._schedule_write, clock.Clock.__init__ = schedule, make


def start() -> None:
    """Load the test modules and run cocotb's regression, reporting as it goes."""
    from cocotb import _shutdown, regression

    number = os.environ.pop("GATEWRIGHT_RUN", "")
    always = {"run": int(number)} if number else {}
    channel = Channel(int(os.environ.pop("GATEWRIGHT_CHANNEL")), **always)
    given = os.environ.pop("GATEWRIGHT_FOLDERS", "")
    folders = [Path(folder) for folder in given.split(os.pathsep)] if given else [Path.cwd()]
    counter = Counter()
    sys.dont_write_bytecode = True
    sys.path.insert(0, "")
    sys.meta_path.insert(0, Finder(folders, counter))
    Reporter(channel, counter, folders).watch(regression.RegressionManager)
    importlib.import_module(NAMES).add_all()
    _find_design(channel)
    channel.send("load")
    names = os.environ["COCOTB_TEST_MODULES"].split(",")
    if not _load(names, channel, folders):
        sys.exit(0)
    if not _has_tests(names):
        channel.send("tests", names=[])
        sys.exit(0)
    regression._setup_regression_manager()
    manager = regression._manager_inst
    channel.send("tests", names=[test.fullname for test in manager._test_queue])
    manager.start_regression()
    _shutdown.register(manager._on_sim_end)


def _find_design(channel: Channel) -> None:
    name = os.environ.pop("GATEWRIGHT_DESIGN", "")
    if name:
        pairs = os.environ.pop("GATEWRIGHT_INPUTS").split(",")
        inputs = [(p, v) for p, _, v in (pair.partition("=") for pair in pairs if pair)]
        show_design(name, inputs, channel)
        os.environ["COCOTB_TOPLEVEL"] = name


def _load(names: Sequence[str], channel: Channel, folders: Sequence[Path]) -> bool:
    for name in names:
        try:
            importlib.import_module(name)
        except BaseException as error:
            traceback.print_exc()
            line, file = 0, f"{name}.py"
            if isinstance(error, SyntaxError):
                line, file = error.lineno or 0, Path(error.filename or file).name
            elif (spot := _user_frame(error, folders)) is not None:
                line, file = spot[1], Path(spot[0].f_code.co_filename).name
            message = f"{type(error).__name__}: {error}"
            channel.send("import", file=file, line=line, message=message[:_MAX_TEXT])
            return False
    return True


def _has_tests(names: Sequence[str]) -> bool:
    from cocotb._decorators import Test, TestGenerator

    modules = [sys.modules[name] for name in names]
    return any(isinstance(o, (Test, TestGenerator)) for m in modules for o in vars(m).values())
