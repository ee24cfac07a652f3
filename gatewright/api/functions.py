"""One call, one answer. Files may lie anywhere; what they name is confined to their folders.

What goes wrong with a tool, a model or a file raises a GatewrightError; a design that fails does
not: it has a Verdict that says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gatewright.api.opening import File, Files, checking, handed, writing
from gatewright.core import Source, UsageError, Verdict

if TYPE_CHECKING:
    import threading

    from gatewright.agents.listener import Listener
    from gatewright.agents.workbench.results import Bench, Generated
    from gatewright.core.config import Settings
    from gatewright.models import Model
    from gatewright.sandbox.tools.synthesis import SynthStats

__all__ = [
    "File",
    "Files",
    "equivalence",
    "generate",
    "lint",
    "schematic",
    "synth_stats",
    "testbench",
    "verify",
]


def verify(
    design: Files,
    *,
    testbench: Files = (),
    reference: Files = (),
    cocotb: Files = (),
    data: Files = (),
    top: str = "",
    seed: int | None = None,
    time_limit_s: float | None = None,
    simulator: str = "auto",
    language: str = "",
    wave: str | Path | None = None,
    stop: threading.Event | None = None,
    settings: Settings | None = None,
) -> Verdict:
    """Check a design by simulation: with a testbench, against a reference, or with cocotb.

    Args:
        design: The files of the design, or its text as a `Source`.
        testbench: A self-checking testbench; `reference` is then the golden model beside it.
        reference: A design that is right; alone, the two are simulated side by side.
        cocotb: Python test modules.
        data: Files that the testbench reads and that do not lie below its folder.
        top: The module that is checked, where the check does not name it.
        seed: Of the random stimulus (None = a new one, which `Verdict.metrics` tells).
        time_limit_s: CPU seconds that the simulation may take (60 if not told otherwise).
        simulator: `auto`, `icarus` or `verilator`.
        language: `cuda` or `triton` for a GPU kernel, compared with a PyTorch `reference`.
        wave: Where to keep the waveform (VCD) of a failing simulation.
        stop: Set it, from any thread, to end the check, which then raises Interrupted.
        settings: Instead of those of files and environment.

    Returns:
        The verdict: `passed`, `outcome`, `failure_class`, `first_mismatch`, `diagnostics`, ...
        `waveform` is `wave` where one was kept.
    """
    files = handed(design, testbench, reference, cocotb, data)
    modules, benches, golden, tests, read = files.given
    with checking(files.folders, settings) as bench:
        checked = bench.verify(
            modules,
            testbench=benches,
            reference=golden,
            cocotb=tests,
            data=read,
            top=top,
            seed=seed,
            time_limit_s=time_limit_s,
            simulator=simulator,
            language=language,
            stop=stop,
        )
        if wave is None or not checked.wave:
            return checked.verdict
        bench.copy_wave(checked.wave, Path(wave))
        from dataclasses import replace

        return replace(checked.verdict, waveform=str(wave))


def equivalence(
    design: Files,
    reference: Files,
    *,
    top: str = "",
    time_limit_s: float | None = None,
    stop: threading.Event | None = None,
    settings: Settings | None = None,
) -> Verdict:
    """Prove that a design behaves as its reference from power-up on, or refute it.

    Inconclusive where neither is done in time: 20 CPU seconds, if not told otherwise. `stop` as
    for `verify`.
    """
    files = handed(design, reference)
    with checking(files.folders, settings) as bench:
        return bench.equivalence(
            *files.given, top=top, time_limit_s=time_limit_s, stop=stop
        ).verdict


def lint(
    design: Files,
    *,
    top: str = "",
    context: Files = (),
    stop: threading.Event | None = None,
    settings: Settings | None = None,
) -> Verdict:
    """What the tools say of a design by itself: syntax, safety, elaboration.

    Inconclusive where they find no fault, for nothing was proved; never a pass. `context` are
    files that the design uses.
    """
    files = handed(design, context)
    with checking(files.folders, settings) as bench:
        return bench.lint(files.given[0], top=top, context=files.given[1], stop=stop)


def synth_stats(
    design: Files,
    *,
    top: str = "",
    stop: threading.Event | None = None,
    settings: Settings | None = None,
) -> SynthStats:
    """Gates, look-up tables, registers and levels that a design comes to (Yosys)."""
    files = handed(design)
    with checking(files.folders, settings) as bench:
        return bench.synth_stats(files.given[0], top=top, stop=stop)


def schematic(
    design: Files,
    *,
    top: str = "",
    stop: threading.Event | None = None,
    settings: Settings | None = None,
) -> str:
    """The top module as an SVG picture. Raises DataError where it cannot be drawn."""
    from gatewright.core import DataError

    files = handed(design)
    with checking(files.folders, settings) as bench:
        drawn = bench.schematic(files.given[0], top=top, stop=stop)[0]
    if not drawn.svg:
        raise DataError(drawn.title.removeprefix("No schematic: "))
    return drawn.svg


def generate(
    spec: str | Path,
    *,
    language: str = "systemverilog",
    top: str = "",
    testbench: Files = (),
    reference: Files = (),
    cocotb: Files = (),
    context: Files = (),
    model: str | Model | None = None,
    base_url: str | None = None,
    oracle: str = "",
    rounds: int | None = None,
    samples: int | None = None,
    symbolic: bool = True,
    init_registers: bool = True,
    listener: Listener | None = None,
    stop: threading.Event | None = None,
    settings: Settings | None = None,
) -> Generated:
    """Write a module for a specification and verify it, round by round; the best is kept.

    Args:
        spec: The specification: a text, or the `Path` of a file.
        language: `verilog`, `systemverilog`, `chisel`, `cuda` or `triton`.
        top: The module's name, where the text does not say.
        testbench: What it must pass; or `reference`, what it must equal; or `cocotb` tests.
        context: Sources that the model should see.
        model: A name as `--model` takes it (`openai:gpt-5-mini`, `symbolic`, ...), anything with
            the methods of `gatewright.models.Model`, or None: as the settings say.
        base_url: Where an OpenAI-compatible server answers.
        oracle: The most it is checked with: `golden`, `reference`, `derived`, `generated`, `none`;
            '' = the best there is.
        rounds: Edit rounds; `samples`: first attempts (None = as the settings say).
        symbolic: Read structured specifications without the model.
        init_registers: Give registers without a reset the initial value 0.
        listener: Told of every stage and round.
        stop: Set it to end the run, which then answers with what it has.
        settings: Instead of those of files and environment.

    Returns:
        `verified` is the verdict's word; `code` the best design; `stop` and `text` say how it
        ended.
    """
    text = _specification(spec)
    files = handed(testbench, reference, cocotb, context)
    benches, golden, tests, beside = files.given
    with writing(files.folders, model, base_url, settings) as bench:
        return bench.generate(
            text,
            language=language,
            top=top,
            testbench=benches,
            reference=golden,
            cocotb=tests,
            context=beside,
            oracle=oracle,
            rounds=rounds,
            samples=samples,
            symbolic=symbolic,
            init_registers=init_registers,
            listener=listener,
            stop=stop,
        )


def testbench(
    spec: str | Path,
    *,
    reference: Files = (),
    style: str = "verilog",
    top: str = "",
    context: Files = (),
    model: str | Model | None = None,
    base_url: str | None = None,
    rounds: int = 1,
    mutants: int = 40,
    listener: Listener | None = None,
    stop: threading.Event | None = None,
    settings: Settings | None = None,
) -> Bench:
    """Write a self-checking testbench (`style` verilog or cocotb) and judge it with wrong designs.

    `verified`: it accepts a design that can be trusted, which is `reference` or one that is read
    off the specification. `score` is the share of `mutants` that it rejects.
    """
    text = _specification(spec)
    files = handed(reference, context)
    with writing(files.folders, model, base_url, settings) as bench:
        return bench.testbench(
            text,
            reference=files.given[0],
            style=style,
            top=top,
            context=files.given[1],
            rounds=rounds,
            mutants=mutants,
            listener=listener,
            stop=stop,
        )


testbench.__test__ = False  # type: ignore[attr-defined]  # no pytest function, for all its name


def _specification(spec: str | Path) -> str:
    if isinstance(spec, Source):
        raise UsageError("a specification is a text or a Path, no Source")
    if not isinstance(spec, Path):
        return spec
    from gatewright.core.decoding import LARGEST_BYTES, decoded
    from gatewright.core.errors import DataError

    try:
        with spec.expanduser().open("rb") as file:
            return decoded(file.read(LARGEST_BYTES + 1), str(spec))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DataError(f"cannot be read: {reason}", where=str(spec)) from None
