"""Figures on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatewright.core import Outcome
from gatewright.eval.speed import speed_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console, JustifyMethod
    from rich.table import Table

    from gatewright.eval.compare import Comparison, Shift
    from gatewright.eval.metrics import Estimate
    from gatewright.eval.opinion import Opinions
    from gatewright.eval.preflight import PreflightResult, RulePreflight
    from gatewright.eval.results import Run
    from gatewright.eval.summary import Summary
    from gatewright.eval.view import ProblemView

_STYLES = {"pass": "green", "mismatch": "yellow", "open": "dim", "no_code": "dim"}
_WRAPPED = ("problem", "answers")  # these columns give way on a narrow terminal
_MOST_ERRORS = 5


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _interval(estimate: Estimate) -> str:
    return f"{100 * estimate.low:.1f} to {100 * estimate.high:.1f}"


def _table(*columns: str, title: str = "") -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for number, column in enumerate(columns):
        justify: JustifyMethod = "right" if number else "left"
        table.add_column(column, justify=justify, no_wrap=column not in _WRAPPED, overflow="fold")
    return table


def print_summary(summary: Summary, console: Console) -> None:
    """The figures by rule set, then failures and what was left out."""
    manifest = summary.manifest
    who = manifest.answers.model or str(manifest.answers.kind)
    title = f"{manifest.suite} · {who} · {len(manifest.problems)} problems × {manifest.samples}"
    more = [k for k in next(iter(summary.rules.values())).pass_at if k > 1]
    ks = [f"pass@{k}" for k in more]
    table = _table("rules", "passed", "pass@1", "95 % interval", *ks, title=title)
    for name, rule in summary.rules.items():
        one = rule.pass_at[1]
        cells = [name, f"{rule.passed}/{rule.total}", _percent(one.value), _interval(one)]
        table.add_row(*cells, *(_percent(rule.pass_at[k].value) for k in more))
    _print(console, table)
    for name, rule in summary.rules.items():
        if rule.without_symbolic is not None:
            without = (
                f"{_percent(rule.without_symbolic.value)} ({_interval(rule.without_symbolic)})"
            )
            _say(console, f"{name} without the symbolic reader's answers: pass@1 {without}")
    _print_rest(summary, console)


def _print_rest(summary: Summary, console: Console) -> None:
    rules = summary.manifest.rules
    for line in speed_lines(summary.speed) if summary.speed else ():
        _say(console, line)
    if summary.failures:
        counts = (f"{name.replace('_', ' ')} {n}" for name, n in summary.failures.items())
        _say(console, f"failures under {rules[-1]}: {', '.join(counts)}")
    # A file of answers that was cut off holds fewer of them than there are results.
    left = min(summary.not_attempted, summary.manifest.total - summary.answered)
    if left > 0:
        _say(console, f"not attempted, counted as failed: {left}", "yellow")
    if unscored := summary.not_attempted - max(left, 0):
        _say(console, f"answered and not scored yet: {unscored}", "yellow")
    for error in summary.errors[:_MOST_ERRORS]:
        _say(console, f"{error.key}: {error.message}", "red")
    if len(summary.errors) > _MOST_ERRORS:
        _say(console, f"and {len(summary.errors) - _MOST_ERRORS} more errors", "red")
    _say(
        console,
        f"oracle {summary.manifest.answers.oracle}, checking {summary.cpu_s:.1f} CPU s, "
        f"kept in {summary.out}",
        "dim",
    )


def print_opinions(opinions: Opinions, console: Console) -> None:
    """Simulation against proof: how many answers each way, and every disagreement."""
    proved = ("pass", "fail", "inconclusive")
    title = f"{opinions.rules} (rows) against proof (columns)"
    table = _table("", *proved, title=title)
    for simulated in proved:
        row = [opinions.counts.get((Outcome(simulated), Outcome(p)), 0) for p in proved]
        if any(row):
            table.add_row(simulated, *(str(number) for number in row))
    _print(console, table)
    for each in opinions.disagreements:
        _say(
            console,
            f"{each.key}: {each.simulated} by simulation, {each.proved} by proof: {each.reason}",
            "yellow",
        )
    for reason, number in opinions.undecided.items():
        _say(console, f"undecided {number}: {_plain(reason)}", "dim")
    share = f"{opinions.conclusive} of {opinions.total} decided"
    _say(console, f"{share}, median {opinions.median_cpu_s:.3f} CPU s", "dim")


def print_run(run: Run, console: Console) -> None:
    """The figures, then a line a problem."""
    from gatewright.eval.optimised import optimised
    from gatewright.eval.view import cautions, problem_views

    print_summary(run.summary, console)
    if gains := optimised(run):
        _say(console, gains)
    names = list(reversed(run.manifest.rules))
    views = list(problem_views(run, detailed=0))
    told = any(problem.speed for problem in views)
    table = _table("problem", *names, "answers", *(["speed"] if told else []), "CPU s")
    for problem in views:
        passed = (f"{n}/{problem.samples}" for n in problem.passed)
        speed = [problem.speed] if told else []
        cpu = f"{problem.cpu_s:.2f}" if problem.cpu_s else ""
        table.add_row(_plain(problem.id), *passed, _cells(problem), *speed, cpu)
    _print(console, table)
    for caution in cautions(run):
        _say(console, caution, "yellow")


def _plain(text: str) -> str:
    """The text with nothing in it that the terminal or the table would take for markup."""
    from rich.markup import escape

    return escape("".join(c if c.isprintable() else "·" for c in text))


def _cells(problem: ProblemView) -> str:
    counts: dict[str, int] = {}
    for cell in problem.cells:
        counts[cell.state] = counts.get(cell.state, 0) + 1
    return ", ".join(
        f"[{_STYLES.get(state, 'red')}]"
        + ("not attempted" if state == "open" else state.replace("_", " "))
        + (f" {n}" if len(problem.cells) > 1 else "")
        + "[/]"
        for state, n in counts.items()
    )


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Both rates, the difference with its interval, and the problems that changed sides."""
    table = _table("run", "pass@1", "95 % interval", title=f"rules {comparison.rules}")
    for name, estimate in (
        (comparison.first, comparison.before),
        (comparison.second, comparison.after),
    ):
        table.add_row(_plain(name), _percent(estimate.value), _interval(estimate))
    difference = comparison.difference
    points = f"{100 * difference.value:+.1f}"
    table.add_row(
        "difference, points", points, f"{100 * difference.low:+.1f} to {100 * difference.high:+.1f}"
    )
    _print(console, table)
    by_chance = f", p = {comparison.p_value:.3g}" if comparison.p_value is not None else ""
    _say(
        console,
        f"{comparison.problems} problems: {len(comparison.gained)} better, "
        f"{len(comparison.lost)} worse{by_chance}",
    )
    _print_shifts(console, "better", "green", comparison.gained)
    _print_shifts(console, "worse", "red", comparison.lost)
    for caution in comparison.cautions:
        _say(console, f"note: {caution}", "yellow")


def _print_shifts(console: Console, word: str, style: str, shifts: tuple[Shift, ...]) -> None:
    for shift in shifts:
        change = f"{100 * shift.before:.0f} → {100 * shift.after:.0f} %"
        _say(console, f"  {word}  {shift.problem}  {change}", style)


def print_preflight(result: PreflightResult, console: Console) -> None:
    """Ceiling and floor by rule set, then what is wrong with each."""
    title = f"{result.suite} · {result.problems} problems"
    table = _table("passed under", *(rule.rules for rule in result.rules), title=title)
    table.add_row("references", *(f"{rule.ceiling}/{rule.problems}" for rule in result.rules))
    for floors in zip(*(rule.floors for rule in result.rules), strict=True):
        table.add_row(floors[0].probe.name, *(str(len(floor.passed)) for floor in floors))
    good = ("[green]in order[/]" if rule.ok else "[red]not in order[/]" for rule in result.rules)
    table.add_row("", *good)
    _print(console, table)
    for rule in result.rules:
        _print_findings(rule, console)
    for name, by in result.filtered.items():
        _say(console, f"rejected by robust-kbench's filters: {name} ({', '.join(by)})", "dim")
    for why, names in _grouped(result.left_out).items():
        _say(console, f"left out: {names} ({why})", "dim")
    if result.unprobed:
        _say(console, f"no interface known, so no probes: {', '.join(result.unprobed)}", "yellow")
    _print_legend(result, console)
    if result.constants:
        names = ", ".join(result.constants)
        _say(console, f"no inputs, so that a constant may be right: {names}", "dim")
    tools = ", ".join(f"{name} {version}" for name, version in result.tools.items())
    _say(console, f"{tools or 'tools'}: {result.cpu_s:.1f} CPU s, {result.wall_s:.1f} s", "dim")


def _grouped(left_out: Mapping[str, str]) -> dict[str, str]:
    """What is left out for the same reason, together."""
    found: dict[str, list[str]] = {}
    for name, why in left_out.items():
        found.setdefault(why, []).append(name)
    return {why: ", ".join(names) for why, names in found.items()}


def _print_legend(result: PreflightResult, console: Console) -> None:
    """What the rows are, and which column the exit status goes by."""
    _say(console, "references: the benchmark's own answers; the others must pass nowhere:", "dim")
    for floor in result.rules[0].floors:
        _say(console, f"  {floor.probe.name}: a design that {floor.probe.what}", "dim")
    strictest = result.rules[-1]
    state = "in order" if result.ok else "not in order"
    _say(console, f"the exit status is that of {strictest.rules}, the strictest: {state}")
    fooled = [rule.rules for rule in result.rules[:-1] if rule.forged]
    if fooled:
        who = f"{', '.join(fooled)} believe{'s' if len(fooled) == 1 else ''}"
        _say(console, f"{who} what a design prints: being fooled is expected there", "dim")


def _print_findings(rule: RulePreflight, console: Console) -> None:
    for fault in rule.faults:
        _say(console, f"{rule.rules}: {fault}", "red")
    for refused in rule.refused:
        known = f" (known: {refused.known})" if refused.known else ""
        _say(console, f"{rule.rules}: reference of {refused.problem} fails: {refused.why}{known}")
    for weak in rule.weak:
        _say(console, f"{rule.rules}: {weak.problem} passes {', '.join(weak.probes)}", "dim")


def _print(console: Console, table: Table) -> None:
    console.print(table)


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(_plain(text), style=style or None, highlight=False, soft_wrap=True)
