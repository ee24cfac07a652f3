"""Which problems of a kernel suite are trivially weak: found out once, kept for reports.

The finding depends on the problem's text alone (and hardly on torch's version), so it is kept
under the user's cache by suite and problem, and is made again where the text has changed.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from gatewright.core import DataError, KernelSpec, Problem
from gatewright.sandbox.kernel.prepared import ReferenceTooLarge
from gatewright.sandbox.kernel.rules import rules_named
from gatewright.sandbox.kernel.weak import PLAIN, SHIFTED, Weakness, weigh
from gatewright.sandbox.kernel.worker import TorchWorker

_FORMAT = 1  # of the kept files; another one is not read


def weak_probes(weakness: Weakness, rules: str) -> tuple[str, ...]:
    """What passes a problem's check without computing, at the rules' tolerance for float32.

    `rules` are the harness's. On inputs as the problem draws them; under strict rules on shifted
    ones, too.
    """
    found = rules_named(rules)
    distributions = (PLAIN, SHIFTED) if found.strict else (PLAIN,)
    return weakness.passing(found.tolerance.single, *distributions)


@dataclass(slots=True)
class Weighing:
    """Finds and keeps. `open` gives the torch process, `reduced` a problem that it can run.

    Safe to call from several threads at once.
    """

    suite: str
    open: Callable[[], TorchWorker]
    reduced: Callable[[Problem], Problem]
    folder: Path | None = None
    _known: dict[str, Weakness | None] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, problem: Problem) -> Weakness | None:
        """The problem's weakness; None where its reference cannot be run here."""
        spec = problem.harness
        if not isinstance(spec, KernelSpec):
            return None
        with self._lock:
            if problem.id not in self._known:
                self._known[problem.id] = self._found(problem, spec)
            return self._known[problem.id]

    def known(self, problem: str) -> Weakness | None:
        """What was once found out about the problem of that name; None where nothing was."""
        return self._known.get(problem) or self._read(problem, "")

    def _found(self, problem: Problem, spec: KernelSpec) -> Weakness | None:
        digest = _digest(spec)
        kept = self._read(problem.id, digest)
        if kept is not None:
            return kept
        try:
            smaller = self.reduced(problem).harness
            weakness = weigh(self.open(), smaller if isinstance(smaller, KernelSpec) else spec)
        except (DataError, ReferenceTooLarge):
            return None
        self._keep(problem.id, digest, weakness)
        return weakness

    def _path(self, name: str) -> Path:
        from platformdirs import user_cache_path

        root = self.folder or user_cache_path("gatewright", appauthor=False) / "weak"
        return root / self.suite / f"{name.replace('/', '__')}.json"

    def _read(self, name: str, digest: str) -> Weakness | None:
        try:
            kept = json.loads(self._path(name).read_bytes())
            if kept["format"] != _FORMAT or digest not in ("", kept["sha256"]):
                return None
            found = kept["weakness"]
            filters = tuple(str(one) for one in found["filters"])
            return Weakness(found["needed"], filters, int(found["elements"]), 0.0)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _keep(self, name: str, digest: str, weakness: Weakness) -> None:
        path = self._path(name)
        text = json.dumps({"format": _FORMAT, "sha256": digest, "weakness": asdict(weakness)})
        with suppress(OSError):  # a report then says that it does not know
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(f".{threading.get_ident()}")
            part.write_text(text, encoding="utf-8")
            part.replace(path)


def _digest(spec: KernelSpec) -> str:
    first = spec.configurations[0] if spec.configurations else ""
    return hashlib.sha256(f"{spec.reference.text}\0{first}".encode()).hexdigest()
