"""Copy the line that follows a like place, with the names and numbers of the place at hand."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gatewright.retrieval.complete.corpus import RAREST, Corpus
from gatewright.retrieval.complete.lines import CodeLine, unit_named
from gatewright.retrieval.complete.pool import Pool
from gatewright.retrieval.complete.renaming import Mapped, Renaming, carry_over, stem
from gatewright.retrieval.complete.respell import respell
from gatewright.retrieval.complete.setting import Setting
from gatewright.retrieval.complete.tokens import is_name

DEPTH = 8  # lines compared backwards
WINDOW = 60  # lines before the cursor that say which file is alike
MOST_HERE = 120  # places in the file itself
MOST_ELSEWHERE = 160  # places in other files


@dataclass(frozen=True, slots=True)
class Match:
    """How a place agrees with the cursor's, counted in lines backwards."""

    same: int
    alike: int
    renaming: Renaming


def analogies(
    setting: Setting, corpus: Corpus, without: frozenset[int], pool: Pool
) -> Counter[int]:
    """Propose what follows like places; the files alike, by the lines they share."""
    shares = _shares(setting, corpus, without)
    total = max(1, min(WINDOW, len(setting.lines)))

    def share(place: int) -> float:
        return shares[corpus.file_of(place)] / total

    def told(place: int) -> tuple[tuple[str, str], ...]:
        stems = (corpus.stem_of(place), setting.stem)
        line = corpus.lines[place]
        if line is None or unit_named(line):
            return (stems,)
        return ((corpus.unit_of(place), setting.unit), stems)

    here = _Region(setting.lines, "here", False, lambda _: 0.0, lambda _: ())
    there = _Region(corpus.lines, "there", True, share, told)
    _propose(setting, here, _places_here(setting), pool)
    _propose(setting, there, _places_elsewhere(setting, corpus, without, shares), pool)
    return shares


def _shares(setting: Setting, corpus: Corpus, without: frozenset[int]) -> Counter[int]:
    """How many of the last lines each other file has too, common ones left aside."""
    shares: Counter[int] = Counter()
    for text in {line.text for line in setting.lines[-WINDOW:]}:
        places = corpus.with_text(text)
        if len(text) > 5 and len(places) <= RAREST:
            shares.update(set(map(corpus.file_of, places)) - without)
    return shares


def _places_here(setting: Setting) -> Iterator[int]:
    """Earlier lines of the file that are shaped like its last, nearest first."""
    last = setting.last
    if last is None:
        return
    lines = setting.lines
    left = MOST_HERE
    for place in range(len(lines) - 2, -1, -1):
        follows = lines[place + 1]
        if lines[place].shape == last.shape or (setting.above and follows.above == setting.above):
            yield place
            left -= 1
            if left == 0:
                return


def _places_elsewhere(
    setting: Setting, corpus: Corpus, without: frozenset[int], shares: Counter[int]
) -> Iterable[int]:
    """Lines of other files like the last one: the closest kinds of likeness first."""
    last = setting.last
    found: dict[int, None] = {}
    if setting.above:
        above = corpus.under(setting.above)
        found.update((place - 1, None) for place in above[:40])
    if last is None:
        starts = corpus.starts[:MOST_ELSEWHERE]
        return [n for n in starts if corpus.file_of(n + 1) not in without]
    kinds: list[Sequence[int]] = []
    if len(setting.lines) > 1:
        before = setting.lines[-2]
        kinds.append(corpus.with_texts(before.text, last.text))
        kinds.append(corpus.with_text(last.text))
        kinds.append(corpus.with_shapes(before.shape, last.shape))
    kinds.append(corpus.with_shape(last.shape))
    for places in kinds:
        if len(found) >= MOST_ELSEWHERE:
            break
        found.update(dict.fromkeys(_chosen(places, corpus, without, shares)))
    kept = [place for place in found if corpus.file_of(place + 1) not in without]
    return kept[:MOST_ELSEWHERE]


def _chosen(
    places: Sequence[int], corpus: Corpus, without: frozenset[int], shares: Counter[int]
) -> list[int]:
    """Of very many places those in the files most alike, and an even choice of the rest."""
    if len(places) > 6000:
        places = places[:: len(places) // 6000 + 1]
    kept = [place for place in places if corpus.file_of(place) not in without]
    if len(kept) > MOST_ELSEWHERE:
        ranked = sorted(kept, key=lambda place: -shares[corpus.file_of(place)])
        half = MOST_ELSEWHERE // 2
        rest = ranked[half:]
        kept = ranked[:half] + rest[:: len(rest) // half + 1]
    return kept


@dataclass(frozen=True, slots=True)
class _Region:
    """The lines that are copied from, and how like the file is that holds a place."""

    lines: Sequence[CodeLine | None]
    name: str
    foreign: bool
    share: Callable[[int], float]
    told: Callable[[int], tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class _Copy:
    """The line after a like place, about to be proposed."""

    line: CodeLine
    source: str
    facts: Mapping[str, float]
    score: float
    weight: float
    indent: str | None

    def offer(self, pool: Pool, kind: str, tokens: tuple[str, ...], loss: float) -> None:
        """Propose it with these tokens; `loss` says how much was changed on weak grounds."""
        code = respell(self.line.parsed.code, self.line.tokens, tokens)
        if code is not None:
            source, score = f"{kind}_{self.source}", self.score - loss
            pool.add(code, source, score, self.facts, self.indent, self.weight * 0.5**loss)


def _propose(setting: Setting, region: _Region, places: Iterable[int], pool: Pool) -> None:
    stems = _stems(setting) if region.foreign else {}
    for place in places:
        follows = region.lines[place + 1]
        if follows is None:
            continue
        match = _match(setting.lines, region.lines, place)
        for one, other in region.told(place + 1):
            match.renaming.told(one, other)
        mapped = carry_over(follows.tokens, match.renaming, setting.used, region.foreign)
        copy = _copy(setting, region, place, match, mapped, follows)
        copy.offer(pool, "mapped", mapped.tokens, 0.3 * mapped.changed)
        if mapped.changed:
            copy.offer(pool, "copied", follows.tokens, 0.7 + 0.3 * match.alike)
        if mapped.unknown and stems:
            renamed = _renamed(mapped.tokens, setting, stems)
            if renamed != mapped.tokens:
                copy.offer(pool, "renamed", renamed, 0.5)


def _copy(
    setting: Setting, region: _Region, place: int, match: Match, mapped: Mapped, follows: CodeLine
) -> _Copy:
    share = region.share(place)
    distance = len(setting.lines) - 1 - place
    facts = {
        "same": float(match.same),
        "alike": float(match.alike),
        "steady": -match.renaming.conflicts,
        "near": 0.0 if region.foreign else -math.log1p(distance),
        "share": share,
        "above": float(bool(setting.above) and follows.above == setting.above),
        "gap": float(follows.gap == setting.gap),
        "unchanged": -float(mapped.changed),
        "known": -float(mapped.unknown),
    }
    return _Copy(
        follows,
        region.name,
        {f"{region.name}_{key}": value for key, value in facts.items()},
        2.0 * match.same + match.alike - match.renaming.conflicts + 3 * share,
        2.0 ** min(match.same, 6) * (1 + match.alike) * (1 + 4 * share),
        _indent(setting, region.lines[place], follows),
    )


def _match(here: Sequence[CodeLine], lines: Sequence[CodeLine | None], place: int) -> Match:
    renaming = Renaming()
    same = alike = 0
    while alike < DEPTH and alike < len(here) and place - alike >= 0:
        one, other = lines[place - alike], here[-1 - alike]
        if one is None or one.shape != other.shape:
            break
        if same == alike and one.text == other.text:
            same += 1
        renaming.learn(one.tokens, other.tokens, 1.0 if alike < 3 else 0.3)
        alike += 1
    return Match(same, alike, renaming)


def _indent(setting: Setting, before: CodeLine | None, follows: CodeLine) -> str | None:
    """The last line's indentation, moved as the copied line's is against the line before it."""
    last = setting.last
    if last is None or before is None:
        return None
    base, old, new = last.parsed.indent, before.parsed.indent, follows.parsed.indent
    if new.startswith(old):
        return base + new[len(old) :]
    if old.startswith(new):
        return base[: max(0, len(base) - (len(old) - len(new)))]
    return base


def _stems(setting: Setting) -> dict[str, str]:
    """Names of the file by their stems; of several with one stem the last used."""
    return {stem(name): name for name in setting.used}


def _renamed(tokens: tuple[str, ...], setting: Setting, stems: dict[str, str]) -> tuple[str, ...]:
    return tuple(
        stems.get(stem(token), token) if is_name(token) and token not in setting.used else token
        for token in tokens
    )
