"""What a Verilator simulation prints, in the words that Icarus has for the same.

Verilator's `[15] %Error: bench.sv:4: Assertion failed in tb.check: words` is Icarus's
`ERROR: bench.sv:4: words`. Only messages of the testbench's file are turned: its name holds a
secret, so a design cannot print one.
"""

from __future__ import annotations

import re

from gatewright.sandbox.harness.testbench_run import Nonces

_WORDS = {"%Error": "ERROR", "%Fatal": "FATAL", "%Warning": "WARNING", "-Info": "INFO"}
_OWN_REMARKS = re.compile(
    r"^-Info: \S+: Verilog \$stop, ignored due to \+verilator\+error\+limit\n"
    r"|^- \S+:\d+: Verilog \$finish\n",
    re.MULTILINE,
)


def as_icarus_prints(output: str, nonces: Nonces) -> str:
    """The output with the testbench's severity messages in Icarus's form."""
    pattern = re.compile(
        r"\[[^\]\n]*\] (%Error|%Fatal|%Warning|-Info): "
        rf"({re.escape(nonces.bench_file)}:\d+): (?:Assertion failed in )?[^\s:]+(?:: )?"
    )
    turned = pattern.sub(lambda match: f"{_WORDS[match[1]]}: {match[2]}: ", output)
    return _OWN_REMARKS.sub("", turned)
