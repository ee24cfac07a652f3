"""The operations of torch, by what they do to values."""

from __future__ import annotations

# Operations that compute nothing: they name, move, copy or make memory.
_MOVING = frozenset(
    """
    view _unsafe_view reshape _reshape_alias transpose permute expand slice select unsqueeze squeeze
    t detach alias as_strided clone copy_ contiguous _to_copy lift_fresh lift_fresh_copy split
    split_with_sizes chunk unbind unfold narrow diagonal movedim flatten
    empty empty_strided empty_like new_empty new_empty_strided zeros zeros_like new_zeros ones
    ones_like new_ones full full_like new_full fill_ zero_ arange scalar_tensor _local_scalar_dense
    resize_ set_ set_data is_same_size sym_size sym_stride sym_numel cat stack constant_pad_nd
    repeat roll flip is_pinned record_stream _pin_memory item view_as_real view_as_complex
    """.split()  # noqa: SIM905
)


def computes(operation: str) -> bool:
    """Whether an operation of torch computes values."""
    return operation not in _MOVING
