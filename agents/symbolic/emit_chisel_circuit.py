"""Circuits described in words as Chisel."""

from __future__ import annotations

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.chisel import Module, Slice, concatenated, constant
from gatewright.agents.symbolic.circuit import (
    Bitwise,
    Choice,
    Circuit,
    Drive,
    Equal,
    Inverse,
    Joined,
    Number,
    Part,
    Pick,
    Reduced,
    Sum,
    Word,
)
from gatewright.agents.symbolic.ir import Clock

_CHAIN = 8  # of operators, each within the next: the compiler takes long over many
_REDUCED = {"&": "andR", "|": "orR", "^": "xorR"}


def write_circuit(circuit: Circuit, module: Module) -> None:
    """Registers first, so that wires may read them."""
    for port in dict.fromkeys(drive.output.port for drive in circuit.drives):
        _declare([drive for drive in circuit.drives if drive.output.port == port], module)
    for drive in circuit.drives:
        part = Slice(drive.output.high, drive.output.low, _word(drive.word, module))
        module.slice(drive.output.port, part)


def _declare(drives: list[Drive], module: Module) -> None:
    first = drives[0]
    if any((d.trigger, d.reset) != (first.trigger, first.reset) for d in drives):
        raise Abstain(f"parts of {first.output.port} that are kept in different ways")
    if isinstance(first.trigger, Clock):
        value = sum(drive.value << drive.output.low for drive in drives)
        module.register(first.output.port, first.trigger, first.reset, value)


def _word(word: Word, module: Module, top: bool = True) -> str:
    """An expression, in parentheses inside another one."""
    match word:
        case Part():
            return _part(word, module)
        case Number(value, width):
            return constant(value, width)
        case Inverse(operand):
            return f"~{_word(operand, module, False)}"
        case Reduced(operator, operand):
            return f"{_part(operand, module)}.{_REDUCED[operator]}"
        case Joined(parts):
            return concatenated([_word(part, module) for part in parts])
        case Sum(operands, width):
            return _sum([_extended(part, width, module) for part in operands], width)
        case Choice(condition, yes, no):
            three = (_word(part, module) for part in (condition, yes, no))
            return "Mux({})".format(", ".join(three))
        case Pick(vector, select, width):
            return _pick(_part(vector, module), _part(select, module), width)
        case Bitwise(operator, operands):
            text = f" {operator} ".join(_word(part, module, False) for part in operands)
        case Equal(left, right):
            text = f"{_word(left, module, False)} === {_word(right, module, False)}"
    return text if top else f"({text})"


def _part(part: Part, module: Module) -> str:
    name = module.name(part.port)
    if part.whole or module.width(part.port) == 1:
        return name
    return f"{name}({part.high})" if part.width == 1 else f"{name}({part.high}, {part.low})"


def _extended(part: Part | Number, width: int, module: Module) -> str:
    if isinstance(part, Number):
        return constant(part.value % (1 << width), width)
    text = _part(part, module)
    if part.width > 1:
        return f"{text}.pad({width})"
    return text if width == 1 else f"Cat(0.U({width - 1}.W), {text})"  # a Bool cannot be padded


def _sum(operands: list[str], width: int) -> str:
    text = f"({' + '.join(operands)})"
    if len(operands) > _CHAIN:
        text = f"Seq[UInt]({', '.join(operands)}).reduce(_ + _)"
    return f"{text}(0)" if width == 1 else f"{text}({width - 1}, 0)"


def _pick(vector: str, select: str, width: int) -> str:
    if width == 1:
        return f"({vector} >> {select})(0)"
    return f"({vector} >> ({select} * {width}.U))({width - 1}, 0)"
