"""What a trial showed: the first fault of each variant, in plain words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gatewright.core import DataError
from gatewright.sandbox.kernel.compare import Compared, Tolerance, compare
from gatewright.sandbox.kernel.prepared import Ready
from gatewright.sandbox.kernel.trial import Failure, Ran, Trial

# Names that torch gives one computation in several places.
_SAME = {"addmm": "mm", "baddbmm": "bmm", "addbmm": "bmm", "addmv": "mv"}
_MOVING_TARGET = "nothing but the order in which threads run was changed"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a variant fails. `code` is the finer class of the verdict."""

    code: str
    message: str
    line: int = 0
    compared: Compared | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One variant's outcome: its fault, or None; the comparisons made; what was counted."""

    name: str
    fault: Fault | None
    comparisons: tuple[Compared, ...] = ()
    launches: int = 0
    operations: Mapping[str, int] | None = None
    large: Mapping[str, int] | None = None
    skipped: str = ""
    taken: int = 0

    @property
    def holds(self) -> bool:
        """Every call that could be compared came out right, and at least one could."""
        return self.fault is None and not self.skipped

    @property
    def checks(self) -> int:
        """Values compared."""
        return sum(one.checks for one in self.comparisons)

    @property
    def wrong(self) -> int:
        """Values that were wrong."""
        return sum(one.wrong for one in self.comparisons)


def finding(
    trial: Trial,
    ready: Sequence[Ready],
    number: int,
    tolerance: Tolerance,
    calls: int | None = None,
) -> Finding:
    """What a trial says of one variant, of which `calls` were to be made (None: all)."""
    one = ready[number]
    wanted = len(one.calls) if calls is None else calls
    name = one.variant.name
    if one.error:
        return Finding(name, None, skipped=one.error)
    unloaded = trial.unloaded.get(number)
    if unloaded is not None:
        return Finding(name, _raised(unloaded, while_loading=True))
    ran = [r for r in trial.ran if r.variant == number and not r.sham]
    comparisons: list[Compared] = []
    fault: Fault | None = None
    for result in ran:
        ready_call = one.calls[result.call]
        if result.failure is not None:
            fault = fault or _raised(result.failure)
        elif ready_call.finite and result.output is not None:
            compared = _compared(result, ready_call.expected, tolerance)
            comparisons.append(compared)
            if not compared.holds:
                fault = fault or _mismatch(result, compared, one, comparisons)
        if fault is None:
            fault = _mutation(result, ready_call.mutated)
    if fault is None and len(ran) < wanted:
        fault = _died(trial)
    skipped = "" if comparisons or fault else "the reference gives no finite numbers"
    launches = max((r.launches for r in ran), default=0)
    operations = ran[0].operations if ran else None
    large = ran[0].large if ran else None
    taken = max((r.taken for r in ran), default=0)
    return Finding(name, fault, tuple(comparisons), launches, operations, large, skipped, taken)


def _compared(result: Ran, expected: object, tolerance: Tolerance) -> Compared:
    from gatewright.sandbox.kernel.compare import Expected

    if not isinstance(expected, Expected) or result.output is None:
        raise TypeError
    try:
        return compare(result.output, expected, tolerance)
    except DataError as error:
        return Compared(str(error), 1, 1)


def _raised(failure: Failure, *, while_loading: bool = False) -> Fault:
    if failure.memory:
        return Fault("memory", str(failure), failure.line)
    if failure.error in ("Absent", "TypeError") and while_loading:
        return Fault("interface", str(failure), failure.line)
    if failure.error == "Race":
        return Fault("race", failure.message, failure.line)
    if failure.error == "NotPlain":
        return Fault("unsafe", f"the output is {failure.message}", failure.line)
    return Fault("exception", str(failure), failure.line)


def _mismatch(result: Ran, compared: Compared, ready: Ready, before: Sequence[Compared]) -> Fault:
    distribution = ready.calls[result.call].distribution
    told = f"{compared.reason} ({ready.variant.name} sizes, {distribution} inputs, "
    told += f"threads in {result.order} order)"
    if compared.precision:
        return Fault("precision", f"{told}: errors as of a shorter mantissa", compared=compared)
    earlier = [one for one in before[:-1] if one.holds]
    code = "mismatch"
    if earlier and distribution == "plain":
        code = "order_or_state"
    return Fault(code, told, compared=compared)


def _mutation(result: Ran, allowed: Iterable[int]) -> Fault | None:
    changed = sorted(set(result.mutated) - set(allowed))
    if not changed:
        return None
    return Fault("input_mutation", f"input {', '.join(map(str, changed))} is changed in place")


def _died(trial: Trial) -> Fault:
    """The process did not come to its end."""
    if trial.out_of_time:
        return Fault("timeout", "it does not come to an end in the time it is given")
    if trial.signal_name:
        return Fault("crash", f"the process was ended by {trial.signal_name}")
    last = trial.log.strip().splitlines()
    return Fault("crash", last[-1][:300] if last else f"the process ended with {trial.status}")


def sham_fault(
    trial: Trial, ready: Sequence[Ready], tolerance: Tolerance, found: Finding
) -> Fault | None:
    """Whether the result is right without a kernel's work: then no kernel did any."""
    if found.launches == 0:
        return Fault("no_kernel", "no kernel is launched: what is computed is computed by torch")
    for result in trial.ran:
        if not result.sham or result.output is None:
            continue
        call = ready[result.variant].calls[result.call]
        if call.finite and _compared(result, call.expected, tolerance).holds:
            return Fault(
                "no_kernel", "the result is the same when the kernels do nothing: it is not theirs"
            )
    return None


def wrap_fault(found: Finding, ready: Ready) -> Fault | None:
    """Whether torch computes all that the reference computes, beside the kernels."""
    if found.taken:
        return Fault("no_kernel", f"the host takes {found.taken} values to itself in a call")
    if found.operations is None:
        return None
    needed = _computed(dict(ready.operations))
    used = _computed(dict(found.operations))
    if needed and not needed - used:
        listed = ", ".join(sorted(needed))
        return Fault("no_kernel", f"torch itself computes all there is to compute: {listed}")
    large = _computed(dict(found.large or {}))
    if large.total() >= needed.total() >= 2:
        listed = ", ".join(sorted(large))
        return Fault(
            "no_kernel", f"torch computes as much as in the reference, under other names: {listed}"
        )
    return None


def _computed(operations: Mapping[str, int]) -> Counter[str]:
    from gatewright.sandbox.kernel.operations import computes

    found: Counter[str] = Counter()
    for name, count in operations.items():
        plain = name.rstrip("_")
        if computes(plain) and computes(name):
            found[_SAME.get(plain, plain)] += count
    return found


def with_code(fault: Fault, code: str) -> Fault:
    """The fault under another class."""
    return replace(fault, code=code)
