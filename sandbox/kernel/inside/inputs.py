"""Other inputs than a problem draws by itself, that still mean what they meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from gatewright.sandbox.kernel.inside.tensors import mapped, tensors_in

_LABELS = 4
_TAIL_SHARE, _TAIL_SCALE = 0.01, 30.0
_FAR = 20.0
# By how much a reference's two precisions may differ on inputs that are not the problem's own.
_AGREE, _AGREE_HALF = 1e-4, 1e-2
# Of a tensor and its number among the inputs.
Change = Callable[[torch.Tensor, int], torch.Tensor]


def offers(inputs: list[Any], distribution: str) -> Iterator[tuple[str, list[Any]]]:
    """Inputs to try in turn, each with its distribution's name; the last are those given.

    `shifted` and `tails` change every tensor. `centred` makes values negative, all of them where a
    tensor begins, few where it ends, the first and the last one large, so that they are missed in
    any sum; in all tensors, else in one alone, for the others may have to be positive. Zeros stay
    zero, so that triangular and masked matrices remain such; what takes only a few values (labels,
    masks, one-hot rows) stays as it is.
    """
    change = _CHANGES.get(distribution)
    if change is not None:
        changeable = _changeable(inputs)
        if changeable:
            yield distribution, _changed(inputs, change, changeable)
        if distribution == "centred" and len(changeable) > 1:
            for number in sorted(changeable):
                yield distribution, _changed(inputs, change, {number})
    yield "plain", inputs


def agree(own: object, exact: object) -> bool:
    """Whether a reference's result is finite and the same in both precisions.

    Where it does not run in float64 (`exact` None) only the first can be told.
    """
    outputs = tensors_in(own)
    if not all(bool(torch.isfinite(tensor).all()) for tensor in outputs):
        return False
    if exact is None:
        return True
    wide = tensors_in(exact)
    return len(wide) == len(outputs) and all(map(_close, outputs, wide))


def _close(own: torch.Tensor, exact: torch.Tensor) -> bool:
    if not own.is_floating_point():
        return bool(torch.equal(own, exact))
    by = _AGREE_HALF if own.element_size() < torch.float32.itemsize else _AGREE
    return bool(torch.allclose(own.double(), exact.double(), rtol=by, atol=by))


def _changeable(inputs: list[Any]) -> set[int]:
    """The numbers of the tensors that may be changed."""
    return {
        number
        for number, tensor in enumerate(tensors_in(inputs))
        if tensor.is_floating_point() and tensor.numel() > 0 and not _is_labels(tensor)
    }


def _changed(inputs: list[Any], change: Change, which: set[int]) -> list[Any]:
    """Copies, so that what the reference does to them does nothing to others."""
    numbers = iter(range(len(tensors_in(inputs))))

    def one(tensor: torch.Tensor) -> torch.Tensor:
        number = next(numbers)
        if number not in which:
            return tensor.detach().clone().requires_grad_(tensor.requires_grad)
        return change(tensor.detach(), number).to(tensor.dtype).requires_grad_(tensor.requires_grad)

    return [mapped(value, one) for value in inputs]


def _is_labels(tensor: torch.Tensor) -> bool:
    if tensor.numel() <= _LABELS:
        return False
    some = tensor.detach().flatten()[:4096]
    return bool(torch.unique(some[some != 0]).numel() <= _LABELS)


def _shifted(tensor: torch.Tensor, _: int) -> torch.Tensor:
    return torch.where(tensor == 0, tensor, tensor * 1.5 + 0.7)


def _tailed(tensor: torch.Tensor, _: int) -> torch.Tensor:
    far = torch.rand(tensor.shape) < _TAIL_SHARE
    return torch.where(far, tensor * _TAIL_SCALE, tensor)


def _centred(tensor: torch.Tensor, number: int) -> torch.Tensor:
    wide = tensor.double()
    there = wide[wide != 0]
    if there.numel() < 2:
        return -tensor
    slope = torch.linspace(-4.0, 2.0, wide.numel(), dtype=torch.float64)
    # Of other sign in every second tensor, so that they do not go out where two are subtracted.
    slope[0], slope[-1] = (_FAR, -_FAR) if number % 2 else (-_FAR, _FAR)
    moved = wide - there.mean() + slope.reshape(wide.shape) * there.std()
    return torch.where(wide == 0, wide, moved)


_CHANGES: dict[str, Change] = {"shifted": _shifted, "tails": _tailed, "centred": _centred}
