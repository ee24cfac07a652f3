"""From a design's sources to the netlist that a schematic shows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gatewright.core import DataError, Source
from gatewright.sandbox.integrity import lay_out, preprocess
from gatewright.sandbox.integrity.layout import Layout, shown_names
from gatewright.sandbox.tools.yosys import Budget, Done, Yosys

ENTRY = "gatewright.sandbox.tools.schematic_inside:run"
_BUDGET = Budget(cpu_s=10, wall_s=60)
_ERROR = re.compile(r"^design\.sv:(\d+)(?::(\d+))?: ERROR: (.*)$|^ERROR: (.*)$", re.MULTILINE)
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")


def netlist_of(yosys: Yosys, sources: Sequence[Source], top: str = "") -> str:
    """The netlist as JSON (`write_json` of Yosys), with the top module marked in it.

    Raises DataError for a design that cannot be synthesised, ToolMissing without pyosys.
    """
    if top and not NAME.fullmatch(top):
        raise DataError("is not a module's plain name", where=top)
    done = preprocess(sources)
    layout = lay_out(done.tokens, done.files)
    files = {"design.sv": layout.text}
    found = yosys.run(files, {"top": top}, ("netlist.json", "log"), _BUDGET)
    netlist = found.files.get("netlist.json", "").rstrip()
    if found.ok and netlist:
        if not netlist.endswith("}"):
            raise DataError("is too large for a schematic", where=top)
        if '"attributes"' not in netlist:
            raise DataError("defines no module to draw", where=sources[0].name)
        return netlist
    raise fault(found, layout, _BUDGET)


def fault(found: Done, layout: Layout, budget: Budget) -> DataError:
    """Why a design cannot be synthesised, at the place where its author wrote it."""
    error = _ERROR.search(found.files.get("log", ""))
    if error is None:
        return DataError(f"could not be synthesised within {budget.cpu_s:g} CPU seconds")
    line, column, message, other = error.groups()
    place = layout.place(int(line), int(column or 0)) if line else None
    where = f"{place.file}:{place.line}" if place else ""
    told = shown_names(message or other)
    return DataError(f"cannot be synthesised: {told}"[:300], where=where)
