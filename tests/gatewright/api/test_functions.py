"""The Python functions: names, files, models, what is raised."""

from __future__ import annotations

import importlib.util
import inspect
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import gatewright as gw
from gatewright.core import Usage
from gatewright.models import Completion, Message, Sampling

BUFFER = "module pass(input a, output y);\n  assign y = a;\nendmodule\n"
INVERTER = "module pass(input a, output y);\n  assign y = ~a;\nendmodule\n"
SPEC = "Write a module `pass` with input a and output y, both one bit; y equals a at all times."


class Scripted:
    """A model that answers what it was given, in order."""

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)
        self.asked = 0

    @property
    def name(self) -> str:
        return "scripted"

    def complete(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        on_text: Callable[[str], None] | None = None,
    ) -> Completion:
        self.asked += 1
        text = self._answers.pop(0)
        if on_text is not None:
            on_text(text)
        return Completion(text, Usage(calls=1))


def test_importing_it_loads_nothing() -> None:
    code = (
        "import resource, sys\n"
        "before = set(sys.modules)\n"
        "import gatewright\n"
        "new = set(sys.modules) - before\n"
        "print(len(new), sorted(m for m in new if m.startswith(('gatewright.', 'pydantic'))))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    count, loaded = done.stdout.strip().split(" ", 1)
    assert loaded == "[]"
    assert int(count) <= 10


def test_every_name_is_there_and_documented() -> None:
    names = [name for name in dir(gw) if not name.startswith("_")]
    assert {"verify", "generate", "Repository", "aio", "Source"} <= set(names)
    for name in names:
        found = getattr(gw, name)
        assert inspect.getdoc(found), name
    with pytest.raises(AttributeError, match="no attribute 'nope'"):
        gw.nope  # noqa: B018


def test_asynchronous_names_are_the_same() -> None:
    for name in gw.aio.__all__:
        one, other = getattr(gw, name), getattr(gw.aio, name)
        if inspect.isfunction(one):
            assert inspect.signature(one) == inspect.signature(other)
            assert inspect.iscoroutinefunction(other)
    ours = {n for n, f in vars(gw.Repository).items() if callable(f) and not n.startswith("_")}
    assert ours == {n for n, f in vars(gw.aio.Repository).items() if callable(f) and n[0] != "_"}


def test_files_lie_anywhere_and_are_read_with_what_stands_beside_them(own_place: Path) -> None:
    (own_place / "a").mkdir()
    (own_place / "b" / "data").mkdir(parents=True)
    (own_place / "a" / "pass.sv").write_text(BUFFER)
    (own_place / "b" / "data" / "in.hex").write_text("1\n0\n")
    (own_place / "b" / "tb.sv").write_text(
        "module tb; reg [0:0] m [0:1]; reg a; wire y; pass dut(a, y); initial begin\n"
        '$readmemh("data/in.hex", m); a = m[0]; #1; if (y !== 1) $fatal;\n'
        "$finish; end endmodule\n"
    )
    assert gw.verify(Path("a/pass.sv"), testbench=["b/tb.sv"]).passed
    assert not gw.verify([gw.Source("p.sv", INVERTER)], testbench="b/tb.sv").passed


def test_code_in_place_of_a_name_is_told() -> None:
    with pytest.raises(gw.UsageError, match="give code as"):
        gw.verify(BUFFER, reference=BUFFER)
    with pytest.raises(gw.DataError, match="no such file"):
        gw.lint("nope.sv")
    with pytest.raises(gw.DataError, match="cannot be read"):
        gw.generate(Path("nope.md"))
    with pytest.raises(gw.UsageError, match="a text or a Path"):
        gw.generate(gw.Source("a", "b"))  # type: ignore[arg-type]


def test_a_passing_simulation_keeps_no_waveform(own_place: Path) -> None:
    source = gw.Source("p.sv", BUFFER)
    verdict = gw.verify(source, reference=source, wave="w.vcd")
    assert verdict.passed and verdict.waveform is None
    assert not (own_place / "w.vcd").exists()


def test_a_model_of_ones_own_is_asked_until_the_check_passes() -> None:
    model = Scripted(f"```verilog\n{INVERTER}```", f"```verilog\n{BUFFER}```")
    model._answers.insert(
        1, '{"fault": "design", "location": "y", "issue": "inverted", "why": "~a", "fix": "a"}'
    )
    golden = gw.Source("golden.sv", BUFFER)
    made = gw.generate(SPEC, model=model, reference=golden, rounds=2)
    assert made.verified and model.asked == 3
    assert [turn.outcome for turn in made.rounds] == ["fail", "pass"]
    assert made.rounds[1].issue == "inverted"


def test_a_run_is_stopped_by_its_listener_s_caller() -> None:
    stop = threading.Event()

    class Impatient(gw.Listener):
        def stage(self, text: str) -> None:
            stop.set()

    model = Scripted(*[f"```verilog\n{INVERTER}```"] * 20)
    golden = gw.Source("golden.sv", BUFFER)
    made = gw.generate(SPEC, model=model, reference=golden, listener=Impatient(), stop=stop)
    assert str(made.stop) == "interrupted" and not made.verified


def test_a_repository_checks_and_writes_among_its_files(own_place: Path) -> None:
    (own_place / "rtl").mkdir()
    (own_place / "rtl" / "pass.sv").write_text(BUFFER)
    (own_place / "rtl" / "top.sv").write_text(
        "module top(input a, output y);\n  pass p(.a(a), .y(y));\nendmodule\n"
    )
    golden = gw.Source("golden.sv", BUFFER.replace("pass", "top"))
    with gw.Repository("rtl") as rtl:
        assert rtl.verify("top.sv", reference=golden).passed
        assert rtl.complete("top.sv", 2).lines is not None
        with pytest.raises(gw.UsageError, match="outside of the folders"):
            rtl.verify("/etc/passwd", reference=golden)
    code = "```verilog\nmodule two(input a, output y);\n  pass p(.a(a), .y(y));\nendmodule\n```"
    with gw.Repository("rtl", model=Scripted(code)) as rtl:
        wanted = gw.Source("golden.sv", BUFFER.replace("pass", "two"))
        assert rtl.generate("A module two that uses pass.", reference=wanted).verified
    with pytest.raises(gw.UsageError, match="no such folder"):
        gw.Repository("nowhere")


@pytest.mark.skipif(
    importlib.util.find_spec("torch") is None or shutil.which("g++") is None,
    reason="needs torch and g++: `make cuda`",
)
def test_a_gpu_kernel_is_compared_with_its_pytorch_module() -> None:
    kernels = Path(__file__).parents[2] / "fixtures" / "kernels"
    verdict = gw.verify(
        kernels / "honest" / "plain.py", reference=kernels / "problem.py", language="cuda"
    )
    assert verdict.passed and verdict.tools["device"]
