"""What editors send, read."""

from __future__ import annotations

import pytest

from gatewright.models.infill_tokens import FAMILIES, InfillTokens
from gatewright.server.fim import Extra, Hole, hole_of, infill_hole, named_above

BEFORE, AFTER = "module m;\n  assign a = ", ";\nendmodule\n"


def test_fields_of_the_request() -> None:
    assert hole_of(BEFORE, AFTER) == Hole(BEFORE, AFTER)
    assert hole_of(BEFORE).typed == "  assign a = "
    assert hole_of(BEFORE).above == "module m;\n"
    assert hole_of("a\r\nb\rc", "\r\nd") == Hole("a\nb\nc", "\nd")


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.family)
def test_the_words_of_each_family(family: InfillTokens) -> None:
    assert hole_of(family.prompt(BEFORE, AFTER)) == Hole(BEFORE, AFTER)


def test_other_files_before_the_hole_as_qwen_has_them() -> None:
    prompt = (
        "<|repo_name|>chip\n<|file_sep|>rtl/a.sv\nmodule a;\nendmodule\n"
        f"<|file_sep|>rtl/b.sv\n<|fim_prefix|>{BEFORE}<|fim_suffix|>{AFTER}<|fim_middle|>"
    )
    assert hole_of(prompt) == Hole(
        BEFORE, AFTER, "rtl/b.sv", (Extra("rtl/a.sv", "module a;\nendmodule\n"),)
    )


def test_other_files_before_the_hole_as_codestral_has_them() -> None:
    prompt = f"[SUFFIX]{AFTER}[PREFIX]+++++ rtl/a.sv \nmodule a;\n\n+++++ rtl/b.sv\n{BEFORE}"
    hole = hole_of(prompt)
    assert (hole.before, hole.after, hole.path) == (BEFORE, AFTER, "rtl/b.sv")
    assert hole.extras == (Extra("rtl/a.sv", "module a;\n"),)


def test_infill_puts_the_line_behind_the_lines_above() -> None:
    extras = (Extra("/x/a.sv", "module a;"),)
    hole = infill_hole("module m;\n", AFTER, "  assign a = ", extras)
    assert hole == Hole(BEFORE, AFTER, "", extras)


def test_a_comment_above_names_the_file() -> None:
    text = f"// Path: rtl/other.sv\n// module other;\n// rtl/mine.sv\n{BEFORE}"
    assert named_above(text) == ("rtl/mine.sv", BEFORE)
    assert named_above(BEFORE) is None
    assert named_above("// Copyright 2024, all rights.\n" + BEFORE) is None


def test_words_of_a_family_in_ordinary_code_are_left_alone() -> None:
    assert hole_of("// [PREFIX] of the bus\nassign a = 1;\n").before.startswith("// [PREFIX]")
