"""What pyverilog, or else the facts, make of a module: bindings for `--dataflow`, `--slice`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from gatewright.cli.declared import Option

if TYPE_CHECKING:
    from gatewright.retrieval.binding import Binding, Term
    from gatewright.retrieval.enrichment import Enriched
    from gatewright.retrieval.repository import Repository

Dataflow = Annotated[
    bool,
    Option(
        "Tell what expression each signal is bound to: by pyverilog's analyzer in the "
        "sandbox, or by the facts where it fails.",
        ("--dataflow",),
    ),
]


def enriched(
    repository: Repository, module: str, signals: Sequence[str], near: str, level: str | None
) -> Enriched:
    """Bindings and a slice. Raises UsageError, SandboxUnavailable."""
    from gatewright.cli.options import isolation_from, settings_from
    from gatewright.retrieval.enrichment import Workplace, enrich
    from gatewright.sandbox.isolation import Limits, scratch
    from gatewright.sandbox.tools.script import ConfinedScript

    settings = settings_from(isolation=level)
    limits = Limits(cpu_s=30.0, wall_s=90.0, memory_mb=2048)
    runner = ConfinedScript(isolation_from(settings), limits)
    with scratch("pyverilog") as folder:
        at = Workplace(runner, folder, settings.cache_dir / "pyverilog")
        return enrich(repository, module, signals, at, near)


def tell_bindings(found: Enriched, as_json: bool) -> None:
    """The bindings, one a line."""
    from gatewright.cli.console import print_json
    from gatewright.cli.terminal import shown

    if as_json:
        rows = [_row(binding) for binding in found.bindings]
        print_json({"bindings": rows, "by": found.bindings_by, "notes": list(found.notes)})
        return
    for binding in found.bindings:
        clock = f"  @{binding.clock}" if binding.clock else ""
        when = f"  when {binding.condition}" if binding.condition else ""
        print(shown(f"{binding.signal}{binding.bits} = {binding.expression}{clock}{when}"))
    _say(found)


def tell_slice(found: Enriched, as_json: bool) -> None:
    """The slice, as a source text."""
    from gatewright.cli.console import print_json, say
    from gatewright.cli.terminal import shown

    if as_json:
        missing, notes = list(found.missing), list(found.notes)
        row = {"slice": found.slice, "by": found.slice_by, "missing": missing, "notes": notes}
        print_json(row)
        return
    print("\n".join(shown(line) for line in found.slice.strip().split("\n")))
    if found.missing:
        say(f"note: it lacks {', '.join(found.missing)}, which the repository does not define")
    _say(found)


def _say(found: Enriched) -> None:
    from gatewright.cli.repository import say_notes

    say_notes(found.notes)


def _row(binding: Binding) -> dict[str, object]:
    return {
        "signal": binding.signal,
        "bits": binding.bits,
        "clock": binding.clock or None,
        "condition": binding.condition,
        "expression": binding.expression,
        "tree": _tree(binding.term) if binding.term is not None else None,
    }


def _tree(term: Term) -> dict[str, object]:
    return {"kind": term.kind, "text": term.text, "of": [_tree(child) for child in term.of]}
