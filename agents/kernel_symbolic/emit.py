"""From a traced module to a file that defines ModelNew, with its kernels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from importlib import resources

from gatewright.agents.kernel_symbolic import fusion
from gatewright.agents.kernel_symbolic.constructor import constructor
from gatewright.agents.kernel_symbolic.fusion import Fused
from gatewright.agents.kernel_symbolic.graph import Node, Opaque, Ref, Slice, Value, refs
from gatewright.agents.kernel_symbolic.lower import Lowering, attribute
from gatewright.agents.kernel_symbolic.operations import literal
from gatewright.agents.symbolic.abstain import Abstain

_FUNCTION = re.compile(r"^torch::Tensor (\w+)\(([^{;]*?)\) \{", re.MULTILINE | re.DOTALL)
_MADE = "_tensor_constant"  # what the tracer calls tensors that the forward makes itself
_ORDER = (
    "fused",
    "reduce",
    "softmax",
    "scan",
    "reorder",
    "matmul",
    "convolution",
    "pooling",
    "normalise",
    "likelihood",
)


def emit(problem: str, nodes: Sequence[Node]) -> str:
    """The file. Raises Abstain, with the reason, for what has no template."""
    body = Body(nodes)
    body.write()
    if not body.templates:
        raise Abstain("the module computes nothing")
    cuda = _cuda(body)
    functions = _FUNCTION.findall(cuda)
    declared = "\n".join(f"torch::Tensor {n}({' '.join(a.split())});" for n, a in functions)
    names = ", ".join(f'"{name}"' for name, _ in functions)
    made = constructor(problem)
    forward = "\n".join(f"        {line}" for line in body.lines)
    return (
        f"{made.imports}\nfrom torch.utils.cpp_extension import load_inline\n\n"
        f'_CUDA = r"""\n{cuda}"""\n\n_CPP = r"""\n#include <torch/extension.h>\n#include <vector>\n'
        f'{declared}\n"""\n\n'
        f'_kernels = load_inline(\n    name="kernels",\n    cpp_sources=_CPP,\n'
        f"    cuda_sources=_CUDA,\n    functions=[{names}],\n)\n\n\n"
        f"{made.helpers}class ModelNew(nn.Module):\n{made.code}\n"
        f"    def forward(self, {', '.join(body.inputs)}):\n{forward}\n"
    )


def _cuda(body: Body) -> str:
    folder = resources.files("gatewright.agents.kernel_symbolic") / "templates"
    parts = [(folder / "common.cu").read_text()]
    parts += [(folder / f"{n}.cu").read_text() for n in _ORDER if n in body.templates]
    return "\n".join((*parts, *body.kernels))


class Body:
    """The forward's lines, as they are written; `templates` are those that they call for."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = nodes
        self._uses = Counter(name for node in nodes for name in _names(node))
        self.values: dict[str, Fused | str] = {}
        self.scalars: set[str] = set()
        self.inputs: list[str] = []
        self.lines: list[str] = []
        self.kernels: list[str] = []
        self.templates: set[str] = set()
        self._count = 0

    def write(self) -> None:
        """Write all of it. Raises Abstain."""
        lowering = Lowering(self)
        for node in self._nodes:
            if node.op == "placeholder":
                self.inputs.append(node.target)
                self.values[node.name] = node.target
                if node.number:
                    self.scalars.add(node.name)
            elif node.constant is not None:
                self.values[node.name] = fusion.constant(literal(node.constant))
            elif node.op == "get_attr" and node.target.startswith(_MADE):
                raise Abstain("a tensor of several constants has no template")
            elif node.op == "get_attr":
                self.values[node.name] = self.assigned(attribute(node.target))
            elif node.op == "output":
                self.lines.append(f"return {self.python(node.args[0])}")
            else:
                self.values[node.name] = lowering.of(node)

    def read_after(self, node: Node) -> bool:
        """Whether a later operation reads what this one takes first."""
        base = node.args[0] if node.args else None
        later = self._nodes[self._nodes.index(node) + 1 :]
        return isinstance(base, Ref) and any(base.name in _names(one) for one in later)

    def assigned(self, expression: str) -> str:
        """A new variable of the forward that holds this expression."""
        self._count += 1
        name = f"v{self._count}"
        self.lines.append(f"{name} = {expression}")
        return name

    def call(self, template: str, function: str, *arguments: str) -> str:
        """A call of a template's function."""
        self.templates.add(template)
        return self.assigned(f"_kernels.{function}({', '.join(arguments)})")

    def tensor(self, value: Value) -> str:
        """A variable that holds a value's tensor; what is only fused so far gets its kernel."""
        if not isinstance(value, Ref):
            raise Abstain(f"{value!r} stands where a tensor should")
        held = self.values[value.name]
        if isinstance(held, Fused):
            held = self.values[value.name] = self.stored(held)
        return held

    def stored(self, fused: Fused) -> str:
        """A variable that holds a fusion's result."""
        if not fused.tensors:
            raise Abstain("a value depends on no input")
        self.templates.add("fused")
        number = len(self.kernels)
        self.kernels.append(fusion.kernel(number, fused))
        tensors = ", ".join(fused.tensors)
        return self.assigned(f"_kernels.fused_{number}([{tensors}], [{', '.join(fused.scalars)}])")

    def operand(self, value: Value) -> Fused:
        """A value as an elementwise operand; fused on where nothing else reads it."""
        if not isinstance(value, Ref):
            return fusion.constant(literal(value))
        held = self.values[value.name]
        if isinstance(held, Fused) and self._uses[value.name] == 1:
            return held
        name = self.tensor(value)
        return fusion.scalar(name) if value.name in self.scalars else fusion.loaded(name)

    def fresh(self) -> str:
        """A new name inside a kernel."""
        self._count += 1
        return f"t{self._count}"

    def python(self, value: Value) -> str:
        """A value as an expression of the forward."""
        if isinstance(value, Ref):
            return self.tensor(value)
        if isinstance(value, tuple):
            return f"[{', '.join(map(self.python, value))}]"
        if isinstance(value, Slice):
            parts = (value.start, value.stop, value.step)
            return f"slice({', '.join(map(self.python, parts))})"
        if isinstance(value, Opaque):
            if value.text == "Ellipsis":
                return "..."
            raise Abstain(f"{value.text} has no place in a kernel")
        return repr(value)


def _names(node: Node) -> tuple[str, ...]:
    values = (*node.args, *node.kwargs.values())
    return tuple(name for value in values for name in refs(value))
