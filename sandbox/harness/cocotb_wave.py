"""Keeps the waveform of a run under cocotb."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gatewright.core import UsageError, Verdict


def with_wave(verdict: Verdict, wave: Path, target: Path | None, nonce: str) -> Verdict:
    """The verdict, with `wave` kept as `target`: the wrapper's nonce is taken out of its names.

    Raises UsageError where `target` cannot be written.
    """
    if target is None or wave.is_symlink() or not wave.is_file():
        return verdict
    head, end, rest = wave.read_bytes().partition(b"$enddefinitions")
    try:
        target.write_bytes(head.replace(f"_{nonce}".encode(), b"") + end + rest)
    except OSError as fault:
        raise UsageError(f"the waveform cannot be written: {fault}", where=str(target)) from fault
    return replace(verdict, waveform=str(target))
