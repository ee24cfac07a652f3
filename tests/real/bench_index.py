"""What reading and asking a repository costs, in CPU seconds of one process and megabytes.

    python tests/real/bench_index.py REPO [MODULE.SIGNAL...]

Cold: an empty store. Then a look at the unchanged folder, one edited file (a copy of the folder is
made for that), questions in process, and questions by the command line (start included).
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from gatewright.retrieval.dataflow import cone
from gatewright.retrieval.drivers import drivers, loads
from gatewright.retrieval.index import Index
from gatewright.retrieval.repository import Repository
from gatewright.retrieval.search import Question, Search

QUESTION = "fifo write pointer increments when not full"


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def command(*arguments: str, cache: Path) -> float:
    """CPU seconds of a command, its start included."""
    before = children()
    environment = {**os.environ, "GATEWRIGHT_CACHE_DIR": str(cache)}
    subprocess.run(
        [sys.executable, "-m", "gatewright", *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    return children() - before


def ask_edited(repository: Repository, index: Index) -> None:
    """A question after an edit: the folder looked at, the index freshened, the answer found."""
    repository.refresh()
    index.refresh()
    Search(repository, index).ask(Question(QUESTION))


def main(root: Path, signals: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        copy, cache = Path(name) / "copy", Path(name) / "cache"
        shutil.copytree(root, copy, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        time.sleep(0.2)
        cold = seconds(lambda: Repository.open(copy, cache))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        repository = Repository.open(copy, cache)
        counts = repository.counts
        print(f"{root.name}: {counts['files']} files, {counts['lines']} lines")
        print(f"cold {cold:.2f} s, peak {peak} MB; a look {seconds(repository.refresh):.3f} s")
        found: list[Index] = []
        indexed = seconds(lambda: found.append(Index(repository)))
        index = found[0]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        print(f"search index, cold: {indexed:.2f} s, peak {peak} MB")
        asked = seconds(lambda: Search(repository, index).ask(Question(QUESTION)))
        print(f"a first question: {asked * 1e3:.1f} ms")
        files = sorted(repository.files, key=lambda f: (copy / f.path).stat().st_size)
        for title, file in (("median", files[len(files) // 2]), ("largest", files[-1])):
            edited = copy / file.path
            edited.write_text(edited.read_text(errors="replace") + "\n// edited\n")
            print(f"{title} file edited: fresh after {seconds(repository.refresh):.3f} s")
            edited.write_text(edited.read_text(errors="replace") + "\n// edited again\n")
            spent = seconds(lambda: ask_edited(repository, index))
            print(f"{title} file edited: searched after {spent:.3f} s")
        for signal in signals:
            for ask in (drivers, loads, cone):
                first = seconds(lambda: ask(repository, signal))  # noqa: B023
                again = seconds(lambda: ask(repository, signal))  # noqa: B023
                print(f"{ask.__name__} {signal}: {first * 1e3:.1f} ms, again {again * 1e3:.1f} ms")
            for verb in ("drivers", "cone"):
                spent = min(command(verb, str(copy), signal, cache=cache) for _ in range(3))
                print(f"gatewright {verb} {signal}: {spent:.2f} s")
        spent = min(command("search", str(copy), QUESTION, cache=cache) for _ in range(3))
        print(f"gatewright search: {spent:.2f} s")
        bare = min(command("--version", cache=cache) for _ in range(3))
        whole = command("index", str(copy), cache=Path(name) / "other")
        print(f"gatewright --version: {bare:.2f} s; gatewright index, cold: {whole:.2f} s")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
