"""Each source of proposals on a place made for it."""

from __future__ import annotations

import pytest

from gatewright.retrieval.complete.analogy import analogies
from gatewright.retrieval.complete.corpus import Corpus
from gatewright.retrieval.complete.headers import headers_of
from gatewright.retrieval.complete.idioms import idioms
from gatewright.retrieval.complete.ngram import Ngram
from gatewright.retrieval.complete.opened import Kind, opened
from gatewright.retrieval.complete.pool import Pool
from gatewright.retrieval.complete.ports import ports
from gatewright.retrieval.complete.renaming import difference, stem
from gatewright.retrieval.complete.sequence import next_token, sequences
from gatewright.retrieval.complete.setting import Order, Setting, declared_names
from gatewright.retrieval.complete.substitution import substitutions
from gatewright.retrieval.complete.tokens import parse_line

NOTHING = frozenset[int]()


def texts(pool: Pool) -> list[str]:
    return list(pool.proposals)


def test_a_line_is_copied_with_the_names_of_the_place_at_hand() -> None:
    before = "rx_valid <= 1'b0;\nrx_data <= rx_in;\nif (a) b;\ntx_valid <= 1'b0;\n"
    pool = Pool()
    analogies(Setting("a.v", before + ""), Corpus.of({}), NOTHING, pool)
    assert "tx_data <= tx_in;" not in texts(pool)  # neither name is known here
    pool = Pool()
    known = "wire tx_data, tx_in;\n"
    analogies(Setting("a.v", known + before), Corpus.of({}), NOTHING, pool)
    assert "tx_data <= tx_in;" in texts(pool)
    assert "rx_data <= rx_in;" in texts(pool)


def test_a_file_left_out_is_not_copied_from() -> None:
    files = {"b.v": "wire a;\nassign secret = a;\n", "c.v": "wire a;\nassign open = a;\n"}
    corpus = Corpus.of(files)
    pool = Pool()
    analogies(Setting("x.v", "wire a;\n"), corpus, corpus.numbers(["b.v"]), pool)
    Ngram(Setting("x.v", "wire a;\n"), corpus, corpus.numbers(["b.v"])).propose(pool)
    assert "assign open = a;" in texts(pool)
    assert not any("secret" in text for text in texts(pool))


def test_the_module_of_another_file_becomes_the_module_at_hand() -> None:
    corpus = Corpus.of({"fifo.v": 'module fifo;\ninitial\n$dumpfile("fifo.vcd");\n'})
    pool = Pool()
    analogies(Setting("uart.v", "module uart;\ninitial\n"), corpus, NOTHING, pool)
    assert '$dumpfile("uart.vcd");' in texts(pool)


@pytest.mark.parametrize(
    ("one", "other", "following"),
    [
        ("3'd1", "3'd2", "3'd3"),
        ("8'h08", "8'h0A", "8'h0C"),
        ("led3", "led2", "led1"),
        ("r08", "r09", "r10"),
        ("seg_a", "seg_b", "seg_c"),
        ("IDLE", "READ", "WRITE"),
        ("x", "y", "z"),
        ("z", "a", None),
        ("led1", "led0", None),
    ],
)
def test_what_comes_next(one: str, other: str, following: str | None) -> None:
    order = Order.of(["IDLE", "READ", "WRITE", "DONE"])
    assert next_token(one, other, [order]) == following


def test_a_sequence_of_period_two_goes_on() -> None:
    before = "a0 <= b[0];\nc0 <= d[0];\na1 <= b[1];\nc1 <= d[1];\n"
    pool = Pool()
    sequences(Setting("a.v", before), pool)
    assert "a2 <= b[2];" in texts(pool)


INSTANCE = "wire clk, u_din, u_dout;\nfifo #(.W(8)) u (\n  .clk (clk),\n"


def test_the_next_port_of_an_open_instance() -> None:
    corpus = Corpus.of({"fifo.v": "module fifo #(parameter W = 4) (input clk, input din, dout);\n"})
    pool = Pool()
    ports(Setting("a.v", INSTANCE), corpus, NOTHING, None, pool)
    assert ".din (u_din)," in texts(pool)


def test_definitions_know_better_than_the_text() -> None:
    class Known:
        def ports(self, module: str) -> tuple[str, ...] | None:
            return ("clk", "dout") if module == "fifo" else None

        def parameters(self, module: str) -> tuple[str, ...] | None:
            return None

    pool = Pool()
    ports(Setting("a.v", INSTANCE), Corpus.of({}), NOTHING, Known(), pool)
    assert ".dout (u_dout)" in texts(pool)  # the last: no comma


@pytest.mark.parametrize(
    ("before", "kind", "module"),
    [
        ("fifo u (", Kind.PORTS, "fifo"),
        ("fifo #(.W(8), .D(f(2))) u [3:0] ( .a(b), ", Kind.PORTS, "fifo"),
        ("fifo #(", Kind.PARAMETERS, "fifo"),
        ("module m (", Kind.HEADER, "m"),
        ("module m #(", Kind.HEADER, ""),
        ("assign a = f(", Kind.OTHER, ""),
        ("if (", Kind.OTHER, ""),
        ("fifo u (.a(b)); // (\n/* ( */", None, ""),
        ("", None, ""),
    ],
)
def test_what_is_open(before: str, kind: Kind | None, module: str) -> None:
    found = opened(before)
    assert (found.kind if found else None) == kind
    if kind in (Kind.PORTS, Kind.PARAMETERS):
        assert found is not None and found.module == module


def test_headers_of_both_styles_and_of_half_a_module() -> None:
    text = "module a #(parameter W = 8, D = 2) (input [W-1:0] x, y, output reg z);\nmodule b(p, q"
    first, second = headers_of(text)
    assert (first.ports, first.parameters) == (("x", "y", "z"), ("W", "D"))
    assert second.ports == ("p", "q")


def test_the_ngram_writes_what_followed_before() -> None:
    lines = "always @(posedge clk) begin\nq <= d;\nend\n"
    pool = Pool()
    setting = Setting("a.v", lines * 3 + "always @(posedge clk) begin\n")
    ngram = Ngram(setting, Corpus.of({}), NOTHING)
    ngram.propose(pool)
    assert texts(pool)[0] == "q <= d;"
    likely, _ = ngram.log_probability(parse_line("q <= d;").tokens)
    unlikely, _ = ngram.log_probability(parse_line("z <= y;").tokens)
    assert unlikely < likely <= 0


def test_idioms_end_what_is_open() -> None:
    pool = Pool()
    idioms(Setting("a.v", "  module a;\n    wire b;\n"), pool)
    assert pool.proposals["endmodule"].indent == "  "
    pool = Pool()
    idioms(Setting("a.v", ""), pool)
    assert "module a (" in texts(pool)


def test_a_name_declared_and_not_used_takes_the_place_of_another() -> None:
    pool = Pool()
    pool.add("busy <= 1'b0;", "gram", 1.0, {})
    substitutions(Setting("a.v", "reg busy;\nreg done;\nbusy <= 1;\n"), pool)
    assert "done <= 1'b0;" in texts(pool)


def test_names_that_a_line_declares() -> None:
    line = parse_line("input wire [W-1:0] a, b = c + d, // e")
    assert declared_names(line.tokens) == ("a", "b")
    assert declared_names(parse_line("WIDTH = 8,").tokens) == ("WIDTH",)
    assert declared_names(parse_line("assign a = b;").tokens) == ()


def test_differences_and_stems() -> None:
    assert difference("rx_data", "tx_data") == ("r", "t")
    assert difference("a", "a") == ("", "")
    assert stem("i_Data_q") == "data"
    assert stem("clk") == "clk"
