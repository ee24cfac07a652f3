"""Synthesises a design and counts what comes out: a job of the warm Yosys process.

Reads `design.sv` in the current folder; leaves `top`, `memories` (their bits), `gates.json` and
`luts.json` (as `stat -json` writes them) and `depth` (as `ltp` writes it). Memories stay what they
are: as registers they would hide everything else, and cost minutes.
"""

from __future__ import annotations

from pathlib import Path

_READ = (
    "read_slang --ignore-assertions --allow-merging-ansi-ports --allow-use-before-declare "
    "--relax-enum-conversions --allow-dup-initial-drivers --best-effort-hierarchy"
)


def run(request: dict[str, object]) -> None:
    """Do one job; `top` is the module to synthesise, or nothing for the one no other uses."""
    from pyosys import libyosys

    top = str(request["top"])
    design = libyosys.Design()
    _passes(
        libyosys,
        design,
        f"{_READ} --top {top} design.sv" if top else f"{_READ} design.sv",
        f"hierarchy -top {top}" if top else "hierarchy -auto-top",
        "proc",
        "delete */t:$print */t:$check */t:$scopeinfo",
        "chformal -remove",
        "synth -flatten -nordff -run begin:fine",
        "opt_clean -purge",
    )
    bits = 0
    module = design.top_module()
    for cell in module.cells_.values():
        if cell.type.str().startswith("$mem"):
            size = cell.getParam(libyosys.IdString("\\SIZE")).as_int()
            bits += size * cell.getParam(libyosys.IdString("\\WIDTH")).as_int()
    Path("memories").write_text(str(bits))
    Path("top").write_text(module.name.str().removeprefix("\\"))
    _passes(
        libyosys,
        design,
        "opt -fast -full",
        "techmap",
        "opt -fast",
        "abc",
        "opt -fast",
        "opt_clean -purge",
        "tee -q -o gates.json stat -json",
        "abc -lut 4",
        "opt_clean -purge",
        "tee -q -o luts.json stat -json",
        "tee -q -o depth ltp -noff",
    )


def _passes(libyosys: object, design: object, *commands: str) -> None:
    for command in commands:
        libyosys.run_pass(command, design)  # type: ignore[attr-defined]
