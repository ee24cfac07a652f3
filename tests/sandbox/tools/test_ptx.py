from __future__ import annotations

import pytest

from gatewright.sandbox.tools.ptx import Sort, SourceLine, read_ptx, sort_of

TEXT = """\
.version 9.2
.visible .entry _Z3addPf(
\t.param .u64 _Z3addPf_param_0
)
.maxntid 16, 8, 2
.minnctapersm 4
{
\t.reg .f32 \t%f<3>;
\t.loc\t1 4 0
\tld.param.u64 \t%rd1, [_Z3addPf_param_0];
\t.loc\t2 77 5, function_name $L__info_string0, inlined_at 1 6 9
\tadd.f64 \t%fd1, %fd2, %fd3;
\t.loc\t2 80 5, function_name $L__info_string1, inlined_at 2 77 5
\t@%p1 div.rn.f32 \t%f1, %f2, %f3;
\t.loc\t1 0 5
\tld.global.v4.f32 \t{%f1, %f2, %f3, %f4}, [%rd1];
\t.loc\t1 9 1
\tld.global.nc.f32 \t%f1, [%rd1];
\tst.local.f32 \t[%rd2], %f1;
\tst.local.f32 \t[%rd2+4], %f1;
\tbar.sync \t0;
\tret;
}
.func helper()
{
\t.loc\t1 20 1
\tadd.f64 \t%fd1, %fd2, %fd3;
}
\t.file\t1 "/some/place/kernel.cu"
\t.file\t2 "/usr/include/helpers.h"
"""


def test_lines_are_the_users() -> None:
    ptx = read_ptx(TEXT, "/some/place")
    (entry,) = ptx.entries
    assert (entry.symbol, entry.place) == ("_Z3addPf", SourceLine("kernel.cu", 4))
    assert (entry.max_threads, entry.min_blocks) == (256, 4)
    # What was inlined from a header counts where the user's line calls it, however deep it is.
    assert entry.where(Sort.DOUBLE) == (SourceLine("kernel.cu", 6),)
    assert entry.where(Sort.DIVIDE) == (SourceLine("kernel.cu", 6),)
    # Line 0 is the compiler's own: the line before still holds.
    assert entry.where(Sort.WIDE_GLOBAL) == (SourceLine("kernel.cu", 6),)
    assert entry.where(Sort.GLOBAL) == (SourceLine("kernel.cu", 9),)


def test_contents_are_counted_by_kernel() -> None:
    (entry,) = read_ptx(TEXT, "/some/place").entries
    assert entry.count(Sort.LOCAL) == 2
    assert entry.count(Sort.DOUBLE) == 1  # the other one is a function's
    assert entry.count(Sort.BARRIER) == 1
    assert entry.count(Sort.TENSOR) == 0


def test_a_line_of_the_text_has_a_place() -> None:
    ptx = read_ptx(TEXT, "/some/place")
    number = TEXT.splitlines().index("\tbar.sync \t0;") + 1
    assert ptx.at(number) == SourceLine("kernel.cu", 9)
    assert ptx.at(0) == ptx.at(10_000) == SourceLine()
    assert ptx.start("_Z3addPf") == SourceLine("kernel.cu", 4)
    assert ptx.start("nobody") == SourceLine()


@pytest.mark.parametrize(
    ("instruction", "sort"),
    [
        ("fma.rn.f64", Sort.DOUBLE),
        ("cvt.f64.f32", None),
        ("mul.f32", None),
        ("sqrt.rn.f32", Sort.DIVIDE),
        ("div.approx.f32", None),
        ("rem.s32", Sort.INTEGER_DIVIDE),
        ("atom.global.add.f32", Sort.ATOMIC),
        ("red.global.add.f32", Sort.ATOMIC),
        ("wmma.mma.sync.aligned.row.col.m16n16k16.f32.f32", Sort.TENSOR),
        ("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32", Sort.TENSOR),
        ("cp.async.ca.shared.global", Sort.GLOBAL),
        ("ld.shared.f32", None),
        ("barrier.sync", Sort.BARRIER),
    ],
)
def test_sorts(instruction: str, sort: Sort | None) -> None:
    assert sort_of(instruction) is sort
