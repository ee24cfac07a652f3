from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gatewright.sandbox.formal.flow import steps_of
from gatewright.sandbox.formal.netlist import Control, Netlist, read_netlist
from gatewright.sandbox.formal.question import Steps

BOTH = {"CLK": "input", "D": "input", "ARST": "input", "Q": "output"}


def written(folder: Path, cells: dict[str, Any], **ports: tuple[str, list[int]]) -> Netlist:
    module = {
        "ports": {n: {"direction": d, "bits": b} for n, (d, b) in ports.items()},
        "cells": cells,
        "memories": {"m": {"width": 8, "size": 4}},
        "netnames": {"q": {"bits": [5, 6], "attributes": {"init": "x1"}}},
    }
    path = folder / "m.json"
    path.write_text(json.dumps({"modules": {"m": module}}))
    return read_netlist(path, "m")


def flip_flop(
    clock: int, data: int, q: int, *, polarity: str = "1", reset: int = 0
) -> dict[str, Any]:
    pins = {"CLK": [clock], "D": [data], "Q": [q]} | ({"ARST": [reset]} if reset else {})
    return {
        "type": "$adff" if reset else "$dff",
        "parameters": {"CLK_POLARITY": polarity, "ARST_POLARITY": "1"},
        "port_directions": BOTH,
        "connections": pins,
    }


def test_reads_ports_memories_and_initial_values(tmp_path: Path) -> None:
    found = written(tmp_path, {"r": flip_flop(2, 3, 5)}, c=("input", [2]), d=("input", [3]))
    assert [port.name for port in found.ports] == ["c", "d"]
    assert found.memory_bits == {"m": 32}
    assert found.initial == {5: "1"}
    assert found.size == 1


def test_one_clock_is_a_step_by_cycles(tmp_path: Path) -> None:
    ports = {"c": ("input", [2]), "d": ("input", [3]), "r": ("input", [4]), "q": ("output", [5])}
    plain = written(tmp_path, {"r": flip_flop(2, 3, 5)}, **ports)
    falling = written(tmp_path, {"r": flip_flop(2, 3, 5, polarity="0")}, **ports)
    reset = written(tmp_path, {"r": flip_flop(2, 3, 5, reset=4)}, **ports)
    as_data = written(tmp_path, {"r": flip_flop(2, 2, 5)}, **ports)
    inner = written(tmp_path, {"r": flip_flop(2, 3, 6), "s": flip_flop(6, 3, 5)}, **ports)
    assert plain.clocks() == {Control("c[0]", "1")}
    assert steps_of(plain, plain) is Steps.CYCLE
    assert steps_of(reset, reset) is Steps.CYCLE
    for one, other in ((plain, falling), (plain, reset), (as_data, as_data), (inner, inner)):
        assert steps_of(one, other) is Steps.CHANGE
