"""HDLSearch: find the block, module or signal that a description is about, in 14 repositories.

A problem is a description and a pool: all units, those of the thing's own repository, or (blocks)
5000 of them, drawn five times. An answer is a ranking: a line `path:first-last` for each place, the
best first; of signals the name behind it. The data's layout: `gatewright.datasets.hdlsearch`.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gatewright.core import (
    Candidate,
    DataError,
    FailureClass,
    Origin,
    Outcome,
    Problem,
    Provenance,
    Source,
    UsageError,
    Verdict,
)
from gatewright.datasets.hdlsearch import Description, descriptions, digest_of, folders
from gatewright.eval.suites.base import Dataset
from gatewright.eval.suites.hdlsearch_baseline import HASHED, Baseline
from gatewright.eval.suites.hdlsearch_corpus import Corpus, Pool, Target
from gatewright.eval.suites.hdlsearch_rank import Sought, loose_rank, places_in, strict_rank
from gatewright.eval.suites.hdlsearch_table import (
    BASE,
    LOOSE,
    LOOSE_BASE,
    STRICT,
    problem_id,
    search_table,
)
from gatewright.models import Message, Role
from gatewright.retrieval.embedding import Embedding
from gatewright.retrieval.index_segment import Level
from gatewright.sandbox.harness import Harness

RULES = ("loose", "strict")
SIZE = 5000  # blocks of a drawn pool
SEEDS = range(1, 6)
GOOD = 10  # the rank up to which an answer passes
ANSWER = "places.txt"

_ASKED = """In a repository of Verilog, find the {level} that this describes:

{text}

Answer with places, the best first, a line each: path:first-last{name}
"""


@dataclass(frozen=True, slots=True)
class Quest:
    """What a problem stands for."""

    asked: Description
    target: Target
    pool: str


class HdlSearch:
    """HDLSearch, strict and loose, beside its authors' way of searching."""

    name = "hdlsearch"
    rule_sets: Sequence[str] = RULES
    default_rules: Sequence[str] = RULES

    def __init__(self, size: int = SIZE, cache: Path | None = None) -> None:
        """`size` is that of the drawn pools; `cache` keeps the index, by default the user's."""
        self._size = size
        self._cache = cache
        self._embedding: Embedding | None = None
        self._lock = threading.Lock()
        self._makers: dict[str, Callable[[], Pool]] = {}
        self._pools: dict[str, Pool] = {}
        self._quests: dict[str, Quest] = {}
        self._ranks: dict[str, Mapping[str, float]] = {}
        self._corpus: Corpus | None = None
        self._baseline: Baseline | None = None

    # the baseline's vectors

    def compare_with(self, embedding: Embedding | None) -> str:
        """Take these vectors for the baseline, or the stand-in; told before the data is loaded.
        Returns the name to record."""
        self._embedding = embedding
        return HASHED if embedding is None else embedding.name

    # data

    def load(self, data: Path | None) -> Dataset:
        """Index the repositories and look up what the descriptions are about."""
        if data is None:
            raise DataError(
                "no data is named: its repositories are many",
                where=self.name,
                hint="docs/benchmarks.md tells how to lay them out; name the folder with --data",
            )
        repositories, queries = folders(data)
        asked = descriptions(queries)
        corpus = self._corpus = Corpus(repositories, self._cache)
        self._baseline = Baseline(corpus, self._embedding)
        digest = hashlib.sha256(corpus.digest + digest_of(queries) + str(self._size).encode())
        targets = {one: corpus.target(one) for one in asked}
        lost = [one for one, target in targets.items() if target is None]
        found = {one: target for one, target in targets.items() if target is not None}
        if not found:
            raise DataError("no description's code is in the repositories", where=str(data))
        self._plan(corpus, found)
        return Dataset(
            tuple(self._problems()),
            digest.hexdigest(),
            str(data),
            {problem_id(one, "none"): "what it describes is not here" for one in lost},
        )

    def _plan(self, corpus: Corpus, found: Mapping[Description, Target]) -> None:
        """The problems and their pools; a pool is made when it is first asked about."""
        relevant = {
            digest
            for one, target in found.items()
            if one.level == Level.BLOCK
            for digest in target.digests
        }
        self._pools, self._quests, self._ranks = {}, {}, {}
        self._makers = {_pool(level, "all"): partial(corpus.whole, level) for level in Level}
        for seed in SEEDS:
            name = _pool(Level.BLOCK, f"{self._size}.{seed}")
            self._makers[name] = partial(corpus.drawn, relevant, self._size, seed)
        for one, target in found.items():
            level = Level(one.level)
            own = _pool(level, target.repository)
            self._makers.setdefault(own, partial(corpus.own, level, target.repository))
            draws = [f"{self._size}.{seed}" for seed in SEEDS] if level is Level.BLOCK else []
            for pool in (*draws, "all", "own"):
                name = own if pool == "own" else _pool(level, pool)
                self._quests[problem_id(one, pool)] = Quest(one, target, name)

    def _problems(self) -> Iterator[Problem]:
        for name, quest in self._quests.items():
            yield Problem(
                id=name,
                spec=quest.asked.text,
                reference=(Source(ANSWER, f"{quest.target.first}\n"),),
                category=name.rpartition("/")[0],
                origin=Origin("hdlsearch", "the data's"),
            )

    def quest(self, problem: Problem) -> tuple[Description, Pool]:
        """What is asked, and where it is looked for. Safe for several threads."""
        quest = self._quests[problem.id]
        with self._lock:
            if quest.pool not in self._pools:
                self._pools[quest.pool] = self._makers[quest.pool]()
            return quest.asked, self._pools[quest.pool]

    # answers

    def messages(self, problem: Problem) -> Sequence[Message]:
        """The description, and the form of an answer: a model has to know the repository."""
        level = problem.category.partition("/")[0]
        name = " name" if level == Level.SIGNAL else ""
        return (Message(Role.USER, _ASKED.format(level=level, text=problem.spec, name=name)),)

    def extract(self, problem: Problem, response: str) -> Candidate:
        """The places that the answer names."""
        places = places_in(response)
        text = "".join(f"{place}\n" for place in places)
        return Candidate((Source(ANSWER, text),) if places else (), Provenance.MODEL)

    def references(self, problem: Problem) -> Candidate:
        """The thing itself."""
        return Candidate(problem.reference, Provenance.REFERENCE)

    def harness(self, rules: str) -> Harness:
        """The comparison of places. Raises UsageError for another name."""
        return PlaceHarness(self, rules)

    def cost(self, problem: Problem) -> float:
        """The same everywhere: one description's problems stay together."""
        return 1.0

    def ranks(self, problem: Problem, answer: str) -> Mapping[str, float]:
        """The answer's rank and the baseline's, strictly and, of blocks, loosely; 0 = not found."""
        asked, pool = self.quest(problem)
        sought = Sought(
            self._quests[problem.id].target.digests,
            asked.subject if pool.level is Level.BLOCK else "",
        )
        assert self._corpus is not None and self._baseline is not None  # a quest is known
        corpus = self._corpus
        found: dict[str, float] = {}
        places = places_in(answer)
        found[STRICT] = strict_rank(corpus, pool, places, sought)
        if pool.level is Level.BLOCK:
            found[LOOSE] = loose_rank(corpus, pool, places, sought)
        if pool.level is not Level.SIGNAL:
            found |= self._theirs(problem, pool, asked, sought)
        return found

    def _theirs(
        self, problem: Problem, pool: Pool, asked: Description, sought: Sought
    ) -> Mapping[str, float]:
        """The baseline's ranks: the same for every answer."""
        if problem.id not in self._ranks:
            assert self._corpus is not None and self._baseline is not None
            places = self._baseline.places(pool, asked.text)
            found: dict[str, float] = {BASE: strict_rank(self._corpus, pool, places, sought)}
            if pool.level is Level.BLOCK:
                found[LOOSE_BASE] = loose_rank(self._corpus, pool, places, sought)
            self._ranks[problem.id] = found
        return self._ranks[problem.id]

    def official_table(self, samples: Mapping[str, Sequence[Verdict | None]]) -> str:
        """Ranks by level, pool and group, the drawn pools as the mean of the draws."""
        return search_table(samples)


class PlaceHarness:
    """Passes an answer that has what is sought among its first ten; the score is 1 by the rank.

    `loose` judges blocks by the benchmark's own measure; it has none for modules and signals.
    """

    reads_raw_text = True

    def __init__(self, suite: HdlSearch, rules: str) -> None:
        if rules not in RULES:
            raise UsageError(f"no rule set {rules!r}", hint=f"there is: {', '.join(RULES)}")
        self.rules = rules
        self._suite = suite

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        """Rank what is sought in the answer."""
        answer = candidate.sources[0].text if candidate.sources else ""
        ranks = self._suite.ranks(problem, answer)
        loose = self.rules == RULES[0] and LOOSE in ranks
        rank = ranks[LOOSE if loose else STRICT]
        passed = 0 < rank <= GOOD
        return Verdict(
            Outcome.PASS if passed else Outcome.FAIL,
            None if passed else FailureClass.MISMATCH,
            score=1 / rank if rank else 0.0,
            checks=1,
            mismatches=int(not passed),
            metrics=ranks,
            rules=self.rules,
        )


def _pool(level: Level, name: str) -> str:
    return f"{level}/{name}"
