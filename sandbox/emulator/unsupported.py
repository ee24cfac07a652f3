"""Features that the emulator does not have, found before anything is compiled."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gatewright.sandbox.emulator.lexer import Kind, Token


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A feature the emulator lacks: its name, why it is refused, and where it is used."""

    feature: str
    reason: str
    file: str = ""
    line: int = 0


_BY_HEADER = (
    (r"cudnn.*", "cuDNN", "its kernels are closed; there is nothing to emulate"),
    (
        r"cutlass/.*|cute/.*",
        "CUTLASS",
        "its headers are not installed and need CUDA's own compiler",
    ),
    (r"thrust/.*", "thrust", "its device algorithms need CUDA's own headers"),
    (r"cublasLt\.h|cublasXt\.h", "cuBLASLt", "only the classic cuBLAS calls are emulated"),
    (r"cufft\.h|cusparse\.h|cusolver\w*\.h", "a CUDA library", "only cuBLAS is emulated"),
    (r"nvrtc\.h", "NVRTC", "run-time compilation needs CUDA's own compiler"),
    (
        r"cuda/barrier|cuda/pipeline|cuda/std/.*|cuda/atomic",
        "libcu++",
        "its headers are not emulated",
    ),
    (r"nvtx3/.*|nvToolsExt\.h", "NVTX", "profiling marks are not emulated"),
)
_BY_WORD = (
    (r"cudnn[A-Z]\w*", "cuDNN", "its kernels are closed; there is nothing to emulate"),
    (r"cublasLt\w+", "cuBLASLt", "only the classic cuBLAS calls are emulated"),
    (
        r"tex[123]D\w*|cudaTextureObject_t|cudaBindTexture\w*",
        "textures",
        "texture units are not emulated",
    ),
    (r"surf[123]D\w*|cudaSurfaceObject_t", "surfaces", "texture units are not emulated"),
    (r"CUtensorMap\w*|cuTensorMap\w+", "TMA", "tensor maps are not emulated"),
    (r"cudaGraph\w+|cudaStreamBeginCapture", "CUDA graphs", "captured work is not emulated"),
    (r"cuLaunchKernel|cuModule\w+|cuCtx\w+", "the driver API", "only the runtime API is emulated"),
    (r"nvrtc\w+", "NVRTC", "run-time compilation needs CUDA's own compiler"),
    (r"cudaLaunchDevice", "dynamic parallelism", "kernels cannot launch kernels here"),
    (
        r"this_cluster|cluster_group",
        "thread block clusters",
        "blocks of a cluster do not share memory here",
    ),
)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"\n]+)[>"]', re.MULTILINE)


def unsupported_in(text: str, tokens: list[Token], name: str) -> tuple[Unsupported, ...]:
    """What a source uses that cannot be run, each feature once, where it is first used."""
    found: dict[str, Unsupported] = {}
    code = {token.start for token in tokens if token.directive}
    for match in _INCLUDE.finditer(text):
        if match.end() - len(match[0].lstrip()) not in code:
            continue  # in a comment or in a text
        _note(found, _BY_HEADER, match[1], name, text.count("\n", 0, match.start(1)) + 1)
    for token in tokens:
        if token.kind is Kind.WORD:
            line = text.count("\n", 0, token.start) + 1 if len(token.text) > 4 else 0
            _note(found, _BY_WORD, token.text, name, line)
    return tuple(found.values())


def _note(
    found: dict[str, Unsupported],
    table: tuple[tuple[str, str, str], ...],
    text: str,
    name: str,
    line: int,
) -> None:
    for pattern, feature, reason in table:
        if feature not in found and re.fullmatch(pattern, text):
            found[feature] = Unsupported(feature, reason, name, line)
