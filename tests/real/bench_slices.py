"""Slices of real designs: how many pyverilog writes, how many the facts; whether they are right.

    python tests/real/bench_slices.py FILE...

Every FILE holds one design. For each of its outputs a slice is cut; then the slice is proved to be
equivalent to the whole design in that output. Parametrised widths are left out of the proof.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from gatewright.core import Candidate, GatewrightError, Problem, ReferenceSpec, Source
from gatewright.retrieval.enrichment import Workplace, enrich
from gatewright.retrieval.facts.types import Module, ModuleKind
from gatewright.retrieval.facts.verilog import verilog_facts
from gatewright.retrieval.repository import Repository
from gatewright.sandbox.harness.equivalence import ENTRY, EquivalenceHarness
from gatewright.sandbox.isolation import Limits, open_isolation
from gatewright.sandbox.tools.script import ConfinedScript
from gatewright.sandbox.tools.yosys import Yosys

WIDTH = re.compile(r"\[\s*\d+\s*:\s*\d+\s*\]")
LIMITS = Limits(cpu_s=20.0, wall_s=60.0, memory_mb=2048)


def top_of(path: Path) -> Module | None:
    modules = [
        m for m in verilog_facts(path.read_text(), path.name).modules if m.kind is ModuleKind.MODULE
    ]
    used = {instance.module for module in modules for instance in module.instances}
    return next((module for module in modules if module.name not in used), None)


def wrapped(text: str, module: Module, output: str) -> str:
    """A design with one of its outputs, the inputs as the whole design has them."""
    own = {port.name for port in module.ports}
    listed = [
        f"{port.direction} {''.join(WIDTH.findall(port.type))} {port.name}"
        for port in module.ports
        if port.direction == "input" or port.name == output
    ]
    part = next(m for m in verilog_facts(text, "s.sv").modules if m.name == module.name)
    named = [p.name for p in part.ports if p.name in own]
    joined = ", ".join(f".{n}({n})" for n in named if f" {n}" in " ".join(listed))
    return f"{text}\nmodule wrap({', '.join(listed)}); {module.name} u({joined}); endmodule\n"


def provable(module: Module) -> bool:
    """Whether the wrapper can write its ports: no parameter's widths, no types of their own."""
    words = {port.type.partition("[")[0].strip() for port in module.ports}
    plain = words <= {"", "reg", "wire", "logic"}
    ways = {port.direction for port in module.ports}
    return plain and not module.parameters and ways <= {"input", "output"}


def proved(harness: EquivalenceHarness, whole: str, cut: str, module: Module, output: str) -> str:
    spec = ReferenceSpec((Source("whole.sv", wrapped(whole, module, output)),), top="wrap")
    try:
        design = Candidate((Source("slice.sv", wrapped(cut, module, output)),))
        verdict = harness.check(Problem("slice", "", top="wrap", harness=spec), design)
    except GatewrightError as error:
        return f"cannot be asked ({type(error).__name__})"
    return verdict.outcome.value


def main(paths: list[Path]) -> None:
    counts: Counter[str] = Counter()
    isolation = open_isolation()
    start = time.process_time()
    with tempfile.TemporaryDirectory() as name, Yosys(isolation, ENTRY) as yosys:
        harness = EquivalenceHarness(isolation, yosys, confirm=False)
        for number, path in enumerate(paths):
            module = top_of(path)
            if module is None:
                continue
            root = Path(name) / f"r{number}"
            root.mkdir()
            (root / "design.sv").write_text(path.read_text())
            with Repository.open(root, Path(name) / "cache") as repository:
                for port in module.ports:
                    if port.direction != "output":
                        continue
                    folder = Path(tempfile.mkdtemp(dir=name))
                    at = Workplace(ConfinedScript(isolation, LIMITS), folder, Path(name) / "tables")
                    found = enrich(repository, module.name, [port.name], at)
                    counts[f"slice by {found.slice_by}"] += 1
                    counts[f"bindings by {found.bindings_by}"] += 1
                    if provable(module):
                        whole = path.read_text()
                        told = proved(harness, whole, found.slice, module, port.name)
                        counts[f"slice by {found.slice_by}: {told}"] += 1
                        if told not in ("pass", "inconclusive"):
                            print(f"{path.name} {port.name} by {found.slice_by}: {told}")
                    for note in found.notes:
                        print(f"{path.name} {port.name}: {note}")
    for what, count in sorted(counts.items()):
        print(f"{count:6} {what}")
    print(f"{time.process_time() - start:.1f} CPU s in this process")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
