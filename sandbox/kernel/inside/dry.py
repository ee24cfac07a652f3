"""The job that makes a candidate's launches at the problem's own sizes, where no memory is.

Tensors are torch's meta tensors; what the host's code launches is checked and noted, not run.
Request: `source`, `entry`, `is_function`, `backward`, `target`, `library`, `built` (extension key
to module), `seed`. The problem lies in `problem.py`. Leaves `told` (sizes in bytes, or what ended
the run) and `report` (the emulator's, raw): written by a process in which the candidate runs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from gatewright.sandbox.emulator.target import target as target_named
from gatewright.sandbox.emulator.unit import Mode
from gatewright.sandbox.emulator.worker import Emulator
from gatewright.sandbox.kernel.inside.entry import entry_of
from gatewright.sandbox.kernel.inside.extension import Extensions, Needed
from gatewright.sandbox.kernel.inside.footprint import Footprint, bytes_of
from gatewright.sandbox.kernel.inside.ops import OpCounter
from gatewright.sandbox.kernel.inside.pretend import Pretend, install
from gatewright.sandbox.kernel.inside.problem import ProblemFile
from gatewright.sandbox.kernel.inside.reference import called
from gatewright.sandbox.kernel.inside.triton_interpreter import TritonInterpreter

Json = dict[str, Any]
_SHOWN = 300


def run(request: Json) -> None:
    """Make one call."""
    target = target_named(request["target"])
    emulator = Emulator.open(Path(request["library"]), target, Mode.FAST)
    emulator.dry()
    extensions = Extensions(request["built"], emulator.load)
    extensions.install()
    install(target)
    triton = TritonInterpreter(launching=False)
    if "triton" in Path(request["source"]).read_text(encoding="utf-8"):
        triton.install()
    told: Json = {"ended": "", "sizes": {}, "launches": 0, "operations": {}}
    try:
        told |= _sizes(request, extensions, emulator)
        told["launches"] = emulator.launches() + triton.launches
    except Needed:
        told["ended"] = "at these sizes it compiles other code"
    except Exception as error:
        told["ended"] = f"{type(error).__name__}: {error}"[:_SHOWN]
    Path("report").write_bytes(emulator.report())
    Path("told").write_text(json.dumps(told), encoding="utf-8")


def _sizes(request: Json, extensions: Extensions, emulator: Emulator) -> Json:
    """The call, and the bytes of what goes in and out and of what is alive at once."""
    nowhere = torch.device("meta")
    footprint = Footprint(emulator.held)
    with footprint, nowhere:
        problem = ProblemFile.run(Path("problem.py").read_text(encoding="utf-8"))
        init, inputs = problem.get_init_inputs(), problem.get_inputs()
        with Pretend(nowhere):
            backward, named = bool(request["backward"]), str(request["entry"])
            path = Path(request["source"])
            entry = entry_of(path, named, problem, extensions, backward=backward)
            if extensions.needs:
                raise Needed
            alone = request["is_function"]
            model = problem.build(init) if alone else entry(*init)
            more = {"fn": entry} if alone else {}
            with OpCounter() as counter:
                result = called(model, inputs, int(request["seed"]), backward, **more)
        weights = bytes_of([list(model.parameters()), list(model.buffers())])
    sizes = {
        "inputs": bytes_of(inputs),
        "weights": weights,
        "outputs": bytes_of(result),
        "most": footprint.most,
        "largest": footprint.largest,
    }
    return {"sizes": sizes, "operations": counter.computed()}
