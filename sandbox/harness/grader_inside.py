"""Runs inside the sandbox ahead of a grader's own command, and reports what came of it.

A grader is a command, mostly pytest, whose exit status says whether a design passes, and whose
tests build and simulate through cocotb's runner. This script runs it in its own process, so that
it can count what is tested: its tests (`cases`, `case`), its builds (`build`), its simulations
(`sim`, and what `cocotb_inside` reports from within each), its exit status (`exit`). Reports are
JSON lines on the descriptor that GATEWRIGHT_CHANNEL names, which only this process and the
simulations' Python hold.

It is copied with `gw_cocotb_inside` and `gw_cocotb_names` to a folder of their own, beside
`plan.json`: `argv`, `folder`, `seed`, `sources` (they stand for what builds compile; empty: leave
builds alone), `modules` (those to put into a wrapper that they cannot drive: see `wrapped`),
`top` (the wrapper's name), `wave` (where simulations keep a VCD, or empty).
"""

from __future__ import annotations

import importlib
import json
import os
import random
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
INSIDE, NAMES = "gw_cocotb_inside", "gw_cocotb_names"
ENTRIES = ("cocotb.logging:_configure", "cocotb._init:init_package_from_simulation")
_MAX_TEXT = 4000


class Cases:
    """A pytest plugin: what was collected, and what became of each."""

    def __init__(self, channel: Any) -> None:
        self._channel = channel

    def pytest_collection_finish(self, session: Any) -> None:
        """Report the names."""
        self._channel.send("cases", names=[item.nodeid for item in session.items])

    def pytest_collectreport(self, report: Any) -> None:
        """Report a file that does not load."""
        if report.failed:
            self._channel.send("unloaded", name=report.nodeid, message=_last(report))

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Report a test once; one whose set-up or tear-down fails has failed."""
        if report.when == "call" or not report.passed:
            message = "" if report.passed else _last(report)
            self._channel.send("case", name=report.nodeid, outcome=report.outcome, message=message)


def _last(report: Any) -> str:
    lines = str(report.longrepr).strip().splitlines()
    said = [line[1:].strip() for line in lines if line.startswith("E ")]
    return "\n".join(said or lines[-1:])[:_MAX_TEXT]


class Simulations:
    """Gives every cocotb simulation that the grader starts its number and our channel."""

    def __init__(self, plan: Mapping[str, Any], channel: Any, descriptor: int) -> None:
        self._plan = plan
        self._channel = channel
        self._descriptor = descriptor
        self.count = 0
        self.wrapped: dict[str, str] = {}

    def watch(self) -> None:
        """Wrap what starts processes."""
        original = subprocess.Popen.__init__

        def begin(process: Any, *args: Any, **named: Any) -> None:
            if "COCOTB_TEST_MODULES" in (named.get("env") or {}):
                named["env"] = self._environment(named["env"])
                named["pass_fds"] = (*named.get("pass_fds", ()), self._descriptor)
            original(process, *args, **named)

        subprocess.Popen.__init__ = begin  # type: ignore[assignment,method-assign]

    def _environment(self, given: Mapping[str, str]) -> dict[str, str]:
        self.count += 1
        case = os.environ.get("PYTEST_CURRENT_TEST", "")
        self._channel.send("sim", run=self.count, case=case)
        found = {
            "COCOTB_RANDOM_SEED": str(self._plan["seed"]),
            **given,
            "PYGPI_USERS": ",".join((*ENTRIES, f"{INSIDE}:start")),
            "GATEWRIGHT_CHANNEL": str(self._descriptor),
            "GATEWRIGHT_RUN": str(self.count),
            "GATEWRIGHT_FOLDERS": os.pathsep.join(self._folders(given)),
            "COCOTB_ANSI_OUTPUT": "0",
            "COCOTB_REWRITE_ASSERTION_FILES": "",
        }
        top = given.get("COCOTB_TOPLEVEL", "")
        if top in self.wrapped:
            found["COCOTB_TOPLEVEL"] = self._plan["top"]
            found["GATEWRIGHT_DESIGN"] = top
            found["GATEWRIGHT_INPUTS"] = self.wrapped[top]
        return found

    def _folders(self, given: Mapping[str, str]) -> list[str]:
        """Where the test modules lie: of the places Python looks into, those that hold them."""
        names = given["COCOTB_TEST_MODULES"].split(",")
        places = dict.fromkeys([*sys.path, *given.get("PYTHONPATH", "").split(os.pathsep)])
        holding = [p for p in places if any((Path(p) / f"{name}.py").is_file() for name in names)]
        return holding or [str(Path.cwd())]


class Builds:
    """Makes cocotb's runner build the candidate, in a wrapper, and reports how that went."""

    def __init__(self, plan: Mapping[str, Any], channel: Any, simulations: Simulations) -> None:
        self._plan = plan
        self._channel = channel
        self._simulations = simulations

    def watch(self) -> None:
        """Wrap the runner's build. Raises AttributeError on a cocotb that has another."""
        runner: Any = importlib.import_module("cocotb_tools.runner")
        build, command = runner.Runner.build, runner.Icarus._build_command

        def built(self_: Any, *args: Any, **named: Any) -> None:
            if self._plan["sources"]:
                args, named = args[:1], self._sources(named, args[1:])
                # Designs without a timescale would otherwise run in whole seconds.
                named.setdefault("timescale", ("1ns", "1ps"))
            if self._plan["wave"]:
                # Two dumps in one simulation are one too many.
                named["waves"] = False
                os.environ.pop("WAVES", None)
            try:
                build(self_, *args, **named)
            except RuntimeError:
                self._channel.send("build", ok=False, log=_log_of(self_))
                raise
            self._channel.send("build", ok=True, log="")

        def commanded(self_: Any) -> Any:
            return self._commanded(self_, command, runner)

        runner.Runner.build = built
        runner.Icarus._build_command = commanded
        if self._plan["sources"]:
            self._watch_names(runner)
        if self._plan["wave"]:
            self._watch_waves(runner)

    def _watch_names(self, runner: Any) -> None:
        get = runner.get_runner

        def got(name: str) -> Any:
            if name != "icarus":
                self._channel.send("foreign", name=str(name))
            return get(name)

        runner.get_runner = got

    def _watch_waves(self, runner: Any) -> None:
        """Have every simulation keep a VCD of its own, whatever the tests ask for."""
        command, test = runner.Icarus._test_command, runner.Runner.test
        wave = Path(self._plan["wave"])

        def commanded(self_: Any) -> Any:
            return [[w for w in c if w not in ("-none", "-fst")] for c in command(self_)]

        def tested(self_: Any, *args: Any, **named: Any) -> Any:
            try:
                return test(self_, *args, **named)
            finally:
                if wave.is_file():
                    wave.rename(f"{wave}_{self._simulations.count}")

        runner.Icarus._test_command, runner.Runner.test = commanded, tested

    def _sources(self, named: dict[str, Any], rest: Sequence[Any]) -> dict[str, Any]:
        """The candidate's files first; of those named, the ones that are here and are not its."""
        rows = (named.get("sources", ()), named.get("verilog_sources", ()), *rest)
        listed = [each for row in rows if isinstance(row, (list, tuple)) for each in row]
        ours = [Path(path) for path in self._plan["sources"]]
        own = {path.name for path in ours}
        others = [getattr(source, "value", source) for source in listed]
        kept = [p for p in map(Path, others) if p.name not in own and p.is_file()]
        more = {k: v for k, v in named.items() if k not in ("sources", "verilog_sources")}
        return {**more, "sources": [*kept, *ours]}

    def _commanded(self, runner: Any, original: Any, module: Any) -> Any:
        top, parameters = runner.hdl_toplevel, runner.parameters
        known = self._plan["modules"].get(top)
        if known is None:
            return original(runner)
        text = self._wrapper(runner, top, known, parameters, module)
        path = runner.build_dir / f"{self._plan['top']}.sv"
        path.write_text(text)
        sources = runner._verilog_sources or runner._sources
        sources.append(module._ValueAndTag(path, module.Verilog))
        runner.hdl_toplevel, runner.parameters, runner.always = self._plan["top"], {}, True
        commands = original(runner)
        runner.hdl_toplevel, runner.parameters = top, parameters
        pairs = [f"{port['name']}={port['variable']}" for port in known["inputs"]]
        self._simulations.wrapped[top] = ",".join(pairs)
        return commands

    def _wrapper(
        self, runner: Any, top: str, known: Any, parameters: Mapping[str, Any], module: Any
    ) -> str:
        given = ", ".join(f".{name}({value})" for name, value in parameters.items())
        instance = f"{top} #({given})" if given else top
        widths: dict[str, int] = {}
        if given or not all(port["sized"] for port in known["inputs"]):
            widths = _measured(runner, top, instance, known, module)
        return wrapped(self._plan["top"], top, instance, known, widths, self._plan["wave"])


def wrapped(
    name: str, top: str, instance: str, known: Any, widths: Mapping[str, int], wave: str
) -> str:
    """The module `name`, in which the design is an instance `top` that its variables drive.

    A cast keeps the nets apart: no design can reach the variables. They start as z, as unconnected
    inputs are.
    """
    variables, connections = [], []
    for port in known["inputs"]:
        width = widths.get(port["name"], port["width"])
        range_ = f"[{width - 1}:0]" if port["name"] in widths and width > 1 else port["range"]
        sign, cast = ("signed ", "$signed") if port["signed"] else ("", "$unsigned")
        variables.append(f"reg {sign}{range_} {port['variable']} = {{{width}{{1'bz}}}};")
        connections.append(f".{port['name']}({cast}({port['variable']}))")
    for port in known["inouts"]:
        free, net = f"z_{name}_{port['name']}", f"io_{name}_{port['name']}"
        variables.append(f"reg {port['range']} {free} = {{{port['width']}{{1'bz}}}};")
        variables.append(f"wire {port['range']} {net} = {free};")
        connections.append(f".{port['name']}({net})")
    dump = f'initial begin $dumpfile("{wave}"); $dumpvars(0, {top}); end' if wave else ""
    rows = [*variables, f"{instance} {top} ({', '.join(connections)});", dump]
    return "\n".join([f"`resetall\n`timescale 1ns/1ps\nmodule {name};", *rows, "endmodule\n"])


def _measured(runner: Any, top: str, instance: str, known: Any, module: Any) -> dict[str, int]:
    """The inputs' widths under the build's own parameters, by a small simulation."""
    folder, probe = runner.build_dir, "gw_probe"
    names = [port["name"] for port in known["inputs"]]
    prints = " ".join(f'$display("{probe} {n} %0d", $bits(dut.{n}));' for n in names)
    (folder / f"{probe}.sv").write_text(
        f"`resetall\nmodule {probe}; {instance} dut(); initial begin {prints} $finish; end\n"
        "endmodule\n"
    )
    options = [
        *runner._get_define_options(runner.defines),
        *runner._get_include_options(runner.includes),
        *(argument.value for argument in runner._build_args),
        *(str(source.value) for source in (*runner._sources, *runner._verilog_sources)),
    ]
    line = ["iverilog", "-g2012", "-o", f"{probe}.vvp", "-s", probe, *options, f"{probe}.sv"]
    subprocess.run(line, cwd=folder, capture_output=True, check=False)
    said = subprocess.run(
        ["vvp", "-n", f"{probe}.vvp"], cwd=folder, capture_output=True, text=True, check=False
    )
    rows = (line.split() for line in said.stdout.splitlines() if line.startswith(f"{probe} "))
    return {row[1]: int(row[2]) for row in rows if len(row) == 3 and row[2].isdecimal()}


def _log_of(runner: Any) -> str:
    """The compiler's messages; without a log file they went to standard output."""
    try:
        text = Path(runner.log_file).read_text(encoding="utf-8", errors="replace")
    except (OSError, TypeError):
        return ""
    return text[-_MAX_TEXT:]


def _status(plan: Mapping[str, Any], channel: Any) -> int:
    program, *arguments = plan["argv"]
    if program in ("python", "python3") and arguments[:2] == ["-m", "pytest"]:
        program, arguments = "pytest", arguments[2:]
    if program in ("pytest", "py.test"):
        import pytest

        return int(pytest.main(arguments, plugins=[Cases(channel)]))
    if program in ("python", "python3") and arguments and arguments[0].endswith(".py"):
        sys.argv = arguments
        sys.path.insert(0, str(Path(arguments[0]).resolve().parent))
        try:
            runpy.run_path(arguments[0], run_name="__main__")
        except SystemExit as end:
            code = end.code
            return code if isinstance(code, int) else int(code is not None)
        return 0
    return subprocess.run(plan["argv"], check=False).returncode


def main() -> None:
    """Run the plan; exit as the grader does."""
    plan = json.loads((HERE / "plan.json").read_text(encoding="utf-8"))
    descriptor = int(os.environ.pop("GATEWRIGHT_CHANNEL"))
    channel = importlib.import_module(INSIDE).Channel(descriptor)
    sys.dont_write_bytecode = True
    os.chdir(plan["folder"])
    random.seed(plan["seed"])
    simulations = Simulations(plan, channel, descriptor)
    simulations.watch()
    Builds(plan, channel, simulations).watch()
    importlib.import_module(NAMES).add_runner()
    status = _status(plan, channel)
    channel.send("exit", status=status)
    sys.stdout.flush()
    sys.exit(status)


if __name__ == "__main__":
    main()
