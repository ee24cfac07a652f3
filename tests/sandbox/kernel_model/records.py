"""Records of the shapes that are read, made by hand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    file: str = "kernel.cu"
    line: int = 1


@dataclass(frozen=True)
class Site:
    access: str
    lanes: int
    requests: int
    sectors: int = 0
    ideal_sectors: int = 0
    wavefronts: int = 0
    ideal_wavefronts: int = 0
    width: int = 4
    kernel: str = "k"
    place: Place = Place()


@dataclass(frozen=True)
class Branching:
    warp_issues: int
    lane_issues: int
    kernel: str = "k"
    place: Place = Place()


@dataclass(frozen=True)
class Launch:
    kernel: str = "k"
    block: tuple[int, int, int] = (256, 1, 1)
    grid: tuple[int, int, int] = (4, 1, 1)
    static_shared: int = 0
    dynamic_shared: int = 0
    barriers: int = 0
    warp_issues: int = 0
    lane_issues: int = 0
    flops: int | None = None


@dataclass(frozen=True)
class Buffer:
    read: int = 0
    written: int = 0


@dataclass(frozen=True)
class Seen:
    launches: tuple[Launch, ...] = (Launch(),)
    sites: tuple[Site, ...] = ()
    branching: tuple[Branching, ...] = ()
    touched: tuple[Buffer, ...] = ()
