"""How quick the Chisel builder is: python tests/real/bench_chisel.py [--modules N] [--requests N]

Prints the first answer, medians at a model's pace (one second between candidates) and back to
back over different modules, compile errors, memory of the compiler's processes, the answer after
the process that compiles was killed, and what a JVM for each candidate takes instead: Scala's own
runner, which compiles and elaborates in one process, not confined.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median

from gatewright.core import Language, Source
from gatewright.sandbox.chisel.builder import Build, Builder, Request
from gatewright.sandbox.chisel.toolchain import Toolchain, open_toolchain
from gatewright.sandbox.isolation import open_isolation

COUNTER = """class Counter{n} extends RawModule {{
  val clk = IO(Input(Clock())); val reset = IO(Input(Bool()))
  val q = IO(Output(UInt({width}.W)))
  withClockAndReset(clk, reset) {{ val c = RegInit({n}.U({width}.W)); c := c + {n}.U; q := c }}
}}
"""
ALU = """class Unit{n} extends RawModule {{
  val a = IO(Input(UInt({width}.W))); val b = IO(Input(UInt({width}.W)))
  val op = IO(Input(UInt(3.W))); val y = IO(Output(UInt({width}.W)))
  y := MuxLookup(op, 0.U)(Seq(0.U -> (a + b), 1.U -> (a - b), 2.U -> (a & b), 3.U -> (a | b),
    4.U -> (a ^ b), 5.U -> (a << b(2, 0)), 6.U -> (a >> b(2, 0)), 7.U -> (a < b).asUInt))
}}
class Alu{n} extends RawModule {{
  val clk = IO(Input(Clock())); val reset = IO(Input(Bool()))
  val a = IO(Input(UInt({width}.W))); val b = IO(Input(UInt({width}.W)))
  val op = IO(Input(UInt(3.W))); val y = IO(Output(UInt({width}.W))); val zero = IO(Output(Bool()))
  val unit = Module(new Unit{n})
  unit.a := a; unit.b := b; unit.op := op
  withClockAndReset(clk, reset) {{
    val r = RegInit(0.U({width}.W)); r := unit.y; y := r; zero := r === 0.U
  }}
}}
"""


def request(kind: str, n: int) -> Request:
    """A module that no other request holds."""
    name, text = ("Counter", COUNTER) if kind == "counter" else ("Alu", ALU)
    filled = text.format(n=n, width=13 + n % 40)
    if kind == "error":
        filled = filled.replace("r === 0.U", "r === nothing")
    source = Source(f"{name}{n}.scala", "import chisel3._\nimport chisel3.util._\n" + filled)
    return Request((Source(source.name, source.text, Language.CHISEL),), f"{name}{n}")


def timed(builder: Builder, asked: Request) -> tuple[float, Build]:
    started = time.monotonic()
    built = builder.build(asked)
    took = time.monotonic() - started
    assert (built.failure is None) == ("nothing" not in asked.sources[0].text), built
    return took, built


def paced(builder: Builder, kind: str, numbers: range, pause_s: float) -> str:
    seconds, cpu = [], []
    for n in numbers:
        took, built = timed(builder, request(kind, n))
        seconds.append(took)
        cpu.append(built.cpu_s)
        time.sleep(pause_s)
    return (
        f"median {median(seconds):.3f} s ({median(cpu):.3f} s of CPU), "
        f"worst {max(seconds):.3f} s of {len(seconds)}"
    )


def compilers() -> dict[int, float]:
    """Proportional memory in MB of every JVM that compiles, by process."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if b"CompileServer" in words and words[0].endswith(b"java"):
                rollup = (folder / "smaps_rollup").read_text().splitlines()
                pss = next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
                found[int(folder.name)] = pss / 1024
        except (OSError, StopIteration):
            continue
    return found


def memory(before: set[int]) -> float:
    return max((size for pid, size in compilers().items() if pid not in before), default=0.0)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--modules", type=int, default=100)
    parser.add_argument("--requests", type=int, default=400)
    given = parser.parse_args()
    toolchain, isolation = open_toolchain(), open_isolation()
    others = set(compilers())
    with Builder(toolchain, isolation) as builder:
        print(f"first answer: {timed(builder, request('counter', 1))[0]:.2f} s", flush=True)
        for n in range(2, 17):
            builder.build(request("alu" if n % 2 else "counter", n))
        half = given.modules // 2
        for kind, start in (("counter", 100), ("alu", 100 + half)):
            print(
                f"{kind}, at a model's pace:", paced(builder, kind, range(start, start + half), 1)
            )
        print("alu, back to back:", paced(builder, "alu", range(1000, 1000 + half), 0), flush=True)
        print("compile error:", paced(builder, "error", range(2000, 2030), 0), flush=True)
        sizes = []
        for n in range(given.requests):
            builder.build(request("error", 3000 + n))
            if (n + 1) % 200 == 0:
                sizes.append(f"{memory(others):.0f} MB after {n + 1}")
        print("compiler:", ", ".join(sizes), "more answers", flush=True)
        time.sleep(20)  # until the one in reserve is warm
        sizes = compilers()
        ours = max(set(sizes) - others, key=cpu_ticks)
        print(f"in reserve: {sum(sizes[p] for p in set(sizes) - others - {ours}):.0f} MB")
        os.kill(ours, signal.SIGKILL)
        took, _ = timed(builder, request("counter", 4000))
        print(f"killed, to the next answer: {took:.2f} s", flush=True)
        waiting: list[float] = []
        at_once: list[float] = []
        for n in range(12):
            waiting.append(timed(builder, request("counter", 5000 + n))[0])
            time.sleep(1)
        at_once.extend(timed(builder, request("counter", 5100 + n))[0] for n in range(12))
    theirs = median(alone(toolchain, request("counter", 6000 + n)) for n in range(5))
    for name, seconds in (("at a model's pace", waiting), ("back to back", at_once)):
        mine = median(seconds)
        print(
            f"a JVM each: {theirs:.2f} s; {name} {mine:.3f} s: {theirs / mine:.1f} times as quick"
        )


def cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().split(") ")[-1].split()
    return int(fields[11]) + int(fields[12])


def alone(toolchain: Toolchain, asked: Request) -> float:
    """Seconds of a JVM that compiles this one module, elaborates it, calls firtool and ends."""
    emit = "_root_.circt.stage.ChiselStage.emitSystemVerilog"
    code = f"object Main extends App {{ println({emit}(new {asked.top})) }}\n"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "Main.scala")
        file.write_text(asked.sources[0].text + code)
        java = (toolchain.java.program, "-cp", toolchain.class_path, "-Xss8m")
        runner = ("scala.tools.nsc.MainGenericRunner", "-usejavacp", f"-Xplugin:{toolchain.plugin}")
        started = time.monotonic()
        done = subprocess.run(
            [*java, *runner, "-language:reflectiveCalls", str(file)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "CHISEL_FIRTOOL_PATH": str(toolchain.firtool.parent)},
        )
        took = time.monotonic() - started
    assert f"module {asked.top}" in done.stdout, done.stderr
    return took


if __name__ == "__main__":
    main()
