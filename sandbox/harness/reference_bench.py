"""Writes the testbench that drives a reference and a candidate side by side.

Stimulus comes in epochs of 32 steps. For each epoch every input draws a manner of moving (uniform,
mostly one, held, counting, one bit at a time, values that the reference mentions, equal to another
input ...), so that enables stay long enough for counters to run and comparators meet equality.
Inputs never move at the same time as a clock. Without a clock, all inputs 0, all 1 and each of them
with one bit turned round come first. Outputs are compared after every movement.
"""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.core import Port, Source
from gatewright.sandbox.harness import reference_seen as seen
from gatewright.sandbox.harness.reference_plan import RESET_CYCLES, Plan
from gatewright.sandbox.harness.reference_roles import Reset

TOP = "gw_tb"


def testbench(plan: Plan, script: Sequence[str] = ()) -> Source:
    """The testbench, top `gw_tb`, which runs `script` where one is given.

    A script's statements set inputs, let time pass and call `gw_check`. The testbench prints the
    rows of `reference_seen` and, as VerilogEval does:

    `Hint: Output 'q' has 3 mismatches. First mismatch occurred at time 35.` for each output and
    `Mismatches: 3 in 2000 samples`. Outputs are the nets `<port>_ref` and `<port>_dut`.
    """
    parts = [
        "`timescale 1ns/1ps",
        f"module {TOP};",
        *_declarations(plan),
        *_instances(plan),
        *_helpers(plan),
        *_check_task(plan),
        *_drive_tasks(plan),
        *(_scripted_run(plan, script) if script else _run(plan)),
        "endmodule",
    ]
    return Source("gw_tb.sv", "\n".join(parts) + "\n")


def _declarations(plan: Plan) -> list[str]:
    lines = [
        f"  integer gw_seed = {plan.seed}, gw_samples = 0, gw_bad = 0, gw_i, gw_step, gw_pick;",
        "  reg gw_differs, gw_pulse;",
    ]
    bits = plan.values.stream()
    if bits:
        lines.append(f"  reg [0:{len(bits) - 1}] gw_stream = {len(bits)}'b{bits};")
    lines += [f"  reg {_range(p)}{p.name} = {_initial(plan, p)};" for p in plan.interface.inputs]
    lines += [f"  integer gw_mode_{p.name} = 0;" for p in plan.roles.data]
    lines += [f"  integer gw_hold_{r.name} = 0;" for r in plan.roles.resets]
    for port in plan.interface.outputs:
        lines.append(f"  wire {_range(port)}{port.name}_ref, {port.name}_dut;")
        lines.append(f"  integer gw_bad_{port.name} = 0, gw_first_{port.name} = 0;")
        lines += seen.declared(port, _range(port))
    return lines


def _initial(plan: Plan, port: Port) -> str:
    """Resets active; without a clock all ones, for `always @*` waits for a first change."""
    for reset in plan.roles.resets:
        if reset.name == port.name:
            return "0" if reset.active_low else "1"
    return "0" if plan.sequential else f"{{{port.width}{{1'b1}}}}"


def _range(port: Port) -> str:
    return f"[{port.width - 1}:0] " if port.width > 1 else ""


def _instances(plan: Plan) -> list[str]:
    def connections(side: str) -> str:
        inputs = [f".{p.name}({p.name})" for p in plan.interface.inputs]
        outputs = [f".{p.name}({p.name}_{side})" for p in plan.interface.outputs]
        return ", ".join([*inputs, *outputs])

    return [
        f"  {plan.reference} gw_reference ({connections('ref')});",
        f"  {plan.candidate} gw_candidate ({connections('dut')});",
    ]


def _helpers(plan: Plan) -> list[str]:
    lines = [
        "  function integer gw_below(input integer n);",
        "    gw_below = $unsigned($random(gw_seed)) % n;",
        "  endfunction",
    ]
    for width in sorted({p.width for p in plan.roles.data if p.width > 1}):
        words = ", ".join(["$random(gw_seed)"] * -(-width // 32))
        lines += [
            f"  function [{width - 1}:0] gw_uniform_{width}(input integer unused);",
            f"    gw_uniform_{width} = {{{words}}};",
            "  endfunction",
            *_value_functions(plan, width),
        ]
    return lines


def _value_functions(plan: Plan, width: int) -> list[str]:
    """`corner`: extremes, numbers named and their neighbours; `named`, `walk`: by an index."""
    corners, named = plan.values.corners(width), plan.values.named(width)
    walk = plan.values.walk(width)
    return [
        *_chosen(f"gw_corner_{width}", width, corners, f"gw_below({len(corners) + 1})"),
        *_chosen(f"gw_named_{width}", width, named, f"n % {len(named)}"),
        *_chosen(f"gw_walk_{width}", width, walk, f"n % {len(walk)}"),
    ]


def _chosen(name: str, width: int, values: Sequence[int], index: str) -> list[str]:
    cases = [f"      {i}: {name} = {width}'h{value:x};" for i, value in enumerate(values)]
    return [
        f"  function [{width - 1}:0] {name}(input integer n);",
        f"    case ({index})",
        *cases,
        f"      default: {name} = {width}'h1 << gw_below({width});",
        "    endcase",
        "  endfunction",
    ]


def _check_task(plan: Plan) -> list[str]:
    """x in the reference matches anything, bit by bit; z only z."""
    lines = ["  task gw_check;", "    begin", "      gw_differs = 0;"]
    for port in plan.interface.outputs:
        ref, dut = f"{port.name}_ref", f"{port.name}_dut"
        # Nested, because simulators may evaluate both sides of &&.
        lines += [
            f"      if ({ref} !== {dut})",
            f"        if ({ref} !== ({ref} ^ {dut} ^ {ref}))",
            f"          if (!gw_same_{port.name}(0)) begin",
            "            gw_differs = 1;",
            f"            if (gw_bad_{port.name} == 0) gw_first_{port.name} = $time;",
            f"            gw_bad_{port.name} = gw_bad_{port.name} + 1;",
            "          end",
        ]
    for port in plan.interface.outputs:
        lines += seen.noted(port)
    lines += [
        "      gw_samples = gw_samples + 1;",
        "      if (gw_differs) gw_bad = gw_bad + 1;",
        "    end",
        "  endtask",
    ]
    for port in plan.interface.outputs:
        lines += _same_function(port)
    return lines


def _same_function(port: Port) -> list[str]:
    """Bit by bit, needed only where the reference has an x or a z."""
    ref, dut = f"{port.name}_ref", f"{port.name}_dut"
    bit = "[gw_i]" if port.width > 1 else ""
    return [
        f"  function gw_same_{port.name}(input integer unused);",
        f"    if ((^{ref}) !== 1'bx) gw_same_{port.name} = 0;",
        "    else begin",
        f"      gw_same_{port.name} = 1;",
        f"      for (gw_i = 0; gw_i < {port.width}; gw_i = gw_i + 1)",
        f"        if ({ref}{bit} !== 1'bx && {ref}{bit} !== {dut}{bit}) gw_same_{port.name} = 0;",
        "    end",
        "  endfunction",
    ]


def _drive_tasks(plan: Plan) -> list[str]:
    modes = [
        f"      if (gw_below(3) != 0) gw_mode_{p.name} = gw_below({_manners(p)});"
        for p in plan.roles.data
    ]
    moves = [line for port in plan.roles.data for line in _move(plan, port)]
    return [
        "  task gw_epoch;",
        "    begin",
        *modes,
        "    end",
        "  endtask",
        "  task gw_drive;",
        "    begin",
        *moves,
        "    end",
        "  endtask",
    ]


def _manners(port: Port) -> int:
    """How many manners of moving `_move` knows for a port."""
    return 15 if port.width > 1 else 8


def _move(plan: Plan, port: Port) -> list[str]:
    name, width = port.name, port.width
    if width == 1:
        bits = plan.values.stream()
        serial = f"{name} = gw_stream[gw_step % {len(bits)}];"
        cases = {
            "0, 1": f"{name} = $random(gw_seed);",
            "2": f"{name} = gw_below(8) != 0;",
            "3": f"{name} = gw_below(8) == 0;",
            "4": f"if (gw_below(8) == 0) {name} = ~{name};",
            "5": f"{name} = gw_below({64 * plan.patience}) != 0;",
            "6": serial if bits else f"{name} = $random(gw_seed);",
            "default": f"{name} = gw_below({64 * plan.patience}) == 0;",
        }
    else:
        twins = [p.name for p in plan.roles.data if p.width == width and p.name != name]
        twin = twins[0] if twins else f"gw_uniform_{width}(0)"
        uniform, corner = f"gw_uniform_{width}(0)", f"gw_corner_{width}(0)"
        cases = {
            "0, 1, 2": f"{name} = {uniform};",
            "3, 4": f"{name} = {corner};",
            "5": f"{name} = gw_below({min(16, 1 << min(width, 30))});",
            "6": f"if (gw_below(8) == 0) {name} = gw_below(2) ? {uniform} : {corner};",
            "7": f"{name} = {name} + 1;",
            "8": f"{name} = {name} ^ ({width}'h1 << gw_below({width}));",
            "9": f"{name} = {twin} + (gw_below(4) == 0 ? gw_below(3) - 1 : 0);",
            "10": f"{name} = {uniform} & {uniform} & {uniform};",
            "11": f"{name} = gw_named_{width}(gw_below(1024));",
            "12, 13": f"{name} = gw_walk_{width}(gw_step);",
            "default": f"{name} = gw_below(2) ? {uniform} : {corner};",
        }
    body = [f"        {values}: {action}" for values, action in cases.items()]
    return [f"      case (gw_mode_{name})", *body, "      endcase"]


def _finish() -> list[str]:
    return ["    $finish;", "  end"]


def _report(plan: Plan) -> list[str]:
    hints = [
        f"    $display(\"Hint: Output '{p.name}' has %0d mismatches. First mismatch occurred at"
        f' time %0d.", gw_bad_{p.name}, gw_first_{p.name});'
        for p in plan.interface.outputs
    ]
    rows = [line for p in plan.interface.outputs for line in seen.told(p)]
    return [*rows, *hints, '    $display("Mismatches: %1d in %1d samples", gw_bad, gw_samples);']


def _scripted_run(plan: Plan, script: Sequence[str]) -> list[str]:
    return ["  initial begin", *script, *_report(plan), *_finish()]


def _run(plan: Plan) -> list[str]:
    return _clocked_run(plan) if plan.sequential else _vector_run(plan)


def _vector_run(plan: Plan) -> list[str]:
    """Without a clock: every value in order where they are few, then by epochs."""
    lines = ["  initial begin", "    #1;"]
    joined = ", ".join(p.name for p in plan.interface.inputs)
    if plan.exhaustive:
        lines += [
            f"    for (gw_step = 0; gw_step < {1 << plan.input_bits}; gw_step = gw_step + 1) begin",
            f"      {{{joined}}} = gw_step; #1 gw_check; #1;",
            "    end",
        ]
    elif plan.directed:
        bits = plan.input_bits
        flipped = f"(gw_step < 2 ? {bits}'b0 : {bits}'b1 << gw_step / 2 - 1)"
        lines += [
            f"    for (gw_step = 0; gw_step < {plan.directed}; gw_step = gw_step + 1) begin",
            f"      {{{joined}}} = {{{bits}{{gw_step[0]}}}} ^ {flipped};",
            "      #1 gw_check; #1;",
            "    end",
        ]
    lines += [
        f"    for (gw_step = 0; gw_step < {plan.cycles}; gw_step = gw_step + 1) begin",
        f"      if (gw_step % {32 * plan.patience} == 0) gw_epoch;",
        "      gw_drive;",
        *[f"      {line}" for reset in plan.roles.resets for line in _pulse(reset, 16)],
        "      #1 gw_check; #1;",
        "    end",
    ]
    return [*lines, *_report(plan), *_finish()]


def _clocked_run(plan: Plan) -> list[str]:
    cycles, often = plan.cycles, plan.patience
    lines = ["  initial begin", "    #1;"]
    if plan.roles.resets:
        lines += [f"    repeat ({RESET_CYCLES}) begin", *_clock_all(plan), "    end"]
    lines += [
        f"    for (gw_step = 0; gw_step < {cycles}; gw_step = gw_step + 1) begin",
        f"      if (gw_step % {32 * plan.patience} == 0) gw_epoch;",
        "      gw_drive;",
        # Resets are frequent at first, then rare, so that deep states are reached as well.
        f"      if (gw_step < {cycles // 4}) begin",
        *[f"        {line}" for reset in plan.roles.resets for line in _pulse(reset, 12 * often)],
        "      end else begin",
        *[
            f"        {line}"
            for reset in plan.roles.resets
            for line in _pulse(reset, 200 * often * often)
        ],
        "      end",
        "      #1 gw_check; #1;",
        *_clock_some(plan),
        "    end",
    ]
    return [*lines, *_report(plan), *_finish()]


def _pulse(reset: Reset, every: int) -> list[str]:
    """Now and then one to three steps of reset."""
    on, off = ("0", "1") if reset.active_low else ("1", "0")
    hold = f"gw_hold_{reset.name}"
    return [
        f"if ({hold} == 0 && gw_below({every}) == 0) {hold} = 1 + gw_below(3);",
        f"{reset.name} = {hold} > 0 ? 1'b{on} : 1'b{off};",
        f"if ({hold} > 0) {hold} = {hold} - 1;",
    ]


def _clock_all(plan: Plan) -> list[str]:
    up = " ".join(f"{clock} = 1;" for clock in plan.roles.clocks)
    down = " ".join(f"{clock} = 0;" for clock in plan.roles.clocks)
    return [f"      #1 {up} #1 gw_check; #1 {down} #1 gw_check;"]


def _clock_some(plan: Plan) -> list[str]:
    """One clock's pulse, any of several; at times inputs and resets also move while it is high."""
    clocks = plan.roles.clocks
    moves = ["      if (gw_below(4) == 0) gw_drive;", "      #1 gw_check; #1;"]
    for reset in plan.roles.resets:
        if reset.asynchronous:
            turn = f"if (gw_pulse) {reset.name} = ~{reset.name};"
            moves += [
                f"      gw_pulse = gw_below({16 * plan.patience**3}) == 0;",
                f"      {turn} #1 gw_check; {turn} #1 gw_check;",
            ]
    return [
        f"      gw_pick = gw_below({len(clocks)});",
        *_set_clock(clocks, 1),
        *moves,
        *_set_clock(clocks, 0),
    ]


def _set_clock(clocks: Sequence[str], level: int) -> list[str]:
    if len(clocks) == 1:
        return [f"      {clocks[0]} = {level}; #1 gw_check; #1;"]
    cases = [f"        {i}: {clock} = {level};" for i, clock in enumerate(clocks)]
    return ["      case (gw_pick)", *cases, "      endcase", "      #1 gw_check; #1;"]
