"""search, as a shell calls it."""

from __future__ import annotations

import pytest

TEXT = """\
module counter(input clk, input rst, output reg [3:0] cnt);
  always @(posedge clk) if (rst) cnt <= 0; else cnt <= cnt + 1;
endmodule
"""


@pytest.fixture
def repo(tmp_path, monkeypatch):
    monkeypatch.setenv("GATEWRIGHT_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "repo"
    folder.mkdir()
    (folder / "counter.v").write_text(TEXT)
    return folder


def test_search_tells_places(gatewright, repo):
    ran = gatewright("search", repo, "increments the counter")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("counter.v:2  always cnt  in counter  by ")
    assert {"counter", "increments"} == set(ran.out.split(" by ")[1].split())


def test_search_for_scripts(gatewright, repo):
    (hit,) = gatewright("search", repo, "counter", "--level", "module", "--json").json["hits"]
    assert hit.pop("score") > 0
    assert hit == {
        "file": "counter.v",
        "line": 1,
        "end_line": 3,
        "level": "module",
        "kind": "module",
        "module": "counter",
        "name": "counter",
        "why": ["counter"],
        "copies": 0,
    }
    names = [
        hit["name"]
        for hit in gatewright("search", repo, "clock", "--level", "signal", "--json").json["hits"]
    ]
    assert names[0] == "clk"


def test_nothing_fits(gatewright, repo):
    ran = gatewright("search", repo, "zebra")
    assert (ran.status, ran.out, ran.err) == (0, "", "nothing fits\n")
    assert gatewright("search", repo, "zebra", "--json").json == {"hits": []}


def test_filters_and_number(gatewright, repo):
    ran = gatewright(
        "search",
        repo,
        "count",
        "-k",
        1,
        "--path",
        "counter.v",
        "--module",
        "counter",
        "--clock",
        "clk",
    )
    assert ran.out.startswith("counter.v:2")
    assert len(ran.out.splitlines()) == 1
    whole = gatewright("search", repo, "count", "--path", repo / "counter.v")
    assert (whole.status, whole.out.partition(":")[0]) == (0, "counter.v")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--level", "net"), "net: no such level (--level is module, block, signal)"),
        (("--module", "countr"), "no module, package or class is called countr"),
        (("--clock", "clck"), "nothing is clocked by clck (did you mean clk?)"),
        (("--path", "rtl"), "rtl: no source file of the repository is there"),
        (("-k", "0"), "greater than or equal to 1"),
    ],
)
def test_what_is_not_there(gatewright, repo, options, message):
    ran = gatewright("search", repo, "counter", *options)
    assert (ran.status, ran.out) == (2, "")
    assert message in ran.err
