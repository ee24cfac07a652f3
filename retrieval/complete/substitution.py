"""Take a good proposal and put another name into it: one declared and not used yet, a sibling."""

from __future__ import annotations

import heapq

from gatewright.retrieval.complete.pool import Pool, Proposal
from gatewright.retrieval.complete.respell import respell
from gatewright.retrieval.complete.setting import Setting
from gatewright.retrieval.complete.tokens import is_name

MOST_TEMPLATES = 4
MOST_WAITING = 2
MOST_NAMES = 3  # of a template, replaced one at a time


def substitutions(setting: Setting, pool: Pool) -> None:
    """Propose variants of the best proposals in which one name is another."""
    best = heapq.nlargest(
        MOST_TEMPLATES, pool.proposals.values(), key=lambda proposal: proposal.score
    )
    for rank, template in enumerate(best):
        names = [name for name in dict.fromkeys(template.tokens) if is_name(name)][:MOST_NAMES]
        for slot, name in enumerate(names):
            for step, other in enumerate(_others(name, setting)):
                facts = {
                    "other_rank": -float(rank),
                    "other_slot": -float(slot),
                    "other_step": -float(step),
                }
                _offer(template, name, other, facts, pool)


def _others(name: str, setting: Setting) -> list[str]:
    """Names that may stand for another: the next declared, and those that wait to be used."""
    found: list[str] = []
    for order in setting.orders:
        following = order.after(name)
        if following:
            found.append(following)
    declared = setting.declared.get(name, -1)
    waiting = setting.waiting
    later = [other for other in waiting if setting.declared[other] > declared]
    found += (later or list(waiting))[:MOST_WAITING]
    return [other for other in dict.fromkeys(found) if other != name]


def _offer(template: Proposal, name: str, other: str, facts: dict[str, float], pool: Pool) -> None:
    tokens = tuple(other if token == name else token for token in template.tokens)
    code = respell(template.code, template.tokens, tokens)
    if code is not None:
        pool.add(code, "other", template.score - 3.0, facts, template.indent, 0.1)
