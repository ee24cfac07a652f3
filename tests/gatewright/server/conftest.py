"""The server that most tests ask."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from gatewright.core.config import load_settings
from gatewright.server.access import Access
from gatewright.server.app import Serving, create_app
from gatewright.server.opening import open_doors

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


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """All doors, without a model, in front of a small repository."""
    root = tmp_path_factory.mktemp("desk")
    write_repository(root)
    kept = tmp_path_factory.mktemp("kept")
    settings = load_settings({"model": "symbolic", "cache_dir": kept}, environ={})
    opened = open_doors((root,), settings, runs=(root / "runs",), store=kept / "chat.sqlite")
    app = create_app(Serving(Access(TOKEN), (), kept), opened.doors)
    with contextlib.closing(opened), running(app, opened.end) as address:
        yield Server(address, TOKEN, root)
