from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.agents.judge_parse import parse_judgement
from gatewright.core import Fault, Judgement

FULL = Judgement(Fault.DESIGN, "line 7", "resets to 1", "the table says 0", "write q <= 0")
AS_JSON = json.dumps(
    {
        "fault": "design",
        "location": "line 7",
        "issue": "resets to 1",
        "why": "the table says 0",
        "fix": "write q <= 0",
    }
)


@pytest.mark.parametrize(
    "answer",
    [
        AS_JSON,
        f"```json\n{AS_JSON}\n```",
        f"The module {{clk}} is wrong. {AS_JSON} I am sure.",
        f'<think>{{"issue": "no"}}</think>{AS_JSON}',
        AS_JSON.replace('"', "'"),
        AS_JSON[:-1] + ",}",
        f'{{"judgement": {AS_JSON}}}',
        f'{{"issues": [{AS_JSON}, {{"issue": "another"}}]}}',
        AS_JSON.replace('"issue"', '"critical_issue"').replace('"fix"', '"Minimal fix hint"'),
        AS_JSON[:-1],  # breaks off
        "**Fault**: design\n**Location**: line 7\n**Issue**: resets to 1\n"
        "**Why**: the table says 0\n**Fix**: write q <= 0",
        "- fault: design\n- location: line 7\n- issue: resets to 1\n- why: the table says 0\n"
        "- fix: write q <= 0",
    ],
)
def test_every_way_of_saying_it(answer: str) -> None:
    assert parse_judgement(answer) == FULL


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("testbench", Fault.TESTBENCH),
        ("Test bench", Fault.TESTBENCH),
        ("spec", Fault.SPEC),
        ("the specification", Fault.SPEC),
        ("design", Fault.DESIGN),
        ("rtl", Fault.DESIGN),
        ("", Fault.DESIGN),
        (None, Fault.DESIGN),
    ],
)
def test_fault(said: str | None, meant: Fault) -> None:
    judgement = parse_judgement(json.dumps({"fault": said, "issue": "x"}))
    assert judgement is not None
    assert judgement.fault is meant


@pytest.mark.parametrize(
    "answer", ["", "It looks fine to me.", "{}", "[1, 2]", '{"fault": "spec"}', "{" * 50]
)
def test_nothing_said(answer: str) -> None:
    assert parse_judgement(answer) is None


def test_one_issue_on_one_line() -> None:
    judgement = parse_judgement('{"issue": ["a\\nb", "c"], "fix": "x' + "y" * 900 + '"}')
    assert judgement is not None
    assert judgement.issue == "a b"
    assert len(judgement.fix) < 500


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=40)


@given(st.fixed_dictionaries(dict.fromkeys(("location", "issue", "why", "fix"), TEXT)), TEXT)
def test_json_round_trip(fields: dict[str, str], prose: str) -> None:
    said = " ".join(fields["issue"].split())
    fixed = " ".join(fields["fix"].split())
    judgement = parse_judgement(json.dumps(fields))
    if said or fixed:
        assert judgement is not None
        assert (judgement.issue, judgement.fix) == (said, fixed)


@given(st.text(max_size=300))
def test_never_raises(answer: str) -> None:
    parse_judgement(answer)


@pytest.mark.parametrize(
    "piece", ["{", "[{", '{"a": ', "\n", " ", "a: ", "- ", "**issue**: ", "\\"]
)
def test_no_answer_takes_long(piece: str) -> None:
    start = time.process_time()
    parse_judgement(piece * 40_000)
    parse_judgement(f'{piece * 40_000} {{"issue": "off by one", "fix": "count"}}')
    assert time.process_time() - start < 2


def test_the_judgement_after_much_talk_is_found() -> None:
    found = parse_judgement("I wonder. " * 10_000 + '{"issue": "off by one", "fix": "count"}')
    assert found is not None
    assert found.issue == "off by one"
