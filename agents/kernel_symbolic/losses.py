"""Losses: an elementwise part, drawn together, and a reduction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from gatewright.agents.kernel_symbolic import fusion
from gatewright.agents.kernel_symbolic.fusion import Fused
from gatewright.agents.kernel_symbolic.graph import Value
from gatewright.agents.symbolic.abstain import Abstain

if TYPE_CHECKING:
    from gatewright.agents.kernel_symbolic.lower import Lowering

Arguments = tuple[Value, ...]
Named = Mapping[str, Value]
_REDUCTIONS = {"mean": "kMean", "sum": "kSum", "batchmean": "kBatchMean"}


def _mse(lowering: Lowering, args: Arguments, named: Named) -> Fused | str:
    return _ended(lowering, lowering.apply("square", [_difference(lowering, args)]), named)


def _l1(lowering: Lowering, args: Arguments, named: Named) -> Fused | str:
    return _ended(lowering, lowering.apply("abs", [_difference(lowering, args)]), named)


def _huber(lowering: Lowering, args: Arguments, named: Named) -> Fused | str:
    """delta * (|d| - delta / 2) beyond delta, d * d / 2 within."""
    return _rounded(lowering, args, named, "delta", "{k} * (fabsf({d}) - 0.5f * {k})", "{d} * {d}")


def _smooth_l1(lowering: Lowering, args: Arguments, named: Named) -> Fused | str:
    """|d| - beta / 2 beyond beta, d * d / (2 * beta) within."""
    return _rounded(lowering, args, named, "beta", "fabsf({d}) - 0.5f * {k}", "{d} * {d} / {k}")


def _rounded(
    lowering: Lowering, args: Arguments, named: Named, key: str, far: str, near: str
) -> Fused | str:
    from gatewright.agents.kernel_symbolic.operations import literal

    bound = literal(named.get(key, 1.0))
    difference = _difference(lowering, args)
    names = {"d": difference.name, "k": bound}
    text = f"fabsf({{d}}) < {{k}} ? 0.5f * {near} : {far}".format(**names)
    return _ended(lowering, fusion.applied(lowering.body.fresh(), text, [difference]), named)


def _kl_div(lowering: Lowering, args: Arguments, named: Named) -> Fused | str:
    if named.get("log_target"):
        raise Abstain("a divergence of logarithms has no template")
    log_probability, target = (lowering.body.operand(arg) for arg in args[:2])
    t, i = target.name, log_probability.name
    text = f"{t} > 0.0f ? {t} * (logf({t}) - {i}) : 0.0f"
    pointwise = fusion.applied(lowering.body.fresh(), text, [log_probability, target])
    return _ended(lowering, pointwise, named)


def _cross_entropy(lowering: Lowering, args: Arguments, named: Named) -> Fused | str:
    odd = {key for key, value in named.items() if value is not None} - {"reduction"}
    if odd or len(args) > 2:
        raise Abstain("a cross entropy with such options has no template")
    body = lowering.body
    rows = body.call("likelihood", "likelihood", body.tensor(args[0]), body.tensor(args[1]))
    return _ended(lowering, fusion.loaded(rows), named)


def _triplet(lowering: Lowering, args: Arguments, named: Named) -> Fused | str:
    """max(|a - p| - |a - n| + margin, 0), distances with torch's eps inside."""
    from gatewright.agents.kernel_symbolic.operations import literal

    if named.get("swap") or str(named.get("p", 2.0)) not in ("2", "2.0"):
        raise Abstain("a triplet loss with such options has no template")
    body = lowering.body
    anchor, others = body.tensor(args[0]), (body.tensor(args[1]), body.tensor(args[2]))
    eps = literal(named.get("eps", 1e-6))
    lengths = []
    for other in others:
        pair = [fusion.loaded(anchor), fusion.loaded(other)]
        text = f"{pair[0].name} - {pair[1].name} + {eps}"
        apart = body.stored(fusion.applied(body.fresh(), text, pair))
        lengths.append(fusion.loaded(lowering.reduced(apart, "-1", "-1", "False", "kL2")))
    margin = literal(named.get("margin", 1.0))
    text = f"fmaxf({lengths[0].name} - {lengths[1].name} + {margin}, 0.0f)"
    return _ended(lowering, fusion.applied(body.fresh(), text, lengths), named)


def _difference(lowering: Lowering, args: Arguments) -> Fused:
    return lowering.apply("sub", [lowering.body.operand(arg) for arg in args[:2]])


def _ended(lowering: Lowering, pointwise: Fused, named: Named) -> Fused | str:
    reduction = named.get("reduction", "mean")
    if reduction == "none":
        return pointwise
    kind = _REDUCTIONS.get(str(reduction))
    if kind is None:
        raise Abstain(f"the reduction {reduction} has no template")
    if not pointwise.lines:  # a tensor as it is
        return lowering.reduced(pointwise.tensors[0], "1", "0", "False", kind)
    return lowering.over_all(pointwise, kind)


LOSSES: Mapping[str, Callable[[Lowering, Arguments, Named], Fused | str]] = {
    "mse_loss": _mse,
    "l1_loss": _l1,
    "huber_loss": _huber,
    "smooth_l1_loss": _smooth_l1,
    "kl_div": _kl_div,
    "cross_entropy": _cross_entropy,
    "triplet_margin_loss": _triplet,
}
