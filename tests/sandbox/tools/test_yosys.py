from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.core import ToolCrashed
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.tools.yosys import Budget, Yosys

ENTRY = "gatewright.sandbox.formal.inside:run"
INVERTER = "module m(input a, output y); assign y = ~a; endmodule"
REQUEST = {"gold_top": "m", "gate_top": "m"}


@pytest.fixture(scope="module")
def yosys() -> Iterator[Yosys]:
    with Yosys(open_isolation(), ENTRY) as warm:
        yield warm


def test_answers_and_cleans_up(yosys: Yosys) -> None:
    files = {"gold.sv": INVERTER, "gate.sv": INVERTER}
    done = yosys.run(files, REQUEST, ("result.json", "nothing"), Budget())
    assert done.ok
    assert '"equal"' in done.files["result.json"]
    assert "nothing" not in done.files
    assert 0 < done.cpu_s < 5
    assert yosys._server is not None
    assert not list(yosys._server.folder.glob("job*"))


def test_survives_an_error_of_yosys(yosys: Yosys) -> None:
    broken = {"gold.sv": INVERTER, "gate.sv": "module m("}
    done = yosys.run(broken, REQUEST, ("stage", "log", "result.json"), Budget())
    assert not done.ok
    assert done.files["stage"] == "read gate"
    assert "ERROR" in done.files["log"]
    fine = yosys.run({"gold.sv": INVERTER, "gate.sv": INVERTER}, REQUEST, (), Budget())
    assert fine.ok


def test_ends_a_job_at_its_limit(yosys: Yosys) -> None:
    wide = "module m(input [31:0] a, b, output [63:0] y); assign y = {}; endmodule"
    halves = "((64'd0 + b) * a[31:16] << 16) + (64'd0 + b) * a[15:0]"
    files = {"gold.sv": wide.format("a * b"), "gate.sv": wide.format(halves)}
    done = yosys.run(files, {**REQUEST, "cpu_s": 60}, (), Budget(cpu_s=60, wall_s=1))
    assert done.status == -9


def test_runs_jobs_side_by_side(yosys: Yosys) -> None:
    found: list[bool] = []

    def job() -> None:
        files = {"gold.sv": INVERTER, "gate.sv": INVERTER}
        found.append(yosys.run(files, REQUEST, (), Budget()).ok)

    threads = [threading.Thread(target=job) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 8


def test_sees_no_file_outside(yosys: Yosys, tmp_path: Path) -> None:
    secret = tmp_path / "secret.hex"
    secret.write_text("ff\n")
    reading = f'module m(output [7:0] y); reg [7:0] m[0:0]; initial $readmemh("{secret}", m);\n'
    files = {"gold.sv": INVERTER, "gate.sv": reading + "assign y = m[0]; endmodule"}
    done = yosys.run(files, REQUEST, ("log",), Budget())
    assert not done.ok
    assert "secret.hex" in done.files["log"]


def test_says_when_it_cannot_start() -> None:
    with (
        Yosys(open_isolation(), "gatewright.nothing:run") as cold,
        pytest.raises(ToolCrashed, match="did not start"),
    ):
        cold.run({}, REQUEST, (), Budget())
