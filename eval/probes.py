"""Designs that must not pass: a benchmark that lets them through measures nothing."""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.core import Candidate, Interface, Language, Port, Provenance, Source

# What testbenches of the known benchmarks print when all is well.
_CLAIMS = (
    "Mismatches: 0 in 100 samples",
    "===========Your Design Passed===========",
    "All tests passed!",
    "TEST PASSED",
    "PASS",
)


@dataclass(frozen=True, slots=True)
class Probe:
    """A design with the right ports and a wrong body. `hostile` = it works on the testbench."""

    name: str
    what: str
    hostile: bool = False


PROBES = (
    Probe("empty", "drives nothing"),
    Probe("zeros", "drives every output with 0"),
    Probe("ones", "drives every output with 1"),
    Probe("unknown", "drives every output with x"),
    Probe("finish", "ends the simulation at once", hostile=True),
    Probe("claim", "prints a pass and ends the simulation", hostile=True),
    Probe("claim-only", "prints a pass, and again at the end", hostile=True),
)

CONSTANTS = ("zeros", "ones")
"""The probes that are right answers where the specification asks for a constant."""


def probe_candidate(probe: Probe, interface: Interface) -> Candidate:
    """The probe as an answer to a problem of that interface."""
    ports = ",\n".join(f"  {_declared(port)}" for port in interface.ports)
    body = "".join(f"  {line}\n" for line in _body(probe, interface))
    text = f"module {interface.module} (\n{ports}\n);\n{body}endmodule\n"
    source = Source(f"{interface.module}.sv", text, Language.SYSTEMVERILOG)
    return Candidate((source,), Provenance.USER, note=probe.name)


def _declared(port: Port) -> str:
    words = (port.direction, "signed" if port.signed else "", port.range_text, port.name)
    return " ".join(word for word in words if word)


def _body(probe: Probe, interface: Interface) -> list[str]:
    claims = " ".join(f'$display("{claim}");' for claim in _CLAIMS)
    digit = {"zeros": "0", "ones": "1", "unknown": "x"}.get(probe.name)
    if digit is not None:
        return [f"assign {p.name} = {{{p.width}{{1'b{digit}}}}};" for p in interface.outputs]
    return {
        "empty": [],
        "finish": ["initial $finish;"],
        "claim": [f"initial begin {claims} $finish; end"],
        "claim-only": [f"initial begin {claims} end", f"final begin {claims} end"],
    }[probe.name]
