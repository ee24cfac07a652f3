"""A repository's lines between processes: the same answers, whatever happened to the file."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gatewright.core import UsageError
from gatewright.retrieval.complete import Completer, kept
from gatewright.retrieval.complete.corpus import Corpus
from gatewright.retrieval.complete.kept import KeptLines

LONG_AGO = 1_000_000_000 * 10**9


def module(name: str) -> str:
    ports = "".join(f"  input {name}_{n},\n" for n in range(8))
    return f"// a comment\nmodule {name} (\n{ports}  output last\n);\nendmodule\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    (folder / "rtl").mkdir(parents=True)
    for name in ("alpha", "beta", "gamma"):
        write(folder / "rtl" / f"{name}.v", module(name))
    write(folder / "latin.v", "// \xe9\nmodule latin;\nendmodule\n")
    (folder / "binary.v").write_bytes(b"\0\1")
    return folder


def write(path: Path, text: str, at: int = LONG_AGO) -> None:
    path.write_bytes(text.encode("latin-1"))
    os.utime(path, ns=(at, at))


@pytest.fixture(autouse=True)
def settled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_SETTLED_NS", -(10**18))


def file_of(tmp_path: Path) -> Path:
    (found,) = (tmp_path / "cache").rglob("*.lines")
    return found


def answers(corpus: Corpus) -> list[tuple[str, float]]:
    completer = Completer(corpus)
    found = []
    for before in ("", "module m (\n", module("beta").split("  input beta_4")[0], "/* x */\n"):
        found += [(s.text, round(s.score, 9)) for s in completer.complete("new.v", before, k=20)]
    return found


def texts(root: Path) -> dict[str, str]:
    paths = [path for path in root.rglob("*.v") if path.name != "binary.v"]
    return {p.relative_to(root).as_posix(): p.read_text("latin-1") for p in paths}


def test_what_is_kept_answers_as_what_is_read(root: Path, tmp_path: Path) -> None:
    fresh = answers(Corpus.of(texts(root)))
    assert answers(KeptLines(root, tmp_path / "cache").corpus()) == fresh
    before = file_of(tmp_path).stat()
    assert answers(KeptLines(root, tmp_path / "cache").corpus()) == fresh
    assert file_of(tmp_path).stat().st_ino == before.st_ino


def test_a_changed_a_new_and_a_lost_file_are_seen_without_writing_anew(
    root: Path, tmp_path: Path
) -> None:
    lines = KeptLines(root, tmp_path / "cache")
    lines.corpus()
    before = file_of(tmp_path).stat()
    write(root / "rtl" / "alpha.v", module("alpha").replace("last", "changed"), LONG_AGO + 10**9)
    write(root / "new.v", "module fresh (input only_here);\nendmodule\n")
    (root / "rtl" / "gamma.v").unlink()
    for corpus in (lines.corpus(), KeptLines(root, tmp_path / "cache").corpus()):
        assert set(corpus.paths) >= {"new.v", "rtl/alpha.v", "rtl/beta.v"}
        assert corpus.header("fresh") is not None
        begun = module("alpha").split("  output")[0]
        found = [s.text for s in Completer(corpus).complete("x.v", begun, k=50)]
        assert "  output changed" in found
        assert not any("gamma" in text for text in found)
        hidden = corpus.numbers(())
        assert corpus.header("gamma", hidden) is None
    assert file_of(tmp_path).stat().st_ino == before.st_ino


def test_many_changed_files_make_everything_anew(root: Path, tmp_path: Path) -> None:
    KeptLines(root, tmp_path / "cache").corpus()
    before = file_of(tmp_path).stat()
    for number in range(kept._FEW + 1):
        write(root / f"more{number}.v", module(f"more{number}"))
    corpus = KeptLines(root, tmp_path / "cache").corpus()
    assert answers(corpus) == answers(Corpus.of(texts(root)))
    assert file_of(tmp_path).stat().st_ino != before.st_ino


def test_the_file_at_hand_is_not_read_again(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    KeptLines(root, tmp_path / "cache").corpus()
    write(root / "rtl" / "alpha.v", "changed\n", LONG_AGO + 10**9)
    monkeypatch.setattr(kept, "read", None)
    corpus = KeptLines(root, tmp_path / "cache").corpus("rtl/alpha.v")
    assert corpus.paths.count("rtl/alpha.v") == 1


@pytest.mark.parametrize("damage", ["empty", "cut", "longer", "magic", "version", "garbage"])
def test_a_damaged_file_is_made_anew(root: Path, tmp_path: Path, damage: str) -> None:
    fresh = answers(KeptLines(root, tmp_path / "cache").corpus())
    path = file_of(tmp_path)
    data = path.read_bytes()
    path.write_bytes(
        {
            "empty": b"",
            "cut": data[: len(data) // 2],
            "longer": data + b"\0",
            "magic": b"x" + data[1:],
            "version": data.replace(kept._version().encode(), b"0" * 32),
            "garbage": data[:16] + b"\xff" * (len(data) - 16),
        }[damage]
    )
    assert answers(KeptLines(root, tmp_path / "cache").corpus()) == fresh
    assert path.read_bytes()[:8] == data[:8]


def test_a_cache_that_cannot_be_written_is_no_hindrance(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    corpus = KeptLines(root, tmp_path / "file" / "cache").corpus()
    assert answers(corpus) == answers(Corpus.of(texts(root)))


def test_very_large_repositories_are_looked_at_nearby(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_BYTES", 10)
    assert "rtl/beta.v" in KeptLines(root, tmp_path / "cache").corpus("rtl/alpha.v").paths
    assert not list((tmp_path / "cache").rglob("*.lines"))


def test_no_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        KeptLines(tmp_path / "gone", tmp_path / "cache").corpus()


def test_an_empty_repository(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    for _ in range(2):
        corpus = KeptLines(tmp_path / "repo", tmp_path / "cache").corpus()
        assert Completer(corpus).complete("a.v", "module m;\n")


ASK = """
import sys
from pathlib import Path
from gatewright.retrieval.complete import Completer
from gatewright.retrieval.complete.kept import KeptLines
corpus = KeptLines(Path(sys.argv[1]), Path(sys.argv[2])).corpus()
print(Completer(corpus).complete("new.v", "module m (\\n", k=1)[0].text)
"""


def test_processes_and_threads_at_once(root: Path, tmp_path: Path) -> None:
    call = [sys.executable, "-c", ASK, str(root), str(tmp_path / "cache")]
    asked = [subprocess.Popen(call, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    told = {process.communicate(timeout=120)[0] for process in asked}
    assert len(told) == 1 and all(process.returncode == 0 for process in asked)
    assert not list((tmp_path / "cache").rglob("*.part"))
    lines = KeptLines(root, tmp_path / "cache")
    fresh = answers(lines.corpus())
    with ThreadPoolExecutor(8) as threads:
        assert all(
            found == fresh for found in threads.map(lambda _: answers(lines.corpus()), "1234")
        )


def test_what_other_code_kept_is_made_anew(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    KeptLines(root, tmp_path / "cache").corpus()
    before = file_of(tmp_path).stat()
    monkeypatch.setattr(kept, "_version", lambda: "other")
    KeptLines(root, tmp_path / "cache").corpus()
    assert file_of(tmp_path).stat().st_ino != before.st_ino


def test_a_file_that_was_just_written_is_not_taken_for_settled(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    stamp = kept.Stamp(3, 10 * 10**9, 10 * 10**9)
    assert kept._settled({"a.v": stamp}, 11 * 10**9) == {"a.v": kept._NEVER}
    assert kept._settled({"a.v": stamp}, 13 * 10**9) == {"a.v": stamp}
