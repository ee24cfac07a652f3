"""Lines that any design has: the ends of what is open, the first line of a module, guards."""

from __future__ import annotations

from gatewright.retrieval.complete.pool import Pool
from gatewright.retrieval.complete.setting import Setting

_ENDS = {
    "module": "endmodule",
    "interface": "endinterface",
    "package": "endpackage",
    "class": "endclass",
    "program": "endprogram",
    "function": "endfunction",
    "task": "endtask",
    "generate": "endgenerate",
    "case": "endcase",
    "casez": "endcase",
    "casex": "endcase",
    "begin": "end",
    "fork": "join",
}
_CLOSERS = {end: opener for opener, end in _ENDS.items()} | {
    "join_any": "fork",
    "join_none": "fork",
}
_FIRST = ("`timescale 1ns / 1ps", "`timescale 1ns/1ps", "`default_nettype none")
_BODY = ("initial begin", "always @(*) begin", "always_comb begin", "generate")
FEW_LINES = 3


def idioms(setting: Setting, pool: Pool) -> None:
    """Propose them where they may stand."""
    last = setting.last
    indent = last.parsed.indent if last else ""
    if len(setting.lines) <= FEW_LINES:
        guard = setting.stem.upper()
        lines = [*_FIRST, f"module {setting.stem} (", f"module {setting.stem}(",
                 f"module {setting.stem} #(", f"`define {guard}", f"`define {guard}_H",
                 f"`define {guard}_{setting.path.rpartition('.')[2].upper()}"]  # fmt: skip
        for line in lines:
            pool.add(line, "idiom", 0.2, {}, "")
    open_blocks = _open_blocks(setting)
    if open_blocks:
        word, its_indent = open_blocks[-1]
        pool.add(_ENDS[word], "idiom", 0.6, {}, its_indent)
        if word == "begin":
            pool.add("end else begin", "idiom", 0.4, {}, its_indent)
        if word in ("module", "begin") and len(open_blocks) <= 2:
            for line in _BODY:
                pool.add(line, "idiom", 0.2, {}, indent)
        if word.startswith("case"):
            pool.add("default: begin", "idiom", 0.2, {}, indent)


def _open_blocks(setting: Setting) -> list[tuple[str, str]]:
    """What is begun and not ended, outermost first: the word and its line's indentation."""
    found: list[tuple[str, str]] = []
    for line in setting.lines:
        for token in line.tokens:
            if token in _ENDS:
                found.append((token, line.parsed.indent))
            elif token in _CLOSERS:
                end = _ENDS[_CLOSERS[token]]
                for at in range(len(found) - 1, -1, -1):
                    if _ENDS[found[at][0]] == end:
                        del found[at:]
                        break
    return found
