"""The check that the flags of `verify` and `generate` ask for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from gatewright.cli.cocotb_files import cocotb_spec
from gatewright.cli.inputs import read_source, read_sources
from gatewright.core import (
    HarnessSpec,
    ReferenceSpec,
    Source,
    TestbenchSpec,
    UsageError,
)

_READS = re.compile(r"\$(?:readmem[hb]|fopen)\s*\(\s*\"([^\"\\]+)\"")


def check_spec(
    testbench: list[str] | None,
    reference: list[str] | None,
    cocotb: list[str] | None,
    data: list[str] | None = None,
    *,
    formal: bool = False,
    seed: int | None = None,
) -> HarnessSpec:
    """The check that the flags ask for. Raises UsageError for none, or for two at once."""
    if formal and (testbench or cocotb or not reference):
        raise UsageError(
            "--formal proves equivalence with a design", hint="give --reference FILE, and it alone"
        )
    files = read_sources(data or ())
    if cocotb:
        if testbench or reference:
            raise UsageError("--cocotb stands alone", hint="leave --testbench and --reference out")
        return cocotb_spec(cocotb, files)
    if testbench:
        benches, golden = read_sources(testbench), read_sources(reference or ())
        files = (*files, *_beside([*testbench, *(reference or ())], (*benches, *golden), files))
        return TestbenchSpec(benches, golden, data=files)
    if reference:
        return ReferenceSpec(read_sources(reference), seed=seed)
    raise UsageError(
        "nothing to check the design against",
        hint="give --testbench FILE, --reference FILE or --cocotb FILE",
    )


def _beside(
    paths: Sequence[str], readers: Sequence[Source], given: Sequence[Source]
) -> list[Source]:
    """The files that testbenches read by a name that leads beside or below them.

    Raises UsageError for two of one bare name: a simulation has all of its files in one folder.
    """
    taken = {source.name for source in given}
    found: list[Source] = []
    places: dict[str, Path] = {}
    for path, reader in zip(paths, readers, strict=True):
        for name in dict.fromkeys(_READS.findall(reader.text)):
            file = _below(Path(path).parent, name)
            if file is None or file.name in taken:
                continue
            if places.setdefault(file.name, file) != file:
                raise UsageError(
                    f"the testbench reads two files called {file.name}",
                    where=reader.name,
                    hint="give them different names",
                )
            if all(source.name != file.name for source in found):
                found.append(read_source(file))
    return found


def _below(folder: Path, name: str) -> Path | None:
    """The regular file of that relative name; None where a link, or `..`, is on the way."""
    parts = PurePosixPath(name).parts
    if not parts or PurePosixPath(name).is_absolute() or ".." in parts:
        return None
    ways = [folder.joinpath(*parts[: n + 1]) for n in range(len(parts))]
    if any(way.is_symlink() for way in ways) or not ways[-1].is_file():
        return None
    return ways[-1]
