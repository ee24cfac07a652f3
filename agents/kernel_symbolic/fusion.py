"""Chains of elementwise operations, drawn together into one kernel each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_LINE = "  const float {name} = {text};"


@dataclass(frozen=True, slots=True)
class Fused:
    """A value not yet in memory: C++ statements, the name that holds it, and what it is made of.

    `tensors` and `scalars` are variables of the Python side.
    """

    name: str
    lines: tuple[str, ...] = ()
    tensors: tuple[str, ...] = ()
    scalars: tuple[str, ...] = ()


def loaded(variable: str) -> Fused:
    """A tensor of the Python side, as an operand."""
    return Fused(f"x_{variable}", tensors=(variable,))


def scalar(variable: str) -> Fused:
    """A number of the Python side, as an operand."""
    return Fused(f"s_{variable}", scalars=(variable,))


def constant(text: str) -> Fused:
    """A literal."""
    return Fused(text)


def applied(name: str, text: str, operands: Sequence[Fused]) -> Fused:
    """An operation on operands, its result under a new name."""
    lines = _union(operand.lines for operand in operands)
    return Fused(
        name,
        (*lines, _LINE.format(name=name, text=text)),
        _union(operand.tensors for operand in operands),
        _union(operand.scalars for operand in operands),
    )


def kernel(number: int, fused: Fused) -> str:
    """The kernel of a fusion and the function that launches it."""
    count = len(fused.tensors)
    loads = [
        f"  const float x_{name} = fetched(from.data[{i}], from.kind[{i}], at[{i}]);"
        for i, name in enumerate(fused.tensors)
    ]
    loads += [
        f"  const float s_{name} = (float)scalars.value[{i}];"
        for i, name in enumerate(fused.scalars)
    ]
    body = "\n".join((*loads, *fused.lines))
    return f"""
__global__ void fused_{number}_kernel(Operands<{count}> from, Scalars scalars, float* out,
                               int64_t n) {{
  int64_t i = blockIdx.x * (int64_t)blockDim.x + threadIdx.x;
  if (i >= n) return;
  int64_t at[{count}];
  offsets<{count}>(from, i, at);
{body}
  out[i] = {fused.name};
}}

torch::Tensor fused_{number}(std::vector<torch::Tensor> tensors, std::vector<double> scalars) {{
  std::vector<int64_t> shape;
  auto from = broadcast<{count}>(tensors, shape);
  auto out = torch::empty(shape, tensors[0].options().dtype(torch::kFloat32));
  int64_t n = out.numel();
  fused_{number}_kernel<<<blocks_for(n), kThreads>>>(from, held(scalars), out.data_ptr<float>(), n);
  return out;
}}
"""


def _union(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for group in groups for one in group))
