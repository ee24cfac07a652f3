"""What a candidate asks to be compiled, as torch's `load_inline` and `load` take it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gatewright.core import Source, UsageError

_DEFINE = re.compile(r"-D(\w+)(=[\w.+-]*)?")


class Mode(StrEnum):
    """How a unit is compiled: plain, with the checks, or with the checks and counters."""

    FAST = "fast"
    CHECK = "check"
    PROFILE = "profile"


@dataclass(frozen=True, slots=True)
class Unit:
    """One extension module: every text of `cuda` and `cpp` is a translation unit of its own.

    `functions` are bound in the last part of `cpp`; with none, a text has a PYBIND11_MODULE.
    `flags` are the CUDA compiler's other ones, as they were asked for.
    """

    name: str
    cuda: tuple[Source, ...] = ()
    cpp: tuple[Source, ...] = ()
    functions: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    def to_json(self) -> str:
        """For the way out of a confined process."""
        return json.dumps(
            {
                "name": self.name,
                "cuda": [[s.name, s.text] for s in self.cuda],
                "cpp": [[s.name, s.text] for s in self.cpp],
                "functions": self.functions,
                "defines": self.defines,
                "flags": self.flags,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Unit:
        """What `to_json` wrote; raises UsageError for anything else (its writer is untrusted)."""
        try:
            data = json.loads(text)
            unit = cls(
                data["name"],
                tuple(Source(name, body) for name, body in data["cuda"]),
                tuple(Source(name, body) for name, body in data["cpp"]),
                tuple(data["functions"]),
                tuple(data["defines"]),
                tuple(data["flags"]),
            )
        except (ValueError, TypeError, KeyError) as error:
            raise UsageError(f"this is no unit to compile: {error}") from error
        unit.check()
        return unit

    def check(self) -> None:
        """Raises UsageError where it is not made of names and texts as it should be."""
        texts = [self.name, *self.functions, *self.defines, *self.flags]
        for source in (*self.cuda, *self.cpp):
            texts += [source.name, source.text]
            if not re.fullmatch(r"[\w.+-]{1,80}", str(source.name)):
                raise UsageError(f"a source cannot be called {source.name!r}")
        if not all(isinstance(text, str) for text in texts):
            raise UsageError("a unit to compile is made of texts")
        for name in self.functions:
            if not re.fullmatch(r"[A-Za-z_][\w:]*", name):
                raise UsageError(f"a function cannot be called {name!r}")
        for define in self.defines:
            if not _DEFINE.fullmatch(define):
                raise UsageError(f"{define!r} defines nothing")


def unit_of_inline(
    name: str,
    cpp_sources: str | Sequence[str],
    cuda_sources: str | Sequence[str] | None = None,
    functions: str | Sequence[str] | Mapping[str, str] | None = None,
    extra_cuda_cflags: Sequence[str] | None = (),
    extra_cflags: Sequence[str] | None = (),
) -> Unit:
    """The unit of a `load_inline`; raises UsageError for what torch does not take either."""
    cpp, cuda = _texts(cpp_sources, "cpp_sources"), _texts(cuda_sources or (), "cuda_sources")
    if functions is None:
        bound: tuple[str, ...] = ()
    elif isinstance(functions, str):
        bound = (functions,)
    elif isinstance(functions, (Mapping, Sequence)):
        bound = tuple(functions)
    else:
        raise UsageError(
            f"Expected 'functions' to be a list or dict, but was {type(functions).__name__}"
        )
    unit = Unit(
        name,
        (Source("cuda.cu", "\n".join(cuda)),) if cuda else (),
        (Source("main.cpp", "\n".join(cpp)),),
        bound,
        defines_of((*(extra_cuda_cflags or ()), *(extra_cflags or ()))),
        flags_of(extra_cuda_cflags or ()),
    )
    unit.check()
    return unit


def defines_of(flags: Sequence[str]) -> tuple[str, ...]:
    """The macros that compiler flags define; what else they say is about speed."""
    return tuple(dict.fromkeys(flag for flag in flags if _DEFINE.fullmatch(str(flag))))


def flags_of(flags: Sequence[str]) -> tuple[str, ...]:
    """Compiler flags that define no macro. They are not judged here: no compiler is run."""
    return tuple(dict.fromkeys(str(flag) for flag in flags if not _DEFINE.fullmatch(str(flag))))


def _texts(sources: object, what: str) -> tuple[str, ...]:
    if isinstance(sources, str):
        return (sources,)
    if isinstance(sources, Sequence) and all(isinstance(text, str) for text in sources):
        return tuple(sources)
    raise UsageError(f"{what} must be a string or a list of strings")
