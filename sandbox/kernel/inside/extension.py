"""torch.utils.cpp_extension as candidates see it: what they ask for was compiled outside.

The first time it was not: then what is asked for is noted, the job ends, the parent compiles, and
the candidate runs again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from gatewright.core import Source
from gatewright.sandbox.emulator.unit import Unit, defines_of, flags_of, unit_of_inline

_MOST_BYTES = 4 << 20


class Needed(BaseException):
    """An extension is used that is not compiled yet. No candidate's `except Exception` sees it."""


class Missing:
    """Stands for an extension that is not compiled yet; to use it ends the job."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise Needed


class Extensions:
    """Answers `load_inline` and `load`: with `built` modules by key, or by noting a need."""

    def __init__(self, built: Mapping[str, str], load: Any) -> None:
        self._built = built
        self._load = load
        self._loaded: dict[str, ModuleType] = {}
        self.needs: dict[str, str] = {}

    def install(self) -> None:
        """Take torch's place."""
        import torch.utils.cpp_extension as torch_side

        torch_side.load_inline = self.load_inline
        torch_side.load = self.load

    def load_inline(
        self,
        name: str,
        cpp_sources: Any,
        cuda_sources: Any = None,
        functions: Any = None,
        extra_cflags: Any = None,
        extra_cuda_cflags: Any = None,
        *_: Any,
        **__: Any,
    ) -> Any:
        """As torch's, but for everything that only says where and how to compile."""
        return self._module(
            unit_of_inline(
                name, cpp_sources, cuda_sources, functions, extra_cuda_cflags, extra_cflags
            )
        )

    def load(
        self,
        name: str,
        sources: Any,
        extra_cflags: Any = None,
        extra_cuda_cflags: Any = None,
        *_: Any,
        **__: Any,
    ) -> Any:
        """As torch's: from files, which lie in the candidate's own folder."""
        paths = [sources] if isinstance(sources, str) else list(sources)
        read = [Source(Path(path).name, Path(path).read_text()[:_MOST_BYTES]) for path in paths]
        is_cuda = [source.name.endswith((".cu", ".cuh")) for source in read]
        unit = Unit(
            name,
            tuple(s for s, cuda in zip(read, is_cuda, strict=True) if cuda),
            tuple(s for s, cuda in zip(read, is_cuda, strict=True) if not cuda),
            (),
            defines_of([*(extra_cuda_cflags or ()), *(extra_cflags or ())]),
            flags_of(extra_cuda_cflags or ()),
        )
        return self._module(unit)

    def _module(self, unit: Unit) -> Any:
        text = unit.to_json()
        key = hashlib.sha256(text.encode(errors="replace")).hexdigest()
        if key not in self._built:
            self.needs[key] = text
            return Missing()
        if key not in self._loaded:
            self._loaded[key] = self._load(Path(self._built[key]))
        return self._loaded[key]
