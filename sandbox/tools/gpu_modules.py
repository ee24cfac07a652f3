"""Torch's `load_inline` and `load` inside a GPU job: they load what the parent has compiled."""

from __future__ import annotations

import hashlib
import importlib.machinery
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from gatewright.sandbox.emulator.unit import Unit
from gatewright.sandbox.kernel.inside.extension import Extensions

_NAME = "candidate"  # as nvcc_extension calls every module


def unit_key(unit: Unit) -> str:
    """What a unit's module is filed under."""
    return hashlib.sha256(unit.to_json().encode(errors="replace")).hexdigest()


def serve_modules(modules: Mapping[str, str]) -> Extensions:
    """From here on torch's functions find the modules of `modules` (unit key to path)."""
    extensions = Extensions(modules, _loaded)
    extensions.install()
    return extensions


def _loaded(path: Path) -> ModuleType:
    loader = importlib.machinery.ExtensionFileLoader(_NAME, str(path))
    spec = importlib.util.spec_from_file_location(_NAME, path, loader=loader)
    if spec is None:
        raise ImportError(f"{path} is no module")
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module
