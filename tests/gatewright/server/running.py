"""A server of our own on a free port, as a client meets it."""

from __future__ import annotations

import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp

from gatewright.server.serving import listen, server_of

TOKEN = "a-token-for-the-tests"

COUNTER = """\
module counter #(
  parameter WIDTH = 8
) (
  input  logic             clk,
  input  logic             rst_n,
  input  logic             enable,
  output logic [WIDTH-1:0] count
);
  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      count <= '0;
    end else if (enable) begin
      count <= count + 1'b1;
    end
  end
endmodule
"""
TIMER = """\
module timer (
  input  logic       clk,
  input  logic       rst_n,
  input  logic       enable,
  output logic [7:0] ticks
);
  logic [7:0] count;
  counter u_counter (
    .clk(clk),
    .rst_n(rst_n),
    .enable(enable),
    .count(count)
  );
  assign ticks = count;
endmodule
"""
TOP = """\
module top (
  input  logic       clk,
  input  logic       rst_n,
  input  logic       enable,
  output logic [7:0] seconds
);
  logic [7:0] count;
  counter u_seconds (
"""


@dataclass(frozen=True)
class Server:
    """Where it answers, and what it wants to be shown."""

    address: str
    token: str
    root: Path

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


async def _nothing() -> None:
    pass


Ending = Callable[[], Awaitable[None]]


@contextmanager
def running(app: ASGIApp, ending: Ending = _nothing) -> Iterator[str]:
    """The address at which an application answers meanwhile."""
    listening = listen("127.0.0.1", 0)
    ready = threading.Event()
    server = server_of(app, ready.set, ending)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + 120
        while not ready.wait(0.1):
            assert thread.is_alive(), "the server did not start"
            assert time.monotonic() < until, "the server did not answer"
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(60)
        listening.close()
        assert not thread.is_alive(), "the server did not stop"


def write_repository(root: Path) -> None:
    (root / "rtl").mkdir(parents=True)
    (root / "rtl" / "counter.sv").write_text(COUNTER)
    (root / "rtl" / "timer.sv").write_text(TIMER)
    (root / "rtl" / "top.sv").write_text(TOP + "  );\nendmodule\n")
