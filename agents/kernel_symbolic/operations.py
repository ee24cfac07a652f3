"""What elementwise operations are in C++, on float operands: `torch`'s definitions, one a line."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from gatewright.agents.kernel_symbolic.graph import Opaque, Value
from gatewright.agents.symbolic.abstain import Abstain

# {0}, {1} are operands; {name} a parameter, with torch's default.
_UNARY = {
    "relu": "{0} < 0.0f ? 0.0f : {0}",
    "relu6": "fminf(fmaxf({0}, 0.0f), 6.0f)",
    "sigmoid": "1.0f / (1.0f + expf(-{0}))",
    "tanh": "tanhf({0})",
    "silu": "{0} / (1.0f + expf(-{0}))",
    "softsign": "{0} / (1.0f + fabsf({0}))",
    "selu": "1.0507009873554805f * ({0} > 0.0f ? {0} : 1.6732632423543772f * expm1f({0}))",
    "hardsigmoid": "fminf(fmaxf({0} + 3.0f, 0.0f), 6.0f) / 6.0f",
    "hardswish": "{0} * fminf(fmaxf({0} + 3.0f, 0.0f), 6.0f) / 6.0f",
    "mish": "{0} * tanhf({0} > 20.0f ? {0} : log1pf(expf({0})))",
    "logsigmoid": "fminf({0}, 0.0f) - log1pf(expf(-fabsf({0})))",
    "exp": "expf({0})",
    "expm1": "expm1f({0})",
    "log": "logf({0})",
    "log1p": "log1pf({0})",
    "sqrt": "sqrtf({0})",
    "rsqrt": "1.0f / sqrtf({0})",
    "abs": "fabsf({0})",
    "neg": "-{0}",
    "square": "{0} * {0}",
    "reciprocal": "1.0f / {0}",
    "sin": "sinf({0})",
    "cos": "cosf({0})",
    "erf": "erff({0})",
    "sign": "({0} > 0.0f) - ({0} < 0.0f)",
}
_BINARY = {
    "add": "{0} + {1}",
    "sub": "{0} - {1}",
    "mul": "{0} * {1}",
    "div": "{0} / {1}",
    "maximum": "fmaxf({0}, {1})",
    "minimum": "fminf({0}, {1})",
    "gt": "{0} > {1} ? 1.0f : 0.0f",
    "ge": "{0} >= {1} ? 1.0f : 0.0f",
    "lt": "{0} < {1} ? 1.0f : 0.0f",
    "le": "{0} <= {1} ? 1.0f : 0.0f",
}
_PARAMETERS: dict[str, tuple[str, tuple[tuple[str, float], ...]]] = {
    "leaky_relu": ("{0} > 0.0f ? {0} : {0} * {negative_slope}", (("negative_slope", 0.01),)),
    "elu": ("{0} > 0.0f ? {0} : {alpha} * expm1f({0})", (("alpha", 1.0),)),
    "hardtanh": ("fminf(fmaxf({0}, {min_val}), {max_val})", (("min_val", -1.0), ("max_val", 1.0))),
    "softplus": (
        "{0} * {beta} > {threshold} ? {0} : log1pf(expf({0} * {beta})) / {beta}",
        (("beta", 1.0), ("threshold", 20.0)),
    ),
}
_GELU = {
    "none": "0.5f * {0} * (1.0f + erff({0} * 0.70710678118654752f))",
    "tanh": (
        "0.5f * {0} * (1.0f + tanhf(0.79788456080286536f * ({0} + 0.044715f * {0} * {0} * {0})))"
    ),
}
_SAME = {
    "truediv": "div",
    "divide": "div",
    "multiply": "mul",
    "subtract": "sub",
    "swish": "silu",
    "absolute": "abs",
    "negative": "neg",
    "__add__": "add",
    "rsub": "rsub",
    "iadd": "add",
    "imul": "mul",
}
ELEMENTWISE = frozenset(
    (*_UNARY, *_BINARY, *_PARAMETERS, *_SAME, "gelu", "pow", "clamp", "clamp_min", "where")
)
_IGNORED = frozenset(("inplace", "training", "rounding_mode"))


def literal(value: Value) -> str:
    """A number as a float of C++."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Abstain(f"{value!r} is no number")
    number = float(value)
    if math.isinf(number):
        return "INFINITY" if number > 0 else "-INFINITY"
    return f"{number!r}f"


def expression(
    name: str, operands: Sequence[str], params: Sequence[Value], named: Mapping[str, Value]
) -> str:
    """The C++ expression of an operation on these operands (C++ names or literals).

    `params` are the positional arguments behind the operands, `named` those by keyword. Raises
    Abstain for what has no such expression.
    """
    name = _SAME.get(name, name)
    named = {key: value for key, value in named.items() if key not in _IGNORED}
    if name in _PARAMETERS:
        text, known = _PARAMETERS[name]
        given = dict(zip((key for key, _ in known), params, strict=False))
        values = {key: named.get(key, given.get(key, default)) for key, default in known}
        return text.format(*operands, **{key: literal(value) for key, value in values.items()})
    if name == "gelu":
        return _GELU[str(named.get("approximate", "none"))].format(*operands)
    if name == "pow":
        return _power(operands, params)
    if name in ("clamp", "clamp_min"):
        return _clamped(operands[0], params, named)
    if name in _BINARY and len(operands) == 2 and not params and named.get("alpha", 1) == 1:
        return _BINARY[name].format(*operands)
    if name in _UNARY and len(operands) == 1 and all(isinstance(p, bool | None) for p in params):
        return _UNARY[name].format(*operands)
    if name == "where" and len(operands) == 3:
        return f"{operands[0]} != 0.0f ? {operands[1]} : {operands[2]}"
    raise Abstain(f"{name} is called in a way that has no template")


def _power(operands: Sequence[str], params: Sequence[Value]) -> str:
    if len(operands) == 2:
        exponent = operands[1].removesuffix("f")
        if exponent in ("2.0", "3.0"):
            return " * ".join([operands[0]] * int(float(exponent)))
        return f"powf({operands[0]}, {operands[1]})"
    raise Abstain(f"a power of {params!r} has no template")


def _clamped(operand: str, params: Sequence[Value], named: Mapping[str, Value]) -> str:
    low = named.get("min", params[0] if params else None)
    high = named.get("max", params[1] if len(params) > 1 else None)
    text = operand
    if low is not None and not isinstance(low, Opaque):
        text = f"fmaxf({text}, {literal(low)})"
    if high is not None and not isinstance(high, Opaque):
        text = f"fminf({text}, {literal(high)})"
    return text
