"""The server that most tests ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gatewright.server.access import Access
from gatewright.server.app import Serving, create_app

from .running import TOKEN, Server, running, write_repository


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The doors that need no model, in front of a small repository."""
    root = tmp_path_factory.mktemp("repo")
    write_repository(root)
    cache = tmp_path_factory.mktemp("cache")
    serving = Serving(Access(TOKEN), (root,), cache, helpers=1)
    with running(create_app(serving)) as address:
        yield Server(address, TOKEN, root)
