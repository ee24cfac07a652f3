"""What the reranker looks at: the same numbers for each proposal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gatewright.retrieval.complete.ngram import Ngram
from gatewright.retrieval.complete.opened import Kind
from gatewright.retrieval.complete.pool import Pool, Proposal
from gatewright.retrieval.complete.renaming import stem
from gatewright.retrieval.complete.setting import RECENT, Setting, declared_names
from gatewright.retrieval.complete.tokens import DECLARING, KEYWORDS, is_name, is_number

SOURCES = (
    "mapped_here", "copied_here", "mapped_there", "copied_there", "renamed_there",
    "sequence_1", "sequence_2", "sequence_3", "sequence_4", "port", "gram", "again", "idiom",
    "other",
)  # fmt: skip
FACTS = (
    "here_same", "here_alike", "here_steady", "here_near", "here_above", "here_gap",
    "here_unchanged", "here_known",
    "there_same", "there_alike", "there_steady", "there_share", "there_above", "there_gap",
    "there_unchanged", "there_known",
    "seq_alike", "seq_run", "seq_sure", "seq_known", "seq_period",
    "port_rank", "port_likely", "port_known", "port_last",
    "gram_log", "gram_mean", "gram_matched", "gram_rank",
    "other_rank", "other_slot", "other_step",
)  # fmt: skip
ABSENT = -20.0  # a fact no source gave
_ENDS = (";", ",", "(", "begin", ")", ":", "end")
_RELATIVE = ("score", "weight_here", "weight_there", "log_mean", "gram_log", "there_share")


@dataclass(frozen=True, slots=True)
class _Situation:
    """What is the same for all proposals."""

    shared: dict[str, float]
    totals: Mapping[str, float]
    recent_texts: frozenset[str]
    recent_names: frozenset[str]
    recent_targets: frozenset[str]
    above_words: frozenset[str]
    connected: frozenset[str]


def rows(setting: Setting, pool: Pool, ngram: Ngram, alike: float) -> list[dict[str, float]]:
    """One row a proposal, in the pool's order. `alike`: the share of the closest file."""
    proposals = list(pool.proposals.values())
    situation = _situation(setting, proposals, alike)
    out = [_row(proposal, setting, situation, ngram) for proposal in proposals]
    for name in _RELATIVE:
        ranked = sorted((row[name] for row in out), reverse=True)
        places = {value: place for place, value in reversed(list(enumerate(ranked)))}
        for row in out:
            row[f"{name}_behind"] = ranked[0] - row[name]
            row[f"{name}_place"] = float(places[row[name]])
    return out


def _situation(setting: Setting, proposals: Sequence[Proposal], alike: float) -> _Situation:
    last = setting.last
    text = last.text if last else ""
    opened = setting.opened
    kinds = {Kind.PORTS: 1.0, Kind.PARAMETERS: 2.0, Kind.HEADER: 3.0, Kind.OTHER: 4.0}
    shared = {
        "many": float(len(proposals)),
        "lines_before": math.log1p(len(setting.lines)),
        "file_alike": alike,
        "opened": kinds[opened.kind] if opened else 0.0,
        "gap_before": float(setting.gap),
        "comment_before": float(bool(setting.above)),
        "most_same_here": _most(proposals, "here_same"),
        "most_same_there": _most(proposals, "there_same"),
        "most_alike_there": _most(proposals, "there_alike"),
    }
    shared.update({f"after_{end}": float(text.endswith(end)) for end in _ENDS})
    totals: dict[str, float] = {}
    for proposal in proposals:
        for source, weight in proposal.weights.items():
            totals[source] = totals.get(source, 0.0) + weight
    recent = setting.lines[-RECENT:]
    return _Situation(
        shared,
        totals,
        frozenset(line.text for line in recent),
        frozenset(t for line in recent for t in line.tokens if is_name(t)),
        frozenset(_target(line.tokens) for line in recent),
        frozenset(setting.above.split()),
        frozenset(port for port, _ in opened.connected) if opened else frozenset(),
    )


def _most(proposals: Sequence[Proposal], fact: str) -> float:
    return max((p.facts.get(fact, 0.0) for p in proposals), default=0.0)


def _row(
    proposal: Proposal, setting: Setting, situation: _Situation, ngram: Ngram
) -> dict[str, float]:
    row = dict(situation.shared)
    for fact in FACTS:
        row[fact] = proposal.facts.get(fact, ABSENT)
    for source in SOURCES:
        row[f"votes_{source}"] = float(min(proposal.votes.get(source, 0), 20))
    row["score"] = max(proposal.score, ABSENT)
    row["sources"] = float(len(proposal.votes))
    for side in ("here", "there"):
        weight = proposal.weights.get(f"mapped_{side}", 0.0)
        total = situation.totals.get(f"mapped_{side}", 0.0)
        row[f"weight_{side}"] = weight / total if total else 0.0
    row["log_mean"], row["log_least"] = ngram.log_probability(proposal.tokens)
    row.update(_of_text(proposal, setting))
    row.update(_of_names(proposal, setting, situation))
    return row


def _of_text(proposal: Proposal, setting: Setting) -> dict[str, float]:
    text, tokens, last = proposal.text, proposal.tokens, setting.last
    first = tokens[0]
    return {
        "length": float(len(text)),
        "tokens": float(len(tokens)),
        "times_here": math.log1p(setting.texts.get(text, 0)),
        "as_last": float(last is not None and text == last.text),
        "shaped_as_last": float(last is not None and proposal.shape == last.shape),
        "ends": float(_ENDS.index(tokens[-1]) + 1 if tokens[-1] in _ENDS else 0),
        "first_kind": _first_kind(first, tokens),
        "balance": float(_balance(tokens)),
        "too_short": float(len(text) < 9),
    }


def _first_kind(first: str, tokens: Sequence[str]) -> float:
    if first in DECLARING:
        return 1.0
    if first == "assign":
        return 2.0
    if first.startswith(("end", "join")):
        return 3.0
    if first in ("if", "else", "case", "casez", "casex", "for", "while", "unique"):
        return 4.0
    if first.startswith("always") or first == "initial":
        return 5.0
    if first in KEYWORDS:
        return 6.0
    if first == ".":
        return 7.0
    if first[0] == "`":
        return 8.0
    if is_number(first) or (len(tokens) > 1 and tokens[1] == ":"):
        return 9.0
    return 10.0 if "<=" in tokens else 11.0 if "=" in tokens else 12.0


def _balance(tokens: Sequence[str]) -> int:
    return sum((t == "(") - (t == ")") for t in tokens)


def _of_names(proposal: Proposal, setting: Setting, situation: _Situation) -> dict[str, float]:
    tokens = proposal.tokens
    names = [t for t in tokens if is_name(t)]
    used, declared = setting.used, setting.declared
    count = len(setting.lines)
    ages = [math.log1p(count - used[name]) for name in names if name in used]
    stems = [stem(name) for name in names]
    introduced = declared_names(tokens)
    some = max(1, len(names))
    new = [name for name in names if name not in used]
    return {
        "names": float(len(names)),
        "names_new": float(len(new)),
        "names_declared": sum(name in declared for name in names) / some,
        "names_recent": sum(name in situation.recent_names for name in names) / some,
        "names_rare": float(sum(setting.names.get(name, 0) == 1 for name in names)),
        "youngest": min(ages, default=10.0),
        "oldest": max(ages, default=10.0),
        "declared_again": float(any(name in declared for name in introduced)),
        "declares_used": float(any(name in used for name in introduced)),
        "said_just_now": float(proposal.text in situation.recent_texts),
        "target_just_now": float(_target(tokens) in situation.recent_targets),
        "target_declared_unused": float(
            _target(tokens) in declared and setting.names.get(_target(tokens), 0) == 1
        ),
        "connected_again": float(
            len(tokens) > 1 and tokens[0] == "." and tokens[1] in situation.connected
        ),
        "comment_words": float(
            sum(
                any(word in part or part in word for part in stems if len(part) > 2)
                for word in situation.above_words
                if len(word) > 2
            )
        ),
    }


def _target(tokens: Sequence[str]) -> str:
    """What a line assigns, connects or labels: its first name, with what selects from it."""
    for end in ("<=", "=", ":", "("):
        if end in tokens[:8]:
            return " ".join(tokens[: tokens.index(end)])
    return tokens[0] if tokens else ""
