"""NVIDIA's profiler (Nsight Compute), where it is installed: its command line, its answer."""

from __future__ import annotations

import csv
import os
import re
import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gatewright.core import ToolCrashed, ToolMissing
from gatewright.sandbox.isolation import Mount

TOOL = "ncu"
HINT = "install NVIDIA Nsight Compute, or go by the static counters"
# What a judge of kernels reads: by our names, ncu's own.
METRICS: Mapping[str, str] = {
    "duration_ns": "gpu__time_duration.sum",
    "sm_cycles_active": "sm__cycles_active.avg",
    "warps_active_pct": "sm__warps_active.avg.pct_of_peak_sustained_active",
    "occupancy_limit_blocks": "launch__occupancy_limit_blocks",
    "occupancy_limit_registers": "launch__occupancy_limit_registers",
    "occupancy_limit_shared": "launch__occupancy_limit_shared_mem",
    "registers_per_thread": "launch__registers_per_thread",
    "instructions": "sm__inst_executed.sum",
    "fp32_pipe_pct": "sm__inst_executed_pipe_fp32.avg.pct_of_peak_sustained_active",
    "tensor_pipe_pct": "sm__inst_executed_pipe_tensor.avg.pct_of_peak_sustained_active",
    "dram_read_bytes": "dram__bytes_read.sum",
    "dram_write_bytes": "dram__bytes_write.sum",
    "dram_throughput_pct": "dram__throughput.avg.pct_of_peak_sustained_elapsed",
    "dram_bytes_per_second": "dram__bytes.sum.per_second",
    "l1_hit_pct": "l1tex__t_sector_hit_rate.pct",
    "l1_throughput_pct": "l1tex__throughput.avg.pct_of_peak_sustained_active",
    "l2_hit_pct": "lts__t_sector_hit_rate.pct",
    "l2_throughput_pct": "lts__throughput.avg.pct_of_peak_sustained_elapsed",
    "stall_long_scoreboard_pct": "smsp__warp_issue_stalled_long_scoreboard_per_warp_active.pct",
    "stall_short_scoreboard_pct": "smsp__warp_issue_stalled_short_scoreboard_per_warp_active.pct",
    "stall_barrier_pct": "smsp__warp_issue_stalled_barrier_per_warp_active.pct",
    "stall_branch_pct": "smsp__warp_issue_stalled_branch_resolving_per_warp_active.pct",
    "branch_uniform_pct": "smsp__sass_average_branch_targets_threads_uniform.pct",
}
_OURS = {theirs: ours for ours, theirs in METRICS.items()}
_FORBIDDEN = re.compile(r"ERR_NVGPUCTRPERM")
_ERROR = re.compile(r"==ERROR== (.+)")
_PLACES = ("/usr/local/cuda/bin", "/opt/nvidia/nsight-compute")


@dataclass(frozen=True, slots=True)
class Ncu:
    """An installed ncu."""

    program: Path
    mounts: tuple[Mount, ...] = ()

    def wrap(self, most_launches: int = 50) -> list[str]:
        """What stands before the command that is to be profiled; the answer is on its output."""
        line = [str(self.program), "--csv", "--print-units", "base", "--target-processes", "all"]
        line += ["--launch-count", str(most_launches)]
        return [*line, "--metrics", ",".join(METRICS.values())]


@dataclass(frozen=True, slots=True)
class ProfiledKernel:
    """One kernel's metrics by our names, averaged over its launches."""

    name: str
    launches: int
    metrics: Mapping[str, float]


def open_ncu() -> Ncu:
    """Find ncu. Raises ToolMissing where there is none."""
    named = os.environ.get("CUDA_HOME")
    places = [os.environ.get("PATH", ""), *([f"{named}/bin"] if named else []), *_PLACES]
    places += [str(place) for place in sorted(Path(_PLACES[1]).glob("*"), reverse=True)]
    found = shutil.which("ncu", path=":".join(places))
    if found is None:
        raise ToolMissing("ncu is not installed", where="PATH", hint=HINT)
    program = Path(found).resolve()
    system = program.is_relative_to("/usr")
    return Ncu(program, () if system else (Mount(program.parent),))


def read_profile(text: str) -> tuple[ProfiledKernel, ...]:
    """Read ncu's CSV, which other output may surround.

    Raises ToolCrashed where ncu says why it did not profile; no kernel at all is ().
    """
    if _FORBIDDEN.search(text):
        raise ToolCrashed(
            "ncu may not read the GPU's counters",
            where=TOOL,
            hint="load NVIDIA's driver with NVreg_RestrictProfilingToAdminUsers=0",
        )
    rows = _rows(text.splitlines())
    error = _ERROR.search(text)
    if not rows and error:
        raise ToolCrashed(f"ncu does not profile: {error[1]}", where=TOOL)
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    launches: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        name, metric = row["Kernel Name"], _OURS.get(row["Metric Name"])
        launches[name].add(row["ID"])
        number = _number(row["Metric Value"])
        if metric and number is not None:
            values[name][metric].append(number)
    return tuple(
        ProfiledKernel(name, len(ids), {m: sum(v) / len(v) for m, v in values[name].items()})
        for name, ids in launches.items()
    )


def _rows(lines: Sequence[str]) -> list[dict[str, str]]:
    start = next((i for i, line in enumerate(lines) if line.startswith('"ID",')), None)
    if start is None:
        return []
    table = [line for line in lines[start:] if line.startswith('"')]
    wanted = {"ID", "Kernel Name", "Metric Name", "Metric Value"}
    return [row for row in csv.DictReader(table) if wanted <= {k for k, v in row.items() if v}]


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None
