from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gatewright.agents.edits import Edit, apply_edits, parse_edits

CODE = "module m;\n    assign a = b;\n    assign c = d;\nendmodule\n"


def block(search: str, replace: str) -> str:
    return f"<<<<<<< SEARCH\n{search}\n=======\n{replace}\n>>>>>>> REPLACE\n"


def test_blocks_are_found_in_prose_and_fences() -> None:
    answer = f"First:\n```\n{block('x', 'y')}```\nthen\n{block('  p', '  q')}done"
    assert [(e.search, e.replace) for e in parse_edits(answer)] == [
        ("x\n", "y\n"),
        ("  p\n", "  q\n"),
    ]


def test_marks_need_not_be_exact() -> None:
    answer = "<<<<< ORIGINAL\r\nx\r\n=====\r\ny\r\n>>>>>\r\n"
    assert parse_edits(answer) == (Edit("x\n", "y\n"),)


def test_line_numbers_of_a_listing_come_off() -> None:
    (edit,) = parse_edits(
        block(" 2|     assign a = b;\n 3|     assign c = d;", " 2|     assign a = 0;")
    )
    applied = apply_edits(CODE, [edit])
    assert applied.text == "module m;\n    assign a = 0;\nendmodule\n"


def test_an_edit_replaces_its_place() -> None:
    applied = apply_edits(CODE, [Edit("    assign a = b;\n", "    assign a = ~b;\n")])
    assert applied.text == CODE.replace("= b", "= ~b")


def test_wrong_indentation_is_forgiven_and_mended() -> None:
    applied = apply_edits(CODE, [Edit("assign a = b;\n", "assign a = b\n  | c;\n")])
    assert applied.text == CODE.replace("a = b;", "a = b\n      | c;")


def test_an_empty_replacement_deletes() -> None:
    assert apply_edits(CODE, [Edit("    assign a = b;\n", "")]).text.count("assign") == 1


def test_all_or_nothing_and_the_reason() -> None:
    good = Edit("    assign a = b;\n", "    assign a = 1;\n")
    missing = apply_edits(CODE, [good, Edit("assign z = 0;\n", "")])
    assert missing.text == CODE
    assert "assign z = 0;" in missing.problem
    twice = apply_edits(CODE + CODE, [good])
    assert "2 places" in twice.problem
    assert apply_edits(CODE, [Edit("\n", "x\n")]).problem
    assert apply_edits(CODE, [Edit("module m;\n", "module m;\n")]).problem


LINES = st.lists(st.from_regex(r" {0,4}[a-z]{1,6};", fullmatch=True), min_size=1, max_size=12)


@given(LINES, st.data())
def test_quoting_unique_lines_replaces_exactly_them(lines: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(lines) - 1))
    end = data.draw(st.integers(start + 1, len(lines)))
    search = lines[start:end]
    bare = [line.strip() for line in lines]
    wanted = [line.strip() for line in search]
    places = [i for i in range(len(bare)) if bare[i : i + len(wanted)] == wanted]
    text = "\n".join(lines) + "\n"
    (edit,) = parse_edits(block("\n".join(search), "NEW"))
    applied = apply_edits(text, [edit])
    if len(places) == 1:
        assert applied.text.split("\n") == [*lines[:start], "NEW", *lines[end:], ""]
    else:
        assert (applied.problem and applied.text == text) or applied.text.count("NEW") == 1


@given(st.text(max_size=200), st.text(max_size=80), st.text(max_size=80))
def test_never_raises(text: str, search: str, replace: str) -> None:
    parse_edits(text)
    applied = apply_edits(text, [Edit(search, replace)])
    assert not applied.problem or applied.text == text
