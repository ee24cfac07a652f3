"""Values with tensors to and from the files that `kernel.packed` describes."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from gatewright.sandbox.kernel.packed import LENGTH

_PLAIN = (torch.Tensor, torch.nn.Parameter)
_DTYPES = {
    str(kind).removeprefix("torch."): kind
    for kind in vars(torch).values()
    if isinstance(kind, torch.dtype)
}


class NotPlain(TypeError):
    """A value that is no plain tensor, number, text or list of such."""


def save(path: str, value: object) -> None:
    """Write a value. Raises NotPlain for tensor subclasses and for whatever else it is not."""
    tensors: list[torch.Tensor] = []
    tree = _tree(value, tensors)
    blobs = [_bytes(tensor) for tensor in tensors]
    header = json.dumps(
        {
            "tree": tree,
            "tensors": [
                {
                    "dtype": str(tensor.dtype).removeprefix("torch."),
                    "shape": list(tensor.shape),
                    "stride": _order(tensor),
                    "grad": tensor.requires_grad,
                    "bytes": len(blob),
                }
                for tensor, blob in zip(tensors, blobs, strict=True)
            ],
        }
    ).encode()
    with Path(path).open("wb") as file:
        file.write(LENGTH.pack(len(header)) + header)
        for blob in blobs:
            file.write(blob)


def load(path: str) -> Any:
    """Read a value back; its tensors are new and own their memory."""
    data = Path(path).read_bytes()
    (length,) = LENGTH.unpack_from(data)
    header = json.loads(data[LENGTH.size : LENGTH.size + length])
    at = LENGTH.size + length
    tensors = []
    for one in header["tensors"]:
        tensors.append(_tensor(one, data[at : at + one["bytes"]]))
        at += one["bytes"]
    return _value(header["tree"], tensors)


def mapped(value: Any, change: Callable[[torch.Tensor], torch.Tensor]) -> Any:
    """The value with every tensor in it changed."""
    if isinstance(value, torch.Tensor):
        return change(value)
    if isinstance(value, list | tuple):
        return type(value)(mapped(item, change) for item in value)
    if isinstance(value, dict):
        return {key: mapped(item, change) for key, item in value.items()}
    return value


def tensors_in(value: Any) -> list[torch.Tensor]:
    """Every tensor of a value, in order."""
    found: list[torch.Tensor] = []
    mapped(value, lambda tensor: found.append(tensor) or tensor)  # type: ignore[func-returns-value]
    return found


def _tree(value: object, tensors: list[torch.Tensor]) -> object:
    if type(value) in _PLAIN and isinstance(value, torch.Tensor):
        if value.layout is not torch.strided or value.device.type != "cpu":
            raise NotPlain(f"a tensor of layout {value.layout} on {value.device}")
        tensors.append(value)
        return {"tensor": len(tensors) - 1}
    if value is None or type(value) in (bool, int, float, str):
        return {"value": value}
    if isinstance(value, list | tuple):
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [_tree(item, tensors) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[_tree(k, tensors), _tree(v, tensors)] for k, v in value.items()]}
    if isinstance(value, torch.dtype):
        return {"dtype": str(value).removeprefix("torch.")}
    raise NotPlain(f"a value of type {type(value).__module__}.{type(value).__name__}")


def _value(tree: Any, tensors: list[torch.Tensor]) -> Any:
    ((kind, content),) = tree.items()
    if kind == "tensor":
        return tensors[content]
    if kind == "list":
        return [_value(item, tensors) for item in content]
    if kind == "tuple":
        return tuple(_value(item, tensors) for item in content)
    if kind == "dict":
        return {_value(key, tensors): _value(item, tensors) for key, item in content}
    return _DTYPES[content] if kind == "dtype" else content


def _bytes(tensor: torch.Tensor) -> bytes:
    dense = tensor.detach().contiguous().resolve_conj().resolve_neg()
    size = dense.numel() * dense.element_size()
    return ctypes.string_at(dense.data_ptr(), size) if size else b""


def _order(tensor: torch.Tensor) -> list[int] | None:
    """The strides of a dense tensor whose elements lie in another order than row-major."""
    axes = sorted(range(tensor.dim()), key=lambda axis: -tensor.stride(axis))
    if tensor.is_contiguous() or not tensor.permute(axes).is_contiguous():
        return None
    return list(tensor.stride())


def _tensor(one: dict[str, Any], blob: bytes) -> torch.Tensor:
    kind = _DTYPES[one["dtype"]]
    dense = torch.empty(one["shape"], dtype=kind)
    if blob:
        ctypes.memmove(dense.data_ptr(), blob, len(blob))
    if one["stride"] is not None:
        dense = torch.empty_strided(one["shape"], one["stride"], dtype=kind).copy_(dense)
    return dense.requires_grad_(one["grad"])
