"""What a combinational waveform says: a complete table, or a multiplexer that explains it."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Sequence

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.ir import (
    Cell,
    Copy,
    Notation,
    Row,
    Sample,
    Signal,
    Table,
    Value,
    concatenated,
)
from gatewright.agents.symbolic.readers.find import WaveDraft
from gatewright.agents.symbolic.signals import Names

MAX_BITS = 10


def number(digits: str) -> int | None:
    """Binary digits as a number, None if any is unknown."""
    return None if "x" in digits else int(digits, 2)


def values(
    samples: Sequence[Sample], columns: Sequence[Signal], signal: Signal
) -> list[int | None]:
    """One signal's value in every sample."""
    at = list(columns).index(signal)
    return [number(sample.bits[at]) for sample in samples]


def key_of(parts: Sequence[int | None], signals: Sequence[Signal]) -> int | None:
    """The signals' values concatenated; None if one is unknown."""
    key = 0
    for part, signal in zip(parts, signals, strict=True):
        if part is None:
            return None
        key = key << signal.width | part
    return key


def combinational(draft: WaveDraft, names: Names) -> Table:
    """The table behind a combinational waveform.

    Raises Abstain where two samples contradict each other, or where input combinations are missing
    and no multiplexer explains what is there.
    """
    inputs = tuple(s for s in draft.columns if names.is_input(s))
    outputs = tuple(s for s in draft.columns if not names.is_input(s))
    if not inputs or not outputs:
        raise Abstain("the waveform shows no inputs or no outputs")
    functions = [_function(draft, inputs, output) for output in outputs]
    bits = concatenated(inputs)
    everything = range(1 << bits) if bits <= MAX_BITS else range(0)
    if bits <= MAX_BITS and all(len(f) == 1 << bits for f in functions):
        rows = tuple(
            Row(
                key,
                tuple(
                    Value(f[key], (1 << o.width) - 1)
                    for f, o in zip(functions, outputs, strict=True)
                ),
            )
            for key in everything
        )
        return Table(Notation.WAVEFORM, inputs, outputs, rows, draft.span)
    return _multiplexer(draft, inputs, outputs)


def _function(draft: WaveDraft, inputs: Sequence[Signal], output: Signal) -> dict[int, int]:
    """Input combination to output, as sampled."""
    series = [values(draft.samples, draft.columns, signal) for signal in inputs]
    result = values(draft.samples, draft.columns, output)
    function: dict[int, int] = {}
    for at, value in enumerate(result):
        key = key_of([s[at] for s in series], inputs)
        if key is None or value is None:
            continue
        if function.setdefault(key, value) != value:
            raise Abstain(
                f"the waveform gives {output} two values for the same inputs; it has memory"
            )
    return function


def _multiplexer(draft: WaveDraft, inputs: Sequence[Signal], outputs: Sequence[Signal]) -> Table:
    """One input runs through all its values while the others stay apart and constant.

    The explanation counts only if every constant input is chosen at least once and all other
    choices give one further constant.
    """
    missing = Abstain("the waveform does not show all input combinations")
    if len(outputs) != 1:
        raise missing
    series = {s: values(draft.samples, draft.columns, s) for s in inputs}
    varying = [s for s in inputs if len({v for v in series[s] if v is not None}) > 1]
    if len(varying) != 1:
        raise missing
    select, output = varying[0], outputs[0]
    chosen = _function(draft, [select], output)
    data = {s: v for s in inputs if s != select for v in series[s] if v is not None}
    by_value = {value: signal for signal, value in data.items() if signal.width == output.width}
    apart = len(data) + 1 == len(inputs) and len(by_value) == len(data) >= 2
    if not apart or len(chosen) != 1 << select.width:
        raise missing
    rest = Tally(value for value in chosen.values() if value not in by_value)
    if set(by_value) - set(chosen.values()) or len(rest) > 1:
        raise missing
    default: tuple[Cell, ...] | None = None
    if rest:
        default = (Value(next(iter(rest)), (1 << output.width) - 1),)
    rows = tuple(
        Row(key, (Copy(by_value[value]),))
        for key, value in sorted(chosen.items())
        if value in by_value
    )
    return Table(Notation.WAVEFORM, (select,), (output,), rows, draft.span, default)
