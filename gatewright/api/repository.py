"""A repository of HDL, held open for questions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from gatewright.api.opening import Files, writing

if TYPE_CHECKING:
    import threading

    from gatewright.agents.listener import Listener
    from gatewright.agents.workbench import Given, Workbench
    from gatewright.agents.workbench.results import (
        Checked,
        Completion,
        ConeFound,
        Generated,
        ModuleShown,
        PackFound,
        SignalPlaces,
    )
    from gatewright.core.config import Settings
    from gatewright.models import Model
    from gatewright.retrieval.search import Hit


class Repository:
    """A folder of Verilog, SystemVerilog, Chisel or CUDA, looked at anew at every question.

    Facts and index are kept in the user's cache folder between processes. Paths are relative to the
    folder. Safe to use from several threads. Close it, or use it in a `with`.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        model: str | Model | None = "symbolic",
        base_url: str | None = None,
        settings: Settings | None = None,
    ) -> None:
        """`model` is who writes in `generate`, and nothing else asks it: `symbolic` is none, None
        the one that the settings name; `base_url` and `settings` as for `gatewright.generate`.

        Raises UsageError where `path` is no folder.
        """
        self.path = Path(path).expanduser().resolve()
        self._bench = writing([self.path], model, base_url, settings)

    def close(self) -> None:
        """Let go of the index."""
        self._bench.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Repository({str(self.path)!r})"

    # questions

    def search(
        self,
        query: str,
        *,
        level: str = "block",
        count: int = 10,
        path: str = "",
        module: str = "",
        clock: str = "",
    ) -> tuple[Hit, ...]:
        """What fits a description, or has the name, best first.

        `level` is `module`, `block` or `signal`; `path`, `module` and `clock` narrow it.
        """
        found = self._bench.search(
            query, level=level, count=count, path=path, module=module, clock=clock
        )
        return found.hits

    def show(self, module: str, *, near: str = "") -> tuple[ModuleShown, ...]:
        """A module in every definition (with `near`, a file, the nearest): `text` tells its ports,
        parameters, instances, blocks and users."""
        return self._bench.show(module, near=near).modules

    def drivers(self, signal: str, *, near: str = "") -> SignalPlaces:
        """What drives MODULE.SIGNAL: statements, instances inside, connections outside."""
        return self._bench.drivers(signal, near=near)

    def loads(self, signal: str, *, near: str = "") -> SignalPlaces:
        """What reads MODULE.SIGNAL."""
        return self._bench.loads(signal, near=near)

    def cone(self, signal: str, *, depth: int = 4, most: int = 200, near: str = "") -> ConeFound:
        """The statements that decide MODULE.SIGNAL, backwards, through the hierarchy."""
        return self._bench.cone(signal, depth=depth, most=most, near=near)

    def context(
        self,
        path: str,
        line: int,
        *,
        tokens: int = 4000,
        text: str | None = None,
        exclude: Sequence[str] = (),
    ) -> PackFound:
        """What somebody needs to see to write at a line of a file; `text` is the file's text where
        it is not saved yet, `exclude` are globs of files that nothing may come from."""
        return self._bench.context(path, line, tokens=tokens, text=text, exclude=exclude)

    def complete(
        self,
        path: str,
        line: int,
        *,
        column: int = 1,
        count: int = 5,
        block: int = 0,
        ports: bool = False,
        text: str | None = None,
    ) -> Completion:
        """What comes next at a cursor (lines and columns from 1): a line, a `block` of at most so
        many lines, or the `ports` that an open instance lacks. No model is asked."""
        return self._bench.complete(
            path, line, column=column, count=count, block=block, ports=ports, text=text
        )

    # checks and writing, among the repository's files

    def verify(
        self,
        design: Files,
        *,
        testbench: Files = (),
        reference: Files = (),
        top: str = "",
        seed: int | None = None,
        time_limit_s: float | None = None,
        stop: threading.Event | None = None,
    ) -> Checked:
        """Check files of the repository, or texts, compiled among the files that they need.

        Setting `stop` ends the check, which then raises Interrupted.
        """
        return self._bench.verify(
            self._given(design),
            testbench=self._given(testbench),
            reference=self._given(reference),
            top=top,
            seed=seed,
            time_limit_s=time_limit_s,
            use_repository=True,
            stop=stop,
        )

    def generate(
        self,
        spec: str,
        *,
        top: str = "",
        testbench: Files = (),
        reference: Files = (),
        oracle: str = "",
        rounds: int | None = None,
        samples: int | None = None,
        listener: Listener | None = None,
        stop: threading.Event | None = None,
    ) -> Generated:
        """Write a module that will live in the repository: the model sees what the text names of
        it, and checks compile it among the files that it uses."""
        return self._bench.generate(
            spec,
            top=top,
            testbench=self._given(testbench),
            reference=self._given(reference),
            oracle=oracle,
            rounds=rounds,
            samples=samples,
            use_repository=True,
            listener=listener,
            stop=stop,
        )

    @property
    def workbench(self) -> Workbench:
        """All tools, as chat, server and MCP have them."""
        return self._bench

    def _given(self, files: Files) -> tuple[Given, ...]:
        """Files as the workbench takes them: paths are relative to the repository."""
        from gatewright.core import Source

        found = (files,) if isinstance(files, (str, Path, Source)) else tuple(files)
        return tuple(each if isinstance(each, Source) else str(each) for each in found)
