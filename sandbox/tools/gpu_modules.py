"""Torch's `load_inline` and `load` inside a GPU job: they load what the parent has compiled."""

from __future__ import annotations

import hashlib
import importlib.machinery
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from gatewright.core import Source
from gatewright.sandbox.emulator.unit import Unit, defines_of, unit_of_inline


def unit_key(unit: Unit) -> str:
    """What a unit's module is filed under."""
    return hashlib.sha256(unit.to_json().encode()).hexdigest()


def serve_modules(modules: Mapping[str, str]) -> None:
    """From here on torch's functions find the modules of `modules` (unit key to path)."""
    import torch.utils.cpp_extension as extension

    def inline(name: str, cpp_sources: Any, cuda_sources: Any = None, **more: Any) -> ModuleType:
        unit = unit_of_inline(
            name,
            cpp_sources,
            cuda_sources,
            more.get("functions"),
            more.get("extra_cuda_cflags") or (),
            more.get("extra_cflags") or (),
        )
        return _module(unit, modules)

    def files(name: str, sources: Any, **more: Any) -> ModuleType:
        paths = [Path(path) for path in ([sources] if isinstance(sources, str) else sources)]
        texts = [Source(path.name, path.read_text(encoding="utf-8")) for path in paths]
        cuda = tuple(text for text in texts if text.name.endswith((".cu", ".cuh")))
        cpp = tuple(text for text in texts if text not in cuda)
        flags = (*(more.get("extra_cuda_cflags") or ()), *(more.get("extra_cflags") or ()))
        return _module(Unit(name, cuda, cpp, (), defines_of(flags)), modules)

    extension.load_inline = inline
    extension.load = files


def _module(unit: Unit, modules: Mapping[str, str]) -> ModuleType:
    path = modules.get(unit_key(unit))
    if path is None:
        raise ImportError(f"the extension {unit.name} is not the one that was compiled")
    name = "candidate"
    loader = importlib.machinery.ExtensionFileLoader(name, path)
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    if spec is None:
        raise ImportError(f"{path} is no module")
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module
