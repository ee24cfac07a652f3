"""Plain command lines are read without typer, and as typer reads them."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from importlib import import_module

import pytest
from typer.main import get_command

from gatewright.cli import quick
from gatewright.cli.app import app
from gatewright.cli.declared import NOTHING, Argument, Option, parameters
from gatewright.cli.verbs import Verbs

PLAIN = (
    "search repo words",
    "search -k 3 repo words --level module --path a/b --module m --clock c --json",
    "search repo --count 1000 words --embedding hashed --base-url u",
    "show repo m",
    "show --dataflow repo m --near f --isolation rlimits --json",
    "drivers repo m.s --near f.v --elaborated",
    "loads repo m.s --json",
    "cone repo m.s --depth 1 --most 10000 --slice --dataflow",
    "context repo f.v:3 --tokens 0 --exclude a",
)
NOT_PLAIN = (
    "search repo",
    "search repo a b",
    "search repo words --count 0",
    "search repo words --count 1001",
    "search repo words -k3",
    "search repo words -k ٣",
    "search repo words --count=3",
    "search repo words --json --json",
    "search repo words --level",
    "search repo words --module -x",
    "search repo -- --words",
    "search --help",
    "cone repo m.s --dep 3",
    "context repo f.v:3 --exclude a --exclude b",
    "verify repo",
    "--version",
    "",
)


def verb(name):
    module, _, attribute = quick.VERBS[name].partition(":")
    return getattr(import_module(f"gatewright.cli.{module}"), attribute)


def by_typer(words):
    group = get_command(app)
    assert isinstance(group, Verbs)
    command = group.get_command(None, words[0])
    return command.make_context(words[0], list(words[1:])).params


@pytest.mark.parametrize("line", PLAIN)
def test_a_plain_line_is_read_as_typer_reads_it(line):
    words = line.split()
    assert quick.read(parameters(verb(words[0])), words[1:]) == by_typer(words)


@pytest.mark.parametrize("name", quick.VERBS)
def test_every_parameter_is_told_without_typer(name):
    known = parameters(verb(name))
    assert [p.name for p in known] == list(inspect.signature(verb(name)).parameters)
    for parameter in known:
        assert isinstance(parameter.declared, (Argument, Option))
        assert (parameter.default is NOTHING) == isinstance(parameter.declared, Argument)
        assert getattr(parameter.declared, "variable", None) is None


@pytest.mark.parametrize("line", NOT_PLAIN)
def test_whatever_is_not_plain_is_left_to_typer(line, monkeypatch):
    def asked(*given: object) -> None:
        raise AssertionError(given)

    monkeypatch.setattr("gatewright.cli.repository.opened", asked)
    assert not quick.run(line.split())


def test_an_empty_word_is_left_to_typer():
    assert quick.read(parameters(verb("search")), ["repo", ""]) is None


def test_a_plain_question_loads_no_typer(gatewright, tmp_path):
    repo = tmp_path / "repo"
    repo.mkdir()
    (repo / "a.v").write_text("module top(input a, output q);\n assign q = ~a;\nendmodule\n")
    gatewright("index", repo)
    gatewright("search", repo, "a")
    heavy = ("typer", "pydantic", "pyslang", "gatewright.core.problem", "tomllib")
    code = (
        "import sys\n"
        "from gatewright.cli import main\n"
        "try:\n    main()\n"
        f"finally:\n    print([m for m in {heavy!r} if m in sys.modules], file=sys.stderr)\n"
    )
    kept = "GATEWRIGHT_CACHE_DIR"
    quiet = {k: v for k, v in os.environ.items() if k == kept or not k.startswith("GATEWRIGHT_")}
    for question in (("search", "invert"), ("drivers", "top.q")):
        ran = subprocess.run(
            [sys.executable, "-c", code, question[0], repo, question[1]],
            capture_output=True,
            text=True,
            env=quiet,
        )
        assert ran.returncode == 0, ran.stderr
        assert ran.stdout
        assert ran.stderr == "[]\n"
