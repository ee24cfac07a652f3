from __future__ import annotations

import subprocess
import sys

import pytest

from gatewright.core import UsageError
from gatewright.eval.suites.registry import open_suite, suite_names


@pytest.mark.parametrize("name", suite_names())
def test_every_suite_opens_under_its_name(name: str) -> None:
    suite = open_suite(name)
    assert suite.name == name
    assert set(suite.default_rules) <= set(suite.rule_sets)


def test_an_unknown_suite_is_answered_with_the_names() -> None:
    with pytest.raises(UsageError, match=r"no suite 'veri'.*starter, verilogeval"):
        open_suite("veri")


def test_nothing_heavy_is_loaded_before_it_is_needed() -> None:
    code = (
        "import sys, gatewright.eval, gatewright.eval.suites.registry; "
        "heavy = {'pydantic', 'jinja2', 'rich', 'pyslang', 'langchain', 'openai', 'pywellen'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
