"""A kernel written without a model, for a problem whose module can be traced."""

from __future__ import annotations

import atexit
import threading
from typing import TYPE_CHECKING

from gatewright.agents.kernel_symbolic.emit import emit
from gatewright.agents.kernel_symbolic.graph import read_graph
from gatewright.agents.symbolic.abstain import Abstain
from gatewright.core import Candidate, Language, Provenance, Source

if TYPE_CHECKING:
    from gatewright.sandbox.kernel.worker import TorchWorker

_JOB = "gatewright.sandbox.kernel.inside.trace:run"
_workers: list[TorchWorker] = []
_lock = threading.Lock()


def write_kernel(reference: Source) -> Candidate:
    """ModelNew for this problem file, from templates. Raises Abstain with the reason.

    The file is run, and traced, in a confined process. Raises ToolMissing without torch.
    """
    with _worker().job(_JOB, {"text": reference.text}) as done:
        graph = done.read("graph")
    if graph is None:
        raise Abstain(f"the problem could not be traced: {done.log.strip()[-200:]}")
    code = emit(reference.text, read_graph(graph.decode("utf-8", "replace")))
    source = Source("solution.py", code, Language.CUDA)
    return Candidate((source,), Provenance.SYMBOLIC)


def _worker() -> TorchWorker:
    """One process for all problems: importing torch costs much more than tracing a module."""
    from gatewright.sandbox.isolation import open_isolation
    from gatewright.sandbox.kernel.worker import TorchWorker

    with _lock:
        if not _workers:
            _workers.append(TorchWorker(open_isolation()))
            atexit.register(_workers[0].close)
        return _workers[0]
