"""Runs of `eval`, to be looked at: which there are, and each one's report."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, StreamingResponse

from gatewright.core import GatewrightError
from gatewright.eval.folder import MANIFEST
from gatewright.eval.manifest import read_manifest
from gatewright.server.failing import refusal

_MOST = 200
# A report brings its own style and one script, whose hash it names in a policy of its own. It is
# kept apart from this server's origin: what a model wrote stands in it.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts"
)


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run's folder, in one line."""

    id: str
    path: Path
    suite: str
    model: str
    answers: int
    changed: float


def run_door(places: Sequence[Path]) -> APIRouter:
    """The routes. `places` are folders of runs, or of folders of runs."""
    router = APIRouter()

    @router.get("/api/runs")
    async def listed() -> JSONResponse:
        runs = await asyncio.to_thread(kept_runs, places)
        return JSONResponse(
            [
                {
                    "id": run.id,
                    "name": run.path.name,
                    "suite": run.suite,
                    "model": run.model,
                    "answers": run.answers,
                    "changed": run.changed,
                }
                for run in runs
            ]
        )

    @router.get("/runs/{id}")
    async def report(id: str) -> Response:
        from gatewright.eval.report import html_pieces
        from gatewright.eval.results import load_run

        runs = await asyncio.to_thread(kept_runs, places)
        found = next((run for run in runs if run.id == id), None)
        if found is None:
            return refusal(404, "no such run: it was moved, or its folder is not served")
        run = await asyncio.to_thread(load_run, found.path)
        return StreamingResponse(
            html_pieces(run),
            media_type="text/html; charset=utf-8",
            headers={"Content-Security-Policy": _POLICY},
        )

    return router


def kept_runs(places: Sequence[Path]) -> list[KeptRun]:
    """The runs in these folders, the last changed first."""
    found = [run for place in places for run in _below(place)]
    unique = {run.id: run for run in found}
    return sorted(unique.values(), key=lambda run: -run.changed)[:_MOST]


def _below(place: Path) -> Iterator[KeptRun]:
    with suppress(OSError):
        for path in [place, *sorted(p for p in place.iterdir() if p.is_dir())]:
            # A folder that is no run, or a damaged one, must not hide the others.
            with suppress(GatewrightError, OSError):
                manifest = read_manifest(path)
                if manifest is not None:
                    resolved = path.resolve()
                    yield KeptRun(
                        hashlib.sha256(str(resolved).encode()).hexdigest()[:16],
                        resolved,
                        manifest.suite,
                        manifest.answers.model or str(manifest.answers.kind),
                        manifest.total,
                        (path / MANIFEST).stat().st_mtime,
                    )
