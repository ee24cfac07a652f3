from __future__ import annotations

import pytest

from gatewright.core import Language, Source
from gatewright.sandbox.chisel.prepare import IMPORTS, classes, prepare, tops


def scala(text: str, name: str = "A.scala") -> Source:
    return Source(name, text, Language.CHISEL)


def test_imports_that_are_missing_stand_before_line_one_and_shift_its_columns() -> None:
    prepared = prepare((scala("class TopModule extends RawModule {\n}\n"),), "TopModule")
    name, text = prepared.files[0]
    assert (name, text) == ("A.scala", IMPORTS + "class TopModule extends RawModule {\n}\n")
    assert prepared.shifts == {"A.scala": len(IMPORTS)}


def test_a_file_that_imports_chisel_or_names_its_package_stays_as_it_is() -> None:
    texts = ("import chisel3._\nclass A extends Module\n", "package p\nclass B extends Module\n")
    for text in texts:
        prepared = prepare((scala(text),), "A")
        assert prepared.files[0][1] == text
        assert prepared.shifts == {"A.scala": 0}


def test_the_entry_names_the_top_by_its_package_and_has_a_name_that_nobody_can_know() -> None:
    source = scala("package p.q\nclass TopModule extends RawModule\n")
    first, second = (prepare((source,), "TopModule", "width = 4") for _ in range(2))
    assert "emitCHIRRTL(new p.q.TopModule(width = 4))" in first.files[-1][1]
    assert first.entry != second.entry


def test_classes_are_found_with_what_they_extend() -> None:
    text = "object O\ntrait T\nclass A(w: Int) extends Module with T\nclass B\n"
    found = classes((scala(text),))
    assert [(one.name, one.line) for one in found] == [("A", 3), ("B", 4)]
    assert "Module" in found[0].extends
    assert found[1].extends == ""


def test_the_top_is_what_nobody_instantiates() -> None:
    text = (
        "class Adder extends Module\n"
        "class Top extends RawModule { val a = Module(new Adder) }\n"
        "class Pair extends Bundle\n"
    )
    assert tops((scala(text),)) == ("Top",)
    assert tops((scala("class A extends Module\nclass B extends Module\n"),)) == ("A", "B")
    assert tops((scala("val x = 1\n"),)) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("class T extends Module\nobject Main extends App { emit(new T) }\n", ("T",)),
        ("class T extends Module\nobject T { def apply() = Module(new T) }\n", ("T",)),
        (
            "class In extends Module\nobject In { def apply() = Module(new In) }\n"
            "class Out extends Module { val i = In() }\n",
            ("Out",),
        ),
        (
            "abstract class Base extends Module\nclass A extends Base\n"
            "class Use extends RawModule { Module(new A) }\n",
            ("Use",),
        ),
        ("abstract class Base extends Module\nclass A extends Base\n", ("A",)),
        (
            "class T extends Module\n// new T: never\nclass P extends Bundle { /* new T */ }\n",
            ("T",),
        ),
    ],
)
def test_what_is_no_hardware_around_a_module_does_not_take_it_as_top(
    text: str, found: tuple[str, ...]
) -> None:
    assert tops((scala(text),)) == found
