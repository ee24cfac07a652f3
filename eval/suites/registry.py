"""The benchmarks by name. A suite's module is loaded when it is asked for, not before."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

from gatewright.core import UsageError
from gatewright.datasets.multikernelbench import ELSEWHERE
from gatewright.eval.suites.base import Suite

_MAKERS = {
    "cvdp": ("gatewright.eval.suites.cvdp", "Cvdp"),
    "starter": ("gatewright.eval.suites.starter", "Starter"),
    "verilogeval": ("gatewright.eval.suites.verilogeval", "spec_to_rtl"),
    "verilogeval-complete": ("gatewright.eval.suites.verilogeval", "code_complete"),
    "chisel-eval": ("gatewright.eval.suites.chisel_eval", "ChiselEval"),
    "chisel-decompile": ("gatewright.eval.suites.chisel_decompile", "ChiselDecompile"),
    "chipbench": ("gatewright.eval.suites.chipbench", "generation"),
    "chipbench-debug": ("gatewright.eval.suites.chipbench", "debugging"),
    "chipbench-debug-1shot": ("gatewright.eval.suites.chipbench", "debugging_one_shot"),
    "rtlrepo": ("gatewright.eval.suites.rtlrepo", "RtlRepo"),
    "completion": ("gatewright.eval.suites.completion", "Completion"),
    "hdlsearch": ("gatewright.eval.suites.hdlsearch", "HdlSearch"),
    "robust-kbench": ("gatewright.eval.suites.robust_kbench", "RobustKBench"),
    "multikernelbench": ("gatewright.eval.suites.multikernelbench", "cuda"),
    "multikernelbench-triton": ("gatewright.eval.suites.multikernelbench", "triton"),
    "kernelbench": ("gatewright.eval.suites.kernelbench", "kernelbench"),
    "rtllm": ("gatewright.eval.suites.rtllm", "Rtllm"),
}

_YOURS = {
    "rtlrepo": "from Hugging Face, --data",
    "completion": "your own, --data",
    "hdlsearch": "laid out by hand, --data",
}


def users_data(name: str) -> str:
    """Where a suite's data comes from that only the user can name; '' for the other suites."""
    return _YOURS.get(name, "")


def suite_names() -> tuple[str, ...]:
    """The names there are."""
    return tuple(_MAKERS)


def open_suite(name: str) -> Suite:
    """The benchmark of that name. Raises UsageError, with the names there are, for another."""
    family, _, backend = name.partition("-")
    if family == "multikernelbench" and backend in ELSEWHERE:
        raise UsageError(f"{name} cannot be run here", hint=f"it {ELSEWHERE[backend]}")
    if name not in _MAKERS:
        raise UsageError(f"no suite {name!r}", hint=f"there is: {', '.join(_MAKERS)}")
    module, maker = _MAKERS[name]
    return cast("Callable[[], Suite]", getattr(import_module(module), maker))()
