"""A problem made ready: its variants, with inputs and what is to come out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatewright.core import DataError, GatewrightError, KernelSpec, ToolCrashed
from gatewright.sandbox.kernel.compare import Expected
from gatewright.sandbox.kernel.packed import unpack
from gatewright.sandbox.kernel.plan import WIDE, Variant
from gatewright.sandbox.kernel.worker import Budget, Done, TorchWorker

_ENTRY = "gatewright.sandbox.kernel.inside.reference:run"
_TOO_LARGE = "cannot be made small enough"  # what `inside.reference` says
_BUDGET = Budget(cpu_s=60, wall_s=300, memory_mb=6144)


@dataclass(frozen=True, slots=True)
class ReadyCall:
    """One call's inputs as they are handed on, and what the reference makes of them.

    `distribution` is `plain` where the one that was asked for would mean nothing here.
    """

    inputs: bytes
    expected: Expected
    finite: bool
    mutated: tuple[int, ...]
    distribution: str


@dataclass(frozen=True, slots=True)
class CallCost:
    """Elements of inputs, weights and outputs of a call, its operations, its outputs' elements."""

    elements: int
    flops: int
    outputs: int


@dataclass(frozen=True, slots=True)
class Ready:
    """One variant. `error` says why it cannot be had; then the rest is empty.

    `values` are name, original and present value of each number that could be changed;
    `operations` what one call takes of torch. `full` is a call's cost at the problem's own sizes,
    where it is known.
    """

    variant: Variant
    text: str = ""
    init: bytes = b""
    calls: tuple[ReadyCall, ...] = ()
    values: tuple[tuple[str, int, int], ...] = ()
    operations: tuple[tuple[str, int], ...] = ()
    elements: int = 0
    flops: int = 0
    outputs: int = 0
    full: CallCost | None = None
    pinned: frozenset[int] = frozenset()
    error: str = ""

    @property
    def pins_kept(self) -> bool:
        """Whether it is about as cheap as was asked for, with all that was pinned unchanged."""
        elements = self.variant.elements
        if elements is None:
            return True
        cheap = self.elements <= 8 * elements and self.flops <= 8 * self.variant.flops
        return cheap and self.pinned == self.variant.pinned


def prepare(
    worker: TorchWorker, spec: KernelSpec, variants: Sequence[Variant], budget: Budget = _BUDGET
) -> tuple[tuple[Ready, ...], float]:
    """Run the reference; what came of each variant, and the CPU seconds it took.

    Raises DataError where the reference cannot be run at all, ReferenceTooLarge where it is ended.
    """
    request = {
        "text": spec.reference.text,
        "backward": spec.backward,
        "variants": [variant.request() for variant in variants],
    }
    with worker.job(_ENTRY, request, budget=budget) as done:
        raw = done.read("summary")
        if raw is None:
            raise not_run(done, _why(done), spec)
        summary = json.loads(raw)
        found = tuple(
            _ready(done, number, variant, told)
            for number, (variant, told) in enumerate(zip(variants, summary, strict=True))
        )
    if all(ready.error for ready in found) and not any(v.name == WIDE for v in variants):
        where, told = spec.reference.name, found[0].error
        if _TOO_LARGE in told:
            raise ReferenceTooLarge(told, where=where, hint="it cannot be checked on a CPU")
        raise DataError(told, where=where, hint="is it a problem file?")
    return found, done.cpu_s


class ReferenceTooLarge(ToolCrashed):
    """A problem's own module takes more time or memory than it is given here."""


def not_run(done: Done, why: str, spec: KernelSpec) -> GatewrightError:
    """That the reference cannot be run: by its own fault, or since it is too large."""
    where, told = spec.reference.name, f"the reference cannot be run: {why}"
    if done.status < 0:
        return ReferenceTooLarge(told, where=where, hint="it takes too much time or memory")
    hint = "it must define Model and get_inputs, and fit into memory"
    return DataError(told, where=where, hint=hint)


def _why(done: Done) -> str:
    lines = done.log.strip().splitlines()
    return lines[-1][:300] if lines else f"its process ended with status {done.status}"


def _ready(done: Done, number: int, variant: Variant, told: dict[str, object]) -> Ready:
    if "error" in told:
        return Ready(variant, error=f"{told['error']} {told.get('trace', '')}".strip())
    raw = json.loads(json.dumps(told))
    return Ready(
        variant,
        text=(done.read(f"{number}.py") or b"").decode(),
        init=done.read(f"{number}.init") or b"",
        calls=tuple(_call(done, f"{number}_{call}", one) for call, one in enumerate(raw["calls"])),
        values=tuple((str(n), int(a), int(b)) for n, a, b in raw["values"]),
        operations=tuple((str(n), int(c)) for n, c in raw["operations"].items()),
        elements=int(raw["elements"] or 0),
        flops=int(raw["flops"] or 0),
        outputs=int(raw["outputs"]),
        full=CallCost(**raw["full"]) if raw["full"] else None,
        pinned=frozenset(int(number) for number in raw["pinned"]),
    )


def _call(done: Done, name: str, told: Mapping[str, Any]) -> ReadyCall:
    exact = done.read(f"{name}.64")
    return ReadyCall(
        done.read(f"{name}.in") or b"",
        Expected(unpack(done.read(f"{name}.32") or b""), unpack(exact) if exact else None),
        bool(told["finite"]),
        tuple(int(number) for number in told["mutated"]),
        str(told["distribution"]),
    )
