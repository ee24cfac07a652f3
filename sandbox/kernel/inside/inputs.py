"""Other inputs than a problem draws by itself, that still mean what they meant."""

from __future__ import annotations

from typing import Any

import torch

from gatewright.sandbox.kernel.inside.tensors import mapped

_LABELS = 4
_TAIL_SHARE, _TAIL_SCALE = 0.01, 30.0


def drawn(inputs: list[Any], distribution: str) -> list[Any]:
    """The inputs as they are (`plain`), `shifted`, or with heavy `tails`.

    Zeros stay zero, so that triangular and masked matrices remain such; what takes only a few
    values (labels, masks, one-hot rows) stays as it is.
    """
    if distribution == "plain":
        return inputs
    change = _shifted if distribution == "shifted" else _tailed
    return [mapped(value, lambda tensor: _changed(tensor, change)) for value in inputs]


def _changed(tensor: torch.Tensor, change: Any) -> torch.Tensor:
    if not tensor.is_floating_point() or tensor.numel() == 0 or _is_labels(tensor):
        return tensor
    wanted = tensor.requires_grad
    return change(tensor.detach()).to(tensor.dtype).requires_grad_(wanted)


def _is_labels(tensor: torch.Tensor) -> bool:
    if tensor.numel() <= _LABELS:
        return False
    some = tensor.detach().flatten()[:4096]
    return bool(torch.unique(some[some != 0]).numel() <= _LABELS)


def _shifted(tensor: torch.Tensor) -> torch.Tensor:
    return torch.where(tensor == 0, tensor, tensor * 1.5 + 0.7)


def _tailed(tensor: torch.Tensor) -> torch.Tensor:
    far = torch.rand(tensor.shape) < _TAIL_SHARE
    return torch.where(far, tensor * _TAIL_SCALE, tensor)
