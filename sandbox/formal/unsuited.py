"""Why a pair of designs cannot be decided by proof."""

from __future__ import annotations


class Unsuited(Exception):
    """The designs cannot be decided this way; the text says why."""
