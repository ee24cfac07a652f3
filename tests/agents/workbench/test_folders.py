"""Nothing outside of the folders is read or written, whatever a path looks like."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from gatewright.agents.workbench import Workbench
from gatewright.agents.workbench.folders import LARGEST_FILE, Folders, Located
from gatewright.core import DataError, GatewrightError, UsageError

SECRET = "the crown jewels"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret.sv").write_text(SECRET)
    return folder


@pytest.mark.parametrize(
    "path",
    [
        "../outside/secret.sv",
        "rtl/../../outside/secret.sv",
        "rtl/../adder.sv",
        "..\\outside\\secret.sv",
        "/etc/passwd",
        "",
        "  ",
        "a\0b",
        "x" * 5000,
        ".git/config",
        "rtl/.env",
        ".env.local",
        "keys/server.pem",
        "gatewright.toml",
        "ID_RSA",
    ],
)
def test_paths_that_lead_out_are_refused(bench: Workbench, outside: Path, path: str) -> None:
    with pytest.raises(GatewrightError) as told:
        bench.read_file(path)
    assert SECRET not in str(told.value)
    with pytest.raises(GatewrightError):
        bench.propose_edit(path, text="x")


def test_an_absolute_path_inside_is_as_good_as_a_relative_one(bench: Workbench, repo: Path) -> None:
    assert bench.read_file(str(repo / "rtl" / "adder.sv")).path == "rtl/adder.sv"
    (repo.parent / "alias").symlink_to(repo)
    with Workbench([repo.parent / "alias"]) as other:
        named = repo.parent / "alias" / "rtl" / "adder.sv"
        assert other.read_file(str(named)).path == "rtl/adder.sv"
        with pytest.raises(UsageError, match="kept from tools"):
            other.read_file(str(repo.parent / "alias" / ".env"))


@pytest.mark.parametrize("link", ["file", "folder", "chain", "root"])
def test_links_that_lead_out_are_refused(
    bench: Workbench, repo: Path, outside: Path, link: str
) -> None:
    if link == "file":
        (repo / "l.sv").symlink_to(outside / "secret.sv")
        path = "l.sv"
    elif link == "folder":
        (repo / "lib").symlink_to(outside)
        path = "lib/secret.sv"
    elif link == "chain":
        (repo / "one").symlink_to("two")
        (repo / "two").symlink_to("../outside")
        path = "one/secret.sv"
    else:
        (repo / "all").symlink_to("/")
        path = f"all{outside}/secret.sv"
    with pytest.raises(UsageError, match="outside of the folders"):
        bench.read_file(path)
    with pytest.raises(UsageError, match="outside of the folders"):
        bench.propose_edit(path, text="overwritten")
    with pytest.raises(UsageError, match="outside of the folders"):
        bench.verify([path], reference=["rtl/adder.sv"])
    assert (outside / "secret.sv").read_text() == SECRET


def test_a_link_inside_is_followed_to_the_file_that_it_means(bench: Workbench, repo: Path) -> None:
    (repo / "alias.sv").symlink_to("rtl/adder.sv")
    assert bench.read_file("alias.sv").path == "rtl/adder.sv"
    bench.apply_edit(bench.propose_edit("alias.sv", text="module adder; endmodule\n"))
    assert (repo / "alias.sv").is_symlink()
    assert (repo / "rtl" / "adder.sv").read_text() == "module adder; endmodule\n"


def test_a_private_file_is_not_reached_through_a_link(bench: Workbench, repo: Path) -> None:
    (repo / ".env").write_text("TOKEN=x")
    (repo / "innocent.sv").symlink_to(".env")
    with pytest.raises(UsageError, match="kept from tools"):
        bench.read_file("innocent.sv")


def test_what_becomes_a_link_after_it_was_looked_at_is_not_followed(
    repo: Path, outside: Path
) -> None:
    folders = Folders([repo])
    at = folders.locate("rtl/adder.sv")
    (repo / "rtl").rename(repo / "moved")
    (repo / "rtl").symlink_to(outside)
    (outside / "adder.sv").write_text(SECRET)
    with pytest.raises(DataError):
        folders.text(at)
    with pytest.raises(DataError):
        folders.write(at, b"overwritten")
    assert (outside / "adder.sv").read_text() == SECRET


def test_a_race_of_links_never_gets_out(repo: Path, outside: Path) -> None:
    folders = Folders([repo])
    (outside / "adder.sv").write_text(SECRET)
    (repo / "rtl").rename(repo / "real")
    (repo / "rtl").symlink_to("real")
    done = threading.Event()

    def swap() -> None:
        while not done.is_set():
            for target in (outside, repo / "real"):
                (repo / "fresh").symlink_to(target)
                (repo / "fresh").replace(repo / "rtl")

    thread = threading.Thread(target=swap)
    thread.start()
    read = refused = 0
    try:
        while read + refused < 400:
            try:
                at = folders.locate("rtl/adder.sv")
                assert SECRET not in folders.text(at)
                folders.write(at, b"module adder; endmodule\n")
                read += 1
            except GatewrightError:
                refused += 1
    finally:
        done.set()
        thread.join()
    assert (outside / "adder.sv").read_text() == SECRET
    assert (repo / "real" / "adder.sv").read_text() == "module adder; endmodule\n"


def test_what_is_no_plain_file_is_told(bench: Workbench, repo: Path) -> None:
    os.mkfifo(repo / "pipe.sv")
    with pytest.raises(DataError, match="no plain file"):
        bench.read_file("pipe.sv")
    with pytest.raises(DataError, match="is a folder"):
        bench.read_file("rtl")
    with pytest.raises(DataError, match="no such file"):
        bench.read_file("rtl/nope.sv")
    with pytest.raises(DataError, match="through what is no folder"):
        bench.read_file("rtl/adder.sv/x")


def test_sizes_are_limited(bench: Workbench, repo: Path) -> None:
    (repo / "large.sv").write_bytes(b"/" * (LARGEST_FILE + 1))
    with pytest.raises(DataError, match="larger than 4 MiB"):
        bench.read_file("large.sv")
    with pytest.raises(DataError, match="larger than 4 MiB"):
        bench.propose_edit("rtl/a.sv", text="/" * (LARGEST_FILE + 1))
    (repo / "long.sv").write_text("// line\n" * 20_000)
    shown = bench.read_file("long.sv")
    assert shown.cut and len(shown.text) <= 60_000 and shown.lines == 20_000
    assert bench.read_file("long.sv", first=19_999).text == "// line\n" * 2


def test_binary_and_foreign_text_is_told(bench: Workbench, repo: Path) -> None:
    (repo / "b.sv").write_bytes(b"module\0")
    (repo / "u.sv").write_bytes("module".encode("utf-16"))
    with pytest.raises(DataError, match="binary"):
        bench.read_file("b.sv")
    with pytest.raises(DataError, match="UTF-16"):
        bench.read_file("u.sv")


def test_new_files_are_made_in_new_folders_and_go_again(bench: Workbench, repo: Path) -> None:
    bench.apply_edit(bench.propose_edit("new/deep/a.sv", text="module a; endmodule\n"))
    assert (repo / "new" / "deep" / "a.sv").read_text() == "module a; endmodule\n"
    bench.undo()
    assert not (repo / "new" / "deep" / "a.sv").exists()


def test_an_edit_keeps_mode_and_line_endings_and_leaves_nothing_beside(
    bench: Workbench, repo: Path
) -> None:
    file = repo / "rtl" / "dos.sv"
    file.write_bytes(b"module d;\r\nendmodule\r\n")
    file.chmod(0o640)
    bench.apply_edit(bench.propose_edit("rtl/dos.sv", text="module e;\nendmodule\n"))
    assert file.read_bytes() == b"module e;\r\nendmodule\r\n"
    assert file.stat().st_mode & 0o777 == 0o640
    assert not [path for path in file.parent.iterdir() if path.name.startswith(".")]


def test_a_forged_proposal_gets_no_further_than_a_true_one(bench: Workbench) -> None:
    from dataclasses import replace

    proposal = bench.propose_edit("rtl/n.sv", text="x\n")
    for path in ("../outside/x", "/etc/cron.d/x", ".git/hooks/pre-commit", ".github/w.yml"):
        with pytest.raises(UsageError):
            bench.apply_edit(replace(proposal, path=path))
    with pytest.raises(UsageError, match="no such folder"):
        bench.apply_edit(replace(proposal, folder="elsewhere"))


def test_several_folders_are_told_apart(repo: Path, tmp_path: Path) -> None:
    other = tmp_path / "more" / "repo"
    other.mkdir(parents=True)
    (other / "x.sv").write_text("module x; endmodule\n")
    with Workbench([repo, other]) as bench:
        assert [folder.name for folder in bench.folders] == ["repo", "repo-2"]
        assert bench.read_file("x.sv").text == "module x; endmodule\n"
        with pytest.raises(DataError):
            bench.read_file("x.sv", folder="repo")
        assert bench.list_files(folder="repo-2").files == ("x.sv",)


def test_listing_leaves_hidden_files_and_links_out(bench: Workbench, repo: Path) -> None:
    (repo / ".git").mkdir()
    (repo / ".git" / "config").write_text("token")
    (repo / "server.key").write_text("key")
    (repo / "link.sv").symlink_to("/etc/passwd")
    listed = bench.list_files("*.sv")
    assert listed.files == ("rtl/adder.sv", "rtl/counter.sv", "rtl/top.sv", "tb/tb.sv")
    assert bench.list_files("**/*", most=2).more
    assert "server.key" not in bench.list_files().files


def test_without_folders_texts_can_be_checked_and_nothing_read() -> None:
    from gatewright.core import Source

    with Workbench() as bench:
        assert bench.lint([Source("a.sv", "module a; endmodule")]).failure_class is None
        with pytest.raises(UsageError, match="no folder is open"):
            bench.read_file("a.sv")
        with pytest.raises(UsageError, match="outside of the folders"):
            bench.read_file("/etc/passwd")
        with pytest.raises(UsageError, match="no plain file name"):
            bench.lint([Source("../../a.sv", "module a; endmodule")])


def test_a_place_tells_where_it_is(repo: Path) -> None:
    at = Folders([repo]).locate("rtl/./adder.sv")
    assert isinstance(at, Located)
    assert at.file == repo.resolve() / "rtl" / "adder.sv"


def test_names_that_are_no_text_are_not_listed(tmp_path: Path) -> None:
    (tmp_path / "a.sv").write_text("")
    (tmp_path / os.fsdecode(b"b\xff.sv")).write_text("")
    folder = tmp_path / os.fsdecode(b"c\xff")
    folder.mkdir()
    (folder / "d.sv").write_text("")
    folders = Folders((tmp_path,))
    assert folders.files(folders.named(), "**/*", 10) == (("a.sv",), False)
