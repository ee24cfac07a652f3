from __future__ import annotations

from gatewright.sandbox.kernel_model.counters import compulsory_bytes, count, kernels
from gatewright.sandbox.kernel_model.estimate import Part, estimate
from gatewright.sandbox.kernel_model.gpus import gpu_spec
from tests.sandbox.kernel_model.records import Buffer, Launch, Seen, Site

A100 = gpu_spec("A100")
# A transposition of 1024 x 1024 floats, written down by hand: 32768 warps.
WARPS = 1 << 15
MATRIX = 4 << 20
BUFFERS = (Buffer(read=MATRIX), Buffer(written=MATRIX))


def transposition(*sites: Site) -> Seen:
    return Seen(sites=sites, touched=BUFFERS)


DENSE_LOAD = Site("global_load", 32 * WARPS, WARPS, 4 * WARPS, 4 * WARPS)
DENSE_STORE = Site("global_store", 32 * WARPS, WARPS, 4 * WARPS, 4 * WARPS)
NAIVE = transposition(DENSE_LOAD, Site("global_store", 32 * WARPS, WARPS, 32 * WARPS, 4 * WARPS))
TILED = transposition(
    DENSE_LOAD,
    Site("shared_store", 32 * WARPS, WARPS, wavefronts=WARPS, ideal_wavefronts=WARPS),
    Site("shared_load", 32 * WARPS, WARPS, wavefronts=32 * WARPS, ideal_wavefronts=WARPS),
    DENSE_STORE,
)
PADDED = transposition(
    DENSE_LOAD,
    Site("shared_store", 32 * WARPS, WARPS, wavefronts=WARPS, ideal_wavefronts=WARPS),
    Site("shared_load", 32 * WARPS, WARPS, wavefronts=WARPS, ideal_wavefronts=WARPS),
    DENSE_STORE,
)


def test_sums_and_shares() -> None:
    found = count(NAIVE)
    assert found.global_requests == 2 * WARPS
    assert found.global_sectors == 36 * WARPS
    assert found.coalescing == 8 / 36
    assert found.global_bytes == 36 * WARPS * 32
    assert found.bank_efficiency == 1
    assert count(TILED).bank_efficiency == 2 / 33
    assert compulsory_bytes(NAIVE) == 2 * MATRIX


def test_one_kernel_of_several() -> None:
    seen = Seen(
        launches=(Launch("a", barriers=3, flops=10), Launch("b", flops=5), Launch("a", flops=1)),
        sites=(
            Site("global_load", 32, 1, 4, 4, kernel="a", width=16),
            Site("global_atomic", 32, 1, 1, 1, kernel="b"),
        ),
    )
    assert kernels(seen) == ("a", "b")
    assert (count(seen, "a").barriers, count(seen, "a").flops) == (3, 11)
    assert (count(seen, "a").atomics, count(seen, "b").atomics) == (0, 32)
    assert count(seen).vector_share == 0.5
    assert count(seen).flops == 16


def test_flops_that_were_not_counted_are_not_known() -> None:
    assert count(Seen(launches=(Launch(flops=3), Launch(flops=None)))).flops is None


def test_nothing_observed() -> None:
    found = count(Seen(launches=()))
    assert (found.coalescing, found.bank_efficiency, found.branch_efficiency) == (1, 1, 1)
    assert found.flops is None


def test_the_estimate_takes_the_problems_operations_where_none_were_counted() -> None:
    assert estimate(NAIVE, A100).clocks[Part.ARITHMETIC] == 0
    assert estimate(NAIVE, A100, 1e9).clocks[Part.ARITHMETIC] == 1e9 / 128 / 108


def test_the_estimate_ranks_transpositions() -> None:
    naive, tiled, padded = (estimate(seen, A100) for seen in (NAIVE, TILED, PADDED))
    assert naive.at_most > tiled.at_most > padded.at_most
    assert naive.bound is Part.L1
    assert tiled.bound is Part.SHARED
    assert padded.at_least <= padded.at_most
    # 8 MB at 2039 GB/s, in clocks of 1410 MHz.
    assert round(naive.clocks[Part.DRAM]) == round(2 * MATRIX / 2039e9 * 1410e6)
