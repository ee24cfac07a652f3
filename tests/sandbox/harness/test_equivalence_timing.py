"""Clocks, resets and delays in proofs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gatewright.core import (
    FailureClass,
    Outcome,
)
from gatewright.sandbox.harness.equivalence import ENTRY, EquivalenceHarness
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.tools.yosys import Yosys

from .equivalent import provers_alone


@pytest.fixture(scope="module")
def harness() -> Iterator[EquivalenceHarness]:
    isolation = open_isolation()
    with Yosys(isolation, ENTRY) as yosys:
        yield EquivalenceHarness(isolation, yosys)


ASYNCHRONOUS = """module m(input clk, input rst_n, input in, input [1:0] d, output reg q);
  wire rst = ~rst_n; reg open;
  always @(posedge clk or posedge rst) if (rst) q <= 0; else q <= open ? d[1] : d[0];
  always @(posedge clk or posedge rst) if (rst) open <= 0; else if (in) open <= 1;
endmodule"""
RIPPLED = """module m(input clk, input d, output reg y);
  reg dv = 0, k = 0; initial y = 0;
  always @(posedge clk) begin k <= d; dv <= ~dv; end
  always @(posedge dv) y <= k;
endmodule"""
UNRIPPLED = """module m(input clk, input d, output reg y);
  reg dv = 0; initial y = 0;
  always @(posedge clk) begin dv <= ~dv; if (!dv) y <= d; end
endmodule"""


@pytest.mark.parametrize(
    ("design", "outcome"),
    [
        ("wire w; assign #0 w = d; always @(posedge c) q <= w;", Outcome.PASS),
        ("wire w; assign #(0, 0) w = d; always @(posedge c) q <= w;", Outcome.PASS),
        ("always @(posedge c) q <= #0 d;", Outcome.PASS),
        ("always @(posedge c) q <= #1 d;", Outcome.PASS),
        ("wire w; assign #0 w = ~d; always @(posedge c) q <= w;", Outcome.FAIL),
        ("always @(posedge c) begin #1 q <= d; end", Outcome.FAIL),
    ],
)
def test_leaves_out_delays_where_the_reference_has_none(
    harness: EquivalenceHarness, design: str, outcome: Outcome
) -> None:
    head = "module m(input c, d, output reg q);\n"
    reference = f"{head}always @(posedge c) q <= d; endmodule"
    verdict = provers_alone(harness, reference, f"{head}{design} endmodule")
    assert verdict.outcome is outcome, verdict.diagnostics


def test_a_reset_between_two_edges_counts(harness: EquivalenceHarness) -> None:
    synchronous = ASYNCHRONOUS.replace(
        "posedge clk or posedge rst) if (rst) open", "posedge clk) if (rst) open"
    )
    verdict = provers_alone(harness, ASYNCHRONOUS, synchronous)
    assert verdict.failure_class is FailureClass.NONEQUIVALENT
    assert not any("does not show" in d.message for d in verdict.diagnostics)
    swapped = ASYNCHRONOUS.replace("open ? d[1] : d[0]", "!open ? d[0] : d[1]")
    assert provers_alone(harness, ASYNCHRONOUS, swapped).passed


def test_a_clock_that_a_register_drives_is_not_modelled(harness: EquivalenceHarness) -> None:
    assert provers_alone(harness, RIPPLED, RIPPLED).passed
    verdict = provers_alone(harness, RIPPLED, UNRIPPLED)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert any("order of events" in d.message for d in verdict.diagnostics)


def test_an_asynchronous_load_is_not_modelled(harness: EquivalenceHarness) -> None:
    load = """module m(input clk, input load, input d, output reg q);
  always @(posedge clk or posedge load) if (load) q <= d; else q <= ~q; endmodule"""
    twice = """module m(input clk, input load, input d, output q);
  reg [1:0] n; assign q = ^n;
  always @(posedge clk or posedge load) if (load) n <= {1'b0, d}; else n <= n + 2'd1; endmodule"""
    verdict = provers_alone(harness, load, twice)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert any("order of events" in d.message for d in verdict.diagnostics)


@pytest.mark.parametrize("name", ["d", "gw__tick"])
def test_names_of_ours_are_the_users_to_use(harness: EquivalenceHarness, name: str) -> None:
    reference = f"""module m(input clk, input rst, input {name}, output reg q);
  always @(posedge clk or posedge rst) if (rst) q <= 0; else q <= {name}; endmodule"""
    design = f"""module m(input clk, input rst, input {name}, output q);
  wire gw__tick_ = {name}; reg [1:0] n; assign q = n[0];
  always @(posedge clk or posedge rst) if (rst) n <= 0; else n <= gw__tick_ ? 2'd1 : 2'd2;
endmodule"""
    if name != "gw__tick":
        design = design.replace("gw__tick_", "gw__tick")
    assert provers_alone(harness, reference, design).passed
    verdict = provers_alone(harness, reference, design.replace("2'd2", "2'd3"))
    assert verdict.failure_class is FailureClass.NONEQUIVALENT
