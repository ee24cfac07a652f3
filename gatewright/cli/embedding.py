"""`--embedding`: what search compares by beside words."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from gatewright.cli.declared import Option

if TYPE_CHECKING:
    from gatewright.core.config import Settings
    from gatewright.retrieval.embedding import Embedding
    from gatewright.retrieval.index import Index
    from gatewright.retrieval.index_segment import Level
    from gatewright.retrieval.repository import Repository
    from gatewright.retrieval.vectors import UnitVectors

NONE = "none"
EmbeddingName = Annotated[
    str | None,
    Option(
        "Compare vectors, too: none, hashed (no weights), minilm:FOLDER, ollama:NAME, or "
        "openai:NAME (with --base-url: any OpenAI-compatible server).",
        ("--embedding",),
        metavar="NAME",
        show_default=NONE,
    ),
]
EmbeddingUrl = Annotated[
    str | None,
    Option("Where the embedding model's server answers.", ("--base-url",), metavar="URL"),
]


def is_wanted(name: str | None) -> bool:
    """Whether a flag, variable or file names an embedding.

    Without a settings file a look at one variable tells; settings as a whole cost a tenth of a
    search.
    """
    if name is not None:
        return name.strip() != NONE
    from gatewright.core.layers import collect

    layers = collect({}, os.environ, Path.cwd(), None, ("embedding",))
    given = [layer.values["embedding"] for layer in layers if "embedding" in layer.values]
    return bool(given) and given[-1] != NONE


@contextlib.contextmanager
def vectors(
    repository: Repository, index: Index, level: Level, name: str | None, url: str | None
) -> Iterator[UnitVectors | None]:
    """The repository's vectors by the embedding that is wanted; None where none is.

    Raises UsageError for a name that is none, and what the embedding raises.
    """
    if not is_wanted(name):
        yield None
        return
    from gatewright.agents.likeness import likeness
    from gatewright.cli.options import settings_from
    from gatewright.cli.repository import Progress

    settings = settings_from(embedding=name, embedding_url=url)
    with likeness(repository, index, level, settings, Progress("embedding", "units")) as found:
        yield found


def model_named(settings: Settings) -> Embedding | None:
    """The model that an embedding's name stands for; None where vectors are to be hashed."""
    if settings.embedding.strip() in (NONE, "hashed"):
        return None
    from gatewright.agents.likeness import opened

    return opened(settings, lambda _: 1.0)
