"""What the suites of lines to be completed have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gatewright.core import Candidate, Problem, Provenance, Source
from gatewright.eval.suites.completion_place import language_of, place_of
from gatewright.eval.suites.completion_score import RULES, LineHarness, first_line
from gatewright.eval.suites.rtlrepo_prompt import prompt
from gatewright.models import Message, Role
from gatewright.sandbox.harness import Harness


class LineSuite:
    """RTL-Repo's prompt and its way of taking a line out of an answer, for problems of any source.

    The whole `repositories` are known by name once loaded, where several problems share one.
    """

    name = ""
    rule_sets: Sequence[str] = RULES
    default_rules: Sequence[str] = RULES
    longest_prompt: int | None = None  # characters; longer contexts lose lines at their end

    def __init__(self) -> None:
        self.repositories: dict[str, Mapping[str, str]] = {}

    def messages(self, problem: Problem) -> Sequence[Message]:
        """RTL-Repo's prompt as one message."""
        place = place_of(problem)
        context = {source.name: source.text for source in problem.context}
        text = prompt(place.repository, context, place.path, place.before, self.longest_prompt)
        return (Message(Role.USER, text),)

    def extract(self, problem: Problem, response: str) -> Candidate:
        """The first line that is no comment, as it stands; no code where the answer is blank."""
        line = first_line(response)
        path = place_of(problem).path
        sources = (Source(path, line, language_of(path)),) if line.strip() else ()
        return Candidate(sources, Provenance.MODEL)

    def harness(self, rules: str) -> Harness:
        """The comparison with the line that stands there. Raises UsageError for another name."""
        return LineHarness(rules)

    def references(self, problem: Problem) -> Candidate:
        """The line that stands there."""
        return replace(Candidate(problem.reference), provenance=Provenance.REFERENCE)

    def cost(self, problem: Problem) -> float:
        """Comparing lines costs the same everywhere."""
        return 1.0
