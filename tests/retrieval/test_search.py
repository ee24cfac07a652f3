"""Search in a small repository: what is found first, filters, an index that follows the files."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from gatewright.core import UsageError
from gatewright.retrieval.index import Index
from gatewright.retrieval.index_segment import Level
from gatewright.retrieval.repository import Repository
from gatewright.retrieval.search import Question, Search

FILES = {
    "rtl/fifo.v": """\
// A queue with one clock.
module fifo #(parameter DEPTH = 16) (
  input clk, input rst, input wr_en, input rd_en, input [7:0] din,
  output reg [7:0] dout, output full, output empty
);
  reg [4:0] wr_ptr, rd_ptr;
  reg [7:0] mem [0:DEPTH-1];
  assign full = wr_ptr - rd_ptr == DEPTH;
  assign empty = wr_ptr == rd_ptr;
  always @(posedge clk)
    if (rst) wr_ptr <= 0;
    else if (wr_en && !full) wr_ptr <= wr_ptr + 1;
  always @(posedge clk)
    if (rst) rd_ptr <= 0;
    else if (rd_en && !empty) rd_ptr <= rd_ptr + 1;
  always @(posedge clk) if (wr_en) mem[wr_ptr] <= din;
  always @(posedge clk) dout <= mem[rd_ptr];
endmodule
""",
    "rtl/uart_tx.v": """\
// Serial transmitter.
module uart_tx(input clk_uart, input start, input [7:0] data, output reg txd, output busy);
  reg [3:0] cnt;
  reg [8:0] sr;
  assign busy = cnt != 0;
  always @(posedge clk_uart)
    if (start && !busy) sr <= {data, 1'b0};
    else sr <= {1'b1, sr[8:1]};
  always @(posedge clk_uart) if (busy) cnt <= cnt - 1;
  always @(posedge clk_uart) txd <= sr[0];
endmodule
""",
    "rtl/arb.sv": """\
module rr_arb(input logic clk_i, rst_ni, input logic [3:0] req_i, output logic [3:0] gnt_o);
  typedef enum logic {IDLE, BUSY} state_e;
  state_e state_q, state_d;
  logic [3:0] mask_q;
  assign gnt_o = req_i & mask_q;
  always_comb begin
    case (state_q)
      IDLE: state_d = |req_i ? BUSY : IDLE;
      default: state_d = IDLE;
    endcase
  end
  always_ff @(posedge clk_i or negedge rst_ni)
    if (!rst_ni) state_q <= IDLE; else state_q <= state_d;
  always_ff @(posedge clk_i) mask_q <= {mask_q[2:0], mask_q[3]};
endmodule
""",
    "top.v": """\
module top(input clk, input [7:0] d, output q);
  fifo u_queue (.clk(clk), .din(d));
  uart_tx u_serial (.clk_uart(clk), .txd(q));
endmodule
""",
}


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "soc"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture
def soc(folder, tmp_path):
    with Repository.open(folder, tmp_path / "cache") as repository:
        yield repository


def ask(repository, text, **rest):
    index = Index(repository)
    try:
        return Search(repository, index).ask(Question(text, **rest))
    finally:
        index.close()


def first(repository, text, **rest):
    return ask(repository, text, **rest)[0]


@pytest.mark.parametrize(
    ("text", "file", "line"),
    [
        ("increments the write pointer unless the queue is full", "rtl/fifo.v", 10),
        ("wr_ptr", "rtl/fifo.v", 10),
        ("the queue is empty when both pointers are equal", "rtl/fifo.v", 9),
        ("stores input data in memory", "rtl/fifo.v", 16),
        ("shift register loads the data byte at the start", "rtl/uart_tx.v", 6),
        ("decrements the counter while busy", "rtl/uart_tx.v", 9),
        ("next state of the finite state machine", "rtl/arb.sv", 6),
        ("state register with asynchronous reset, active low", "rtl/arb.sv", 12),
        ("instantiates the serial transmitter", "top.v", 3),
    ],
)
def test_blocks_by_what_they_do(soc, text, file, line):
    hit = first(soc, text)
    assert (hit.file, hit.line) == (file, line)
    assert hit.level is Level.BLOCK


def test_modules_and_signals(soc):
    assert first(soc, "serial transmitter", level=Level.MODULE).name == "uart_tx"
    assert first(soc, "round robin arbiter", level=Level.MODULE).name == "rr_arb"
    hit = first(soc, "read pointer", level=Level.SIGNAL)
    assert (hit.module, hit.name, hit.kind, hit.line) == ("fifo", "rd_ptr", "signal", 6)
    assert first(soc, "grant output", level=Level.SIGNAL).name == "gnt_o"


def test_a_hit_tells_what_and_why(soc):
    hit = first(soc, "increments the write pointer unless full")
    assert (hit.end_line, hit.kind, hit.module, hit.name) == (12, "always", "fifo", "wr_ptr")
    assert {"write", "pointer", "full"} <= set(hit.why)
    assert hit.score > 0
    assert hit.copies == 0


def test_hits_come_best_first_and_each_text_once(soc):
    hits = ask(soc, "clock register data", count=50)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({(hit.file, hit.line) for hit in hits}) == len(hits)
    assert len(ask(soc, "clock register data", count=2)) == 2


def test_copies_are_told_once(folder, tmp_path):
    (folder / "copy.v").write_text(FILES["rtl/fifo.v"])
    (folder / "other.v").write_text(FILES["rtl/fifo.v"].replace("queue", "line"))
    with Repository.open(folder, tmp_path / "cache") as repository:
        hits = ask(repository, "increments the write pointer unless full")
        assert hits[0].copies == 2
        assert hits[1].name != "wr_ptr"
        inside = first(repository, "increments the write pointer", path="rtl")
        assert inside.file == "rtl/fifo.v"


def test_filters(soc):
    assert {hit.file for hit in ask(soc, "register", path="rtl/uart_tx.v")} == {"rtl/uart_tx.v"}
    assert {hit.file for hit in ask(soc, "data", path="./rtl/")} <= set(FILES) - {"top.v"}
    with pytest.raises(UsageError, match="no source file"):
        ask(soc, "register", path="rtl/uart")  # the beginning of a name is no folder
    assert {hit.module for hit in ask(soc, "counter pointer", module="fifo")} == {"fifo"}
    hits = ask(soc, "register counter data", clock="clk_uart")
    assert {hit.module for hit in hits} == {"uart_tx"}
    assert all(hit.kind == "always" for hit in hits)
    (module,) = ask(soc, "register counter data", clock="clk_uart", level=Level.MODULE)
    assert module.name == "uart_tx"
    signals = ask(soc, "serial data counter", clock="clk_uart", level=Level.SIGNAL)
    assert {hit.name for hit in signals} <= {"cnt", "sr", "txd"}
    assert ask(soc, "register", path="top.v", module="fifo") == ()


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ({"module": "fif"}, "did you mean fifo"),
        ({"clock": "clk_uar"}, "did you mean clk_uart"),
        ({"path": "nowhere"}, "no source file"),
    ],
)
def test_a_filter_for_what_is_not_there(soc, rest, message):
    with pytest.raises(UsageError) as caught:
        ask(soc, "register", **rest)
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["", "the of", "zebra", "\x00 ünïcode ☃", "a" * 10_000])
def test_a_question_that_nothing_fits(soc, text):
    assert ask(soc, text) == ()


def test_an_empty_repository(tmp_path):
    (tmp_path / "none").mkdir()
    with Repository.open(tmp_path / "none", tmp_path / "cache") as repository:
        for level in Level:
            assert ask(repository, "anything", level=level) == ()


def test_the_index_follows_the_files(soc, folder):
    index = Index(soc)
    search = Search(soc, index)
    (folder / "rtl/new.v").write_text(
        "module zebra(input c, output reg z);\n  always @(posedge c) z <= ~z;\nendmodule\n"
    )
    (folder / "rtl/uart_tx.v").unlink()
    soc.refresh()
    index.refresh()
    assert search.ask(Question("zebra toggle"))[0].file == "rtl/new.v"
    assert all(hit.module != "uart_tx" for hit in search.ask(Question("serial busy", count=50)))
    text = FILES["rtl/fifo.v"].replace("wr_ptr", "giraffe")
    (folder / "rtl/fifo.v").write_text(text)
    soc.refresh()
    index.refresh()
    assert search.ask(Question("giraffe"))[0].file == "rtl/fifo.v"
    assert all("wr_ptr" not in hit.name for hit in search.ask(Question("write pointer", count=50)))
    index.close()


def test_many_edits_answer_as_a_fresh_index_does(soc, folder, tmp_path):
    index = Index(soc)
    for number in range(12):
        (folder / f"rtl/part{number}.v").write_text(
            f"module part{number}(input clk, output reg [3:0] n{number});\n"
            f"  always @(posedge clk) n{number} <= n{number} + {number};\nendmodule\n"
        )
        soc.refresh()
        index.refresh()
    assert len(index.view.segments) < 12
    with Repository.open(folder, tmp_path / "fresh") as again:
        for level in Level:
            for text in ("counter increment", "write pointer full", "state part7 n3"):
                question = Question(text, level, count=100)
                found = {
                    (h.file, h.line, h.name): h.score for h in Search(soc, index).ask(question)
                }
                fresh = ask(again, text, level=level, count=100)
                assert found == pytest.approx({(h.file, h.line, h.name): h.score for h in fresh})
    index.close()


def test_the_index_is_kept(soc, monkeypatch):
    before = ask(soc, "write pointer")
    monkeypatch.setattr(Repository, "text", None)
    assert ask(soc, "write pointer") == before


def test_a_damaged_index_is_made_anew(soc):
    before = ask(soc, "write pointer")
    (kept,) = soc.kept_in.parent.glob("*.search.sqlite")
    kept.write_bytes(b"no database" * 1000)
    assert ask(soc, "write pointer") == before


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(path.read_bytes()[:-8]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"no segment" * 1000),
    ],
    ids=["missing", "cut off", "empty", "other"],
)
def test_a_damaged_segment_is_made_anew(soc, harm):
    before = ask(soc, "write pointer")
    (kept,) = soc.kept_in.parent.glob("*.part")
    harm(kept)
    assert ask(soc, "write pointer") == before
    (fresh,) = soc.kept_in.parent.glob("*.part")
    assert fresh != kept


def test_a_file_that_was_not_finished_goes_with_the_next_write(soc, folder):
    before = ask(soc, "write pointer")
    left = soc.kept_in.with_name(f"{soc.kept_in.stem}.search.0123.part")
    left.write_bytes(b"killed")
    (folder / "more.v").write_text("module more(input a, output b); assign b = a; endmodule\n")
    soc.refresh()
    assert ask(soc, "write pointer")[0].file == before[0].file
    assert not left.exists()


def test_what_one_process_joins_another_still_reads(soc, folder):
    reader = Index(soc)
    for number in range(10):  # enough for segments to be joined, and their files removed
        (folder / f"p{number}.v").write_text(
            f"module p{number}(input a, output b{number}); assign b{number} = a; endmodule\n"
        )
        soc.refresh()
        Index(soc).close()
    assert Search(soc, reader).ask(Question("write pointer"))[0].file == "rtl/fifo.v"
    reader.refresh()
    assert Search(soc, reader).ask(Question("b7"))[0].file == "p7.v"
    reader.close()


def test_an_index_whose_segments_cannot_be_written_is_in_memory(soc, monkeypatch):
    def full(path, segment):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gatewright.retrieval.index_file.write", full)
    assert first(soc, "write pointer").file == "rtl/fifo.v"


def test_an_index_that_cannot_be_kept_is_in_memory(folder, tmp_path):
    (tmp_path / "file").write_text("")
    with Repository.open(folder, tmp_path / "file") as repository:
        assert first(repository, "write pointer").file == "rtl/fifo.v"


def test_several_at_once_answer_alike(folder, tmp_path):
    answers: list[object] = []

    def work():
        with Repository.open(folder, tmp_path / "cache") as repository:
            answers.append(ask(repository, "write pointer full"))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert len(set(answers)) == 1


SCRIPT = """
import sys
from pathlib import Path
from gatewright.retrieval.index import Index
from gatewright.retrieval.repository import Repository
from gatewright.retrieval.search import Question, Search
with Repository.open(Path(sys.argv[1]), Path(sys.argv[2])) as repository:
    print("open", flush=True)
    index = Index(repository)
    print(Search(repository, index).ask(Question("write pointer full"))[0].file)
"""


def started(folder, cache):
    argv = [sys.executable, "-c", SCRIPT, str(folder), str(cache)]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)


def many(folder, count):
    for number in range(count):
        text = f"module m{number}(input a, output b); assign b = a; endmodule\n"
        (folder / f"m{number}.v").write_text(text)


def test_two_processes_index_at_once(folder, tmp_path):
    many(folder, 100)
    both = [started(folder, tmp_path / "cache") for _ in range(2)]
    said = [process.communicate(timeout=120)[0].split() for process in both]
    assert said == [["open", "rtl/fifo.v"]] * 2


def test_processes_killed_while_they_index_harm_nothing(folder, tmp_path):
    many(folder, 100)
    Repository.open(folder, tmp_path / "cache").close()
    for pause in (0, 0.01, 0.03):
        process = started(folder, tmp_path / "cache")
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(pause)
        process.kill()
        process.communicate()
    with Repository.open(folder, tmp_path / "cache") as repository:
        assert first(repository, "write pointer full").file == "rtl/fifo.v"
        assert len(list(repository.kept_in.parent.glob("*.part"))) == 1
