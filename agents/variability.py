"""How easily a translation can be varied: a judge's rating, and proofs at other values."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gatewright.agents.prompts import render
from gatewright.core import (
    Candidate,
    ModelError,
    Outcome,
    Problem,
    ReferenceSpec,
    Source,
    UsageError,
)
from gatewright.models import Message, Model, Role, Sampling, without_reasoning
from gatewright.sandbox.chisel.arguments import scala_arguments
from gatewright.sandbox.harness import Harness
from gatewright.sandbox.harness.chisel import ChiselHarness

_OBJECT = re.compile(r"\{[^{}]*\}")
_SCORE = re.compile(r"\bscore\W{0,8}(\d+)\b", re.IGNORECASE)
_LONGEST = 400  # characters of a reason
_BEST = 10
_AGAIN = 'Answer again with nothing but {"score": 1-10, "reason": "…"}'
_SYSTEM = "You review Chisel for how well it can be reused. You do not write code."


@dataclass(frozen=True, slots=True)
class Rating:
    """From 1 (to be written anew) to 10 (every variation is an argument), and why."""

    score: int
    reason: str


@dataclass(frozen=True, slots=True)
class Trial:
    """The translation at another value of a parameter: proved equal to the original at that value?

    `said` is what was wrong, in words.
    """

    setting: str
    outcome: Outcome
    said: str = ""


@dataclass(frozen=True, slots=True)
class Variability:
    """The judge's rating (None: it gave no usable one) and the proofs at other values."""

    rating: Rating | None
    trials: tuple[Trial, ...] = ()

    def text(self) -> str:
        """In one line."""
        said = "the judge gave no rating"
        if self.rating is not None:
            said = f"{self.rating.score} of {_BEST} ({self.rating.reason})"
        tried = "; ".join(
            f"{trial.setting}: {trial.outcome}" + (f" ({trial.said})" if trial.said else "")
            for trial in self.trials
        )
        return f"variability: {said}" + (f"; {tried}" if tried else "")


def rate(reference: Sequence[Source], candidate: Candidate, model: Model) -> Rating | None:
    """Ask the judge, once more where the answer holds no score; None where there is none then."""
    prompt = render(
        "chisel/variability.md",
        reference="\n\n".join(source.text.strip() for source in reference),
        code=candidate.text.strip(),
    )
    messages = [Message(Role.SYSTEM, _SYSTEM), Message(Role.USER, prompt)]
    for _ in range(2):
        try:
            answer = model.complete(messages, Sampling(0.0)).text
        except ModelError:
            return None
        rating = parse_rating(answer)
        if rating is not None:
            return rating
        messages += [
            Message(Role.ASSISTANT, answer[:2000] or "(nothing)"),
            Message(Role.USER, _AGAIN),
        ]
    return None


def parse_rating(answer: str) -> Rating | None:
    """The rating that an answer holds; None where its score is missing or none from 1 to 10."""
    text = without_reasoning(answer)[0]
    for found in _OBJECT.findall(text):
        try:
            fields = json.loads(found)
        except ValueError:
            continue
        score = fields.get("score")
        if isinstance(score, int) and score is not True and 1 <= score <= _BEST:
            return Rating(score, " ".join(str(fields.get("reason", "")).split())[:_LONGEST])
    match = _SCORE.search(text)
    if match is None or not 1 <= int(match[1]) <= _BEST:
        return None
    return Rating(int(match[1]), " ".join(text.split())[:_LONGEST])


def try_at(setting: str, problem: Problem, candidate: Candidate, proof: Harness) -> Trial:
    """Prove the translation at `NAME=VALUE`, a parameter of the original's top.

    `proof` is the one that proved it as it stands. Raises UsageError where the original has no
    such parameter, or the value is none.
    """
    scala_arguments([setting])
    name, _, value = (part.strip() for part in setting.partition("="))
    spec = problem.harness
    if not isinstance(spec, ReferenceSpec) or not isinstance(proof, ChiselHarness):
        raise UsageError("only a proof can be tried at other values")
    set_there = with_parameter(spec.reference, problem.top, name, value)
    argument = constructor_parameter(candidate, problem.top, name, spec.reference)
    if argument is None:
        return Trial(setting, Outcome.FAIL, f"class {problem.top} has no parameter for {name}")
    varied = replace(problem, interface=None, harness=replace(spec, reference=set_there))
    verdict = replace(proof, arguments=scala_arguments([f"{argument}={value}"])).check(
        varied, candidate
    )
    said = next((d.message for d in verdict.diagnostics), "") if not verdict.passed else ""
    return Trial(setting, verdict.outcome, said)


def with_parameter(
    sources: Sequence[Source], top: str, name: str, value: str
) -> tuple[Source, ...]:
    """The sources with another default value of that parameter of the top. Raises UsageError."""
    module = re.compile(rf"\bmodule\s+{re.escape(top)}\b.*?\bendmodule\b", re.DOTALL)
    setting = re.compile(
        rf"(\bparameter\b[^;)]*?\b{re.escape(name)}\s*=\s*)(?:\"[^\"]*\"|[^,;)\n]+)"
    )
    for at, source in enumerate(sources):
        body = module.search(source.text)
        if body is None:
            continue
        text, count = setting.subn(rf"\g<1>{value}", body[0], count=1)
        if count:
            changed = source.text[: body.start()] + text + source.text[body.end() :]
            rest = list(sources)
            rest[at] = replace(source, text=changed)
            return tuple(rest)
    raise UsageError(f"module {top} has no parameter {name}", hint="leave it out, or name another")


def constructor_parameter(
    candidate: Candidate, top: str, name: str, reference: Sequence[Source]
) -> str | None:
    """What the Chisel calls a parameter: its own name, in any letter case, else by its place."""
    text = "\n".join(source.text for source in candidate.sources)
    found = re.search(rf"\bclass\s+{re.escape(top)}\s*\(([^)]*)\)", text)
    names: list[str] = re.findall(r"(\w+)\s*:", found[1]) if found else []
    plain = name.replace("_", "").lower()
    for own in names:
        if own.replace("_", "").lower() == plain:
            return own
    original = "\n".join(source.text for source in reference)
    head = re.search(rf"\bmodule\s+{re.escape(top)}\s*#\s*\((.*?)\)\s*\(", original, re.DOTALL)
    there = re.findall(r"(\w+)\s*=", head[1]) if head else []
    if name in there and len(there) == len(names):
        return names[there.index(name)]
    return None
