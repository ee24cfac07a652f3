"""One model on a device, call by call, as the parent asks: run confined, with torch.

Started as `python -m gatewright.sandbox.tools.gpu_job REQUESTS ANSWERS`: two FIFOs, with JSON lines
in and out; every answer repeats its request's nonce. The folder holds `problem.py`, `job` (JSON),
and for a candidate its own file, `init` and `inputs`, which the reference left.

The device is `cuda`. On `cpu` the same steps run without a GPU: for rehearsals, which say nothing
about speed.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any, Protocol

import torch

from gatewright.sandbox.kernel.inside.entry import entry_of
from gatewright.sandbox.kernel.inside.ops import OpCounter
from gatewright.sandbox.kernel.inside.problem import ProblemFile
from gatewright.sandbox.kernel.inside.reference import called
from gatewright.sandbox.kernel.inside.tensors import load, mapped, save, tensors_in

Json = dict[str, Any]
_FLUSH_BYTES = 256 << 20  # twice the largest second-level cache
_POISON = float("nan")
_LABELS = 64


class Device(Protocol):
    """Where calls run, and its clock."""

    name: str

    def settle(self) -> None:
        """Wait for everything on the device, whatever stream it is on."""

    def start(self) -> None:
        """Start the clock."""

    def stop(self) -> float:
        """Stop the clock when all is done; milliseconds."""


class Cuda:
    """A GPU, timed by its own events."""

    name = "cuda"

    def __init__(self) -> None:
        self._first = torch.cuda.Event(enable_timing=True)
        self._last = torch.cuda.Event(enable_timing=True)
        self._scrap = torch.empty(_FLUSH_BYTES, dtype=torch.uint8, device="cuda")

    def settle(self, wait: Any = torch.cuda.synchronize) -> None:
        """Wait for the device. What it calls was bound before a candidate's code ran."""
        wait()

    def start(self) -> None:
        """Empty the second-level cache, then record an event."""
        self._scrap.zero_()
        self.settle()
        self._first.record()

    def stop(self) -> float:
        """Every stream of the device counts: wait for all, then record."""
        self.settle()
        self._last.record()
        self._last.synchronize()
        return float(self._first.elapsed_time(self._last))


class Host:
    """No GPU: the same steps, timed by the processor's clock."""

    name = "cpu"

    def __init__(self, clock: Any = time.perf_counter) -> None:
        self._clock = clock
        self._first = 0.0

    def settle(self) -> None:
        """Nothing runs beside."""

    def start(self) -> None:
        """Start the clock."""
        self._first = self._clock()

    def stop(self) -> float:
        """Milliseconds since the start."""
        return float(self._clock() - self._first) * 1000


class Job:
    """The model, its inputs and its last output."""

    def __init__(self, wish: Json) -> None:
        self._wish = wish
        torch.backends.cuda.matmul.allow_tf32 = bool(wish["tf32"])
        torch.backends.cudnn.allow_tf32 = bool(wish["tf32"])
        self._device: Device = Cuda() if wish["device"] == "cuda" else Host()
        self._base: Any = None
        self._inputs: Any = None
        self._before: list[int] = []
        self._output: Any = None
        self._model: Any = None
        self._more: Json = {}
        self._output_elements = 0

    def load(self, _: Json) -> Json:
        """Build the model; the reference also draws the inputs and leaves them for others."""
        problem = ProblemFile.run(
            Path("problem.py").read_text(encoding="utf-8"), self._wish["inputs"], self._wish["init"]
        )
        if self._wish["role"] == "reference":
            torch.manual_seed(self._wish["seed"])
            init = problem.get_init_inputs()
            torch.manual_seed(self._wish["seed"])
            inputs = problem.get_inputs()
            save("init", init)
            save("inputs", inputs)
            torch.manual_seed(self._wish["seed"])
            model = problem.build(init)
        else:
            model = self._candidate(problem)
            inputs = load("inputs")
        self._model = model.to(self._device.name) if hasattr(model, "to") else model
        self._base = mapped(inputs, lambda tensor: tensor.detach().to(self._device.name))
        weights = sum(p.numel() * p.element_size() for p in getattr(model, "parameters", list)())
        read = sum(t.numel() * t.element_size() for t in tensors_in(self._base)) + weights
        return {"read_bytes": read}

    def _candidate(self, problem: ProblemFile) -> Any:
        from gatewright.sandbox.tools.gpu_modules import serve_modules

        extensions = serve_modules(self._wish["modules"])
        wish, init = self._wish, load("init")
        path, backward = Path(wish["source"]), wish["backward"]
        entry = entry_of(path, wish["entry"], problem, extensions, backward=backward)
        torch.manual_seed(wish["seed"])
        if wish["is_function"]:
            self._more = {"fn": entry}
            made: Any = problem.build(init)
        else:
            made = entry(*init, **wish["init"])
        if extensions.needs:
            raise ImportError("it asks for another extension than the one that was compiled")
        return made

    def prepare(self, request: Json) -> Json:
        """New inputs in new memory, as the parent's numbers say; freed memory is poisoned."""
        self._output = self._inputs = None
        self._inputs = mapped(self._base, lambda tensor: _fresh(tensor, request))
        self._before = [_digest(tensor) for tensor in tensors_in(self._inputs)]
        if self._output_elements:
            torch.full((self._output_elements,), _POISON, device=self._device.name)
        self._device.settle()
        return {}

    def go(self, _: Json) -> Json:
        """One timed call."""
        torch.manual_seed(self._wish["seed"])
        self._device.start()
        if self._wish["backward"]:
            self._output = self._called(self._model, self._inputs)
        else:
            with torch.no_grad():
                self._output = self._model(*self._inputs, **self._more)
        return {"ms": self._device.stop()}

    def count(self, _: Json) -> Json:
        """One call that is not timed: the operations in which torch computed something."""
        with OpCounter() as counter:
            self._output = self._called(self._model, self._inputs)
        self._device.settle()
        return {"operations": counter.computed()}

    def _called(self, model: Any, inputs: Any) -> Any:
        wish = self._wish
        return called(model, inputs, wish["seed"], wish["backward"], **self._more)

    def sample(self, request: Json) -> Json:
        """Elements of the output at places that the parent has only now made up."""
        outputs = tensors_in(self._output)
        plain = all(type(t) in (torch.Tensor, torch.nn.Parameter) for t in outputs)
        self._output_elements = sum(t.numel() for t in outputs)
        after = [_digest(tensor) for tensor in tensors_in(self._inputs)]
        wanted = zip(outputs, request["places"], strict=False) if plain else ()
        values = [_some(tensor, places) for tensor, places in wanted]
        return {
            "plain": plain and bool(outputs),
            "shapes": [list(tensor.shape) for tensor in outputs],
            "bytes": sum(t.numel() * t.element_size() for t in outputs),
            "unchanged": after == self._before,
            "values": [base64.b64encode(part).decode() for part in values],
        }

    def keep(self, request: Json) -> Json:
        """The whole output, in a file."""
        save(request["name"], mapped(self._output, lambda tensor: tensor.detach().cpu()))
        return {}

    def exact(self, request: Json) -> Json:
        """The reference's output in float64, in a file; `ok` tells whether it works in it."""
        try:
            model = self._model.double()
            wide = mapped(
                self._inputs, lambda t: t.detach().double() if t.is_floating_point() else t
            )
            output = self._called(model, wide)
            save(request["name"], mapped(output, lambda tensor: tensor.detach().cpu()))
        except Exception:
            return {"exact": False}
        finally:
            self._model = self._model.float()
        return {"exact": True}


def _fresh(tensor: torch.Tensor, request: Json) -> torch.Tensor:
    """A copy with its elements moved on and scaled; what holds few values is only moved."""
    moved = torch.roll(tensor.flatten(), int(request["roll"])).view(tensor.shape)
    if not tensor.is_floating_point() or torch.unique(tensor.flatten()[:4096]).numel() <= _LABELS:
        return tensor.clone() if _ordered(tensor) else moved
    return moved * float(request["scale"]) if not _ordered(tensor) else tensor * request["scale"]


def _ordered(tensor: torch.Tensor) -> bool:
    """Whether where zeros are matters: triangular and masked matrices."""
    if tensor.dim() < 2 or tensor.shape[-1] < 2:
        return False
    corner = tensor.flatten()[:65536]
    return bool((corner == 0).float().mean() > 0.1)


def _digest(tensor: torch.Tensor) -> int:
    flat = tensor.detach().contiguous().view(-1).view(torch.uint8)
    pad = -flat.numel() % 8
    words = torch.nn.functional.pad(flat, (0, pad)).view(torch.int64)
    return int((words ^ (words >> 17)).sum().item())


def _some(tensor: torch.Tensor, places: list[int]) -> bytes:
    flat = tensor.detach().reshape(-1)
    chosen = torch.tensor([place for place in places if place < flat.numel()], dtype=torch.int64)
    return bytes(flat[chosen.to(flat.device)].cpu().double().numpy().tobytes())


def main(requests: str, answers: str) -> None:
    """Serve until the requests end."""
    out = os.open(answers, os.O_WRONLY | os.O_CLOEXEC)
    job = Job(json.loads(Path("job").read_text(encoding="utf-8")))
    known = (job.load, job.prepare, job.go, job.count, job.sample, job.keep, job.exact)
    steps = {step.__name__: step for step in known}
    with open(requests, encoding="utf-8") as lines:  # noqa: PTH123
        for line in lines:
            request = json.loads(line)
            # Whatever hangs, in Python or below it, ends the process.
            signal.alarm(int(request["seconds"]))
            try:
                answer = steps[request["do"]](request)
            except Exception as error:
                told = "".join(traceback.format_exception_only(error)).strip()
                answer = {"error": told[:2000], "line": _line(error)}
            signal.alarm(0)
            text = json.dumps({"nonce": request["nonce"], **answer})
            os.write(out, text.encode() + b"\n")


def _line(error: Exception) -> int:
    """The candidate's own line: its file is the only one that is named without a folder."""
    frames = traceback.extract_tb(error.__traceback__)
    own = (f.lineno or 0 for f in reversed(frames) if not f.filename.startswith(("/", "<")))
    return next(own, 0)


if __name__ == "__main__":
    main(*sys.argv[1:3])
