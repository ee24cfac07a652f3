"""PTX instructions as C++: what each one does to the operands of an assembly statement.

Operands are C++ expressions. `gw_as<T>(x)` reads one as a type, bit by bit where sizes agree, and
`gw_set(x, value)` writes one: `preamble/ptx.h` defines these, and functions of longer instructions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

TYPES = {
    **{"f32": "float", "f64": "double", "pred": "bool"},
    **{"u8": "unsigned char", "b8": "unsigned char", "s8": "signed char"},
    **{"u16": "unsigned short", "b16": "unsigned short", "s16": "short"},
    **{"u32": "unsigned", "b32": "unsigned", "s32": "int"},
    **{"u64": "unsigned long long", "b64": "unsigned long long", "s64": "long long"},
}
_VECTORS = {
    **{"float": "float", "double": "double", "unsigned": "uint", "int": "int"},
    **{"unsigned short": "ushort", "unsigned long long": "ulonglong"},
}
SPECIAL = {
    **{f"%tid.{a}": f"threadIdx.{a}" for a in "xyz"},
    **{f"%ntid.{a}": f"blockDim.{a}" for a in "xyz"},
    **{f"%ctaid.{a}": f"blockIdx.{a}" for a in "xyz"},
    **{f"%nctaid.{a}": f"gridDim.{a}" for a in "xyz"},
    "%laneid": "(gw_linear_thread() % 32)",
    "%warpid": "(gw_linear_thread() / 32)",
    "%smid": "0u",
    "%clock": "static_cast<unsigned>(clock64())",
    "%clock64": "static_cast<unsigned long long>(clock64())",
    "%globaltimer": "__globaltimer()",
    "%lanemask_eq": "(1u << gw_linear_thread() % 32)",
    "%lanemask_lt": "((1u << gw_linear_thread() % 32) - 1)",
    "%lanemask_le": "((2u << gw_linear_thread() % 32) - 1)",
    "%lanemask_gt": "~((2u << gw_linear_thread() % 32) - 1)",
    "%lanemask_ge": "~((1u << gw_linear_thread() % 32) - 1)",
    "WARP_SZ": "32u",
}


@dataclass(frozen=True, slots=True)
class Instruction:
    """One: its name's parts, such as `ld`, `global`, `f32`, and its operands as C++."""

    parts: tuple[str, ...]
    operands: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The C++ type that it works on: its name's last part that is a type."""
        found = [TYPES[part] for part in self.parts[1:] if part in TYPES]
        return found[-1] if found else "unsigned"

    def read(self, index: int, kind: str = "") -> str:
        """An operand's value."""
        return f"gw_as<{kind or self.kind}>({self.operands[index]})"

    def write(self, value: str) -> str:
        """The statement that gives its first operand a value."""
        return f"gw_set({self.operands[0]}, {value});"

    def address(self, index: int) -> str:
        """A `char*` for an operand in brackets."""
        match = re.fullmatch(
            r"\[(.*?)(?:\s*\+\s*(-?\d+|0[xX][0-9a-fA-F]+))?\]", self.operands[index]
        )
        if match is None:
            raise ValueError(self.operands[index])
        shared = "shared" in self.parts and not (index == 1 and "async" in self.parts)
        base = (
            f"gw_shared(gw_as<unsigned>({match[1]}))"
            if shared
            else f"gw_generic(gw_as<unsigned long long>({match[1]}))"
        )
        return f"({base} + {match[2] or 0})"


def translated(instruction: Instruction) -> str | None:
    """The statements of an instruction; None for one that is not known."""
    make = _BY_NAME.get(instruction.parts[0])
    try:
        return make(instruction) if make else None
    except (IndexError, KeyError, ValueError):
        return None


def _load(one: Instruction) -> str | None:
    names = _vector(one.operands[0])
    if not names:
        return one.write(f"*(const {one.kind}*){one.address(1)}")
    kind = f"{_VECTORS[one.kind]}{len(names)}"
    sets = "".join(
        f" gw_set({name}, gw_v.{part});" for name, part in zip(names, "xyzw", strict=False)
    )
    return f"{{ const {kind} gw_v = *(const {kind}*){one.address(1)};{sets} }}"


def _store(one: Instruction) -> str | None:
    names = _vector(one.operands[1])
    if not names:
        return f"*({one.kind}*){one.address(0)} = {one.read(1)};"
    kind = f"{_VECTORS[one.kind]}{len(names)}"
    values = ", ".join(f"gw_as<{one.kind}>({name})" for name in names)
    return f"*({kind}*){one.address(0)} = make_{kind}({values});"


def _vector(operand: str) -> list[str]:
    if not operand.startswith("{"):
        return []
    return [name.strip() for name in split(operand[1:-1])]


def split(text: str) -> list[str]:
    """The parts between commas that are in no bracket."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


def _copy(one: Instruction) -> str | None:
    """`cp.async`: done at once, so that what waits for it finds it done."""
    if one.parts[:2] != ("cp", "async") or "bulk" in one.parts:
        return None
    if not {"shared", "global"} <= set(one.parts):
        return ";" if one.parts[2] in ("commit_group", "wait_group", "wait_all") else None
    to, source = one.address(0), one.address(1)
    size = re.fullmatch(r"\(?\s*(4|8|16)\s*\)?", one.operands[2])
    if size is None or len(one.operands) > 3:
        given = one.read(min(3, len(one.operands) - 1), "unsigned")
        return f"gw_copy({to}, {source}, {one.read(2, 'unsigned')}, {given});"
    kind = {"4": "unsigned", "8": "uint2", "16": "uint4"}[size[1]]
    return f"*({kind}*){to} = *(const {kind}*){source};"


def _shuffle(one: Instruction) -> str | None:
    names = {"bfly": "xor", "down": "down", "up": "up", "idx": ""}
    name = names[one.parts[2]]
    call = f"__shfl_{name}_sync" if name else "__shfl_sync"
    value, by, clamp, mask = (one.read(n, "unsigned") for n in (1, 2, 3, 4))
    if "|" in one.operands[0]:
        return None
    return one.write(f"{call}({mask}, {value}, {by}, int(32 - ({clamp} >> 8 & 31)))")


def _move(one: Instruction) -> str:
    return one.write(one.read(1))


def _convert(one: Instruction) -> str | None:
    to, source = (part for part in one.parts if part in TYPES)
    if "sat" in one.parts:
        return None
    value = f"gw_as<{TYPES[source]}>({one.operands[1]})"
    rounding = {"rni": "rint", "rmi": "floor", "rpi": "ceil"}
    for part, function in rounding.items():
        if part in one.parts:
            value = f"::{function}({value})"
    return one.write(f"static_cast<{TYPES[to]}>({value})")


def _address_space(one: Instruction) -> str | None:
    if "shared" in one.parts and "to" in one.parts:
        return one.write(f"{one.kind}(gw_shared_address((const void*){one.read(1)}))")
    if "shared" in one.parts:
        return one.write(f"{one.kind}(gw_shared({one.read(1, 'unsigned')}))")
    return _move(one)


def _compare(one: Instruction) -> str:
    signs = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
    return f"{one.operands[0]} = {one.read(1)} {signs[one.parts[1]]} {one.read(2)};"


def _select(one: Instruction) -> str:
    return one.write(f"{one.operands[3]} ? {one.read(1)} : {one.read(2)}")


def _multiply(one: Instruction) -> str | None:
    product = f"{one.read(1)} * {one.read(2)}"
    added = f" + {one.read(3)}" if one.parts[0] == "mad" else ""
    if "wide" in one.parts:
        wide = {"int": "long long", "unsigned": "unsigned long long"}[one.kind]
        added = f" + gw_as<{wide}>({one.operands[3]})" if added else ""
        return one.write(f"{wide}({one.read(1)}) * {one.read(2)}{added}")
    if "hi" in one.parts:
        return one.write(
            f"{'__mulhi' if one.kind == 'int' else '__umulhi'}({one.read(1)}, {one.read(2)}){added}"
        )
    return one.write(product + added)


def _fused(one: Instruction) -> str:
    return one.write(f"::fma({one.read(1)}, {one.read(2)}, {one.read(3)})")


def _barrier(one: Instruction) -> str | None:
    if "warp" in one.parts:
        return f"__syncwarp({one.read(0, 'unsigned')});"
    whole = one.parts[1:] in (("sync",), ("sync", "aligned")) and one.operands == ("0",)
    return "__syncthreads();" if whole else None


def _atomic(one: Instruction) -> str | None:
    gives = one.parts[0] == "atom"
    names = {"add": "Add", "min": "Min", "max": "Max", "and": "And", "or": "Or", "xor": "Xor"}
    (name,) = (names[part] for part in one.parts if part in names)
    at = 1 if gives else 0
    call = f"atomic{name}(({one.kind}*){one.address(at)}, {one.read(at + 1)})"
    return one.write(call) if gives else f"{call};"


def _vote(one: Instruction) -> str:
    calls = {"ballot": "__ballot_sync", "any": "__any_sync", "all": "__all_sync"}
    (call,) = (calls[part] for part in one.parts if part in calls)
    return one.write(f"{call}({one.read(2, 'unsigned')}, {one.operands[1]})")


def _of_one(function: str) -> Callable[[Instruction], str]:
    return lambda one: one.write(f"{one.kind}({function.format(one.read(1))})")


def _of_two(sign: str) -> Callable[[Instruction], str]:
    return lambda one: one.write(f"{one.kind}({one.read(1)} {sign} {one.read(2)})")


def _shift(sign: str) -> Callable[[Instruction], str]:
    def make(one: Instruction) -> str:
        by = one.read(2, "unsigned")
        bits = f"8 * sizeof({one.kind})"
        beyond = f"{one.read(1)} < 0 ? -1 : 0" if sign == ">>" else "0"
        return one.write(f"{one.kind}({by} >= {bits} ? {beyond} : {one.read(1)} {sign} {by})")

    return make


def _extreme(name: str) -> Callable[[Instruction], str]:
    def make(one: Instruction) -> str:
        function = f"::f{name}" if one.kind in ("float", "double") else f"std::{name}"
        return one.write(f"{one.kind}({function}({one.read(1)}, {one.read(2)}))")

    return make


def _call(function: str, count: int) -> Callable[[Instruction], str]:
    def make(one: Instruction) -> str:
        given = ", ".join(one.read(n, "unsigned") for n in range(1, count + 1))
        more = ", " + ("true" if one.kind == "int" else "false") if function == "gw_bfe" else ""
        return one.write(f"{function}({given}{more})")

    return make


def _nothing(_: Instruction) -> str:
    return ";"


def _fence(_: Instruction) -> str:
    return "__threadfence();"


_BY_NAME: dict[str, Callable[[Instruction], str | None]] = {
    **{"ld": _load, "ldu": _load, "st": _store, "cp": _copy, "shfl": _shuffle, "vote": _vote},
    **{"mov": _move, "cvt": _convert, "cvta": _address_space, "setp": _compare, "selp": _select},
    **{"mul": _multiply, "mad": _multiply, "fma": _fused, "atom": _atomic, "red": _atomic},
    **{"bar": _barrier, "barrier": _barrier, "membar": _fence, "fence": _fence},
    **{"prefetch": _nothing, "prefetchu": _nothing, "nanosleep": _nothing},
    **{"add": _of_two("+"), "sub": _of_two("-"), "div": _of_two("/"), "rem": _of_two("%")},
    **{"and": _of_two("&"), "or": _of_two("|"), "xor": _of_two("^")},
    **{"shl": _shift("<<"), "shr": _shift(">>"), "min": _extreme("min"), "max": _extreme("max")},
    **{"neg": _of_one("-{}"), "not": _of_one("~{}"), "abs": _of_one("std::abs({})")},
    **{"ex2": _of_one("::exp2f({})"), "lg2": _of_one("::log2f({})")},
    **{"rcp": _of_one("1 / {}"), "sqrt": _of_one("::sqrt({})"), "tanh": _of_one("::tanhf({})")},
    **{"rsqrt": _of_one("1 / ::sqrt({})"), "sin": _of_one("::sinf({})")},
    **{"cos": _of_one("::cosf({})"), "popc": _of_one("__popc({})"), "clz": _of_one("__clz({})")},
    **{"brev": _of_one("__brev({})"), "activemask": lambda one: one.write("__activemask()")},
    **{"lop3": _call("gw_lop3", 4), "bfe": _call("gw_bfe", 3), "bfi": _call("gw_bfi", 4)},
    "prmt": _call("gw_prmt", 3),
}
