"""Counts the operations of torch inside a call, and poisons memory that torch hands out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from gatewright.sandbox.kernel.inside.tensors import tensors_in
from gatewright.sandbox.kernel.operations import computes

_EMPTY = frozenset(("empty", "empty_strided", "empty_like", "new_empty", "new_empty_strided"))


class OpCounter(TorchDispatchMode):  # type: ignore[misc]
    """While entered: counts operations by name, and has `poison` fill every empty tensor.

    Those that touch a tensor of `many` elements or more are counted apart, too.
    """

    def __init__(self, poison: Callable[[torch.Tensor], None] | None = None, many: int = 0) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()
        self._large: Counter[str] = Counter()
        self._poison = poison
        self._many = many

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Carry out one operation."""
        name = func.overloadpacket.__name__
        self.counts[name] += 1
        result = func(*args, **(kwargs or {}))
        if max((t.numel() for t in tensors_in([*args, result])), default=0) >= self._many:
            self._large[name] += 1
        if name in _EMPTY and self._poison is not None and isinstance(result, torch.Tensor):
            self._poison(result)
        return result

    def computed(self) -> dict[str, int]:
        """The operations that computed values, with how often."""
        return {name: count for name, count in self.counts.items() if computes(name)}

    def computed_at_large(self) -> dict[str, int]:
        """Of these the ones that touched a large tensor."""
        return {name: count for name, count in self._large.items() if computes(name)}
