from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.models import without_reasoning
from gatewright.models.reasoning import Spoken


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<think>hm\nhm</think>\n\nmodule m;", "module m;"),
        ("<THINK>a</THINK>x<thinking>b</thinking>y", "xy"),
        ("the template opened it</think>module m;", "module m;"),
        ("a <think>b <think> c</think> d</think> e", "e"),
        ("module m;<think>cut off", "module m;"),
        ("<think>nothing but thought", ""),
        ("  if (a < b) c <= d;  ", "  if (a < b) c <= d;  "),
        ("use <thinker> here", "use <thinker> here"),
    ],
)
def test_thoughts_go(text: str, answer: str) -> None:
    kept, cut = without_reasoning(text)
    assert kept.strip() == answer.strip()
    assert cut == ("cut off" in text or "nothing but" in text)


@given(st.text(alphabet="ab<>/ \n"))
def test_text_without_tags_is_untouched(text: str) -> None:
    assert without_reasoning(text) == (text, False)


@given(st.text(alphabet="<>/think \n"), st.text(alphabet="xyz;\n ").map(str.strip))
def test_a_leading_block_never_changes_the_answer(thought: str, answer: str) -> None:
    kept, cut = without_reasoning(f"<think>{thought}</think>{answer}")
    assert (kept, cut) == (answer, False)


TALK = "<think>so\nfar</think>Yes.\n<THINKING> a < b </thinking> And a < b <b>, <think>cut"


@pytest.mark.parametrize("size", [1, 2, 5, 11, 1000])
def test_thoughts_are_not_passed_on_however_they_arrive(size: int) -> None:
    heard: list[str] = []
    spoken = Spoken(heard.append)
    for start in range(0, len(TALK), size):
        spoken.tell(TALK[start : start + size])
    spoken.end()
    assert "".join(heard) == "Yes.\n And a < b <b>, " == without_reasoning(TALK)[0]
