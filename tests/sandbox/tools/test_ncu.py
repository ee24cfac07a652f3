from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from gatewright.core import ToolCrashed, ToolMissing
from gatewright.sandbox.isolation import Mount, open_isolation
from gatewright.sandbox.tools.gpu_profile import profile_on_gpu
from gatewright.sandbox.tools.gpu_run import GpuTask
from gatewright.sandbox.tools.ncu import METRICS, Ncu, open_ncu, read_profile

ANSWER = """\
==PROF== Connected to process 17
loading
"ID","Process ID","Kernel Name","Block Size","Metric Name","Metric Unit","Metric Value"
"0","17","total(const float *, float *)","(256, 1, 1)","gpu__time_duration.sum","ns","2,000"
"0","17","total(const float *, float *)","(256, 1, 1)","dram__bytes_read.sum","byte","4096"
"1","17","total(const float *, float *)","(256, 1, 1)","gpu__time_duration.sum","ns","4000"
"2","17","scale","(32, 1, 1)","l1tex__t_sector_hit_rate.pct","%","n/a"
"2","17","scale","(32, 1, 1)","some__other.metric","%","3"
==PROF== Disconnected from process 17
"""


def test_metrics_are_averaged_over_launches() -> None:
    total, scale = read_profile(ANSWER)
    assert (total.name, total.launches) == ("total(const float *, float *)", 2)
    assert total.metrics == {"duration_ns": 3000, "dram_read_bytes": 4096}
    assert (scale.launches, scale.metrics) == (1, {})


def test_a_run_without_kernels() -> None:
    assert read_profile("==PROF== Connected\n==WARNING== No kernels were profiled.\n") == ()


def test_counters_that_are_forbidden() -> None:
    with pytest.raises(ToolCrashed, match="may not read") as caught:
        read_profile("==ERROR== ERR_NVGPUCTRPERM - The user does not have permission\n")
    assert "NVreg_RestrictProfilingToAdminUsers=0" in caught.value.hint


def test_other_errors_are_told() -> None:
    with pytest.raises(ToolCrashed, match="no driver"):
        read_profile("==ERROR== no driver here\n")


def test_without_ncu_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("CUDA_HOME", raising=False)
    monkeypatch.setattr("gatewright.sandbox.tools.ncu._PLACES", ("/nowhere", "/nowhere/else"))
    with pytest.raises(ToolMissing, match="static counters"):
        open_ncu()


def test_a_toolkits_ncu_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "ncu"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("CUDA_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "/nowhere")
    found = open_ncu()
    assert found == Ncu(program, (Mount(program.parent),))
    assert ",".join(METRICS.values()) in found.wrap()


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="needs torch: make cuda")
def test_a_call_is_profiled(tmp_path: Path) -> None:
    """The profiler is a stand-in that runs the command and prints an answer."""
    (tmp_path / "answer").write_text(ANSWER)
    program = tmp_path / "ncu"
    program.write_text(
        "#!/bin/sh\n"
        'while [ "$1" != --metrics ]; do shift; done\n'
        f'shift 2\n"$@" || exit 1\ncat {tmp_path}/answer\n'
    )
    program.chmod(0o755)
    problem = (
        "import torch\n"
        "class Model(torch.nn.Module):\n"
        "    def forward(self, x):\n"
        "        return 2 * x\n"
        "def get_inputs():\n"
        "    return [torch.randn(8)]\n"
    )
    task = GpuTask(problem, problem.replace("Model(", "ModelNew("))
    found = profile_on_gpu(task, open_isolation(), Ncu(program, (Mount(tmp_path),)), None)
    assert [kernel.launches for kernel in found] == [2, 1]
