from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.core import DataError, Outcome, UsageError, Verdict
from gatewright.eval.metrics import pass_at_k
from gatewright.eval.suites.cvdp import Cvdp
from gatewright.eval.suites.cvdp_table import Counts, biased_pass_at_k, table

COMPOSE = """services:
  first:
    build: .
    volumes: [./src/:/src/:ro]
    env_file    : ./src/.env
    command     : pytest -s "/src/test a.py" -v
  second:
    env_file: [./src/.env]
    environment: {SEEDS: 3}
    command: ["sh", "-c", "exit 0"]
"""
FILES = {
    "docker-compose.yml": COMPOSE,
    "src/.env": "SIM = icarus # which\nTOPLEVEL = 'm'\n# HASH = 1\n",
    "src/test a.py": "",
    "rtl/given.v": "module given; endmodule",
}


def plain(*answers: str, category: str = "cid003", number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": f"cvdp_copilot_m_{number:04}",
        "categories": [category, "easy"],
        "input": {"prompt": "Make m.", "context": {"docs/spec.md": "# m"}},
        "output": {"response": "", "context": dict.fromkeys(answers or ("rtl/m.sv",), "")},
        "harness": {"files": FILES},
        **more,
    }


def agentic(patch: str = "") -> dict[str, Any]:
    return {
        "id": "cvdp_agentic_m_0001",
        "categories": ["cid016", "hard"],
        "system_message": "You end with a patch.",
        "prompt": "Mend m.",
        "context": {"rtl/m.sv": "module m;\n  wire a;\nendmodule\n"},
        "patch": {"rtl/m.sv": patch},
        "harness": FILES,
    }


def loaded(tmp_path: Path, *rows: dict[str, Any], name: str = "cvdp_x.jsonl") -> Cvdp:
    (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Cvdp()


def test_services_environment_and_files(tmp_path: Path) -> None:
    (problem,) = loaded(tmp_path, plain()).load(tmp_path).problems
    spec: Any = problem.harness
    first, second = spec.services
    assert first.command == ("pytest", "-s", "/src/test a.py", "-v")
    assert first.environment == (("SIM", "icarus"), ("TOPLEVEL", "m"))
    assert second.command == ("sh", "-c", "exit 0")
    assert dict(second.environment)["SEEDS"] == "3"
    assert (first.folder, problem.top, problem.category) == ("/code/rundir", "m", "cid003 easy")
    assert [f.name for f in spec.files] == ["src/.env", "src/test a.py", "code/rtl/given.v"]


def test_the_prompt_for_one_file(tmp_path: Path) -> None:
    suite = loaded(tmp_path, plain())
    (problem,) = suite.load(tmp_path).problems
    system, user = suite.messages(problem)
    assert system.text.startswith("You are a helpful assistance.\nConsider that you have")
    assert system.text.endswith(
        "structure.\n\nYou are solving a 'Specification to RTL Translation' problem. To solve this "
        "problem correctly, you should only respond with the RTL code translated from the "
        "specification.\n"
    )
    assert user.text == (
        "\nConsider the following content for the file docs/spec.md:\n```\n# m\n```\n"
        "Provide me one answer for this request: Make m.\n"
        "Please provide your response as plain text without any JSON formatting. Your response "
        "will be saved directly to: rtl/m.sv.\n"
    )


def test_the_prompt_for_several_files(tmp_path: Path) -> None:
    suite = loaded(tmp_path, plain("rtl/a.sv", "rtl/b.sv"))
    (problem,) = suite.load(tmp_path).problems
    system, user = suite.messages(problem)
    assert user.text.endswith("Name the files as: ['rtl/a.sv', 'rtl/b.sv'].\n")
    assert '{ "code": [{ "<name>" : "<code>"}] }\nor\n{ "response"' in system.text


def test_one_file_is_the_first_block_or_the_whole_text(tmp_path: Path) -> None:
    suite = loaded(tmp_path, plain())
    (problem,) = suite.load(tmp_path).problems
    block = "Here:\n```verilog\nmodule m; endmodule\n```\nand\n```\nother\n```"
    (source,) = suite.extract(problem, block).sources
    assert (source.name, source.text) == ("rtl/m.sv", "module m; endmodule\n")
    assert suite.extract(problem, " module m; endmodule\n").text == "module m; endmodule"
    assert suite.extract(problem, "  ").sources == ()


def test_several_files_come_as_json(tmp_path: Path) -> None:
    suite = loaded(tmp_path, plain("rtl/a.sv", "rtl/b.sv"))
    (problem,) = suite.load(tmp_path).problems
    code = [{"rtl/a.sv": "module a;\nendmodule"}, {"rtl/b.sv": "```v\nmodule b; endmodule```"}]
    found = suite.extract(problem, f"Sure: {json.dumps({'code': code})} done").sources
    assert [(s.name, s.text) for s in found] == [
        ("rtl/a.sv", "module a;\nendmodule"),
        ("rtl/b.sv", "module b; endmodule"),
    ]
    for broken in ("no JSON", '{"code": ["x"]}', '{"code": 3}', '{"response": "x"}', "{" * 9):
        assert suite.extract(problem, broken).sources == ()


PATCH = "@@ -1,3 +1,3 @@\n module m;\n-  wire a;\n+  wire b;\n endmodule\n"


def test_an_agentic_answer_is_a_patch(tmp_path: Path) -> None:
    suite = loaded(tmp_path, agentic(PATCH))
    (problem,) = suite.load(tmp_path).problems
    wanted = "module m;\n  wire b;\nendmodule\n"
    assert suite.references(problem).text == wanted
    said = f"- patch\n```diff\n--- a/rtl/m.sv\n+++ b/rtl/m.sv\n{PATCH}```"
    (source,) = suite.extract(problem, said).sources
    assert (source.name, source.text) == ("rtl/m.sv", wanted)
    assert suite.extract(problem, f"--- a/rtl/m.sv\n+++ b/rtl/m.sv\n{PATCH}").text == wanted
    assert suite.extract(problem, "```diff\n@@ -1,1 +1,1 @@\n-absent\n+x\n```").sources == ()
    system, user = suite.messages(problem)
    assert system.text == "You end with a patch."
    assert "rtl/m.sv:\n```\nmodule m;" in user.text


def test_what_cannot_be_run_is_listed_with_the_reason(tmp_path: Path) -> None:
    commercial = {**FILES, "src/.env": "SIM = xcelium\n"}
    rows = (
        plain(),
        plain(number=2, category="cid009"),
        plain(number=3, category="cid013"),
        plain(number=4, harness={"files": commercial}),
        plain(number=5, harness={}),
    )
    dataset = loaded(tmp_path, *rows).load(tmp_path)
    assert [problem.id for problem in dataset.problems] == ["cvdp_copilot_m_0001"]
    assert list(dataset.left_out.values()) == [
        "cid009: is scored by a language model",
        "cid013: needs a commercial simulator",
        "cid003: needs a commercial simulator",
        "cid003: has no grader",
    ]


def test_of_two_files_the_one_with_solutions_counts(tmp_path: Path) -> None:
    solved = plain(output={"response": "", "context": {"rtl/m.sv": "module m; endmodule"}})
    loaded(tmp_path, solved, name="cvdp_x_with_solutions.jsonl")
    suite = loaded(tmp_path, plain())
    (problem,) = suite.load(tmp_path).problems
    assert suite.references(problem).text == "module m; endmodule"
    (bare,) = suite.load(tmp_path / "cvdp_x.jsonl").problems
    with pytest.raises(DataError, match="no solution"):
        suite.references(bare)


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"id": 3}', '{"id": "a", "categories": []}', json.dumps(plain("../../etc/x"))],
)
def test_a_line_that_is_no_datapoint_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "cvdp_x.jsonl").write_text(f"\n{line}\n")
    with pytest.raises(DataError, match=r"cvdp_x\.jsonl:2"):
        Cvdp().load(tmp_path)


def test_missing_data_and_rules() -> None:
    with pytest.raises(DataError, match="--data"):
        Cvdp().load(None)
    with pytest.raises(DataError, match="cvdp"):
        Cvdp().load(Path("/nowhere"))
    with pytest.raises(UsageError, match="no rule set"):
        Cvdp().harness("strict")


@given(st.integers(1, 20), st.data())
def test_the_published_rate_is_never_above_the_unbiased_one(n: int, data: st.DataObject) -> None:
    c = data.draw(st.integers(0, n))
    k = data.draw(st.integers(1, n))
    assert biased_pass_at_k(n, c, k) <= pass_at_k(n, c, k) + 1e-12
    assert biased_pass_at_k(n, c, 1) == pytest.approx(pass_at_k(n, c, 1))


def test_both_rates_are_printed_under_their_names() -> None:
    counts = [Counts("cid003 easy", 5, 1), Counts("cid016 hard", 5, 5)]
    head, easy, hard, everything = table(counts).splitlines()
    assert head.split("  ")[0] == "category"
    assert "pass@5 CVDP" in head and "pass@5 unbiased" in head
    assert "67.23 %" in easy and "100.00 %" in easy and "20.00 %" in easy
    assert hard.startswith("cid016 hard  1")
    assert everything.startswith("all          2         60.00 %")
    assert table([]) == ""


def test_the_suites_table(tmp_path: Path) -> None:
    suite = loaded(tmp_path, plain())
    suite.load(tmp_path)
    verdicts = [Verdict(Outcome.PASS), None]
    assert "cid003 easy" in suite.official_table({"cvdp_copilot_m_0001": verdicts})
