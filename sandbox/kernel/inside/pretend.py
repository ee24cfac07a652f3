"""Lets code written for a GPU run on the CPU: devices, streams and the functions that ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from gatewright.sandbox.emulator.target import Target

_SILENT = (
    *("synchronize", "empty_cache", "manual_seed", "manual_seed_all", "set_device", "init"),
    *("ipc_collect", "reset_peak_memory_stats"),
)
# What gives Python a tensor's values.
_TAKES = frozenset(("cpu", "numpy", "tolist", "__array__", "__dlpack__"))
_CPU = torch.device("cpu")
_SHOWN = torch.device("cuda", 0)
# What reading an attribute calls is made anew each time; the attribute that it belongs to is not.
_IS_CUDA, _IS_CPU = torch.Tensor.is_cuda, torch.Tensor.is_cpu
_DEVICE = torch.Tensor.device


class Pretend(TorchFunctionMode):  # type: ignore[misc]
    """While entered, tensors say that they are on the GPU, and everything stays on the CPU.

    Or, in a dry run, nowhere: on torch's meta device. `taken` counts the elements that Python took
    out of tensors, or had copied to the host.
    """

    def __init__(self, place: torch.device = _CPU) -> None:
        super().__init__()
        self._place = place
        self.taken = 0

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Carry out one call of torch, its devices replaced."""
        attribute = getattr(func, "__self__", None)
        if attribute is _IS_CUDA or attribute is _IS_CPU:
            return attribute is _IS_CUDA
        if attribute is _DEVICE:
            return _SHOWN
        if func is torch.Tensor.cuda or func is torch.Tensor.pin_memory:
            return args[0]
        told = {name: self._here(value) for name, value in (kwargs or {}).items()}
        result = func(*map(self._here, args), **told)
        if self._to_host(func, args, told):
            tensor: torch.Tensor = args[0]
            self.taken += tensor.numel()
            if isinstance(result, torch.Tensor) and result is tensor:
                return result.clone()  # as from another memory
        return result

    def _to_host(self, func: Any, args: tuple[Any, ...], named: Mapping[str, Any]) -> bool:
        name = getattr(func, "__name__", "")
        if not args or not isinstance(args[0], torch.Tensor):
            return False
        if name == "to":
            return any(map(_is_cpu, (*args[1:], *named.values())))
        return name in _TAKES

    def _here(self, value: Any) -> Any:
        """A device of the GPU as where everything is; anything else as it is."""
        if isinstance(value, torch.device):
            return self._place if value.type == "cuda" else value
        if type(value) is str and (value == "cuda" or value.startswith("cuda:")):
            return self._place.type
        return value


def _is_cpu(value: Any) -> bool:
    return value == "cpu" if isinstance(value, str) else value == _CPU


class Stream:
    """A stream or event on which everything has always happened already."""

    cuda_stream = 0
    device = _SHOWN

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def synchronize(self, *_: Any) -> None:
        """Nothing is under way."""

    wait_stream = wait_event = wait = record = synchronize

    def record_event(self, *_: Any) -> Stream:
        """An event that has happened."""
        return self

    def query(self) -> bool:
        """All is done."""
        return True

    def elapsed_time(self, *_: Any) -> float:
        """No time is measured here."""
        return 1.0


def install(target: Target) -> None:
    """Answer the questions that candidates ask about the GPU, as `target` would."""
    cuda: Any = torch.cuda
    properties = _Properties(target)
    for name in _SILENT:
        setattr(cuda, name, _nothing)
    for name in ("Stream", "Event", "stream", "device", "current_stream", "default_stream"):
        setattr(cuda, name, Stream)
    cuda.is_available = lambda: True
    cuda.device_count = lambda: 1
    cuda.current_device = lambda: 0
    cuda.is_bf16_supported = lambda *_, **__: True
    cuda.get_device_capability = lambda *_: (properties.major, properties.minor)
    cuda.get_device_name = lambda *_: properties.name
    cuda.get_device_properties = lambda *_: properties
    torch.compile = _as_it_is


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _as_it_is(model: Any = None, **_: Any) -> Any:
    """Compiling changes no result."""
    return _as_it_is if model is None else model


class _Properties:
    """What torch.cuda.get_device_properties tells."""

    def __init__(self, target: Target) -> None:
        self.name = target.name
        self.major, self.minor = divmod(target.sm, 10)
        self.multi_processor_count = target.multiprocessors
        self.total_memory = target.global_memory
        self.warp_size = 32
        self.L2_cache_size = target.l2_bytes
        self.max_threads_per_multi_processor = target.threads_per_multiprocessor
        self.shared_memory_per_block = target.shared_per_block
        self.shared_memory_per_block_optin = target.shared_opt_in
