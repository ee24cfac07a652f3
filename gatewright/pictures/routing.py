"""Wires between two columns: each turns at a trunk of its own, and none runs along another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gatewright.pictures.layers import Channel, Tap

_CLEAR = 5.0  # wires closer than this would look like one
Height = Callable[[Tap, bool], float]


@dataclass(frozen=True, slots=True)
class Trunk:
    """The vertical part of a wire: which of the channel's tracks (None = it is straight)."""

    net: int
    left: tuple[float, ...]
    right: tuple[float, ...]
    track: int | None = None

    @property
    def top(self) -> float:
        """Its upper end."""
        return min(self.left + self.right)

    @property
    def bottom(self) -> float:
        """Its lower end."""
        return max(self.left + self.right)


@dataclass(frozen=True, slots=True)
class Clash:
    """Wires that cannot be told apart unless what this one meets to the right moves."""

    tap: Tap


def routed(channel: Channel, height: Height) -> list[Trunk] | Clash:
    """The trunks of a channel, or what stands in their way."""
    trunks = {
        net: Trunk(
            net,
            tuple(height(tap, False) for tap in channel.left.get(net, ())),
            tuple(height(tap, True) for tap in channel.right.get(net, ())),
        )
        for net in {**channel.left, **channel.right}
    }
    bent = [t for t in trunks.values() if t.bottom - t.top > 0.5]
    later = {t.net: _before(t, bent) for t in bent}
    tracks: dict[int, int] = {}
    waiting = sorted(bent, key=lambda t: (t.top, t.net))
    while waiting:
        free = next((t for t in waiting if all(n in tracks for n in later[t.net])), None)
        if free is None:
            return Clash(_met(channel, waiting[0], waiting, height))
        waiting.remove(free)
        tracks[free.net] = _track(free, later[free.net], trunks, tracks)
    return [Trunk(t.net, t.left, t.right, tracks.get(t.net)) for t in trunks.values()]


def _before(trunk: Trunk, others: Sequence[Trunk]) -> set[int]:
    """The wires that come in from the left where this one goes on to the right: they turn first."""
    return {
        other.net
        for other in others
        if other.net != trunk.net
        and any(abs(a - b) < _CLEAR for a in other.left for b in trunk.right)
    }


def _track(
    trunk: Trunk, after: set[int], trunks: Mapping[int, Trunk], tracks: Mapping[int, int]
) -> int:
    track = max((tracks[net] + 1 for net in after), default=0)
    while any(
        taken == track
        and trunks[net].top < trunk.bottom + _CLEAR
        and trunk.top < trunks[net].bottom + _CLEAR
        for net, taken in tracks.items()
    ):
        track += 1
    return track


def _met(channel: Channel, trunk: Trunk, waiting: Sequence[Trunk], height: Height) -> Tap:
    left = [y for other in waiting if other.net != trunk.net for y in other.left]
    taps = channel.right[trunk.net]
    return next(t for t in taps if any(abs(height(t, True) - y) < _CLEAR for y in left))
