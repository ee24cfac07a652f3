"""The package list in pyproject.toml against the tree, and what an import may cost."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINKED = ("agents", "retrieval", "eval", "sandbox", "datasets")
HEAVY = (
    "langchain",
    "langchain_openai",
    "openai",
    "chromadb",
    "networkx",
    "pyverilog",
    "cocotb",
    "torch",
    "triton",
    "langgraph",
    "fastapi",
    "uvicorn",
    "prompt_toolkit",
    "mcp",
)


def packages_in_tree() -> set[str]:
    """Every folder below a package root that holds a module."""
    found = {"gatewright", "gatewright.datasets"}
    roots = [(ROOT / "gatewright", "gatewright")]
    roots += [(ROOT / name, f"gatewright.{name}") for name in LINKED]
    for root, prefix in roots:
        for init in root.rglob("__init__.py"):
            parts = init.parent.relative_to(root).parts
            if parts[:1] and prefix == "gatewright" and parts[0] in LINKED:
                continue  # a link: counted at its real place
            found.add(".".join((prefix, *parts)))
    return found


def test_package_list_matches_the_tree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert set(project["tool"]["setuptools"]["packages"]) == packages_in_tree()


@pytest.mark.parametrize("name", LINKED)
def test_links_are_relative(name: str) -> None:
    link = ROOT / "gatewright" / name
    assert link.is_symlink()
    assert str(link.readlink()) == f"../{name}"


def test_constraints_are_plain_pins() -> None:
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        name, _, version = line.partition("==")
        assert name and version and "/" not in line and " " not in line, line


def test_datasets_does_not_shadow_the_package_of_that_name() -> None:
    assert not (ROOT / "datasets" / "__init__.py").exists()


@pytest.mark.parametrize("arguments", [["--help"], ["verify", "--help"], ["eval", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys, atexit\n"
        f"heavy = {HEAVY!r}\n"
        "atexit.register(lambda: print('HEAVY', [m for m in heavy if m in sys.modules]))\n"
        f"sys.argv = ['gatewright', *{arguments!r}]\n"
        "from gatewright.cli import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "HEAVY []" in done.stdout
