"""What the engine has to know of a language: prompts, extraction, sameness, post-pass, cone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gatewright.agents.distinct import fingerprint, text_fingerprint
from gatewright.agents.extract import Extraction, extract_verilog
from gatewright.agents.extract_chisel import extract_chisel
from gatewright.agents.extract_python import extract_function, extract_kernel, extract_triton
from gatewright.agents.postpass import Initialised, initialise_registers
from gatewright.agents.tame import is_tame
from gatewright.core import (
    Diagnostic,
    HarnessSpec,
    KernelSpec,
    Language,
    Problem,
    Source,
    UsageError,
)


@dataclass(frozen=True, slots=True)
class Kit:
    """A language as the engine sees it. `folder` names its prompts under agents/prompts.

    `extract` takes an answer, the wanted top and the given header. `fingerprint` is equal for
    designs that are the same but for names and layout (sources, top). `explain` yields remarks on
    sources that tell more than the harness's own; `cone` the lines that decide some signals of
    the top, as text; `initialise` is the register post-pass. `optimises`: what passes can still be
    made better, and verdicts tell by how much.
    """

    language: Language
    title: str
    folder: str
    suffix: str
    extract: Callable[[str, str, str], Extraction]
    fingerprint: Callable[[Sequence[Source], str], str]
    explain: Callable[[Sequence[Source]], tuple[Diagnostic, ...]]
    cone: Callable[[Sequence[Source], str, Sequence[str]], str]
    initialise: Callable[[Sequence[Source]], Initialised]
    optimises: bool = False

    def source(self, problem: Problem, code: str) -> Source:
        """The code as a source, named after the top."""
        return Source(f"{problem.top or 'design'}{self.suffix}", code, self.language)


def kit_for(language: Language, check: HarnessSpec | None = None) -> Kit:
    """The kit of a language, for answers that are checked so.

    Raises UsageError where the engine has none.
    """
    if language is Language.VERILOG:
        return _verilog(language, "Verilog-2005", ".v")
    if language is Language.SYSTEMVERILOG:
        return _verilog(language, "SystemVerilog", ".sv")
    if language is Language.CHISEL:
        return _chisel()
    if language is Language.CUDA:
        if isinstance(check, KernelSpec) and check.is_function:
            return _kernel(language, "CUDA", extract_function, ".cu")
        return _kernel(language, "CUDA", extract_kernel)
    if language is Language.TRITON:
        return _kernel(language, "Triton", extract_triton)
    raise UsageError(
        f"no coder for {language}",
        hint="languages that can be generated: verilog, systemverilog, chisel, cuda, triton",
    )


def _verilog(language: Language, title: str, suffix: str) -> Kit:
    return Kit(
        language=language,
        title=title,
        folder="verilog",
        suffix=suffix,
        extract=extract_verilog,
        fingerprint=_fingerprint,
        explain=_syntax_remarks,
        cone=_cone_text,
        initialise=_initialise,
    )


def _chisel() -> Kit:
    return Kit(
        language=Language.CHISEL,
        title="Chisel",
        folder="chisel",
        suffix=".scala",
        extract=extract_chisel,
        fingerprint=lambda sources, top: text_fingerprint(sources),
        explain=lambda sources: (),  # the harness's remarks are the compiler's own
        cone=_chisel_cone,
        # Registers without a reset power up as the reference does: the harness sees to that.
        initialise=lambda sources: Initialised(tuple(sources)),
    )


def _kernel(
    language: Language,
    title: str,
    extract: Callable[[str, str, str], Extraction],
    suffix: str = ".py",
) -> Kit:
    """GPU kernels in the Python file that builds and calls them, or bare."""
    return Kit(
        language=language,
        title=title,
        folder="kernel",
        suffix=suffix,
        extract=extract,
        fingerprint=lambda sources, top: text_fingerprint(sources),
        explain=lambda sources: (),
        cone=lambda sources, top, signals: "",
        initialise=lambda sources: Initialised(tuple(sources)),
        optimises=True,
    )


def _fingerprint(sources: Sequence[Source], top: str) -> str:
    return fingerprint(sources, top) if is_tame(sources) else text_fingerprint(sources)


def _initialise(sources: Sequence[Source]) -> Initialised:
    return initialise_registers(sources) if is_tame(sources) else Initialised(tuple(sources))


def _syntax_remarks(sources: Sequence[Source]) -> tuple[Diagnostic, ...]:
    from gatewright.sandbox.tools.slang import syntax_diagnostics

    return syntax_diagnostics(sources)


def _chisel_cone(sources: Sequence[Source], top: str, signals: Sequence[str]) -> str:
    """The Chisel lines behind the cone in the emitted text, nearest first, and their numbers."""
    from gatewright.agents.chisel_cone import chisel_cone

    lines = {source.name: source.text.splitlines() for source in sources}
    several = len(lines) > 1
    return "\n".join(
        f"{place.file + ':' if several else ''}{place.line}| {lines[place.file][place.line - 1]}"
        for place in chisel_cone(sources, top, signals)
    )


def _cone_text(sources: Sequence[Source], top: str, signals: Sequence[str]) -> str:
    from gatewright.retrieval.cone import cone

    found = cone(sources, top, signals) if is_tame(sources) else ()
    several = len({line.file for line in found}) > 1
    return "\n".join(
        f"{line.file + ':' if several else ''}{line.line}| {line.text}" for line in found
    )
