"""The job that prepares a problem: sizes, weights, inputs, and what is to come out.

Request: `text`, `configurations` (of `inputs` and `init`), `backward`, and `variants`, each with
`name`, `elements`, `flops`, `pinned`, `ragged`, `seed` and `calls` (`distribution`, `seed`).
Leaves `summary`, and for variant number V and call number C the files `V.py`, `V.init`, `V_C.in`,
`V_C.32` and `V_C.64`: what the reference computes in its own precision, and in float64.
"""

from __future__ import annotations

import json
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from gatewright.sandbox.kernel.inside.inputs import agree, offers
from gatewright.sandbox.kernel.inside.ops import OpCounter
from gatewright.sandbox.kernel.inside.problem import BadProblem, ProblemFile
from gatewright.sandbox.kernel.inside.shrink import Bounds, Search
from gatewright.sandbox.kernel.inside.tensors import mapped, save, tensors_in

Json = dict[str, Any]
_MOST_ELEMENTS, _MOST_FLOPS = 200_000_000, 40_000_000_000


def run(request: Json) -> None:
    """Prepare every variant; one that cannot be had is named with the reason."""
    summary: list[Json] = []
    starts: dict[str, Search] = {}
    for number, variant in enumerate(request["variants"]):
        try:
            search = _sized(request, variant, starts)
            told = {**_described(search), "full": _full(starts)}
            problem = ProblemFile.run(search.source, *_configured(variant))
            Path(f"{number}.py").write_text(search.source, encoding="utf-8")
            told["calls"] = _calls(problem, number, variant, request["backward"])
            told["operations"] = _operations(problem, variant["seed"], request["backward"])
        except Exception as error:
            told = {"error": f"{type(error).__name__}: {error}"[:500], "trace": _where(error)}
        summary.append({"name": variant["name"], **told})
    Path("summary").write_text(json.dumps(summary), encoding="utf-8")


def _configured(variant: Json) -> tuple[Json, Json]:
    return json.loads(variant.get("inputs", "{}")), json.loads(variant.get("init", "{}"))


def _sized(request: Json, variant: Json, starts: dict[str, Search]) -> Search:
    """The problem file at the sizes that a variant asks for."""
    inputs, init = _configured(variant)
    search = Search(request["text"], frozenset(variant["pinned"]), inputs=inputs, init=init)
    if variant["elements"] is None:
        return search
    start = starts.get("measured")
    if start is None:
        search.measure()
        starts["measured"] = search
        start = Search(request["text"], inputs=inputs, init=init)
        start.values, start.cost_now = dict(search.values), search.cost_now
        start.on_meta, start.runs = search.on_meta, search.runs
        start.refused = search.refused
        starts["measured"] = start
    bounds = Bounds(variant["elements"], variant["flops"])
    search.on_meta = start.on_meta
    while True:
        search.values, search.cost_now = dict(start.values), start.cost_now
        search.shrink(bounds)
        cost = search.cost_now
        if cost is not None and cost.within(8 * bounds.elements, 8 * bounds.flops):
            break
        if variant["name"] == "wide":
            raise BadProblem("its inner sizes are too large")
        if not search.pinned:
            if cost is None:
                raise BadProblem(f"it does not run: {start.refused}")
            if not cost.within(_MOST_ELEMENTS, _MOST_FLOPS):
                least = f"{cost.elements} elements and {cost.flops} operations are left"
                raise BadProblem(f"it cannot be made small enough: {least}")
            break
        # What is kept costs too much: the largest of it has to give way first.
        search.pinned -= {max(search.pinned)}
    if variant.get("long"):
        search.stretch(bounds, variant["long"], variant["turn"])
    if variant["ragged"]:
        search.make_ragged()
    return search


def _described(search: Search) -> Json:
    cost = search.cost_now
    return {
        "values": [[knob.name, knob.value, value] for knob, value in search.values.items()],
        "elements": cost.elements if cost else None,
        "flops": cost.flops if cost else None,
        "outputs": cost.outputs if cost else 0,
        "pinned": sorted(search.pinned),
    }


def _full(starts: dict[str, Search]) -> Json | None:
    """What a call costs at the file's own sizes, where that could be found out."""
    start = starts.get("measured")
    cost = start.cost_now if start else None
    if start is None or cost is None or any(k.value != v for k, v in start.values.items()):
        return None
    return {"elements": cost.elements, "flops": cost.flops, "outputs": cost.outputs}


def _calls(problem: ProblemFile, number: int, variant: Json, backward: bool) -> list[Json]:
    """Run the reference on each call's inputs, in both precisions, and keep all of it."""
    torch.manual_seed(variant["seed"])
    init = problem.get_init_inputs()
    save(f"{number}.init", init)
    models = [_model(problem, init, variant["seed"]), _model(problem, init, variant["seed"], True)]
    told = []
    for call, wish in enumerate(variant["calls"]):
        torch.manual_seed(wish["seed"])
        own = problem.get_inputs()
        for distribution, inputs in offers(own, wish["distribution"]):
            answer = _answer(models, inputs, wish["seed"], backward, distribution == "plain")
            if answer is not None:
                told.append({"distribution": distribution, **_kept(f"{number}_{call}", answer)})
                break
    return told


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the reference makes of inputs, with these as they were before and as they are after."""

    before: list[Any]
    inputs: list[Any]
    result: Any
    exact: Any


def _answer(
    models: list[Any], inputs: list[Any], seed: int, backward: bool, at_any_rate: bool
) -> _Answer | None:
    """The reference's answer; None for inputs on which it fails or is not to be relied on."""
    before = mapped(inputs, _copy)
    try:
        result = called(models[0], inputs, seed, backward)
    except Exception:
        if at_any_rate:
            raise
        return None
    exact = _exact(models[1], before_as(inputs, tensors_in(before)), seed, backward)
    if at_any_rate or agree(result, exact):
        return _Answer(before, inputs, result, exact)
    return None


def _kept(name: str, answer: _Answer) -> Json:
    """The files of one call, and what is told of it."""
    changed = mutated(answer.inputs, tensors_in(answer.before))
    save(f"{name}.in", answer.before)
    save(f"{name}.32", answer.result)
    if answer.exact is not None:
        save(f"{name}.64", answer.exact)
    finite = all(bool(torch.isfinite(t).all()) for t in tensors_in(answer.result))
    return {"finite": finite, "exact": answer.exact is not None, "mutated": changed}


def _copy(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().clone().requires_grad_(tensor.requires_grad)


def _model(problem: ProblemFile, init: list[Any], seed: int, exact: bool = False) -> Any:
    torch.manual_seed(seed)
    model = problem.build(init)
    return model.double() if exact else model


def called(model: Any, inputs: list[Any], seed: int, backward: bool, **more: Any) -> Any:
    """What a model makes of inputs; with `backward` the gradients of inputs and weights, too."""
    torch.manual_seed(seed)
    if not backward:
        with torch.no_grad():
            return model(*inputs, **more)
    leaves = [tensor for tensor in tensors_in(inputs) if tensor.is_floating_point()]
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    for leaf in leaves:
        leaf.requires_grad_(True)
    for one in (*leaves, *weights):
        one.grad = None  # that of an earlier call
    output = model(*inputs, **more)
    ends = [t for t in tensors_in(output) if t.requires_grad]
    pulls = [torch.rand(t.shape, dtype=torch.float32).to(t) for t in ends]
    torch.autograd.backward(ends, pulls)
    grads = [leaf.grad for leaf in (*leaves, *weights) if leaf.grad is not None]
    return [mapped(output, torch.Tensor.detach), grads]


def before_as(inputs: list[Any], before: list[torch.Tensor]) -> list[Any]:
    """The inputs with their tensors as they were, floats widened to float64."""
    left = iter(before)

    def widened(_: torch.Tensor) -> torch.Tensor:
        tensor = next(left).detach()  # a leaf again, which gets a gradient of its own
        return tensor.double() if tensor.is_floating_point() else tensor.clone()

    return [mapped(value, widened) for value in inputs]


def _exact(model: Any, inputs: list[Any], seed: int, backward: bool) -> Any:
    """The result in float64; None where the model does not work in it."""
    try:
        return called(model, inputs, seed, backward)
    except Exception:
        return None


def mutated(inputs: list[Any], before: list[torch.Tensor]) -> list[int]:
    """The numbers of the input tensors that are no longer what they were, bit by bit."""
    found = []
    for number, (now, then) in enumerate(zip(tensors_in(inputs), before, strict=True)):
        same = now.shape == then.shape and torch.equal(_bits(now), _bits(then))
        if not same:
            found.append(number)
    return found


def _bits(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().contiguous().view(-1).view(torch.uint8)


def _operations(problem: ProblemFile, seed: int, backward: bool) -> Json:
    """The operations of torch in one call of the reference; in its backward pass where that is
    asked for."""
    torch.manual_seed(seed)
    init, inputs = problem.get_init_inputs(), problem.get_inputs()
    model = problem.build(init)
    with torch.no_grad(), OpCounter() as counter:
        model(*inputs)
    if not backward:
        return dict(counter.counts)
    with OpCounter() as both:
        called(model, inputs, seed, backward)
    return dict(both.counts - counter.counts)


def _where(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename == "<problem>"]
    return f"line {own[-1].lineno}" if own else ""
