from __future__ import annotations

import json
from pathlib import Path

import pytest

from gatewright.core import DataError
from gatewright.datasets.hdlsearch import Code, Group, Place, descriptions, digest_of, folders


def write(folder: Path, name: str, entries: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(entries), "utf-8")


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    folder = tmp_path / "queries"
    block = {"code": "assign a = b;", "description": "Joins two wires."}
    other = {"code": "assign c = d;", "description": "Joins two others."}
    write(
        folder,
        "one",
        [
            {"module_id": "m", "module_description": "A module.", "block_descriptions": [block]},
            {"module_id": "n", "block_descriptions": [other, other, {"code": "x"}]},
        ],
    )
    write(folder, "blocks", [{"code": "assign  a = b;", "description": "Assigns b to a."}])
    write(folder, "modules", [{"module_id": "m", "module_description": "A module."}])
    write(folder, "signals", [{"signal": "m::a", "description": "A wire."}])
    return folder


def test_each_description_is_asked_once_and_core_is_known_by_its_code(queries: Path) -> None:
    found = [(one.level, one.subject, one.group) for one in descriptions(queries)]
    assert found == [
        ("block", "assign a = b;", Group.CORE),
        ("block", "assign c = d;", Group.REST),
        ("block", "assign  a = b;", Group.NAMED),
        ("module", "m", Group.CORE),
        ("signal", "m::a", Group.CORE),
    ]
    keys = {one.key for one in descriptions(queries)}
    assert len(keys) == 5


def test_a_hash_tells_other_questions(queries: Path) -> None:
    before = digest_of(queries)
    write(queries, "signals", [])
    assert digest_of(queries) != before


@pytest.mark.parametrize("text", ["{", '{"a": 1}', "[1]", '"no"'])
def test_files_that_are_none_are_named(queries: Path, text: str) -> None:
    (queries / "bad.json").write_text(text)
    with pytest.raises(DataError, match=r"bad\.json"):
        descriptions(queries)


def test_the_layout_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no folder repositories"):
        folders(tmp_path)
    (tmp_path / "repositories").mkdir()
    (tmp_path / "queries").mkdir()
    with pytest.raises(DataError, match="no JSON file"):
        descriptions(folders(tmp_path)[1])


def test_code_is_found_by_its_text_without_white_space() -> None:
    code = Code(
        [
            ("a.v", b"module a;\n\nassign x =\n  y + 1;\nendmodule\n"),
            ("b.v", b"// no\nassign x = y + 1; assign x = y + 1;\n"),
            ("c.v", b""),
        ]
    )
    places = code.find("assign x\t= y+1 ;\n")
    assert places == (Place("a.v", 3, 4), Place("b.v", 2, 2), Place("b.v", 2, 2))
    assert code.find("assign z = y + 1;") == ()
    assert code.find("x") == ()
    assert code.find("") == ()
    assert [str(p) for p in (Place("a.v", 3, 4), Place("a.v", 1, 1, "x"))] == [
        "a.v:3-4",
        "a.v:1-1 x",
    ]
