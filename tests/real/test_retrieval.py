"""Facts and the driver graph on real repositories; see bench_facts.py and bench_drivers.py.

GATEWRIGHT_REPOS names a folder with a checkout a folder (picorv32, serv, verilog-axi, ibex, ...).
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

REPOS = os.environ.get("GATEWRIGHT_REPOS", "")
pytestmark = pytest.mark.skipif(not REPOS, reason="GATEWRIGHT_REPOS names no folder of checkouts")

NAMES = ["picorv32", "verilog-axi", "serv", "ibex", "cva6"]
ELABORATED = ["picorv32/picorv32.v", "serv/rtl", "verilog-axi/rtl", "ibex/rtl", "biriscv/src"]


def bench(name: str) -> ModuleType:
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def checkout(name: str) -> Path:
    root = Path(REPOS) / name
    if not root.is_dir():
        pytest.skip(f"no checkout of {name} in {REPOS}")
    return root


@pytest.mark.parametrize("name", NAMES)
def test_facts_are_complete(name: str) -> None:
    facts = bench("bench_facts")
    tally = facts.recall(checkout(name))
    assert all(tally.recall(kind) >= 0.99 for kind in facts.KINDS), tally.missed[:10]


@pytest.mark.parametrize("name", NAMES)
def test_what_lies_before_a_damage_is_found(name: str) -> None:
    tally = bench("bench_facts").damaged(checkout(name))
    assert tally.missed == []


@pytest.mark.parametrize("name", ELABORATED)
def test_drivers_are_those_of_elaboration(name: str) -> None:
    repo, _, part = name.partition("/")
    chosen, every = bench("bench_drivers").measure(checkout(repo), part)
    assert chosen.recall >= 0.97, chosen.doubts[:10]
    assert every.precision >= 0.97, every.doubts[:10]
    assert every.recall >= 0.97, every.doubts[:10]
