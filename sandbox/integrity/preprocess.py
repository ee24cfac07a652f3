"""Expands macros, conditionals and includes into one flat stream of tokens, within a budget.

Semantics: IEEE 1800-2017 clause 22. Doing it here, before anything else looks at the text, means
that what is checked is what is compiled, and that a macro bomb costs a bounded amount of work.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gatewright.core import Diagnostic, Severity, Source
from gatewright.sandbox.integrity.budget import Budget, Overflow
from gatewright.sandbox.integrity.lexer import MAX_TEXT, MAX_TOKENS, Kind, Token, tokenize
from gatewright.sandbox.integrity.macros import Macro, parse_define, split_arguments, substituted

MAX_DEPTH = 48
MAX_INCLUDE_DEPTH = 15
MAX_DIAGNOSTICS = 100
MAX_EXPANDED = 4 * MAX_TEXT

_CONDITIONS = frozenset({"`ifdef", "`ifndef", "`elsif", "`else", "`endif"})
_KEPT = frozenset(
    {
        "`timescale",
        "`default_nettype",
        "`celldefine",
        "`endcelldefine",
        "`resetall",
        "`unconnected_drive",
        "`nounconnected_drive",
        "`pragma",
        "`begin_keywords",
        "`end_keywords",
        "`line",
    }
)


_NOT_IN_A_STRING = re.compile(r"[^ !#-\[\]-~]")
_NOT_IN_MACROS = _CONDITIONS | _KEPT | {"`include", "`undef", "`undefineall"}


@dataclass(frozen=True, slots=True)
class Preprocessed:
    """The flat tokens (remaining directives among them), the files' names, and what went wrong."""

    tokens: tuple[Token, ...]
    files: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def ok(self) -> bool:
        """No error was found."""
        return not any(d.severity is Severity.ERROR for d in self.diagnostics)


def preprocess(
    sources: Sequence[Source],
    *,
    includes: Sequence[Source] = (),
    defines: Mapping[str, str] | None = None,
) -> Preprocessed:
    """Preprocess the sources as one compilation unit.

    An include is only resolved among `sources` and `includes`, by name. Never raises on bad text.
    """
    return _Preprocessor(sources, includes, defines or {}).run()


@dataclass(slots=True)
class _Branch:
    """One `ifdef: whether the text around it counts, this part does, and any part did so far."""

    outer: bool
    active: bool
    taken: bool
    at: Token


@dataclass(slots=True)
class _Preprocessor:
    sources: Sequence[Source]
    includes: Sequence[Source]
    defines: Mapping[str, str]
    macros: dict[str, Macro] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    out: list[Token] = field(default_factory=list)
    branches: list[_Branch] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    budget: Budget = field(default_factory=Budget)
    spent: int = 0
    characters: int = 0

    def run(self) -> Preprocessed:
        self.texts = {s.name: s.text for s in (*self.includes, *self.sources)}
        for name, value in self.defines.items():
            self.macros[name] = Macro(name, None, tuple(tokenize(value)))
        try:
            for source in self.sources:
                self._file(source.name, source.text, 0)
        except Overflow as overflow:
            self._error(self._last(), "macro-budget", str(overflow))
        for branch in self.branches:
            self._error(branch.at, "open-conditional", f"{branch.at.text} without `endif")
        return Preprocessed(tuple(self.out), tuple(self.files), tuple(self.diagnostics))

    def _last(self) -> Token:
        return self.out[-1] if self.out else Token(Kind.BAD, "", max(0, len(self.files) - 1), 1, 1)

    def _error(self, at: Token, code: str, message: str) -> None:
        if len(self.diagnostics) > MAX_DIAGNOSTICS and code != "macro-budget":
            return
        name = self.files[at.file] if at.file < len(self.files) else ""
        self.diagnostics.append(
            Diagnostic(Severity.ERROR, message, name, at.line, at.column, code, "preprocessor")
        )

    def _file(self, name: str, text: str, depth: int) -> None:
        self.files.append(name)
        if len(text) > MAX_TEXT:
            raise Overflow(f"{name} is larger than {MAX_TEXT} characters")
        if depth:
            self.budget.charge(1 + len(text) // 2)
        tokens = tokenize(text, len(self.files) - 1)
        if "`" in text:
            self._walk(tokens, depth)
        else:
            self._emit(tokens)

    def _emit(self, tokens: Sequence[Token]) -> None:
        if self._active:
            self._spend(tokens)
            self.out.extend(tokens)

    @property
    def _active(self) -> bool:
        """Whether the text here counts; a branch is never active in one that is not."""
        return not self.branches or self.branches[-1].active

    def _spend(self, tokens: Sequence[Token]) -> None:
        self.spent += len(tokens)
        if self.spent > MAX_TOKENS:
            raise Overflow(f"the text expands to more than {MAX_TOKENS} tokens")
        self.characters += sum(len(token.text) for token in tokens)
        if self.characters > MAX_EXPANDED:
            raise Overflow(f"the text expands to more than {MAX_EXPANDED} characters")

    def _walk(self, tokens: list[Token], depth: int) -> None:
        index, run = 0, 0
        while index < len(tokens):
            token = tokens[index]
            if token.kind is not Kind.DIRECTIVE and token.kind is not Kind.DEFINE:
                index += 1
                continue
            self._emit(tokens[run:index])
            index = run = self._directive(tokens, index, depth)
        self._emit(tokens[run:])

    def _directive(self, tokens: list[Token], index: int, depth: int) -> int:
        """Deal with the directive at `index`; returns where to go on."""
        token = tokens[index]
        if token.text in _CONDITIONS:
            return self._condition(tokens, index)
        if not self._active:
            return index + 1
        if token.kind is Kind.DEFINE:
            self._define(token)
            return index + 1
        if token.text == "`include":
            return self._include(tokens, index, depth)
        if token.text in _KEPT:
            return self._keep(tokens, index)
        if token.text in ("`undef", "`undefineall"):
            return self._undefine(tokens, index)
        expanded, after = self._expand(tokens, index, 0)
        self._emit(expanded)
        return after

    def _condition(self, tokens: list[Token], index: int) -> int:
        token = tokens[index]
        word = token.text
        if word in ("`else", "`endif", "`elsif") and not self.branches:
            self._error(token, "stray-conditional", f"{word} without `ifdef")
            return index + 1
        if word == "`endif":
            self.branches.pop()
            return index + 1
        if word == "`else":
            top = self.branches[-1]
            top.active, top.taken = top.outer and not top.taken, True
            return index + 1
        name = tokens[index + 1].text if index + 1 < len(tokens) else ""
        if not re.fullmatch(r"[A-Za-z_][\w$]*", name):
            self._error(token, "bad-directive", f"{word} without a macro name")
            name = ""
        defined = name in self.macros
        if word == "`elsif":
            top = self.branches[-1]
            top.active = top.outer and not top.taken and defined
            top.taken = top.taken or defined
        else:
            outer = self._active
            wanted = defined == (word == "`ifdef")
            self.branches.append(_Branch(outer, outer and wanted, wanted, token))
        return index + (2 if name else 1)

    def _define(self, token: Token) -> None:
        macro = parse_define(token.text)
        if macro is None:
            self._error(token, "bad-directive", "`define without a macro name")
        else:
            self.macros[macro.name] = macro

    def _undefine(self, tokens: list[Token], index: int) -> int:
        if tokens[index].text == "`undefineall":
            self.macros.clear()
            return index + 1
        if index + 1 < len(tokens):
            self.macros.pop(tokens[index + 1].text, None)
        return index + 2

    def _include(self, tokens: list[Token], index: int, depth: int) -> int:
        token = tokens[index]
        name, after = _include_name(tokens, index)
        if depth >= MAX_INCLUDE_DEPTH:
            raise Overflow("includes are nested too deeply")
        if name in self.texts:
            self._file(name, self.texts[name], depth + 1)
        else:
            message = f"`include of {name!r}, which is not among the sources given"
            self._error(token, "include", message)
        return after

    def _keep(self, tokens: list[Token], index: int) -> int:
        """Pass a directive on with the rest of its line as one token."""
        token, after = tokens[index], index + 1
        last = min(len(tokens), after + _ARGUMENTS.get(token.text, _LONGEST_DIRECTIVE))
        while after < last and (tokens[after].file, tokens[after].line) == (
            token.file,
            token.line,
        ):
            if tokens[after].text == "/" and token.text != "`timescale":
                break
            after += 1
        words = "".join(f" {t.text}" if t.gap else t.text for t in tokens[index + 1 : after])
        self._emit([token._replace(text=token.text + words)])
        return after

    def _expand(self, tokens: Sequence[Token], index: int, depth: int) -> tuple[list[Token], int]:
        """The tokens a macro use stands for, and the index after it."""
        use = tokens[index]
        if depth > MAX_DEPTH:
            raise Overflow("macros are nested too deeply (or recursive)")
        if use.text in ("`__LINE__", "`__FILE__"):
            if use.text == "`__LINE__":
                return [use._replace(kind=Kind.NUMBER, text=str(use.line))], index + 1
            name = _NOT_IN_A_STRING.sub("?", self.files[use.file])
            return [use._replace(kind=Kind.STRING, text=f'"{name}"')], index + 1
        macro = self.macros.get(use.text[1:])
        if macro is None:
            self._error(use, "undefined-macro", f"the macro {use.text} is not defined")
            return [], index + 1
        after, actual = index + 1, dict[str, tuple[Token, ...]]()
        if macro.params is not None:
            found = self._arguments(macro, tokens, index)
            if found is None:
                return [], index + 1
            actual, after = found
        self.budget.charge(1 + len(macro.body))
        body = [
            token._replace(file=use.file, line=use.line, column=use.column) for token in macro.body
        ]
        return self._rescan(substituted(body, actual, self.budget), depth + 1), after

    def _arguments(
        self, macro: Macro, tokens: Sequence[Token], index: int
    ) -> tuple[dict[str, tuple[Token, ...]], int] | None:
        use, params = tokens[index], macro.params or ()
        split = split_arguments(tokens, index + 1, self.budget)
        if split is None:
            self._error(use, "macro-arguments", f"{use.text} needs arguments in parentheses")
            return None
        given, after = split
        if len(given) > max(1, len(params)):
            self._error(use, "macro-arguments", f"{use.text} takes {len(params)} arguments")
            return None
        self.budget.charge(len(params))
        actual: dict[str, tuple[Token, ...]] = {}
        for number, (name, default) in enumerate(params):
            value = tuple(given[number]) if number < len(given) else ()
            if not value and default is not None:
                value = default
            elif number >= len(given):
                self._error(use, "macro-arguments", f"{use.text} needs {len(params)} arguments")
                return None
            actual[name] = value
        return actual, after

    def _rescan(self, tokens: list[Token], depth: int) -> list[Token]:
        self.spent += len(tokens)
        if self.spent > MAX_TOKENS:
            raise Overflow(f"the text expands to more than {MAX_TOKENS} tokens")
        if all(t.kind is not Kind.DIRECTIVE and t.kind is not Kind.DEFINE for t in tokens):
            return tokens
        out: list[Token] = []
        index = 0
        while index < len(tokens):
            token = tokens[index]
            if token.kind is not Kind.DIRECTIVE and token.kind is not Kind.DEFINE:
                out.append(token)
                index += 1
            elif token.kind is Kind.DEFINE or token.text in _NOT_IN_MACROS:
                message = f"{token.text.split()[0]} inside a macro is not supported"
                self._error(token, "directive-in-macro", message)
                index += 1
            else:
                expanded, index = self._expand(tokens, index, depth)
                out.extend(expanded)
        return out


_LONGEST_DIRECTIVE = 64
_ARGUMENTS = {
    "`default_nettype": 1,
    "`celldefine": 0,
    "`endcelldefine": 0,
    "`resetall": 0,
    "`unconnected_drive": 1,
    "`nounconnected_drive": 0,
    "`begin_keywords": 1,
    "`end_keywords": 0,
}


def _include_name(tokens: list[Token], index: int) -> tuple[str, int]:
    """The file an include names, `"f"` or `<f>`, and the index after it."""
    after = index + 1
    if after < len(tokens) and tokens[after].kind is Kind.STRING:
        return tokens[after].text[1:-1], after + 1
    line, words = tokens[index].line, ""
    while after < len(tokens) and tokens[after].line == line:
        words += tokens[after].text
        after += 1
    return words.strip("<>"), after
