from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tinysuite import TinySuite

from gatewright.agents import LoopPolicy
from gatewright.core import (
    Candidate,
    FailureClass,
    HarnessSpec,
    KernelSpec,
    Language,
    Outcome,
    Problem,
    Source,
    Usage,
    Verdict,
)
from gatewright.eval import Run, RunRequest, load_run, run, summary_json
from gatewright.eval.agent import LoopAgent
from gatewright.eval.optimised import OPTIMISE, gain_of, optimised, told_of
from gatewright.eval.suites import Dataset
from gatewright.models import Completion, Message, Sampling

SHARES = [0.2, 0.5, 0.1, 0.6]
"""Of the roofline: the first kernel of every problem and each edit of it."""
ADVICE = {"location": "line 1", "bottleneck": "strided", "evidence": "sectors", "method": "rows"}


@dataclass
class Rated:
    """Passes every kernel; how good it is stands in its text."""

    rules: str = "lenient"
    static: bool = True

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        found = re.search(r"share = ([\d.]+)", candidate.text)
        if found is None:
            return Verdict(Outcome.FAIL, FailureClass.SYNTAX, rules=self.rules)
        share = float(found[1])
        rated = {"static_roof_share_serial": share, "static_roof_share": share + 0.1}
        tools = {"device": "cpu-emulated", **({"static": "NVIDIA H100"} if self.static else {})}
        metrics = rated if self.static else {}
        return Verdict(Outcome.PASS, None, 1.0, metrics=metrics, tools=tools, rules=self.rules)


class Kernels(TinySuite):
    def load(self, data: Path | None) -> Dataset:
        dataset = super().load(data)
        text = "class Model: ...\n"
        spec = KernelSpec(Source("problem.py", text, Language.PYTHON))
        problems = tuple(
            Problem(one.id, f"# {one.id}\n{text}", Language.CUDA, harness=spec)
            for one in dataset.problems
        )
        return Dataset(problems, dataset.sha256, dataset.path)

    def harness(self, rules: str) -> Rated:  # type: ignore[override]
        return Rated(rules)


@dataclass
class Faster:
    """A model that writes the kernels of SHARES one after the other; `trouble` sees each call."""

    trouble: Callable[[int], None] = lambda _: None
    calls: int = 0
    written: dict[str, int] = field(default_factory=dict)
    name: str = "faster"

    def complete(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        on_text: Callable[[str], None] | None = None,
    ) -> Completion:
        self.calls += 1
        self.trouble(self.calls)
        said = "\n".join(message.text for message in messages)
        problem = re.search(r"# (P\d\d)", said)
        assert problem is not None
        if '"bottleneck"' in said:
            return Completion(json.dumps(ADVICE), Usage(calls=1))
        number = self.written.get(problem[1], 0)
        self.written[problem[1]] = number + 1
        code = f"class ModelNew:\n    share = {SHARES[number]}  # {problem[1]}\n"
        return Completion(f"```python\n{code}```\n", Usage(calls=1))


def harnesses(spec: HarnessSpec | None) -> Rated:
    return Rated()


def go(folder: Path, model: Faster, *, optimise: bool = True) -> Run:
    policy = LoopPolicy(rounds=3, symbolic=False, optimise=optimise)
    agent = LoopAgent(model, harnesses, policy, {OPTIMISE: True} if optimise else {})
    run(RunRequest(Kernels(2), folder, agent, rules=("lenient",), jobs=1))
    return load_run(folder)


def test_rows_and_the_report_tell_the_best_kernel_and_what_edits_came_to(tmp_path: Path) -> None:
    done = go(tmp_path, Faster())
    rows = list(done.results)
    assert [row.rules["lenient"].figures["static_roof_share_serial"] for row in rows] == [0.6, 0.6]
    assert all(row.tools["device"] == "cpu-emulated" for row in rows)
    assert optimised(done) == (
        "made faster: 2 of 2 right kernels edited, 6 edits, 4 kept, 2 rolled back; "
        "static estimate, no time: median 20.0% to 60.0% of the roofline if nothing overlaps"
    )
    told = summary_json(done.summary)["speed"]
    assert told["speedup_geometric_mean"] is None
    assert told["static"]["roof_share_serial_median"] == 0.6


def test_an_interrupted_run_goes_on_with_the_answers_that_are_missing(tmp_path: Path) -> None:
    def interrupt(call: int) -> None:
        if call == 9:  # in the midst of the second problem's edits
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        go(tmp_path / "run", Faster(interrupt))
    assert len(load_run(tmp_path / "run").results) == 1
    model = Faster()
    go(tmp_path / "run", model)
    assert len(model.written) == 1
    whole = go(tmp_path / "whole", Faster())
    name = "results.jsonl"
    assert (tmp_path / "run" / name).read_bytes() == (whole.path / name).read_bytes()


def test_without_the_wish_nothing_is_edited_and_nothing_is_said_of_it(tmp_path: Path) -> None:
    model = Faster()
    done = go(tmp_path, model, optimise=False)
    assert model.calls == 2
    assert optimised(done) == ""


def test_a_rejected_edit_is_no_gain(tmp_path: Path) -> None:
    rounds = next(iter(go(tmp_path, Faster()).trajectories)).rounds
    found = gain_of(rounds[:3])  # the third is slower than the second
    assert found is not None
    assert (found.edits, found.kept) == (2, 1)
    assert found.best.metrics["static_roof_share_serial"] == 0.5
    assert gain_of(()) is None
    assert told_of(()) == "made faster: 0 of 0 right kernels edited, 0 edits, 0 kept, 0 rolled back"
