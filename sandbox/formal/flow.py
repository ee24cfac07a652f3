"""Yosys passes from two sources to a question for a solver. Works in the current folder.

The *gold* design's bits are carried with a second bit that says "unknown" (`xprop`), its registers
power up unknown unless initialised, and what is unknown there may be anything in the *gate* design.
The gate's registers power up in every state. Where one edge of one clock moves both, a step is a
cycle (`async2sync`), or no edge at all if an input TICK says so, which only asynchronous controls
can tell; else the clocks are ordinary inputs and a step is any change (`clk2fflogic`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gatewright.sandbox.formal.loops import looped
from gatewright.sandbox.formal.miter import TICK, Paired, miter
from gatewright.sandbox.formal.netlist import Netlist, read_netlist
from gatewright.sandbox.formal.question import Steps
from gatewright.sandbox.formal.unsuited import Unsuited

MEMORY_BITS = 1 << 15
GRAPH = Path("miter.aig")
MAP = Path("miter.map")
HINTS = Path("miter.hints")
NET = "gw__n"
_STAGE = Path("stage")
_ADDERS = Path("adders.v")
_AGAIN = Path("again.aig")
_INDUCTION_LOG = Path("induction.log")
_PROVEN = ("Induction step proven: SUCCESS", "no model found: SUCCESS")
_INDUCTION_STEPS = 8
_AS_SIMULATORS_DO = (
    "--ignore-assertions --allow-merging-ansi-ports --allow-use-before-declare "
    "--relax-enum-conversions --allow-dup-initial-drivers"
)


# What techmap.v makes of an adder costs a hundred times its bits; and chains of carries, which look
# alike in both designs, are easier to prove than trees.
_RIPPLE = r"""
(* techmap_celltype = "$lcu" *)
module _80_carries(P, G, CI, CO);
  parameter WIDTH = 1;
  input [WIDTH-1:0] P, G;
  input CI;
  output [WIDTH-1:0] CO;
  wire [WIDTH:0] c;
  assign c = {G | (P & c[WIDTH-1:0]), CI};
  assign CO = c[WIDTH:1];
endmodule
(* techmap_celltype = "$add" *)
module _80_add(A, B, Y);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  input [A_WIDTH-1:0] A;
  input [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;
  localparam A_BITS = A_SIGNED ? Y_WIDTH : A_WIDTH;
  localparam B_BITS = B_SIGNED ? Y_WIDTH : B_WIDTH;
  wire [Y_WIDTH-1:0] a, b;
  wire [Y_WIDTH:0] c;
  \$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) wide_a (.A(A), .Y(a));
  \$pos #(.A_SIGNED(B_SIGNED), .A_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)) wide_b (.A(B), .Y(b));
  assign c[0] = 1'b0;
  genvar i;
  generate for (i = 0; i < Y_WIDTH; i = i + 1)
    if (i < A_BITS && i < B_BITS) begin
      wire p = a[i] ^ b[i];
      assign Y[i] = p ^ c[i];
      assign c[i + 1] = (a[i] & b[i]) | (p & c[i]);
    end else if (i < A_BITS) begin
      assign Y[i] = a[i] ^ c[i];
      assign c[i + 1] = a[i] & c[i];
    end else begin
      assign Y[i] = b[i] ^ c[i];
      assign c[i + 1] = b[i] & c[i];
    end
  endgenerate
endmodule
"""


class Role(StrEnum):
    """Which of the two designs."""

    GOLD = "gold"
    GATE = "gate"


@dataclass(frozen=True, slots=True)
class Text:
    """A design to read: `<role>.sv` in the current folder."""

    role: Role
    top: str


class Flow:
    """The passes, in the order in which they are called."""

    def __init__(self) -> None:
        from pyosys import libyosys

        self._run: Callable[[str, object], None] = libyosys.run_pass
        self._design: object = libyosys.Design()

    def passes(self, *commands: str) -> None:
        """Run Yosys passes. An error of Yosys ends the process."""
        for command in commands:
            self._run(command, self._design)

    def read(self, text: Text) -> Netlist:
        """Read one design and keep it, flat. Raises Unsuited for what cannot be modelled."""
        role = text.role
        stage(f"read {role}")
        self.passes(f"read_slang {_AS_SIMULATORS_DO} --top {text.top} {role}.sv")
        # `proc` alone would fold a comparison with x, which means something in the gold design.
        self.passes(f"hierarchy -check -top {text.top}", "proc -noopt", "flatten")
        self.passes(f"rename -top {role}", "delete */t:$print */t:$scopeinfo", "chformal -remove")
        raw = self._netlist(role)
        _refuse_memories(raw, role)
        _refuse_contests(raw, role)
        self.passes("opt_clean", "memory_map", "opt_clean")
        found = self._netlist(role)
        loop = looped(found)
        if loop:
            raise Unsuited(
                f"a combinational loop in the {role.value} design, through {', '.join(loop[:4])}: "
                "what it settles to depends on delays"
            )
        if found.tristate:
            raise Unsuited(f"the {role} design drives z; equivalence is proved for 0 and 1")
        self.passes(f"design -stash {role}0")
        return found

    def _netlist(self, role: str) -> Netlist:
        path = Path(f"{role}.json")
        self.passes(f"write_json {path}")
        return read_netlist(path, role)

    def normalise(self, role: Role, ports: Sequence[Paired], steps: Steps) -> None:
        """Give both designs our port names and one kind of register."""
        stage("normalise")
        self.passes(f"design -load {role}0", f"cd {role}")
        self.passes(*(f"rename {p.user} {p.name}" for p in ports if p.name != TICK), "cd ..")
        if any(port.name == TICK for port in ports):
            self._tick(role)
        self.passes(steps, "dffunmap", "opt_clean", f"design -save {role}1")

    def _tick(self, role: Role) -> None:
        """Let registers take their data only where TICK is 1."""
        # A net of that name would become the input.
        self.passes("dffunmap", f"cd {role}", "rename -hide w:*", f"add -input {TICK} 1")
        for kind in ("dff", "adff", "aldff", "dffsr"):
            self.passes(f"chtype -set ${kind}e t:${kind}")
        registers = [cell for cell in self._netlist(role).cells if cell.is_register]
        self.passes(*(f"setparam -set EN_POLARITY 1'1 {cell.name}" for cell in registers))
        self.passes(*(f"connect -port {cell.name} EN {TICK}" for cell in registers), "cd ..")

    def induction(self) -> bool:
        """Temporal induction with unknowns: cheap; only its success means anything."""
        stage("induction")
        self._gather("1", *Role)
        self.passes(
            "miter -equiv -flatten -make_outputs -ignore_gold_x gold gate miter",
            "hierarchy -top miter",
            "opt_clean",
            f"tee -q -o {_INDUCTION_LOG} sat -tempinduct -maxsteps {_INDUCTION_STEPS} "
            "-prove trigger 0 -set-init-undef -enable_undef -set-def-inputs -timeout 1 miter",
        )
        said = _INDUCTION_LOG.read_text(errors="replace")
        return any(proven in said for proven in _PROVEN)

    def graph(self, gate: Netlist | None, ports: Sequence[Paired]) -> None:
        """Write the and-inverter graph of the miter, and the names of its inputs.

        Without a gate design only whether gold's outputs are known can be asked of it.
        """
        stage("graph")
        self.passes("design -load gold1", "setundef -undriven -undef")
        # Names under which the encoded nets can be found again.
        self.passes(
            "cd gold", "rename -hide w:*", f"rename -enumerate -pattern {NET}% w:*", "cd .."
        )
        self.passes("xprop -split-outputs -split-public -assume-def-inputs -required")
        self.passes("chformal -remove")
        self.passes("opt_clean", "design -save gold2")
        if gate is None:
            self._gather("2", Role.GOLD)
        else:
            self.passes("design -load gate1", *_decided_comparisons(gate), "opt_expr")
            self.passes("setundef -undriven -anyseq", "opt_clean", "design -save gate2")
            self._gather("2", *Role)
        Path("miter.v").write_text(miter(ports, with_gate=gate is not None))
        self.passes("read_verilog miter.v", "hierarchy -check -top miter", "flatten", "opt_clean")
        _ADDERS.write_text(_RIPPLE)
        self.passes("opt_expr", "opt_merge -keepdc", "wreduce t:$add", "opt_clean", "simplemap")
        self.passes(f"techmap -map {_ADDERS} -map +/techmap.v", "dffunmap")
        self.passes("setundef -undriven -zero", "aigmap")
        # -zinit turns the power-up state of registers without initial value into inputs.
        self.passes(f"write_aiger -zinit -map {MAP} {GRAPH}")

    def constants(self, port: str) -> dict[int, str]:
        """The bits of one of the miter's ports that are constant: the map does not list them."""
        ports = {found.name: found.bits for found in self._netlist("miter").ports}
        return {place: bit for place, bit in enumerate(ports[port]) if isinstance(bit, str)}

    def hints(self) -> Path:
        """Write which literal of the graph that was written last is which net."""
        self.passes(f"write_aiger -zinit -vmap {HINTS} {_AGAIN}")
        return HINTS

    def _gather(self, version: str, *roles: Role) -> None:
        self.passes("design -reset")
        self.passes(*(f"design -copy-from {role}{version} -as {role} {role}" for role in roles))


def stage(name: str) -> None:
    """Note what begins, for whoever finds this process dead."""
    _STAGE.write_text(name)


def steps_of(gold: Netlist, gate: Netlist) -> Steps:
    """A step is a cycle only where one edge of one clock port moves all registers of both.

    Asynchronous controls are sampled with the clock then, so both must have the same ones.
    """
    clocks = gold.clocks() | gate.clocks()
    simple = gold.one_clocked() and gate.one_clocked() and gold.resets() == gate.resets()
    ports = {*gold.names().values()}
    outside = all(clock.net in ports for clock in clocks)
    return Steps.CYCLE if simple and outside and len(clocks) <= 1 else Steps.CHANGE


def _refuse_memories(netlist: Netlist, role: Role) -> None:
    for name, bits in netlist.memory_bits.items():
        if bits > MEMORY_BITS:
            raise Unsuited(
                f"memory {name} of the {role} design has {bits} bits; up to {MEMORY_BITS} are "
                "turned into registers for a proof"
            )


def _refuse_contests(netlist: Netlist, role: Role) -> None:
    contested = netlist.contested()
    if contested:
        raise Unsuited(
            f"several drivers in the {role.value} design: {', '.join(contested[:4])}; what comes "
            "of them is no matter of 0 and 1"
        )


def _decided_comparisons(gate: Netlist) -> list[str]:
    """Make `=== 'x` false and `!== 'x` true in the gate design, whose bits are all 0 or 1."""
    found = []
    for cell in gate.cells:
        if cell.kind in ("$eqx", "$nex") and {"x", "z"} & {*cell.inputs["A"], *cell.inputs["B"]}:
            for pin, digit in (("A", "0"), ("B", "1")):
                width = len(cell.inputs[pin])
                found.append(f"connect -port {cell.name} {pin} {width}'b{digit * width}")
    return ["cd gate", *found, "cd .."] if found else []
