"""--embedding, as a shell calls it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

TEXT = """\
// Grants the bus to one of four masters.
module arbiter(input clk, input [3:0] req, output reg [3:0] gnt);
  always @(posedge clk) gnt <= req & ~(req - 1);
endmodule
"""


@pytest.fixture
def repo(tmp_path, monkeypatch):
    monkeypatch.setenv("GATEWRIGHT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "repo"
    folder.mkdir()
    (folder / "arbiter.v").write_text(TEXT)
    return folder


class Handler(BaseHTTPRequestHandler):
    """Every text is the same to it."""

    asked: list[str] = []  # noqa: RUF012 (a fresh class a test)
    size = 4

    def log_message(self, *args):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.extend(body["input"])
        rows = [{"index": i, "embedding": [1.0] * self.size} for i, _ in enumerate(body["input"])]
        data = json.dumps({"data": rows}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def served():
    handler = type("Fresh", (Handler,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    handler.url = f"http://127.0.0.1:{server.server_port}/v1"
    yield handler
    server.shutdown()
    server.server_close()


MISSPELT = ("arbitr mastrs", "--level", "module")


def test_search_with_the_embedding_without_weights(gatewright, repo):
    assert gatewright("search", repo, *MISSPELT).out == ""
    ran = gatewright("search", repo, *MISSPELT, "--embedding", "hashed")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == "arbiter.v:2-4  module arbiter\n"
    (hit,) = gatewright("search", repo, *MISSPELT, "--embedding", "hashed", "--json").json["hits"]
    assert (hit["name"], hit["why"]) == ("arbiter", [])


def test_index_makes_what_search_needs(gatewright, repo):
    ran = gatewright("index", repo, "--embedding", "hashed")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.endswith(", 5 units embedded\n")
    assert gatewright("index", repo, "--embedding", "hashed", "--json").json["embedded"] == 0
    assert "embedded" not in gatewright("index", repo, "--json").json
    (repo / "new.v").write_text("module new(input a);\nendmodule\n")
    ran = gatewright("index", repo, "--embedding", "hashed", "--level", "module")
    assert ran.out.endswith(", 1 unit embedded\n")


@pytest.mark.parametrize("source", ["variable", "file"])
def test_settings_name_it_and_a_flag_unnames_it(gatewright, repo, tmp_path, monkeypatch, source):
    if source == "variable":
        monkeypatch.setenv("GATEWRIGHT_EMBEDDING", "hashed")
    else:
        (tmp_path / "gatewright.toml").write_text('embedding = "hashed"\n')
    ran = gatewright("search", repo, *MISSPELT)
    assert (ran.status, ran.err) == (0, "")
    assert "module arbiter" in ran.out
    assert gatewright("search", repo, *MISSPELT, "--embedding", "none").err == "nothing fits\n"


def _faults(said: str) -> list[str]:
    """What was said but how far it is, which is told where it takes long."""
    return [line for line in said.splitlines() if not line.startswith("embedding ")]


def test_a_server_is_asked_once_for_each_text(gatewright, repo, served):
    name = ("--embedding", "openai:small", "--base-url", served.url)
    ran = gatewright("search", repo, "zebra", "--level", "module", *name)
    assert (ran.status, _faults(ran.err)) == (0, [])
    assert "module arbiter" in ran.out
    assert served.asked[0] == "zebra"
    assert sum("Grants the bus" in text for text in served.asked) == 1
    gatewright("search", repo, "giraffe", "--level", "module", *name)
    assert sum("Grants the bus" in text for text in served.asked) == 1
    served.size = 6  # another model behind the name: what it gave before is no use
    ran = gatewright("search", repo, "giraffe", "--level", "module", *name)
    assert (ran.status, _faults(ran.err)) == (0, [])
    assert sum("Grants the bus" in text for text in served.asked) == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("minilm:nowhere", "hf download sentence-transformers/all-MiniLM-L6-v2"),
        ("minilm:", "no such folder with a model"),
        ("word2vec", "bad embedding 'word2vec' (none, hashed, minilm:FOLDER"),
        ("openai:small", "no API key for openai"),
    ],
)
def test_what_cannot_be_used(gatewright, repo, name, message):
    ran = gatewright("search", repo, "counter", "--embedding", name)
    assert (ran.status, ran.out) == (2, "")
    assert message in ran.err


def test_a_server_that_is_not_there(gatewright, repo, monkeypatch):
    monkeypatch.setenv("GATEWRIGHT_RETRIES", "0")
    flags = ("--embedding", "openai:small", "--base-url", "http://127.0.0.1:9/v1")
    for command in (("search", repo, "counter"), ("index", repo)):
        ran = gatewright(*command, *flags)
        assert (ran.status, ran.out) == (2, "")
        assert "cannot reach the server" in ran.err


def test_a_level_alone_embeds_nothing(gatewright, repo):
    ran = gatewright("index", repo, "--level", "block")
    assert ran.status == 2
    assert "add --embedding NAME" in ran.err


def test_plain_search_loads_no_vectors(repo, tmp_path, monkeypatch):
    monkeypatch.delenv("GATEWRIGHT_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    code = (
        "import sys; from gatewright.cli import main; sys.argv[1:] = ['search', sys.argv[1], 'bus']"
        "\ntry: main()\nexcept SystemExit: pass\n"
        "print([m for m in ('chromadb', 'onnxruntime', 'httpx') if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, repo], capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines()[-1] == "[]"
