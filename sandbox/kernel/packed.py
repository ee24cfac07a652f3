"""Tensors in a file: a JSON header, then their raw bytes. Nothing in it can run anything.

Read here without torch; `inside.tensors` writes and reads it with torch.
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gatewright.core import DataError

if TYPE_CHECKING:
    import numpy as np

LENGTH = struct.Struct("<Q")
_MOST_HEADER = 1 << 22
_NUMPY = {
    "float64": "<f8",
    "float32": "<f4",
    "float16": "<f2",
    "bfloat16": "<u2",
    "int64": "<i8",
    "int32": "<i4",
    "int16": "<i2",
    "int8": "i1",
    "uint8": "u1",
    "bool": "?",
    "complex64": "<c8",
    "complex128": "<c16",
}


@dataclass(frozen=True, slots=True)
class RawTensor:
    """One tensor's element type, shape and elements in row-major order."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes

    @property
    def is_float(self) -> bool:
        """Whether its elements are rounded numbers."""
        return self.dtype.startswith(("float", "bfloat", "complex"))

    def array(self) -> np.ndarray[Any, Any]:
        """As numpy sees it; bfloat16 is widened to float32. Raises DataError for damaged data."""
        import numpy as np

        if self.dtype not in _NUMPY:
            raise DataError(f"tensors of type {self.dtype} cannot be compared", where="kernel")
        kind = np.dtype(_NUMPY[self.dtype])
        if len(self.data) != math.prod(self.shape) * kind.itemsize:
            raise DataError("a tensor's bytes do not fit its shape", where="kernel")
        flat = np.frombuffer(self.data, kind)
        if self.dtype == "bfloat16":
            flat = (flat.astype(np.uint32) << 16).view(np.float32)
        return flat.reshape(self.shape)


@dataclass(frozen=True, slots=True)
class Packed:
    """A value that may hold tensors: its structure as text, and its tensors in order."""

    structure: str
    tensors: tuple[RawTensor, ...]


def unpack(data: bytes) -> Packed:
    """Read such a file. Raises DataError for anything else."""
    try:
        (length,) = LENGTH.unpack_from(data)
        if length > _MOST_HEADER:
            raise ValueError
        header = json.loads(data[LENGTH.size : LENGTH.size + length])
        at = LENGTH.size + length
        tensors = []
        for one in header["tensors"]:
            size = int(one["bytes"])
            shape = tuple(int(extent) for extent in one["shape"])
            if size < 0 or at + size > len(data) or any(extent < 0 for extent in shape):
                raise ValueError
            tensors.append(RawTensor(str(one["dtype"]), shape, data[at : at + size]))
            at += size
        return Packed(json.dumps(header["tree"]), tuple(tensors))
    except (struct.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError("no file of tensors, or a damaged one", where="kernel") from error
