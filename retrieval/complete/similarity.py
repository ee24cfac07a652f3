"""How alike two texts are: the normalised insertion-deletion similarity."""

from __future__ import annotations


def longest_common_subsequence(one: str, other: str) -> int:
    """Its length, by the bit-parallel method of Hyyrö (2004)."""
    if not one or not other:
        return 0
    places: dict[str, int] = {}
    bit = 1
    for character in one:
        places[character] = places.get(character, 0) | bit
        bit <<= 1
    mask = bit - 1
    row = mask
    for character in other:
        common = row & places.get(character, 0)
        row = ((row + common) | (row - common)) & mask
    return len(one) - row.bit_count()


def similarity(one: str, other: str) -> float:
    """From 0 (nothing in common) to 1 (equal): 2·LCS / (|one| + |other|)."""
    total = len(one) + len(other)
    if total == 0:
        return 1.0
    return 2 * longest_common_subsequence(one, other) / total
