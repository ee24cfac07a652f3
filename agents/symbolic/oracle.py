"""A reading as a self-checking testbench for any candidate: it checks what the spec says, no more.

Tables are checked exhaustively, waveforms are replayed, machines are driven through every
transition of every reachable state. Don't-cares are not checked. The clock moves first, the other
inputs one time unit later, the outputs are compared four units after that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gatewright.agents.symbolic.reading import Reading
from gatewright.agents.symbolic.stimulus import beats
from gatewright.agents.symbolic.vector import Beat, Vectors
from gatewright.core import Interface, Language, Port, Source, TestbenchSpec

TOP = "tb"


def oracle_testbench(reading: Reading, top: str = "") -> TestbenchSpec | None:
    """The testbench around module `top` ('' = the interface's name), or None where the reading
    abstained.

    It ends with VerilogEval's closing line, `Mismatches: E in N samples`; N is `samples`.
    """
    if reading.structure is None or reading.interface is None:
        return None
    moments = beats(reading.structure, reading.interface)
    text = _testbench(reading.interface, top or reading.interface.module, moments)
    samples = sum(beat.checks for beat in moments)
    if not samples:
        return None
    source = Source(f"{TOP}.sv", text, Language.SYSTEMVERILOG)
    return TestbenchSpec((source,), top=TOP, samples=samples)


def _range(port: Port) -> str:
    return f"[{port.width - 1}:0] " if port.width > 1 else ""


def _number(digits: str) -> str:
    """Digits as a Verilog constant; hexadecimal where long and fully known."""
    if len(digits) > 32 and not re.search("x", digits):
        return f"{len(digits)}'h{int(digits, 2):x}"
    return f"{len(digits)}'b{digits}"


def _testbench(interface: Interface, top: str, moments: Sequence[Beat]) -> str:
    vectors = Vectors(interface)
    lines = [f"module {TOP};", *_declarations(interface, vectors), ""]
    lines += _instance(interface, top)
    lines += ["", *_step(interface, vectors), "", "  initial begin"]
    for beat in moments:
        arguments = ([_number(beat.clock)] if vectors.clock else []) + (
            [_number(beat.inputs)] if vectors.inputs else []
        )
        flag = f"1'b{int(beat.checks)}"
        lines.append(f"    gw_step({', '.join([*arguments, _number(beat.outputs), flag])});")
    lines += ["", *_report(interface), "    $finish;", "  end", "endmodule", ""]
    return "\n".join(lines)


def _declarations(interface: Interface, vectors: Vectors) -> list[str]:
    lines = [f"  reg {_range(port)}{port.name};" for port in interface.inputs]
    for port in interface.outputs:
        lines.append(f"  reg {_range(port)}{port.name}_ref;")
        lines.append(f"  wire {_range(port)}{port.name}_dut;")
        lines.append(f"  integer gw_bad_{port.name} = 0, gw_first_{port.name} = 0;")
    return [*lines, "  integer gw_samples = 0, gw_mismatches = 0;"]


def _instance(interface: Interface, top: str) -> list[str]:
    inputs = {port.name for port in interface.inputs}
    connections = [
        f".{port.name}({port.name if port.name in inputs else port.name + '_dut'})"
        for port in interface.ports
    ]
    return [f"  {top} gw_dut (" + ", ".join(connections) + ");"]


def _step(interface: Interface, vectors: Vectors) -> list[str]:
    """A task that drives one beat and compares the outputs, bits expected as x excepted."""
    arguments: list[str] = []
    drive: list[str] = []
    if vectors.clock is not None:
        arguments.append("input gw_clock")
        drive += [f"      {vectors.clock.name} = gw_clock;"]
    drive.append("      #1;")
    if vectors.inputs:
        arguments.append(f"input [{sum(p.width for p in vectors.inputs) - 1}:0] gw_inputs")
        drive.append("      {" + ", ".join(p.name for p in vectors.inputs) + "} = gw_inputs;")
    arguments.append(f"input [{sum(p.width for p in interface.outputs) - 1}:0] gw_outputs")
    arguments.append("input gw_check")
    expected = ", ".join(f"{p.name}_ref" for p in interface.outputs)
    drive += [f"      {{{expected}}} = gw_outputs;", "      #4;"]
    checks: list[str] = []
    for port in interface.outputs:
        ref, dut = f"{port.name}_ref", f"{port.name}_dut"
        checks += [
            f"        if ({ref} !== ({ref} ^ {dut} ^ {ref})) begin",
            f"          if (gw_bad_{port.name} == 0) gw_first_{port.name} = $time;",
            f"          gw_bad_{port.name} = gw_bad_{port.name} + 1;",
            "          gw_wrong = 1'b1;",
            "        end",
        ]
    return [
        "  reg gw_wrong;",
        "  task gw_step(" + ", ".join(arguments) + ");",
        "    begin",
        *drive,
        "      gw_wrong = 1'b0;",
        "      if (gw_check) begin",
        "        gw_samples = gw_samples + 1;",
        *checks,
        "        if (gw_wrong) gw_mismatches = gw_mismatches + 1;",
        "      end",
        "    end",
        "  endtask",
    ]


def _report(interface: Interface) -> list[str]:
    lines: list[str] = []
    for port in interface.outputs:
        name = port.name
        lines += [
            f"    if (gw_bad_{name} != 0)",
            f"      $display(\"Hint: Output '{name}' has %0d mismatches. First mismatch occurred at"
            f' time %0d.", gw_bad_{name}, gw_first_{name});',
            f"    else $display(\"Hint: Output '{name}' has no mismatches.\");",
        ]
    lines.append('    $display("Mismatches: %0d in %0d samples", gw_mismatches, gw_samples);')
    return lines
