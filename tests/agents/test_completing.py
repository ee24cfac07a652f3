"""Completion with a model: what it is shown, what becomes of its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gatewright.agents.complete_model import open_writer
from gatewright.agents.complete_prompt import MOST_AFTER, MOST_BEFORE, Place
from gatewright.agents.complete_writer import ChatWriter, InfillWriter
from gatewright.agents.completing import MODEL, Policy, RepositoryCompleter
from gatewright.core import ModelError, UsageError
from gatewright.core.config import load_settings
from gatewright.models.infill_tokens import infill_tokens
from gatewright.models.select import resolve
from gatewright.retrieval.complete import Completer
from gatewright.retrieval.repository import Repository

from .conftest import ScriptedModel
from .test_prompts import asked, compare

FILES = {
    "rtl/leaf.sv": "module leaf (\n  input  logic clk,\n  input  logic rst,\n  output logic q\n);\n"
    "endmodule\n",
    "rtl/other.sv": "module other (input clk, rst, output q);\n  leaf u_a (\n    .clk(clk),\n"
    "    .rst(rst),\n    .q(q)\n  );\nendmodule\n",
}
PLACE = Place(
    "rtl/top.sv",
    "module top (input clk, rst, output q);\n  leaf u_b (\n    .clk(clk),\n",
    "",
    "  );\nendmodule\n",
)

Made = Callable[..., RepositoryCompleter]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    root = tmp_path / "repo"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    with Repository.open(root, tmp_path / "cache") as repository:

        def make(*answers: object, **policy: object) -> RepositoryCompleter:
            writer = ChatWriter(ScriptedModel(list(answers)))  # type: ignore[arg-type]
            return RepositoryCompleter(
                Completer(FILES), lambda: repository, writer, Policy(**policy), "repo"
            )

        yield make


def model_of(completer: RepositoryCompleter) -> ScriptedModel:
    return completer._writer.model  # type: ignore[union-attr]


def test_the_prompt_holds_place_context_and_drafts(made: Made) -> None:
    completer = made("1")
    found = completer.line(PLACE)
    assert found.lines == ("    .rst(rst),",)
    assert found.usage.calls == 1
    compare("complete_line", asked(model_of(completer)))


def test_the_prompts_of_a_block_and_of_ports(made: Made) -> None:
    completer = made("```\n    .rst(rst),\n```", "```\n    .rst(rst),\n    .q(q_b)\n```")
    completer.block(PLACE, 8)
    compare("complete_block", asked(model_of(completer)))
    found = completer.ports(PLACE)
    compare("complete_ports", asked(model_of(completer)))
    assert found.lines == ("    .rst(rst),", "    .q(q_b)")


def test_a_line_of_the_models_own_comes_before_the_drafts(made: Made) -> None:
    found = made("```\n    .rst(rst | q),\n```").line(PLACE, 3)
    assert found.lines == ("    .rst(rst | q),",)
    assert (found.source, found.candidates[0].source) == (MODEL, MODEL)
    assert found.candidates[1].text == "    .rst(rst),"
    assert len(found.candidates) == 3


def test_a_line_that_breaks_the_syntax_gives_way_to_a_draft(made: Made) -> None:
    found = made("```\n  assign q = ;\n```").line(PLACE)
    assert found.lines == ("    .rst(rst),",)
    assert found.dropped == ("  assign q = ;",)
    assert found.source != MODEL


def test_an_answer_without_code_leaves_the_drafts(made: Made) -> None:
    assert made("```\n```").line(PLACE).lines == ("    .rst(rst),",)


def test_a_block_is_taken_up_to_where_it_breaks(made: Made) -> None:
    answer = "```\n    .rst(rst),\n    .q(q)\n  );\n  end\n  wire w;\n```"
    found = made(answer).block(PLACE, 9)
    assert found.lines == ("    .rst(rst),", "    .q(q)", "  );")
    assert found.dropped == ("  end\n  wire w;",)
    assert made(answer).block(PLACE, 2).lines == ("    .rst(rst),", "    .q(q)")
    assert made("```\n  end\n```").block(PLACE, 1).lines == ("    .rst(rst),",)


def test_ports_are_the_definitions_whatever_the_model_says(made: Made) -> None:
    found = made("```\n.rst(~rst), .made_up(x), .q(;)\n```").ports(PLACE)
    assert found.lines == ("    .rst(~rst),", "    .q(q)")
    assert [c.member.name for c in found.missing.connections] == ["rst", "q"]


def test_no_part_is_of_a_hidden_file(made: Made) -> None:
    whole = made("9")
    assert "rtl/leaf.sv" in {part.file for part in whole.context(PLACE)}
    hidden = RepositoryCompleter(Completer(FILES), whole._repository, hidden=["rtl/leaf.sv"])
    assert "rtl/leaf.sv" not in {part.file for part in hidden.context(PLACE)}
    shown = RepositoryCompleter(Completer(FILES), whole._repository)
    assert shown.ports(PLACE).lines and not hidden.ports(PLACE).lines


def test_what_is_excluded_is_nowhere(made: Made) -> None:
    completer = made("9", exclude=("other.sv",))
    completer.line(PLACE)
    text = asked(model_of(completer))
    assert "u_a" not in text and "other" not in text
    assert "module leaf" in text
    bare = made("```\n    .rst(rst),\n```", tokens=0, drafts=0)
    bare.line(PLACE)
    text = asked(model_of(bare))
    assert "module leaf" not in text and "Candidates" not in text


def test_a_model_that_fails_is_an_error(made: Made) -> None:
    with pytest.raises(ModelError):
        made(ModelError("gone")).line(PLACE)


def test_without_a_model_nobody_is_asked_and_the_repository_only_for_ports() -> None:
    def unwanted() -> Repository:
        raise AssertionError("nobody needs it")

    completer = RepositoryCompleter(Completer(FILES), unwanted)
    place = Place("rtl/new.sv", "module n;\n  wire a;\n")
    assert completer.line(place).lines
    assert completer.block(place, 2).lines
    with pytest.raises(AssertionError):
        completer.ports(PLACE)
    with pytest.raises(UsageError, match="start of a line"):
        completer.block(Place("a.v", "", "  assign"), 2)


def test_many_threads_get_what_one_gets(made: Made) -> None:
    completer = made(*["1"] * 16)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: completer.line(PLACE), range(16)))
    assert {each.lines for each in found} == {("    .rst(rst),",)}


def test_a_hole_is_filled_with_other_files_before_it(made: Made) -> None:
    line, block = ScriptedModel(["    .rst(rst),"]), ScriptedModel(["    .rst(rst),\n    .q(q)\n"])
    completer = made()
    completer._writer = InfillWriter(line, block, infill_tokens("qwen2.5-coder"))
    found = completer.line(PLACE)
    assert (found.lines, found.source) == (("    .rst(rst),",), MODEL)
    head, before, after = (message.text for message in line.asked[0])
    assert head.startswith("<|repo_name|>repo\n<|file_sep|>rtl/leaf.sv\nmodule leaf (")
    assert head.endswith("<|file_sep|>rtl/top.sv\n")
    assert (before, after) == (PLACE.before, PLACE.after)
    assert line.samplings[0].max_tokens
    assert completer.block(PLACE, 5).lines == ("    .rst(rst),", "    .q(q)")


def test_a_family_without_files_sees_them_as_comments(made: Made) -> None:
    line = ScriptedModel(["st(rst),", ""])
    completer = made()
    completer._writer = InfillWriter(line, line, infill_tokens("codellama"))
    typed = Place(PLACE.path, PLACE.before, "    .r", PLACE.after)
    assert completer.line(typed).lines == ("    .rst(rst),",)
    head, before, _ = (message.text for message in line.asked[0])
    assert head == ""
    assert before.startswith("// rtl/leaf.sv:")
    assert before.endswith(f"// rtl/top.sv\n{PLACE.before}    .r")
    assert completer.line(typed).source != MODEL


def test_long_files_are_shown_around_the_cursor_alone() -> None:
    place = Place("a.v", "wire a;\n" * 5000, "", "wire b;\n" * 5000)
    assert len(place.shown_before) <= MOST_BEFORE and place.shown_before.startswith("wire a;\n")
    assert len(place.shown_after) <= MOST_AFTER and place.shown_after.endswith("wire b;\n")
    assert place.first_shown == 5001 - place.shown_before.count("\n")


@pytest.mark.parametrize(
    ("model", "fim", "way"),
    [
        ("openai:gpt-x", "auto", "in a conversation"),
        ("openai:Qwen2.5-Coder-7B", "auto", "filling a hole"),
        ("openai:Qwen2.5-Coder-7B", "off", "in a conversation"),
        ("openai:Qwen2.5-Coder-7B-Instruct", "auto", "in a conversation"),
        ("openai:Qwen2.5-Coder-7B-Instruct", "tokens", "filling a hole"),
        ("ollama:codellama:7b-code", "auto", "filling a hole"),
        ("openai:gpt-x", "suffix", "filling a hole"),
    ],
)
def test_how_a_model_is_asked(tmp_path: Path, model: str, fim: str, way: str) -> None:
    layers = {"model": model, "base_url": "http://127.0.0.1:9/v1"}
    settings = load_settings(layers, environ={}, cwd=tmp_path, user_dir=tmp_path)
    assert open_writer(resolve(settings, {}), settings, fim).way == way


@pytest.mark.parametrize(
    ("model", "fim", "said"),
    [
        ("symbolic", "auto", "completes no code"),
        ("openai:gpt-x", "tokens", "--fim suffix"),
        ("openai:gpt-x", "perhaps", "auto, off, suffix, tokens"),
    ],
)
def test_what_cannot_be_asked(tmp_path: Path, model: str, fim: str, said: str) -> None:
    layers = {"model": model, "base_url": "http://127.0.0.1:9/v1"}
    settings = load_settings(layers, environ={}, cwd=tmp_path, user_dir=tmp_path)
    with pytest.raises(UsageError, match=said):
        open_writer(resolve(settings, {}), settings, fim)
