"""Faults to put into an answer's CUDA code, one at a time."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from gatewright.sandbox.emulator.lexer import Kind, Token, matching, tokens_of

_BOUNDARY = {"<": "<=", ">": ">="}
_SWAPPED = {"+": "-", "*": "+"}
_EXTREMES = ("INFINITY", "FLT_MAX")
_CALLS = {"fmaxf": "fminf", "fminf": "fmaxf", "max": "min", "min": "max"}
_INDICES = ("threadIdx", "blockIdx")
_CEILING = re.compile(r"\(\s*([\w.]+)\s*\+\s*([\w.]+)\s*-\s*1\s*\)\s*/\s*\2\b")


@dataclass(frozen=True)
class Fault:
    """One: its kind, the characters of the answer that become others, and its line there."""

    kind: str
    start: int
    end: int
    text: str
    line: int

    def put_into(self, answer: str) -> str:
        """The answer with it."""
        return answer[: self.start] + self.text + answer[self.end :]

    def told(self, answer: str) -> str:
        """The line as it becomes."""
        number = answer.count("\n", 0, self.start)
        return self.put_into(answer).splitlines()[number].strip()


@dataclass(frozen=True)
class _Code:
    """One CUDA text of an answer: where it begins there, and its tokens."""

    answer: str
    start: int
    text: str
    tokens: list[Token]

    def fault(self, kind: str, first: Token, last: Token, text: str) -> Fault:
        start, end = self.start + first.start, self.start + last.end
        return Fault(kind, start, end, text, self.answer.count("\n", 0, start) + 1)


def faults(answer: str) -> list[Fault]:
    """Every fault that we know how to make in an answer's kernels and launches."""
    return [fault for code in _codes(answer) for fault in _in_code(code)]


def trap(answer: str, fault: Fault) -> str:
    """The answer ending with an error where the statement of the fault, or what it is part of,
    is reached."""
    for code in _codes(answer):
        at = fault.start - code.start
        if not 0 <= at < len(code.text):
            continue
        depth, place, comma = 0, 0, False
        for token in reversed([t for t in code.tokens if t.start < at]):
            depth += {")": 1, "(": -1}.get(token.text, 0)
            if token.text in ("{", "}") or (token.text == ";" and depth <= 0):
                place, comma = token.end, token.text == ";" and _in_header(code, token)
                break
        put = code.start + place
        return answer[:put] + (" __trap(), " if comma else " __trap(); ") + answer[put:]
    return answer


def _in_header(code: _Code, semicolon: Token) -> bool:
    """Whether a semicolon parts the header of a `for`."""
    depth = 0
    for token in reversed([t for t in code.tokens if t.start < semicolon.start]):
        depth += {")": 1, "(": -1}.get(token.text, 0)
        if depth < 0:
            return True
        if token.text in ("{", "}"):
            return False
    return False


def _codes(answer: str) -> Iterator[_Code]:
    """The texts with kernels in them, as they stand in the answer."""
    lines = [0]
    for line in answer.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    for node in ast.walk(ast.parse(answer)):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if "__global__" not in node.value or node.end_lineno is None or not answer.isascii():
            continue
        start = lines[node.lineno - 1] + node.col_offset
        end = lines[node.end_lineno - 1] + (node.end_col_offset or 0)
        opened = re.match(r"""[rR]?("{3}|'{3}|"|')""", answer[start:end])
        if opened is not None:
            first, last = start + opened.end(), end - len(opened[1])
            text = answer[first:last]
            yield _Code(answer, first, text, tokens_of(text))


def _in_code(code: _Code) -> Iterator[Fault]:
    tokens = code.tokens
    for index in _device(tokens):
        token = tokens[index]
        if token.directive:
            continue
        if token.kind is Kind.MARK:
            yield from _of_operator(code, index)
        elif token.kind is Kind.NUMBER:
            yield from _of_number(code, index)
        elif token.kind is Kind.WORD:
            yield from _of_word(code, index)
    for match in _CEILING.finditer(code.text):
        start = code.start + match.start()
        line = code.answer.count("\n", 0, start) + 1
        text = f"({match[1]}) / {match[2]}"
        yield Fault("floor for ceiling", start, code.start + match.end(), text, line)


def _device(tokens: list[Token]) -> Iterator[int]:
    """The tokens of the bodies of kernels and device functions."""
    index = 0
    while index < len(tokens):
        if tokens[index].text in ("__global__", "__device__"):
            while index < len(tokens) and tokens[index].text not in ("{", ";"):
                index += 1
            closed = matching(tokens, index) if index < len(tokens) else None
            if closed is not None and tokens[index].text == "{":
                yield from range(index + 1, closed)
                index = closed
        index += 1


def _plain(tokens: list[Token], index: int) -> bool:
    return 0 <= index < len(tokens) and tokens[index].kind in (Kind.WORD, Kind.NUMBER)


def _ends(tokens: list[Token], index: int) -> bool:
    """Whether an operand ends here: nothing binds it to what follows."""
    return index >= len(tokens) or tokens[index].text in (";", ",", ")", "]", "+", "-", "<", ">")


def _of_operator(code: _Code, index: int) -> Iterator[Fault]:
    tokens, token = code.tokens, code.tokens[index]
    before, after = tokens[index - 1], tokens[min(index + 1, len(tokens) - 1)]
    joined = after.start == token.end and after.text in ("=", token.text)
    double = before.end == token.start and before.text in ("+", "-", "*", "/", "<", ">", "=", "!")
    if token.text in _BOUNDARY and not double and _compares(tokens, index):
        if joined and after.text == "=":
            yield code.fault("boundary", token, after, token.text)
        elif not joined:
            yield code.fault("boundary", token, token, _BOUNDARY[token.text])
    operand = _plain(tokens, index - 1) or before.text in (")", "]")
    if not operand or double or token.text not in ("+", "-", "*", "/"):
        return
    if joined and after.text == "=" and token.text == "+":
        yield code.fault("sum overwritten", token, after, "=")
        yield code.fault("operator", token, after, "-=")
    elif not joined:
        if token.text in _SWAPPED and _plain(tokens, index + 1):
            yield code.fault("operator", token, token, _SWAPPED[token.text])
        both = _plain(tokens, index - 1) and _plain(tokens, index + 1)
        if both and _ends(tokens, index + 2) and _begins(tokens, index - 2):
            if token.text in ("-", "/"):
                swapped = f"{after.text} {token.text} {before.text}"
                yield code.fault("operands swapped", before, after, swapped)
            yield code.fault("term dropped", before, after, before.text)


def _begins(tokens: list[Token], index: int) -> bool:
    return tokens[index].text in ("=", "(", "[", ",", "+", "return", "?", ":")


def _compares(tokens: list[Token], index: int) -> bool:
    """Whether `<` or `>` is a comparison, not a template's bracket."""
    around = tokens[max(0, index - 40) : index]
    opened = [t.text for t in around if t.text in ("for", "if", "while", "?", ";", "{", "template")]
    cast = any(t.text.endswith("_cast") for t in tokens[max(0, index - 4) : index])
    return bool(opened) and opened[-1] != "{" and not cast and opened[-1] != "template"


def _of_number(code: _Code, index: int) -> Iterator[Fault]:
    token, before = code.tokens[index], code.tokens[index - 1]
    text = token.text
    if before.text == "=" and re.fullmatch(r"0(\.0*)?f?", text) and _starts_a_sum(code, index):
        yield code.fault("first value", token, token, "1.0f" if "." in text else "1")
    elif re.fullmatch(r"\d*\.\d*f?", text) and float(text.rstrip("f")) != 0:
        changed = f"{float(text.rstrip('f')) * 1.1:.8g}"
        changed += ("" if "." in changed else ".0") + ("f" if text.endswith("f") else "")
        yield code.fault("constant", token, token, changed)
    elif re.fullmatch(r"[1-9]\d{0,3}", text):
        yield code.fault("constant", token, token, str(int(text) + 1))


def _starts_a_sum(code: _Code, index: int) -> bool:
    words = [t.text for t in code.tokens[max(0, index - 3) : index]]
    return any(word in ("float", "double", "acc", "sum") for word in words)


def _of_word(code: _Code, index: int) -> Iterator[Fault]:
    tokens, token = code.tokens, code.tokens[index]
    after = tokens[index + 1 : index + 4]
    if token.text == "__syncthreads" and len(after) == 3 and after[1].text == ")":
        yield code.fault("barrier dropped", token, after[1], "")
    elif token.text == "if" and after and after[0].text == "(":
        closed = matching(tokens, index + 1)
        if closed is not None:
            yield code.fault("guard dropped", after[0], tokens[closed], "(true)")
    elif token.text in _CALLS and after and after[0].text == "(":
        yield code.fault("maximum for minimum", token, token, _CALLS[token.text])
    elif token.text in _EXTREMES:
        yield code.fault("first value", token, token, "0.0f")
    elif token.text in (*_INDICES, "blockDim") and len(after) == 3 and after[0].text == ".":
        yield from _of_index(code, index)


def _of_index(code: _Code, index: int) -> Iterator[Fault]:
    base, axis, then = code.tokens[index], code.tokens[index + 2], code.tokens[index + 3]
    used = {code.tokens[n + 2].text for n, t in enumerate(code.tokens[:-2]) if t.text in _INDICES}
    if base.text == "blockDim":
        yield code.fault("stride", base, axis, f"(blockDim.{axis.text} + 1)")
        return
    for other in sorted(used & {"x", "y", "z"} - {axis.text}):
        yield code.fault("axis", base, axis, f"{base.text}.{other}")
    if then.text != "=":
        yield code.fault("index", base, axis, f"({base.text}.{axis.text} + 1)")
