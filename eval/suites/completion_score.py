"""How a completed line is scored: RTL-Repo's exact match and edit similarity, to the digit.

Both are its repository's `src/utils.py`: exact match compares what lies between blanks, edit
similarity is fuzzywuzzy's `ratio` of the raw lines, indentation and carriage return included.
"""

from __future__ import annotations

from gatewright.core import Candidate, FailureClass, Outcome, Problem, UsageError, Verdict
from gatewright.retrieval.complete.similarity import similarity

RULES = ("exact",)
EXACT, RAW, NORMALISED = "exact_match", "edit_similarity", "edit_similarity_normalised"


def first_line(answer: str) -> str:
    """The first line that is neither blank nor a comment; with none, the last comment; or ''."""
    comment = ""
    for line in answer.split("\n"):
        if line.strip():
            if not line.strip().startswith("//"):
                return line
            comment = line
    return comment


def exact_match(answer: str, label: str) -> bool:
    """Whether two lines are the same but for blanks between words."""
    return answer.split() == label.split()


def edit_similarity(answer: str, label: str) -> int:
    """From 0 to 100, whole: the insertion-deletion similarity of the lines as they stand."""
    return round(100 * similarity(answer, label))


def normalised_similarity(answer: str, label: str) -> int:
    """The same without indentation, every run of blanks one blank."""
    return edit_similarity(" ".join(answer.split()), " ".join(label.split()))


NEAR_COPY, NO_COPY = "near copy", "no near copy"
COPIES_REMOVED = "near copies removed"
GROUPS = (NO_COPY, NEAR_COPY, COPIES_REMOVED)
"""The categories of problems: whether another file that was given nearly is the file at hand."""
GROUP = "group"


def group_of(verdict: Verdict | None) -> str:
    """The category of the problem that a verdict is about; '' where there is no verdict."""
    return GROUPS[int(verdict.metrics[GROUP])] if verdict and GROUP in verdict.metrics else ""


class LineHarness:
    """Passes a line that matches exactly; the score is its edit similarity.

    The metrics hold all three figures and the problem's category, as its place in GROUPS. What is
    compared is the text, so nothing is run.
    """

    rules = RULES[0]
    reads_raw_text = True

    def __init__(self, rules: str) -> None:
        if rules not in RULES:
            raise UsageError(f"no rule set {rules!r}", hint=f"there is: {', '.join(RULES)}")

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        """Compare the answer's text with the problem's line."""
        answer = candidate.sources[0].text if candidate.sources else ""
        label = problem.reference[0].text
        matches = exact_match(answer, label)
        raw = edit_similarity(answer, label)
        return Verdict(
            Outcome.PASS if matches else Outcome.FAIL,
            None if matches else FailureClass.MISMATCH,
            score=raw / 100,
            checks=1,
            mismatches=int(not matches),
            metrics={
                EXACT: 100.0 * matches,
                RAW: float(raw),
                NORMALISED: float(normalised_similarity(answer, label)),
                GROUP: float(GROUPS.index(problem.category)),
            },
            rules=self.rules,
        )
