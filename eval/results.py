"""A run as it lies in its folder: finished, under way, or broken off. Reading needs no tool."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gatewright.core import DataError
from gatewright.eval.folder import RESULTS, SAMPLES, TRAJECTORIES, VERDICTS
from gatewright.eval.manifest import Manifest, read_manifest
from gatewright.eval.rowfile import RowFile
from gatewright.eval.rows import Key, ResultRow, SampleRow, TrajectoryRow, VerdictRow
from gatewright.eval.schedule import in_order
from gatewright.eval.summary import Summary, summarise


@dataclass(frozen=True, slots=True)
class Run:
    """A run's manifest, figures and rows. Rows are read from the disk when they are asked for."""

    path: Path
    manifest: Manifest
    summary: Summary
    samples: RowFile[SampleRow]
    results: RowFile[ResultRow]
    verdicts: RowFile[VerdictRow]
    trajectories: RowFile[TrajectoryRow]

    @property
    def keys(self) -> list[Key]:
        """Every answer wanted, in the benchmark's order."""
        return in_order(self.manifest.problems, self.manifest.samples)


def load_run(path: Path) -> Run:
    """Open a run's folder for reading. Raises DataError where it is not one, or is damaged."""
    manifest = read_manifest(path)
    if manifest is None:
        raise DataError(
            "no run is kept here" if path.is_dir() else "no such folder",
            where=str(path),
            hint="give the folder that `gatewright eval … --out` wrote",
        )
    results = RowFile(path / RESULTS, ResultRow)
    samples = RowFile(path / SAMPLES, SampleRow)
    return Run(
        path=path,
        manifest=manifest,
        summary=summarise(manifest, path, results, len(samples)),
        samples=samples,
        results=results,
        verdicts=RowFile(path / VERDICTS, VerdictRow),
        trajectories=RowFile(path / TRAJECTORIES, TrajectoryRow),
    )
