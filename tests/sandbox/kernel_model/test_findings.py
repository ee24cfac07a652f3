from __future__ import annotations

import re

from gatewright.sandbox.kernel_model.architecture import architecture
from gatewright.sandbox.kernel_model.findings import (
    Kind,
    compiled_findings,
    observed_findings,
    occupancy_findings,
)
from gatewright.sandbox.kernel_model.gpus import gpu_spec
from gatewright.sandbox.kernel_model.occupancy import Usage, occupancy
from gatewright.sandbox.kernel_model.roofline import Work
from gatewright.sandbox.kernel_model.summary import Full, Profile, metrics, remarks, worst
from gatewright.sandbox.tools.nvcc_kernels import Kernel
from gatewright.sandbox.tools.ptx import Entry, Sort, SourceLine
from tests.sandbox.kernel_model.records import Branching, Buffer, Launch, Place, Seen, Site

SM90 = architecture("sm_90")


def kernel(name: str = "k<float>", registers: int = 32, shared: int = 0, **more: int) -> Kernel:
    place = SourceLine("kernel.cu", 3)
    entry = Entry("_Z1k", place, lines={(Sort.DOUBLE, SourceLine("kernel.cu", 7)): 4})
    stores, loads = more.get("stores", 0), more.get("loads", 0)
    return Kernel(name, place, registers, shared, 0, 0, stores, loads, entry)


def test_the_most_wasteful_line_comes_first() -> None:
    seen = Seen(
        sites=(
            Site("global_load", 3200, 100, 500, 400, place=Place(line=4)),
            Site("global_store", 3200, 100, 3200, 400, place=Place(line=9)),
            Site("global_load", 3200, 100, 400, 400, place=Place(line=12)),
        )
    )
    found = [f for f in observed_findings(seen) if f.kind is Kind.UNCOALESCED]
    assert [f.line for f in found] == [9, 4]
    assert "3200 sectors of 32 bytes for 100 warp requests, 400 would do" in found[0].text
    assert "32.0 a request instead of 4.0" in found[0].text
    assert str(found[0]).startswith("kernel.cu:9: uncoalesced store")


def test_bank_conflicts_and_idle_warps() -> None:
    seen = Seen(
        sites=(Site("shared_load", 320, 10, wavefronts=320, ideal_wavefronts=10),),
        branching=(Branching(100, 3200), Branching(100, 800, place=Place(line=5))),
    )
    kinds = {f.kind: f for f in observed_findings(seen)}
    assert set(kinds) == {Kind.BANK_CONFLICTS, Kind.DIVERGENCE}
    assert "320 passes for 10 warp requests" in kinds[Kind.BANK_CONFLICTS].text
    assert "8.0 of 32 threads on average (25%)" in kinds[Kind.DIVERGENCE].text
    assert kinds[Kind.DIVERGENCE].line == 5


def test_traffic_beyond_what_must_move() -> None:
    seen = Seen(
        sites=(Site("global_load", 64000, 2000, 8000, 8000, width=16),),
        touched=(Buffer(read=16000),),
    )
    (found,) = observed_findings(seen)
    assert found.kind is Kind.REDUNDANT
    assert "256000 bytes where 16000 different ones" in found.text
    assert "16.0 times" in found.text


def test_narrow_dense_accesses_and_atomics() -> None:
    seen = Seen(
        sites=(
            Site("global_load", 32000, 1000, 4000, 4000, place=Place(line=2)),
            Site("global_atomic", 32000, 1000, 1000, 1000, place=Place(line=3)),
        ),
        touched=(Buffer(read=128000, written=4),),
    )
    found = {f.kind: f for f in observed_findings(seen)}
    assert set(found) == {Kind.NARROW, Kind.ATOMICS}
    assert "would take 250" in found[Kind.NARROW].text
    assert "32000 atomic operations" in found[Kind.ATOMICS].text


def test_a_good_kernel_has_no_findings() -> None:
    seen = Seen(
        sites=(Site("global_load", 3200, 100, 1600, 1600, width=16),),
        branching=(Branching(100, 3200),),
        touched=(Buffer(read=51200),),
    )
    assert observed_findings(seen) == ()


def test_low_occupancy_names_what_limits_it() -> None:
    seen = Seen(launches=(Launch("k", (256, 1, 1), dynamic_shared=100_000),))
    (found,) = occupancy_findings(seen, [kernel()], SM90)
    assert "16 of 64 warps" in found.text
    assert "limited by shared memory" in found.text
    assert (found.line, found.kernel) == (3, "k")
    assert occupancy_findings(Seen(launches=(Launch("k"),)), [kernel()], SM90) == ()


def test_a_launch_that_the_architecture_refuses() -> None:
    seen = Seen(launches=(Launch("k", (1024, 1, 1)),))
    (found,) = occupancy_findings(seen, [kernel(registers=80)], SM90)
    assert "sm_90 refuses this launch: too much of registers" in found.text


def test_what_the_compiler_tells() -> None:
    found = {f.kind: f for f in compiled_findings([kernel(stores=40, loads=80)])}
    assert set(found) == {Kind.SPILLS, Kind.DOUBLE}
    assert "40 bytes stored and 80 loaded" in found[Kind.SPILLS].text
    assert (found[Kind.DOUBLE].line, found[Kind.DOUBLE].weight) == (7, 4)


H100 = gpu_spec("H100")


def test_numbers_for_a_verdict() -> None:
    seen = Seen(
        launches=(Launch("k", barriers=2, warp_issues=10, lane_issues=160),),
        sites=(Site("global_load", 3200, 100, 3200, 400),),
        touched=(Buffer(read=64), Buffer(read=32, written=32), Buffer(written=36)),
    )
    found = metrics(Profile(H100, seen, (kernel(),), flops=1000, output_bytes=36))
    assert found["static_occupancy"] == 1
    assert found["static_coalescing"] == 0.125
    assert found["static_branch_efficiency"] == 0.5
    # What the kernel itself wrote and read again is not needed: 64 bytes in, 36 out.
    assert found["static_needed_bytes"] == 100
    assert found["static_intensity"] == 10
    assert (found["static_registers"], found["static_barriers"]) == (32, 2)
    assert 0 < found["static_roof_share_serial"] < found["static_roof_share"] < 1
    assert metrics(Profile(H100)) == {}
    assert set(metrics(Profile(H100, compiled=(kernel(),)))) == {
        "static_registers",
        "static_spill_bytes",
        "static_shared_bytes",
    }


def test_a_kernel_that_only_does_what_it_must_is_on_the_roofline() -> None:
    moved = 1 << 20
    sectors = moved // 32
    seen = Seen(
        launches=(Launch("k"),),
        sites=(Site("global_load", moved // 16, moved // 512, sectors, sectors, width=16),),
        touched=(Buffer(read=moved),),
    )
    found = metrics(Profile(H100, seen, output_bytes=4))
    assert found["static_roof_share"] > 0.95
    # An intermediate result that goes through memory costs; it is not among what is needed.
    more = Seen(seen.launches, seen.sites, (), (*seen.touched, Buffer(moved, moved)))
    assert metrics(Profile(H100, more, output_bytes=4))["static_roof_share"] < 0.4


def test_blocks_are_judged_by_the_launches_at_the_problems_own_sizes() -> None:
    """Dynamic shared memory often grows with the problem."""
    small = Seen((Launch("k", dynamic_shared=1024),))
    full = Seen((Launch("k", dynamic_shared=96 << 10),))
    for launched, held in ((None, 1.0), (full, 0.25)):
        profile = Profile(H100, small, (kernel(),), launched=launched)
        assert metrics(profile)["static_occupancy"] == held
        used = (launched or small).launches[0].dynamic_shared
        text = remarks(profile)[0].text
        assert f"0 bytes of static shared memory and {used} of dynamic" in text
        assert f"occupancy {held:.0%}" in text
    assert any(one.kind is Kind.OCCUPANCY for one in remarks(profile))


def test_remarks_for_a_reader() -> None:
    sites = (
        Site("global_store", 3200, 100, 3200, 400, place=Place(line=9)),
        Site("shared_load", 320, 10, wavefronts=320, ideal_wavefronts=10, place=Place(line=5)),
    )
    seen = Seen((Launch("k"),), sites, (), (Buffer(written=12800),))
    profile = Profile(H100, seen, (kernel(stores=8),), flops=640, output_bytes=12800)
    found = remarks(profile)
    kinds = [one.kind for one in found]
    assert kinds[:3] == [Kind.COMPILED, Kind.COUNTERS, Kind.ROOFLINE]
    assert "32 registers a thread" in found[0].text
    assert "occupancy 100%" in found[0].text
    assert "3200 sectors of global memory in 100 requests" in found[1].text
    assert "bound by memory" in found[2].text
    assert "static model" in found[2].text
    # What costs most comes first.
    assert kinds[3:6] == [Kind.UNCOALESCED, Kind.SPILLS, Kind.REDUNDANT]
    assert found[3].text.endswith("% of the modelled cost")
    assert [one.kind for one in worst(profile)] == kinds[3:]


def test_a_line_is_blamed_once_for_one_thing() -> None:
    both = (
        Site("global_load", 3200, 100, 3200, 400, place=Place(line=9)),
        Site("global_store", 3200, 100, 1600, 400, place=Place(line=9)),
    )
    (one,) = worst(Profile(H100, Seen((Launch("k"),), both)))
    assert "3200 sectors" in one.text


def test_notes_are_ordered_and_told_by_their_share_of_the_modelled_cost() -> None:
    inner = [
        Site("shared_store", 32000, 1000, 0, 0, 2000, 1000, place=Place(line=n)) for n in (5, 6)
    ]
    epilogue = Site("global_store", 320, 10, 80, 40, place=Place(line=9))
    seen = Seen((Launch("k"),), (epilogue, *inner), (), (Buffer(written=1280),))
    found = [one for one in remarks(Profile(H100, seen)) if one.clocks is not None]
    # Two lines with the same to say are one note; what costs less than a percent is none.
    assert [(one.kind, one.line, one.also) for one in found] == [(Kind.BANK_CONFLICTS, 5, (6,))]
    assert re.search(r"; [1-9]\d% of the modelled cost together$", found[0].text)
    assert {one.line for one in worst(Profile(H100, seen))} == {5, 6, 9}


def test_idle_lanes_of_a_reduced_run_may_be_its_sizes_own() -> None:
    sites = (Site("global_load", 3200, 100, 400, 400, width=16),)
    lines = (Branching(100, 800, place=Place(line=5)), Branching(100, 800, place=Place(line=7)))
    seen = Seen((Launch("k"),), sites, lines, (Buffer(read=12800),))
    for full, ends in ((None, "cost together"), (Full("n 4 (in full 8)"), "less at full sizes")):
        found = remarks(Profile(H100, seen, full=full))
        (one,) = [one for one in found if one.kind is Kind.DIVERGENCE]
        assert one.also == (7,)
        assert one.text.endswith(ends)


def test_what_bounds_the_small_run_is_not_said_of_the_problem() -> None:
    sites = (Site("global_load", 3200, 100, 400, 400, width=16),)
    seen = Seen((Launch("k"),), sites, (), (Buffer(read=12800), Buffer(written=400)))
    full = Full("n 4 (in full 4096)", Work(4e11, 1e9), 16.0)
    profile = Profile(H100, seen, (), 400, 400, full)
    told = next(one.text for one in remarks(profile) if one.kind is Kind.ROOFLINE)
    assert told.startswith("counted at n 4 (in full 4096); in full: about 1e+09 bytes")
    assert "400 FLOP a byte: the NVIDIA H100 SXM5 is bound by arithmetic" in told
    assert "memory bounds that small run, unlike the full one" in told
    assert "an output takes 16 times as many operations" in told
    assert metrics(profile)["static_roof_differs"] == 1
    # Where nothing is known of it, nothing is claimed.
    unknown = Profile(H100, seen, (), 400, 400, Full("n 4 (in full 4096)"))
    told = next(one.text for one in remarks(unknown) if one.kind is Kind.ROOFLINE)
    assert "bound by" not in told
    assert "bounds" not in told
    assert "static_roof_differs" not in metrics(unknown)


def test_kernels_that_were_not_launched_share_a_line_and_come_last() -> None:
    seen = Seen((Launch("k<int>"),), (Site("global_load", 320, 10, 40, 40, width=16),))
    ran, other = kernel("k<int>"), kernel("k<float>", stores=8)
    found = remarks(Profile(H100, seen, (other, ran)))
    compiled = [one.text for one in found if one.kind is Kind.COMPILED]
    assert compiled[0].startswith("k<int>: 32 registers")
    assert compiled[1] == (
        "not launched in the run that was counted: k<float> (32 registers, 8 bytes spilled)"
    )
    assert found[-1].kind is Kind.SPILLS
    # A launch whose template arguments are not known may be of either.
    generic = Seen((Launch("k<T>"),), seen.sites)
    found = remarks(Profile(H100, generic, (other, ran)))
    assert not any("not launched" in one.text for one in found)


def test_how_few_registers_bring_another_block_is_told() -> None:
    seen = Seen(launches=(Launch("k", (256, 1, 1)),))
    (found,) = occupancy_findings(seen, [kernel(registers=143)], SM90)
    assert "(1 block of 256 threads)" in found.text
    assert found.text.endswith("2 blocks would fit at 128 registers or fewer")
    shared = Seen(launches=(Launch("k", (256, 1, 1), dynamic_shared=100_000),))
    (found,) = occupancy_findings(shared, [kernel()], SM90)
    room = int(re.findall(r"3 blocks would fit at (\d+) bytes", found.text)[0])
    for bytes_, blocks in ((room, 3), (room + 128, 2)):
        assert occupancy(SM90, Usage(256, 32, 0, bytes_)).blocks == blocks
