"""Complete a line from the repository alone: no model, no network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gatewright.retrieval.complete.analogy import WINDOW, analogies
from gatewright.retrieval.complete.corpus import Corpus
from gatewright.retrieval.complete.features import rows
from gatewright.retrieval.complete.headers import Definitions
from gatewright.retrieval.complete.idioms import idioms
from gatewright.retrieval.complete.indent import indented
from gatewright.retrieval.complete.ngram import Ngram
from gatewright.retrieval.complete.pool import Pool, Proposal
from gatewright.retrieval.complete.ports import ports
from gatewright.retrieval.complete.ranker import Ranker, shipped_ranker
from gatewright.retrieval.complete.sequence import sequences
from gatewright.retrieval.complete.setting import Setting
from gatewright.retrieval.complete.substitution import substitutions

MOST_COMMON = 6
MOST_JUDGED = 64  # proposals the reranker looks at
SURE = 0.5  # how likely right a line must be for a block to go on with it


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A whole line for a place, indentation included, without a line ending.

    `score` orders suggestions of one place; `right` is the estimated chance that it is what the
    author writes; `source` says how it came about, such as `mapped_there` or `gram`.
    """

    text: str
    score: float
    right: float
    source: str


@dataclass(frozen=True, slots=True)
class Drafts:
    """All proposals for a place, and what the reranker sees of each."""

    proposals: tuple[Proposal, ...]
    rows: tuple[Mapping[str, float], ...]


class Completer:
    """Completes lines in the files of a repository. Built once, then asked for any place.

    `files` maps paths to texts, or is what was made of them: the repository's, the file at hand
    among them or not (its own text on disk is never looked at). Safe to call from several threads
    at once.
    """

    def __init__(self, files: Mapping[str, str] | Corpus, ranker: Ranker | None = None) -> None:
        self.corpus = files if isinstance(files, Corpus) else Corpus.of(files)
        self._ranker = ranker

    def complete(
        self,
        path: str,
        before: str,
        typed: str = "",
        k: int = 5,
        without: Iterable[str] = (),
        definitions: Definitions | None = None,
    ) -> tuple[Suggestion, ...]:
        """At most k suggestions for the line at the cursor, the best first.

        `before` is the text of the lines above the cursor's, `typed` what stands on the cursor's
        line before it: every suggestion begins with it. `without` names files not to look at.
        `definitions` are those seen from that file. Nobody knows how a comment goes on: no
        suggestions there.
        """
        setting = Setting(path, before, typed)
        if setting.in_comment:
            return ()
        found = drafts(self.corpus, setting, without, definitions)
        ranker = self._ranker or shipped_ranker()
        judged = zip(found.proposals, ranker.judge(found.rows), strict=True)
        ranked = sorted(judged, key=lambda pair: (-pair[1].score, pair[0].text))
        best: dict[str, Suggestion] = {}  # those that differ only in what is typed are one
        for proposal, judgement in ranked:
            if len(best) == k:
                break
            text = indented(proposal, setting)
            source = proposal.best_source
            best.setdefault(text, Suggestion(text, judgement.score, judgement.right, source))
        return tuple(best.values())

    def block(
        self,
        path: str,
        before: str,
        most: int = 20,
        without: Iterable[str] = (),
        definitions: Definitions | None = None,
    ) -> tuple[Suggestion, ...]:
        """The best line, and those after it as far as each is more likely right than wrong."""
        return tuple(self._lines(path, before, most, tuple(without), definitions))

    def _lines(
        self,
        path: str,
        before: str,
        most: int,
        without: tuple[str, ...],
        definitions: Definitions | None,
    ) -> Iterator[Suggestion]:
        for step in range(most):
            best = self.complete(path, before, k=1, without=without, definitions=definitions)
            if not best or (step and best[0].right < SURE):
                return
            yield best[0]
            before = f"{before}{best[0].text}\n"


def drafts(
    corpus: Corpus,
    setting: Setting,
    without: Iterable[str] = (),
    definitions: Definitions | None = None,
) -> Drafts:
    """Everything the generators propose. `without` names files of the corpus not to look at."""
    left_out = corpus.numbers({setting.path, *without})
    pool = Pool(setting.typed_text)
    shares = analogies(setting, corpus, left_out, pool)
    sequences(setting, pool)
    ports(setting, corpus, left_out, definitions, pool)
    _common(setting, pool)
    idioms(setting, pool)
    ngram = Ngram(setting, corpus, left_out)
    ngram.propose(pool)
    substitutions(setting, pool)
    pool.keep_best(MOST_JUDGED)
    alike = max(shares.values(), default=0) / max(1, min(WINDOW, len(setting.lines)))
    return Drafts(tuple(pool.proposals.values()), tuple(rows(setting, pool, ngram, alike)))


def _common(setting: Setting, pool: Pool) -> None:
    """Propose the file's most repeated lines."""
    last = setting.last
    indent = last.parsed.indent if last else None
    for text, count in setting.texts.most_common(MOST_COMMON):
        if count > 1:
            pool.add(text, "again", 0.3 + 0.1 * count, {}, indent)
