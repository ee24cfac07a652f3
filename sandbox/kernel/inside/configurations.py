"""The job that tells what one call of a reference costs, in several configurations.

Request: `cases`, each `text`, `inputs` and `init`. Leaves `costs`: for each case its elements and
floating-point operations, or null where the file does not run on the meta device.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gatewright.sandbox.kernel.inside.problem import ProblemFile, cost

Json = dict[str, Any]


def run(request: Json) -> None:
    """Run the job."""
    costs = [_cost(case) for case in request["cases"]]
    Path("costs").write_text(json.dumps(costs), encoding="utf-8")


def _cost(case: Json) -> list[int] | None:
    try:
        found = cost(ProblemFile.run(case["text"], case["inputs"], case["init"]), on_meta=True)
    except Exception:
        return None
    return [found.elements, found.flops]
