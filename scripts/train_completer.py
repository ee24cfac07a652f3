"""Train the reranker of the offline completer and write its artefact.

    python scripts/train_completer.py FOLDER

FOLDER holds one folder a repository, named owner+name, at the commits that
completion_repositories.txt lists; only those listed as `train` are read. Needs scikit-learn.
The same folders give the same artefact.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatewright.eval.suites.completion_lines import (
    before_line,
    near_copies,
    read_repository,
    signature,
    targets,
)
from gatewright.retrieval.complete.completer import drafts
from gatewright.retrieval.complete.corpus import Corpus
from gatewright.retrieval.complete.indent import indented
from gatewright.retrieval.complete.setting import Setting
from gatewright.retrieval.complete.similarity import similarity

LIST = Path(__file__).with_name("completion_repositories.txt")
ARTEFACT = Path(__file__).parent.parent / "retrieval" / "complete" / "ranker.npz"
LINES = 26  # a repository
FEWEST_FILES = 4
COPY_WEIGHT = 0.7  # of a line asked twice: with and without near copies of its file
RIGHT = {"max_iter": 160, "learning_rate": 0.08, "max_leaf_nodes": 24}
ALIKE = {"max_iter": 100, "learning_rate": 0.1, "max_leaf_nodes": 24}
COMMON = {
    "min_samples_leaf": 30,
    "l2_regularization": 3.0,
    "early_stopping": False,
    "random_state": 0,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The proposals for one line: what the reranker sees of each, and how good each is."""

    rows: tuple[Mapping[str, float], ...]
    right: tuple[bool, ...]
    alike: tuple[float, ...]
    weight: float


def listed(split: str) -> list[str]:
    """The repositories of a split."""
    rows = (line.split() for line in LIST.read_text().splitlines() if not line.startswith("#"))
    return [row[0].replace("/", "+") for row in rows if len(row) == 3 and row[2] == split]


def asked(folder: Path) -> list[Asked]:
    """Lines of one repository, each also without the near copies of its file where it has any."""
    files = read_repository(folder)
    if len(files) < FEWEST_FILES:
        return []
    corpus = Corpus.of(files)
    signatures = {path: signature(text) for path, text in files.items()}
    out: list[Asked] = []
    for target in targets(files, LINES, folder.name):
        setting = Setting(target.path, before_line(files[target.path], target.line))
        copies = near_copies(target.path, signatures)
        for without in ((), copies) if copies else ((),):
            found = drafts(corpus, setting, without)
            lines = [indented(proposal, setting) for proposal in found.proposals]
            out.append(
                Asked(
                    found.rows,
                    tuple(line.split() == target.text.split() for line in lines),
                    tuple(similarity(line, target.text) for line in lines),
                    COPY_WEIGHT if copies else 1.0,
                )
            )
    return out


def gathered(folders: Sequence[Path], jobs: int) -> Iterator[Asked]:
    """All repositories' lines, in the order of the folders."""
    with ProcessPoolExecutor(jobs) as pool:
        for folder, found in zip(folders, pool.map(asked, folders), strict=True):
            print(f"{folder.name}: {len(found)} lines", flush=True)
            yield from found


def exported(model: Any, base: float) -> dict[str, NDArray[Any]]:
    """A scikit-learn forest as flat arrays."""
    parts: dict[str, list[NDArray[Any]]] = {
        name: [] for name in ("feature", "threshold", "left", "right", "value", "roots")
    }
    first = 0
    for (tree,) in model._predictors:
        nodes = tree.nodes
        leaf = nodes["is_leaf"].astype(bool)
        parts["feature"].append(np.where(leaf, -1, nodes["feature_idx"]).astype(np.int16))
        # Rounded down, so that a row in single precision goes the way it went in training.
        threshold = nodes["num_threshold"].astype(np.float32)
        above = threshold > nodes["num_threshold"]
        threshold[above] = np.nextafter(threshold[above], np.float32(-np.inf))
        parts["threshold"].append(np.where(leaf, 0, threshold).astype(np.float32))
        parts["left"].append(np.where(leaf, 0, nodes["left"] + first).astype(np.int32))
        parts["right"].append(np.where(leaf, 0, nodes["right"] + first).astype(np.int32))
        parts["value"].append(np.where(leaf, nodes["value"], 0).astype(np.float32))
        parts["roots"].append(np.array([first], dtype=np.int32))
        first += len(nodes)
    arrays = {name: np.concatenate(pieces) for name, pieces in parts.items()}
    return {**arrays, "base": np.array(base, dtype=np.float64)}


def train(lines: Iterable[Asked]) -> dict[str, NDArray[Any]]:
    """The artefact's arrays."""
    kept = [line for line in lines if line.rows]
    names = sorted(kept[0].rows[0])
    matrix = np.array(
        [[row[name] for name in names] for line in kept for row in line.rows], dtype=np.float32
    )
    right = np.array([value for line in kept for value in line.right])
    alike = np.array([value for line in kept for value in line.alike])
    weights = np.array([line.weight for line in kept for _ in line.rows])
    print(f"{len(kept)} lines, {len(matrix)} proposals, {len(names)} features", flush=True)
    return {"names": np.array(names), **fitted(matrix, right, alike, weights)}


def fitted(
    matrix: NDArray[np.float32],
    right: NDArray[np.bool_],
    alike: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> dict[str, NDArray[Any]]:
    """Both forests: whether a proposal is right, and how alike it is to the right one."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    classifier = HistGradientBoostingClassifier(**RIGHT, **COMMON)
    classifier.fit(matrix, right, sample_weight=weights)
    regressor = HistGradientBoostingRegressor(**ALIKE, **COMMON)
    regressor.fit(matrix, alike, sample_weight=weights)
    arrays: dict[str, NDArray[Any]] = {}
    for name, model in (("right", classifier), ("alike", regressor)):
        base = float(np.asarray(model._baseline_prediction).ravel()[0])
        arrays |= {f"{name}_{part}": array for part, array in exported(model, base).items()}
    return arrays


def main() -> None:
    """Read the arguments, train, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=ARTEFACT)
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    given = parser.parse_args()
    folders = [given.folder / name for name in sorted(listed("train"))]
    missing = [folder.name for folder in folders if not folder.is_dir()]
    if missing:
        parser.error(f"{given.folder} lacks {', '.join(missing)}")
    arrays = train(gathered(folders, given.jobs))
    np.savez_compressed(given.out, **arrays)
    print(f"wrote {given.out}: {given.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
