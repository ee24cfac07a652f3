"""Facts of CUDA sources."""

from __future__ import annotations

from gatewright.retrieval.facts import extract
from gatewright.retrieval.facts.types import BlockKind, ModuleKind

TEXT = """\
#include <cuda_runtime.h>
#include "tile.cuh"
#define N 3

// Adds two vectors.
template <typename T>
__global__ void add(const T* a, T* b, int n) {
  int i = threadIdx.x;
  if (i < n) b[i] = twice(a[i]);
}

__device__ int twice(int x) { return x + x; }

struct Tile {
  int a;
  void load() { fetch(a); }
};

namespace host {
void run() { add<<<1, 32>>>(a, b, 3); }
}
"""


def test_kernels_and_functions() -> None:
    facts = extract(TEXT, "k.cu")
    assert (facts.language, facts.includes, facts.defines) == (
        "cuda",
        ("cuda_runtime.h", "tile.cuh"),
        ("N",),
    )
    unit, tile = facts.modules
    assert (unit.kind, tile.kind, tile.name) == (ModuleKind.UNIT, ModuleKind.STRUCT, "Tile")
    assert [(b.kind, b.name, b.range.line, b.range.end_line) for b in unit.blocks] == [
        (BlockKind.KERNEL, "add", 6, 10),
        (BlockKind.FUNCTION, "twice", 12, 12),
        (BlockKind.FUNCTION, "run", 20, 20),
    ]
    assert unit.blocks[0].doc == "Adds two vectors."
    assert unit.blocks[0].calls == ("twice",)
    assert unit.blocks[2].calls == ("add",)
    assert [(b.name, b.calls) for b in tile.blocks] == [("load", ("fetch",))]


def test_bad_texts_raise_nothing() -> None:
    for text in ("", "__global__ void f(", "\x00\x01", "}" * 100, "struct {" * 2000):
        assert extract(text, "k.cu").path == "k.cu"
