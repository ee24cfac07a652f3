"""How much memory tensors hold at once, told by their sizes alone."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode

from gatewright.sandbox.kernel.inside.tensors import tensors_in


class Footprint(TorchDispatchMode):  # type: ignore[misc]
    """While entered: the most bytes of tensors that were alive at once, and of one the elements.

    What an operation takes for itself is not seen, so a device needs at least as much. `beside` is
    asked for what is held otherwise.
    """

    def __init__(self, beside: Callable[[], int] = lambda: 0) -> None:
        super().__init__()
        self.most = self.largest = 0
        self._held: dict[int, int] = {}
        self._total = 0
        self._beside = beside

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Carry out one operation."""
        result = func(*args, **(kwargs or {}))
        for tensor in tensors_in(result):
            self._meet(tensor.untyped_storage())
            self.largest = max(self.largest, tensor.numel())
        self.most = max(self.most, self._total + self._beside())
        return result

    def _meet(self, storage: Any) -> None:
        key = storage._cdata
        if key not in self._held:
            self._held[key] = storage.nbytes()
            self._total += storage.nbytes()
            weakref.finalize(storage, self._forget, key)

    def _forget(self, key: int) -> None:
        self._total -= self._held.pop(key, 0)


def bytes_of(value: object) -> int:
    """Of all tensors in a value."""
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors_in(value))
