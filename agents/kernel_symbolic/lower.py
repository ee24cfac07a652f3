"""Which template serves which operation of PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gatewright.agents.kernel_symbolic import fusion
from gatewright.agents.kernel_symbolic.fusion import Fused
from gatewright.agents.kernel_symbolic.graph import Module, Node, Ref, Value
from gatewright.agents.kernel_symbolic.modules import Modules
from gatewright.agents.kernel_symbolic.operations import ELEMENTWISE, expression, literal
from gatewright.agents.symbolic.abstain import Abstain

if TYPE_CHECKING:
    from gatewright.agents.kernel_symbolic.emit import Body

NOTHING = "torch.empty(0)"  # stands for a bias or weight that there is none of
_VIEW_NAMES = """
view reshape transpose permute unsqueeze squeeze flatten expand t contiguous select narrow expand_as
view_as unflatten
"""
_VIEWS = frozenset(_VIEW_NAMES.split())
_REDUCTIONS = {
    "sum": "kSum",
    "mean": "kMean",
    "amax": "kMax",
    "amin": "kMin",
    "prod": "kProd",
    "argmax": "kArgmax",
    "argmin": "kArgmin",
}
# How many of the first arguments are operands; the rest are parameters.
_OPERANDS = {"where": 3, "clamp": 1, "clamp_min": 1, "pow": 2}
_BINARY_NAMES = """
add sub mul div truediv rsub maximum minimum multiply subtract divide iadd imul gt ge lt le
"""
_BINARY = frozenset(_BINARY_NAMES.split())
_ATTRIBUTES = {"T": ".T", "mT": ".mT", "shape": ".shape", "device": ".device"}
# Of what max and min give along a dimension.
_PARTS = {"values": "[0]", "indices": "[1]"}
_COPIES = frozenset(("clone", "detach"))
_IN_PLACE = frozenset(("iadd", "imul", "isub", "itruediv"))


class Lowering:
    """Writes operations into a body, one after another."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self._modules = Modules(self)

    def of(self, node: Node) -> Fused | str:
        """What an operation comes to. Raises Abstain where no template serves it."""
        if _in_place(node) and self.body.read_after(node):
            raise Abstain("a value changed in place is read afterwards")
        if node.op == "call_module":
            assert node.module is not None
            return self._modules.of(node, node.module)
        name = node.target.removesuffix("_") if not node.target.startswith("_") else node.target
        return self.function(name, node)

    def function(self, name: str, node: Node) -> Fused | str:
        """A function or method of torch, by name."""
        args, named = node.args, node.kwargs
        if name in ("size", "dim", "numel", "getattr", "getitem", "floordiv"):
            return self._plain(name, node)
        if name in ELEMENTWISE:
            return self.elementwise(name, args, named)
        if name in _COPIES:
            return self.body.tensor(args[0])
        if name in _VIEWS:
            inner = [self.body.python(arg) for arg in args[1:]]
            inner += [f"{key}={self.body.python(value)}" for key, value in named.items()]
            return self.body.assigned(f"{self.body.tensor(args[0])}.{name}({', '.join(inner)})")
        if name in ("matmul", "bmm", "mm", "mv"):
            return self.matmul(args[0], args[1])
        if name in ("softmax", "log_softmax"):
            dim = named.get("dim", args[1] if len(args) > 1 else -1)
            return self.softmax(args[0], dim, log=name == "log_softmax")
        if name in ("max", "min"):
            return self._extreme(name, args, named)
        if name in _REDUCTIONS:
            return self._reduced(_REDUCTIONS[name], args, named)
        if name in ("cumsum", "cumprod"):
            dim = self.body.python(named.get("dim", args[1] if len(args) > 1 else None))
            product = str(name == "cumprod")
            return self.body.call("scan", "scan", self.body.tensor(args[0]), dim, product)
        if name == "flip":
            return self._flipped(args, named)
        if name in ("tril", "triu"):
            diagonal = self.body.python(named.get("diagonal", args[1] if len(args) > 1 else 0))
            tensor = self.body.tensor(args[0])
            return self.body.call("reorder", "triangle", tensor, diagonal, str(name == "tril"))
        if name in ("norm", "linalg_norm", "linalg_vector_norm"):
            return self._norm(args, named)
        return self._other(name, args, named)

    def _other(self, name: str, args: tuple[Value, ...], named: Mapping[str, Value]) -> Fused | str:
        if name == "linear":
            bias = args[2] if len(args) > 2 else named.get("bias")
            return self.linear(args[0], self.body.tensor(args[1]), self._or_nothing(bias))
        if name == "dropout":
            return self.dropout(args[0], named.get("p", *args[1:2]), named.get("training", True))
        if name == "logsumexp":
            return self._log_sum_exp(args, named)
        if name in ("cat", "concat", "concatenate"):
            dim = named.get("dim", args[1] if len(args) > 1 else 0)
            parts = named.get("tensors", args[0] if args else ())
            return self._concatenated(parts, dim)
        if name == "tensor" and len(args) == 1 and "dtype" not in named:
            return fusion.constant(literal(args[0]))
        if name.startswith(("max_pool", "avg_pool", "adaptive_avg_pool", "adaptive_max_pool")):
            return self._modules.pooled_by_function(name, args, named)
        if name == "normalize":
            return self._unit_length(args, named)
        from gatewright.agents.kernel_symbolic.losses import LOSSES

        if name in LOSSES:
            return LOSSES[name](self, args, named)
        raise Abstain(f"there is no template for {name}")

    def elementwise(self, name: str, args: tuple[Value, ...], named: Mapping[str, Value]) -> Fused:
        """An operation on each element, drawn together with those before it."""
        count = _OPERANDS.get(name, 2 if name in _BINARY else 1)
        values, params = args[:count], args[count:]
        if "other" in named:
            values, named = (
                (*values, named["other"]),
                {k: v for k, v in named.items() if k != "other"},
            )
        if "exponent" in named:
            values, named = (*values, named["exponent"]), {}
        if name == "rsub":
            values, name = (values[1], values[0]), "sub"
        if all(not isinstance(v, Ref) or v.name in self.body.scalars for v in values):
            raise Abstain(f"{name} of numbers has no template")
        return self.apply(name, [self.body.operand(value) for value in values], params, named)

    def apply(
        self,
        name: str,
        operands: list[Fused],
        params: tuple[Value, ...] = (),
        named: Mapping[str, Value] | None = None,
    ) -> Fused:
        """One elementwise operation on operands."""
        text = expression(name, [operand.name for operand in operands], params, named or {})
        return fusion.applied(self.body.fresh(), text, operands)

    def reduced(self, tensor: str, first: str, last: str, keep: str, kind: str) -> str:
        """A reduction over a run of dimensions; first > last: over all."""
        number = _KINDS.index(kind)
        return self.body.call("reduce", "reduce", tensor, first, last, keep, str(number))

    def over_all(self, fused: Fused, kind: str) -> str:
        """A reduction of a fused value to one number."""
        return self.reduced(self.body.stored(fused), "1", "0", "False", kind)

    def matmul(self, left: Value, right: Value) -> str:
        """A product of matrices, or of batches of them."""
        body = self.body
        return body.call("matmul", "matmul", body.tensor(left), body.tensor(right), NOTHING)

    def linear(self, value: Value, weight: str, bias: str) -> str:
        """`value @ weight.T + bias`."""
        tensor = self.body.tensor(value)
        return self.body.call("matmul", "matmul", tensor, f"{weight}.t()", bias)

    def softmax(self, value: Value, dim: Value, *, log: bool) -> str:
        """Softmax over one dimension."""
        if not isinstance(dim, int):
            raise Abstain("softmax is called without its dimension")
        return self.body.call("softmax", "softmax", self.body.tensor(value), str(dim), str(log))

    def _plain(self, name: str, node: Node) -> str:
        """What only asks or slices: sizes, attributes, items."""
        body, args = self.body, node.args
        base = args[0]
        if name == "getattr":
            attribute = {**_ATTRIBUTES, **_PARTS}.get(str(args[1]))
            if attribute is None:
                raise Abstain(f"the attribute {args[1]} has no template")
            if attribute == ".shape":
                body.scalars.add(node.name)
            return body.assigned(f"{body.tensor(base)}{attribute}")
        if name == "getitem":
            key = args[1]
            parts = key if isinstance(key, tuple) else (key,)
            if any(isinstance(p, Ref) and p.name not in body.scalars for p in parts):
                raise Abstain("indexing by a tensor has no template")
            index = ", ".join(map(body.python, parts))
            if isinstance(base, Ref) and base.name in body.scalars:
                body.scalars.add(node.name)
            return body.assigned(f"{body.tensor(base)}[{index}]")
        body.scalars.add(node.name)
        if name == "floordiv":
            return body.assigned(f"{body.python(base)} // {body.python(args[1])}")
        inner = ", ".join(map(body.python, args[1:]))
        return body.assigned(f"{body.tensor(base)}.{name}({inner})")

    def _extreme(
        self, name: str, args: tuple[Value, ...], named: Mapping[str, Value]
    ) -> Fused | str:
        if len(args) == 2 and isinstance(args[1], Ref):
            return self.elementwise("maximum" if name == "max" else "minimum", args, named)
        kind = "kMax" if name == "max" else "kMin"
        if len(args) == 1 and "dim" not in named:
            return self.reduced(self.body.tensor(args[0]), "1", "0", "False", kind)
        found = self._reduced(kind, args, named)
        arg = self._reduced("kArgmax" if name == "max" else "kArgmin", args, named)
        return self.body.assigned(f"({found}, {arg})")

    def _reduced(self, kind: str, args: tuple[Value, ...], named: Mapping[str, Value]) -> str:
        dim = named.get("dim", args[1] if len(args) > 1 else None)
        keep = named.get("keepdim", args[2] if len(args) > 2 else False)
        first, last = _run(dim)
        return self.reduced(self.body.tensor(args[0]), first, last, str(bool(keep)), kind)

    def _flipped(self, args: tuple[Value, ...], named: Mapping[str, Value]) -> str:
        dims = named.get("dims", args[1] if len(args) > 1 else None)
        dim = dims[0] if isinstance(dims, tuple) and len(dims) == 1 else dims
        if not isinstance(dim, int) or len(args) > 2:
            raise Abstain("a flip of several dimensions has no template")
        return self.body.call("reorder", "flip", self.body.tensor(args[0]), str(dim))

    def _norm(self, args: tuple[Value, ...], named: Mapping[str, Value]) -> str:
        order = named.get("p", named.get("ord", args[1] if len(args) > 1 else 2))
        kind = {"1": "kL1", "1.0": "kL1", "2": "kL2", "2.0": "kL2", "fro": "kL2"}.get(str(order))
        if kind is None:
            raise Abstain(f"the norm {order} has no template")
        return self._reduced(kind, (args[0],), {k: v for k, v in named.items() if k in _AXES})

    def _unit_length(self, args: tuple[Value, ...], named: Mapping[str, Value]) -> Fused:
        dim = str(named.get("dim", args[2] if len(args) > 2 else 1))
        tensor = self.body.tensor(args[0])
        length = self.reduced(tensor, dim, dim, "True", "kL2")
        bounded = self.apply("clamp_min", [fusion.loaded(length)], (1e-12,))
        return self.apply("div", [fusion.loaded(tensor), bounded])

    def dropout(self, value: Value, rate: Value, training: Value) -> str:
        """What drops nothing is nothing; the rest is drawn at random, as only torch draws."""
        if training is False or rate in (0, 0.0):
            return self.body.tensor(value)
        raise Abstain("dropout in training is random")

    def _log_sum_exp(self, args: tuple[Value, ...], named: Mapping[str, Value]) -> Fused:
        """log(sum(exp(x - m))) + m, m the largest."""
        dim = named.get("dim", args[1] if len(args) > 1 else None)
        keep = bool(named.get("keepdim", args[2] if len(args) > 2 else False))
        first, last = _run(dim)
        tensor = self.body.tensor(args[0])
        most = self.reduced(tensor, first, last, "True", "kMax")
        powers = self.apply(
            "exp", [self.apply("sub", [fusion.loaded(tensor), fusion.loaded(most)])]
        )
        total = self.reduced(self.body.stored(powers), first, last, str(keep), "kSum")
        if not keep:
            most = self.reduced(tensor, first, last, "False", "kMax")
        logarithm = self.apply("log", [fusion.loaded(total)])
        return self.apply("add", [logarithm, fusion.loaded(most)])

    def _concatenated(self, parts: Value, dim: Value) -> str:
        if not isinstance(parts, tuple) or not isinstance(dim, int):
            raise Abstain("a concatenation of what is not listed has no template")
        listed = ", ".join(map(self.body.tensor, parts))
        return self.body.call("reorder", "concatenate", f"[{listed}]", str(dim))

    def _or_nothing(self, value: Value) -> str:
        return NOTHING if value is None else self.body.tensor(value)


def weights(node: Node, module: Module, name: str) -> str:
    """A module's parameter as an expression, or what stands for none."""
    return f"{attribute(node.target)}.{name}" if name in module.parameters else NOTHING


def attribute(path: str) -> str:
    """A dotted path below the module as an expression; members of sequences go by number."""
    parts = (f"[{part}]" if part.isdigit() else f".{part}" for part in path.split("."))
    return "self" + "".join(parts)


def _in_place(node: Node) -> bool:
    if node.module is not None:
        return node.module.attributes.get("inplace") is True
    named = node.target.endswith("_") and not node.target.startswith("_")
    return named or node.target in _IN_PLACE or node.kwargs.get("inplace") is True


def _run(dim: Value) -> tuple[str, str]:
    """The first and last of the dimensions reduced; they must be neighbours."""
    if dim is None:
        return "1", "0"
    dims = dim if isinstance(dim, tuple) else (dim,)
    numbers = [d for d in dims if isinstance(d, int)]
    if len(numbers) != len(dims):
        raise Abstain("the reduced dimensions are not known")
    ordered = sorted(numbers)
    if ordered != list(range(ordered[0], ordered[0] + len(ordered))):
        raise Abstain("a reduction over dimensions that are no neighbours has no template")
    if len({number < 0 for number in ordered}) > 1:
        raise Abstain("a reduction over dimensions counted from both ends has no template")
    return str(ordered[0]), str(ordered[-1])


_AXES = frozenset(("dim", "keepdim"))
_KINDS = (
    "kSum",
    "kMean",
    "kMax",
    "kMin",
    "kProd",
    "kL1",
    "kL2",
    "kBatchMean",
    "kArgmax",
    "kArgmin",
)
