"""Leaf modules of torch.nn, by the templates that serve them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gatewright.agents.kernel_symbolic.fusion import Fused
from gatewright.agents.kernel_symbolic.graph import Module, Node, Value
from gatewright.agents.symbolic.abstain import Abstain

if TYPE_CHECKING:
    from gatewright.agents.kernel_symbolic.lower import Lowering

_ACTIVATIONS = {
    "ReLU": "relu",
    "ReLU6": "relu6",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "SiLU": "silu",
    "Softsign": "softsign",
    "SELU": "selu",
    "Hardsigmoid": "hardsigmoid",
    "Hardswish": "hardswish",
    "Mish": "mish",
    "LogSigmoid": "logsigmoid",
    "LeakyReLU": "leaky_relu",
    "ELU": "elu",
    "Hardtanh": "hardtanh",
    "Softplus": "softplus",
    "GELU": "gelu",
}
_NORMS = {"BatchNorm": 0, "InstanceNorm": 1, "GroupNorm": 2, "LayerNorm": 3}
_LOSSES = {
    "MSELoss": "mse_loss",
    "L1Loss": "l1_loss",
    "SmoothL1Loss": "smooth_l1_loss",
    "HuberLoss": "huber_loss",
    "KLDivLoss": "kl_div",
    "CrossEntropyLoss": "cross_entropy",
    "TripletMarginLoss": "triplet_margin_loss",
}
# The parameters of pooling functions behind the input, in torch's order.
_LARGEST = ("kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices")
_AVERAGE = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad")
_LOSS_PARAMETERS = frozenset(("reduction", "beta", "delta", "margin", "p", "eps"))


class Modules:
    """Writes calls of leaf modules."""

    def __init__(self, lowering: Lowering) -> None:
        self._lowering = lowering

    def of(self, node: Node, module: Module) -> Fused | str:
        """What a module's call comes to. Raises Abstain."""
        kind, known = module.kind, module.attributes
        if kind in _ACTIVATIONS:
            # Their attributes have the names of the functions' parameters.
            return self._lowering.elementwise(_ACTIVATIONS[kind], node.args, known)
        if kind == "Identity":
            return self._lowering.body.tensor(node.args[0])
        if kind.startswith("Dropout"):
            return self._lowering.dropout(node.args[0], known.get("p"), known.get("training"))
        if kind in ("Softmax", "LogSoftmax"):
            log = kind == "LogSoftmax"
            return self._lowering.softmax(node.args[0], known.get("dim"), log=log)
        if kind == "Linear":
            weight, bias = self._weights(node, module)
            return self._lowering.linear(node.args[0], weight, bias)
        if kind.startswith("Conv"):
            return self._convolution(node, module)
        if kind.startswith(("MaxPool", "AvgPool")):
            return self._pooling(kind, node.args[0], known)
        if kind.startswith(("AdaptiveAvgPool", "AdaptiveMaxPool")):
            return self._adaptive(kind, node.args[0], known)
        if kind == "Flatten":
            tensor = self._lowering.body.tensor(node.args[0])
            start, end = known["start_dim"], known["end_dim"]
            return self._lowering.body.assigned(f"{tensor}.flatten({start}, {end})")
        if kind in _LOSSES:
            named = {key: value for key, value in known.items() if key in _LOSS_PARAMETERS}
            call = Node(node.name, "call_function", _LOSSES[kind], node.args, named)
            return self._lowering.function(call.target, call)
        for prefix, number in _NORMS.items():
            if kind.startswith(prefix):
                return self._normalised(node, module, number)
        raise Abstain(f"there is no template for nn.{kind}")

    def _weights(self, node: Node, module: Module) -> tuple[str, str]:
        from gatewright.agents.kernel_symbolic.lower import weights

        return weights(node, module, "weight"), weights(node, module, "bias")

    def _convolution(self, node: Node, module: Module) -> str:
        known = module.attributes
        if known.get("padding_mode", "zeros") != "zeros" or isinstance(known["padding"], str):
            raise Abstain("a convolution padded so has no template")
        if len(node.args) > 1 or node.kwargs:
            raise Abstain("a convolution whose output size is given has no template")
        weight, bias = self._weights(node, module)
        lists = [known["stride"], known["padding"], known["dilation"]]
        lists.append(known.get("output_padding") or known["dilation"])
        body = self._lowering.body
        return body.call(
            "convolution",
            "convolution",
            body.tensor(node.args[0]),
            weight,
            bias,
            *(body.python(value) for value in lists),
            # The module's own number: a depthwise one follows the sizes it was made with.
            weight.removesuffix("weight") + "groups" if known["groups"] != 1 else "1",
            str("Transpose" in module.kind),
        )

    def pooled_by_function(
        self, name: str, args: tuple[Value, ...], named: Mapping[str, Value]
    ) -> str:
        """Pooling by a function of torch.nn.functional, its arguments named as the module's."""
        order = _AVERAGE if name.startswith("avg") else _LARGEST
        adaptive = name.startswith("adaptive")
        given = dict(zip(("output_size",) if adaptive else order, args[1:], strict=False))
        known = {**given, **named}
        kind = "".join(part.capitalize() for part in name.split("_"))
        if adaptive:
            return self._adaptive(kind, args[0], known)
        return self._pooling(kind, args[0], {"padding": 0, **known})

    def _adaptive(self, kind: str, value: Value, known: Mapping[str, Value]) -> str:
        if known.get("return_indices"):
            raise Abstain("pooling with such options has no template")
        size, count = known["output_size"], int(kind[-2])
        sizes = size if isinstance(size, tuple) else (size,) * count
        wanted = [0 if one is None else one for one in sizes]  # 0: as it is
        if len(wanted) != count or not all(isinstance(one, int) for one in wanted):
            raise Abstain(f"{size!r} is no size to pool to")
        body = self._lowering.body
        average = str("Avg" in kind)
        return body.call("pooling", "adaptive", body.tensor(value), str(wanted), average)

    def _pooling(self, kind: str, value: Value, known: Mapping[str, Value]) -> str:
        body = self._lowering.body
        if known.get("ceil_mode") or known.get("return_indices") or known.get("divisor_override"):
            raise Abstain("pooling with such options has no template")
        count = int(kind[-2])
        kernel = _times(known["kernel_size"], count)
        stride = _times(known.get("stride") or known["kernel_size"], count)
        padding, dilation = _times(known["padding"], count), _times(known.get("dilation", 1), count)
        return body.call(
            "pooling",
            "pooling",
            body.tensor(value),
            *(str(list(window)) for window in (kernel, stride, padding, dilation)),
            str(kind.startswith("Avg")),
            str(bool(known.get("count_include_pad", True))),
        )

    def _normalised(self, node: Node, module: Module, number: int) -> str:
        known, body = module.attributes, self._lowering.body
        if number == 0 and not known.get("training"):
            raise Abstain("batch normalisation by kept statistics has no template")
        parts: Value = 1
        if number == 2:
            parts = known["num_groups"]
        elif number == 3:
            shape = known["normalized_shape"]
            parts = len(shape) if isinstance(shape, tuple) else 1
        weight, bias = self._weights(node, module)
        tensor, eps = body.tensor(node.args[0]), repr(known["eps"])
        return body.call(
            "normalise", "normalise", tensor, weight, bias, eps, str(number), str(parts)
        )


def _times(value: Value, count: int) -> tuple[int, ...]:
    """A setting for each dimension, where one may stand for all."""
    values = value if isinstance(value, tuple) else (value,) * count
    numbers = tuple(one for one in values if isinstance(one, int))
    if len(numbers) != count:
        raise Abstain(f"{value!r} is no window")
    return numbers
