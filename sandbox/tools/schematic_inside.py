"""Reads a design into the cells that a schematic shows: a job of the warm Yosys process.

Reads `design.sv` in the current folder; leaves `netlist.json`, as `write_json` writes it. Registers
stay plain ones with multiplexers before them, because those have well-known symbols.
"""

from __future__ import annotations

_READ = (
    "read_slang --ignore-assertions --allow-merging-ansi-ports --allow-use-before-declare "
    "--relax-enum-conversions --allow-dup-initial-drivers --best-effort-hierarchy"
)


def run(request: dict[str, object]) -> None:
    """Do one job; `top` is the module to show, or nothing for the one that no other uses."""
    from pyosys import libyosys

    top = str(request["top"])
    design = libyosys.Design()
    for command in (
        f"{_READ} --top {top} design.sv" if top else f"{_READ} design.sv",
        f"hierarchy -top {top}" if top else "hierarchy -auto-top",
        "proc",
        "delete */t:$print */t:$check */t:$scopeinfo",
        "chformal -remove",
        "memory_collect",
        "opt -nosdff -nodffe",
        "wreduce",
        "opt -nosdff -nodffe",
        "opt_clean -purge",
        "write_json netlist.json",
    ):
        libyosys.run_pass(command, design)
