"""What search compares by beside words: the embedding that the settings name."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gatewright.core.config import Settings

if TYPE_CHECKING:
    from gatewright.retrieval.embedding import Embedding, Rarity
    from gatewright.retrieval.index import Index
    from gatewright.retrieval.index_segment import Level
    from gatewright.retrieval.repository import Repository
    from gatewright.retrieval.vectors import UnitVectors

NONE = "none"


@contextlib.contextmanager
def likeness(
    repository: Repository,
    index: Index,
    level: Level,
    settings: Settings,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[UnitVectors | None]:
    """The repository's vectors by the embedding that is wanted; None where none is.

    Raises as `opened` does.
    """
    if settings.embedding.strip() == NONE:
        yield None
        return
    from gatewright.retrieval.fusion import rarity
    from gatewright.retrieval.vectors import UnitVectors

    embedding = opened(settings, lambda term: rarity(index.view, level, term))
    with contextlib.closing(UnitVectors(repository, embedding, progress)) as found:
        yield found


def opened(settings: Settings, rarity: Rarity) -> Embedding:
    """The embedding that the settings name. `rarity` weighs the terms that are hashed.

    Raises UsageError for a name that is none, and what opening a model raises.
    """
    from gatewright.retrieval.embedding import HashedEmbedding, ModelEmbedding
    from gatewright.retrieval.embedding_cache import CachedEmbedding

    name = settings.embedding.strip()
    if name == "hashed":
        return HashedEmbedding(rarity)
    kept = settings.cache_dir / "retrieval" / "embeddings.sqlite"
    kind, _, rest = name.partition(":")
    if kind == "minilm":
        from gatewright.retrieval.embedding_onnx import OnnxEmbedding

        return CachedEmbedding(OnnxEmbedding(Path(rest.strip() or "FOLDER").expanduser()), kept)
    from gatewright.models.embedding_choice import open_embedding

    return CachedEmbedding(ModelEmbedding(open_embedding(name, settings)), kept)
