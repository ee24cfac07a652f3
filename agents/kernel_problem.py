"""A kernel's specification: a problem file with its PyTorch module, or a description in words."""

from __future__ import annotations

from pathlib import Path

from gatewright.core import KernelSpec, Language, Source, UsageError

KERNELS = (Language.CUDA, Language.TRITON)
_DEFINED = ("class Model", "def get_inputs")


def kernel_spec(name: str, text: str) -> KernelSpec | None:
    """The check that a problem file is: its PyTorch module. None for a description in words.

    Raises UsageError for half a problem file.
    """
    defined = [word in text for word in _DEFINED]
    if all(defined):
        return KernelSpec(Source(Path(name).name, text, Language.PYTHON))
    if any(defined) or name.endswith(".py"):
        raise UsageError(
            "defines no PyTorch module to compare a kernel with",
            where=name,
            hint="give a Python file with class Model, get_inputs() and, where the model takes "
            "arguments, get_init_inputs(); or a description in words",
        )
    return None
