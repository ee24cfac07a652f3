"""The job that runs a candidate: on inputs given, its outputs exported as raw bytes.

Request: `source` (its file), `entry`, `is_function`, `backward`, `mode`, `target`, `library`,
`built` (extension key to module), and `variants`, each with `number`, `seed`, `inputs`, `init` and
`calls` (`number`, `seed`, `order`, `sham`). Leaves `told` (JSON lines, one as soon as a thing is
known), `V_C.out` for a call of a variant, `report` (the emulator's, raw) and `crash`.
Whatever this process says is said by a process in which the candidate runs: what a verdict rests
on are the outputs, and those are compared elsewhere.
"""

from __future__ import annotations

import json
import os
import resource
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from gatewright.sandbox.emulator.target import target as target_named
from gatewright.sandbox.emulator.unit import Mode
from gatewright.sandbox.emulator.worker import Emulator, Order
from gatewright.sandbox.kernel.inside.entry import entry_of
from gatewright.sandbox.kernel.inside.extension import Extensions, Needed
from gatewright.sandbox.kernel.inside.ops import OpCounter
from gatewright.sandbox.kernel.inside.pretend import Pretend, install
from gatewright.sandbox.kernel.inside.problem import ProblemFile
from gatewright.sandbox.kernel.inside.reference import called, mutated
from gatewright.sandbox.kernel.inside.tensors import load, save, tensors_in
from gatewright.sandbox.kernel.inside.triton_interpreter import TritonInterpreter

Json = dict[str, Any]
_SHOWN = 600
# A tensor of this share of the largest input is no longer what the work is about.
_SMALL = 16
# Values that a host may take to itself in any call.
_FEW, _FLOAT = 1024, 4


class Session:
    """One candidate in this process."""

    def __init__(self, request: Json) -> None:
        self._request = request
        crash = os.open("crash", os.O_CREAT | os.O_WRONLY, 0o600)
        self._told = os.open("told", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        target = target_named(request["target"])
        self.emulator = Emulator.open(
            Path(request["library"]), target, Mode(request["mode"]), crash_fd=crash
        )
        self.extensions = Extensions(request["built"], self.emulator.load)
        self.extensions.install()
        install(target)
        self._in_backward = OpCounter()
        self._triton = TritonInterpreter()
        if "triton" in Path(request["source"]).read_text(encoding="utf-8"):
            self._triton.install()

    def tell(self, **said: Any) -> None:
        """Put one line down, at once: the next thing may end this process."""
        os.write(self._told, json.dumps(said, default=str).encode() + b"\n")

    def run(self) -> None:
        """Every variant; the report at the end."""
        try:
            for variant in self._request["variants"]:
                self._variant(variant)
        except Needed:
            pass
        if self.extensions.needs:
            self.tell(needs=list(self.extensions.needs.values()))
        Path("report").write_bytes(self.emulator.report())
        used = resource.getrusage(resource.RUSAGE_SELF)
        self.tell(ended=True, cpu_s=used.ru_utime + used.ru_stime)

    def _variant(self, variant: Json) -> None:
        number, seed = variant["number"], variant["seed"]
        try:
            problem = ProblemFile.run(
                Path(f"{number}.py").read_text(encoding="utf-8"),
                json.loads(variant["inputs"]),
                json.loads(variant["init"]),
            )
            with Pretend():
                entry = self._entry(problem)
                if self.extensions.needs:
                    raise Needed
                init = load(f"{number}.init")
                torch.manual_seed(seed)
                model = problem.build(init) if self._request["is_function"] else entry(*init)
        except Exception as error:
            self.tell(variant=number, stage="load", **_failure(error))
            return
        for call in variant["calls"]:
            more = {"fn": entry} if self._request["is_function"] else {}
            self._call(model, number, call, more)

    def _entry(self, problem: ProblemFile) -> Any:
        """What the candidate defines."""
        return entry_of(
            Path(self._request["source"]),
            str(self._request["entry"]),
            problem,
            self.extensions,
            backward=self._request["backward"],
            inside=self._backward_of,
        )

    def _backward_of(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function under `Pretend`, which autograd leaves; what torch does in it is counted.

        The forward pass before it is torch's by the problem's own doing.
        """

        def call(*args: Any, **named: Any) -> Any:
            with self._in_backward, Pretend():
                return function(*args, **named)

        return call

    def _call(self, model: Any, number: int, call: Json, more: Json) -> None:
        inputs = load(f"{number}_{call['number']}.in")
        before = [tensor.detach().clone() for tensor in tensors_in(inputs)]
        self.emulator.order(Order(call["order"]), call["seed"])
        self._launching(not call["sham"])
        launches = self._launches()
        told = {"variant": number, "call": call["number"], "order": call["order"]}
        told["sham"] = call["sham"]
        for tensor in tensors_in(inputs):
            self.emulator.register(tensor)
        try:
            many = max((tensor.numel() for tensor in before), default=0) // _SMALL
            self._in_backward = OpCounter(many=many)
            read_back, pretend = self.emulator.read_back(), Pretend()
            with OpCounter(self.emulator.poison, many) as counter, pretend:
                result = called(model, inputs, call["seed"], self._request["backward"], **more)
            suffix = "sham" if call["sham"] else "out"
            save(f"{number}_{call['number']}.{suffix}", result)
            told |= {"mutated": mutated(inputs, before)}
            copied = (self.emulator.read_back() - read_back) // _FLOAT
            taken = pretend.taken + copied + counter.counts["_local_scalar_dense"]
            told["taken"] = taken if taken >= max(many, _FEW) else 0
        except Exception as error:
            self.tell(stage="run", **told, **_failure(error))
            return
        finally:
            self._launching(True)
            self.emulator.give_back()
            if self.extensions.needs:
                raise Needed
        told["launches"] = self._launches() - launches
        if self._request["backward"] and self._request["is_function"]:
            counter = self._in_backward
        self.tell(**told, operations=counter.computed(), large=counter.computed_at_large())

    def _launching(self, on: bool) -> None:
        self.emulator.launching(on)
        self._triton.launching = on

    def _launches(self) -> int:
        return self.emulator.launches() + self._triton.launches


def _failure(error: Exception) -> Json:
    """What went wrong, and the candidate's own lines on the way there."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f.lineno for f in frames if not f.filename.startswith(("/", "<"))]
    memory = isinstance(error, MemoryError) or "can't allocate memory" in str(error)
    return {
        "error": type(error).__name__,
        "message": str(error)[:_SHOWN],
        "line": own[-1] if own else 0,
        "memory": memory,
    }


def run(request: Json) -> None:
    """Run the job."""
    Session(request).run()
