"""What a call by the Model Context Protocol costs, in CPU milliseconds of one process.

    python tests/real/bench_mcp.py REPO MODULE.SIGNAL

The same question is asked of the workbench itself and through the official package's client, in
process and warm: the difference is the protocol's. First: what `import gatewright` costs.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import anyio
from mcp import Client

from gatewright.agents.workbench import Workbench
from gatewright.core.config import load_settings
from gatewright.mcp_server.making import make_server

CALLS = 50
IMPORT = "import time; t = time.process_time(); import gatewright; print(time.process_time() - t)"


async def asked(bench: Workbench, signal: str) -> float:
    """CPU seconds of a call of `drivers` through the protocol."""
    async with Client(make_server(bench)) as client:
        await client.call_tool("drivers", {"signal": signal})
        start = time.process_time()
        for _ in range(CALLS):
            await client.call_tool("drivers", {"signal": signal})
        return (time.process_time() - start) / CALLS


def main(repo: str, signal: str) -> None:
    """Print the three figures."""
    starts = [float(subprocess.check_output([sys.executable, "-c", IMPORT])) for _ in range(5)]
    print(f"import gatewright: {1e3 * min(starts):.1f} ms")
    with tempfile.TemporaryDirectory() as cache:
        settings = load_settings({"model": "symbolic", "cache_dir": cache})
        with Workbench([Path(repo)], settings=settings) as bench:
            bench.drivers(signal)
            start = time.process_time()
            for _ in range(CALLS):
                bench.drivers(signal)
            alone = (time.process_time() - start) / CALLS
            through = anyio.run(asked, bench, signal)
    print(f"drivers: {1e3 * alone:.1f} ms; through the protocol: {1e3 * through:.1f} ms")


if __name__ == "__main__":
    main(*sys.argv[1:3])
