"""A benchmark small enough to reason about: an answer passes when it names its problem."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gatewright.core import (
    Candidate,
    Cycle,
    Diagnostic,
    FailureClass,
    FirstMismatch,
    Oracle,
    Outcome,
    Problem,
    Provenance,
    Round,
    Sampled,
    Severity,
    Source,
    StopReason,
    Trajectory,
    Usage,
    UsageError,
    Verdict,
)
from gatewright.eval.answers import AnswerKind, Origins, code_candidate
from gatewright.eval.suites import Dataset
from gatewright.models import Message, Role

MISMATCH = FirstMismatch(
    20,
    ("q",),
    (
        Cycle(10, (Sampled("clk", "1"), Sampled("q", "0", "0"))),
        Cycle(20, (Sampled("clk", "0"), Sampled("q", "x", "1"))),
    ),
)


@dataclass
class TinyHarness:
    rules: str
    seconds: float = 0.0
    calls: list[str] = field(default_factory=list)
    trouble: Callable[[Problem, Candidate], None] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        with self.lock:
            self.calls.append(problem.id)
        if self.trouble is not None:
            self.trouble(problem, candidate)
        time.sleep(self.seconds)
        tools = {"tiny": "1.0"}
        text = candidate.text
        if "syntax" in text:
            diagnostic = Diagnostic(Severity.ERROR, "no such word", "design.sv", 2, 3, tool="tiny")
            return Verdict(
                Outcome.FAIL,
                FailureClass.SYNTAX,
                diagnostics=(diagnostic,),
                tools=tools,
                cpu_s=0.25,
                rules=self.rules,
            )
        right = problem.id in text and not (self.rules == "strict" and "sloppy" in text)
        return Verdict(
            Outcome.PASS if right else Outcome.FAIL,
            None if right else FailureClass.MISMATCH,
            score=1.0 if right else 0.5,
            checks=10,
            mismatches=0 if right else 5,
            first_mismatch=None if right else MISMATCH,
            log="log of " + problem.id,
            tools=tools,
            cpu_s=0.25,
            rules=self.rules,
        )


@dataclass
class TinySuite:
    count: int = 5
    seconds: float = 0.0
    name: str = "tiny"
    rule_sets: Sequence[str] = ("lenient", "strict")
    default_rules: Sequence[str] = ("strict",)
    harnesses: dict[str, TinyHarness] = field(default_factory=dict)
    trouble: Callable[[Problem, Candidate], None] | None = None

    def load(self, data: Path | None) -> Dataset:
        problems = tuple(
            Problem(f"P{n:02d}", f"Name problem {n}.", top="top", category="even" if n % 2 else "")
            for n in range(self.count)
        )
        digest = hashlib.sha256(str(self.count).encode()).hexdigest()
        return Dataset(problems, digest, str(data or "bundled"))

    def messages(self, problem: Problem) -> Sequence[Message]:
        return [Message(Role.USER, problem.spec)]

    def extract(self, problem: Problem, response: str) -> Candidate:
        _, fence, rest = response.partition("```")
        return code_candidate(problem, rest.partition("```")[0] if fence else "")

    def harness(self, rules: str) -> TinyHarness:
        if rules not in self.rule_sets:
            raise UsageError(f"no rule set {rules}")
        made = TinyHarness(rules, self.seconds, trouble=self.trouble)
        return self.harnesses.setdefault(rules, made)

    def references(self, problem: Problem) -> Candidate:
        return Candidate((Source("top.sv", f"module {problem.id}; endmodule"),), Provenance.USER)


@dataclass
class TinyAnswers:
    """Right for even problems; the second round of a wrong answer is wrong as well."""

    seconds: float = 0.0
    oracle: Oracle = Oracle.NONE
    provenance: Provenance = Provenance.MODEL
    asked: list[tuple[str, int]] = field(default_factory=list)
    trouble: Callable[[Problem, int], None] | None = None
    temperature: float = 0.0

    @property
    def origins(self) -> Origins:
        return Origins(
            AnswerKind.AGENT, "tiny:model", "loop", self.oracle, {"temperature": self.temperature}
        )

    def answer(self, problem: Problem, sample: int) -> Trajectory:
        self.asked.append((problem.id, sample))
        if self.trouble is not None:
            self.trouble(problem, sample)
        time.sleep(self.seconds)
        right = int(problem.id[1:]) % 2 == 0
        text = f"module {problem.id if right else 'wrong'}; // sample {sample}\nendmodule\n"
        candidate = Candidate((Source("top.sv", text),), self.provenance, sample)
        verdict = TinyHarness("strict").check(problem, candidate)
        rounds = (Round(1, candidate, verdict, prompt_sha256="ab" * 32, usage=Usage(10, 5)),)
        stop = StopReason.PASSED if right else StopReason.ROUNDS
        return Trajectory(
            problem.id, self.oracle, rounds, candidate, verdict, stop, Usage(10, 5, calls=1)
        )
